//! Which units of a customer's month a plan charges, and what they come to (4.20, ADR 0045). No I/O.

use serde::{Deserialize, Serialize};
use store::Money;

use super::plan::{Plan, PlanKind};
use crate::noun::word_noun;

word_noun!(
    /// Which units of a customer's month are charged.
    Meter { /// The most seats it held at any instant, used or not.
        Provisioned "provisioned", /// The most members that were active at once.
        Peak "peak", /// The different members that were active.
        DistinctMonth "distinct_month", /// The members active at the last instant; in the running month, now.
        EndOfMonth "end_of_month" }
);

/// What was counted of a customer's month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Most seats held.
    pub provisioned: i64,
    /// Most members active at once.
    pub peak: i64,
    /// Different members active.
    pub distinct: i64,
    /// Members active at its end; of the running month, now.
    pub at_end: i64,
}

impl Meter {
    /// What a plan charges that does not say.
    #[must_use]
    pub const fn usual() -> Meter {
        Meter::Provisioned
    }

    /// The units of a month that are charged.
    #[must_use]
    pub const fn of(self, counts: Counts) -> i64 {
        match self {
            Meter::Provisioned => counts.provisioned,
            Meter::Peak => counts.peak,
            Meter::DistinctMonth => counts.distinct,
            Meter::EndOfMonth => counts.at_end,
        }
    }
}

impl Plan {
    /// What so many units of a month come to: units × price of a term ÷ (months of a term × units of a licence), rounded half up once,
    /// to a minor unit. None for a plan without a price, and for what is not paid for.
    #[must_use]
    pub fn charge(&self, units: i64) -> Option<Money> {
        let price = self.price.as_ref().filter(|_| self.kind == PlanKind::Full)?;
        let parts = i128::from(self.term_months) * i128::from(self.units);
        let whole = i128::from(units) * i128::from(price.minor);
        let (minor, rest) = (whole.checked_div_euclid(parts)?, whole.checked_rem_euclid(parts)?);
        let up = i128::from(rest >= parts - rest);
        Some(Money { minor: i64::try_from(minor + up).ok()?, currency: price.currency.clone() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::licensing::subscriptions::plan::{FREE, STANDARD, TRIAL, built_in};

    fn priced(minor: i64, term_months: i64, units: i64) -> Plan {
        let price = Some(Money { minor, currency: "EUR".into() });
        Plan { price, term_months, units, ..built_in(STANDARD).expect("a plan") }
    }

    #[test]
    fn a_charge_is_rounded_once_and_half_up() {
        let minor = |plan: Plan, units: i64| plan.charge(units).map(|m| m.minor);
        // 10.00 for 12 months of one unit: 83.33… a month, 250 for three of them.
        assert_eq!([1, 3, 0].map(|units| minor(priced(1_000, 12, 1), units)), [Some(83), Some(250), Some(0)]);
        assert_eq!([1, 3, 5].map(|units| minor(priced(1, 1, 2), units)), [Some(1), Some(2), Some(3)], "a half goes up");
        assert_eq!(minor(priced(1, 1, 3), 1), Some(0));
        assert_eq!(minor(priced(0, 12, 1), 50), Some(0), "a price of nothing is one");
        assert_eq!(minor(priced(i64::MAX, 1, 1), 2), None, "more than there are numbers for");
    }

    #[test]
    fn what_has_no_price_or_is_not_paid_for_is_charged_nothing() {
        let price = Some(Money { minor: 1_200, currency: "EUR".into() });
        for code in [TRIAL, FREE] {
            let plan = Plan { price: price.clone(), term_months: 1, ..built_in(code).expect("a plan") };
            assert_eq!(plan.charge(5), None, "{code}");
        }
        assert_eq!(built_in(STANDARD).expect("a plan").charge(5), None);
    }

    proptest! {
        /// Whatever was rounded is the nearest minor unit, and of two that are equally near the higher one.
        #[test]
        fn a_charge_is_the_nearest_minor_unit(
            units in 0_i64..2_000_000,
            price in 0_i64..=1_000_000_000_000,
            months in 1_i64..=120,
            of in 1_i64..=1_000_000,
        ) {
            let charged = priced(price, months, of).charge(units).expect("it fits");
            let (exact, parts) = (i128::from(units) * i128::from(price), i128::from(months) * i128::from(of));
            let twice_off = 2 * (i128::from(charged.minor) * parts - exact);
            prop_assert!(-parts < twice_off && twice_off <= parts, "{twice_off} of {parts}");
        }
    }

    #[test]
    fn each_word_is_read_as_it_is_written_and_charges_its_own_count() {
        let counts = Counts { provisioned: 50, peak: 30, distinct: 34, at_end: 8 };
        let charged: Vec<(&str, i64)> = Meter::ALL.iter().map(|meter| (meter.word(), meter.of(counts))).collect();
        assert_eq!(charged, [("provisioned", 50), ("peak", 30), ("distinct_month", 34), ("end_of_month", 8)]);
        for meter in Meter::ALL {
            assert_eq!(serde_json::to_value(meter).ok().as_ref().and_then(|v| v.as_str()), Some(meter.word()));
        }
        assert_eq!(Meter::parse("bill_provisioned"), None);
    }
}
