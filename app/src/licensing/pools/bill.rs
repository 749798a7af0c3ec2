//! What a customer is charged for a month, and what is left of it (4.20, ADR 0045): the units its plan's meter counts, at the price of
//! the plan, less what its seats cost.

use std::collections::HashMap;

use access::Scope;
use serde::Serialize;
use store::{Control, CustomerId, Money, Result, Timestamp, View};

use super::{rules::percent1, units::Units};
use crate::licensing::{
    metering,
    month::{Counted, Month},
    subscriptions::{self, Counts, Meter, plan::Plan},
};

/// What a customer is charged for a month.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Bill {
    /// The plan in force at the month's last instant (now, while it runs): its code as it was sold. Null, and with it all that follows,
    /// where no paid plan was, or where another MSP charges the month.
    pub plan: Option<String>,
    /// Its version.
    pub plan_version: Option<i64>,
    /// Which units of the month it charges.
    pub meter: Option<Meter>,
    /// How many those are.
    pub chargeable: Option<i64>,
    /// What they are charged; null for a plan without a price, or with one in another currency than the MSP's.
    pub charge: Option<Money>,
    /// Charge less cost; null where either is not known.
    pub margin: Option<Money>,
    /// The margin in percent of the charge, rounded half up to one decimal; null of a charge of nothing.
    pub margin_percent: Option<f64>,
}

impl Bill {
    fn of(plan: &Plan, counts: Counts, currency: &str, cost: Option<&Money>) -> Bill {
        let units = plan.meter.of(counts);
        let charge = plan.charge(units).filter(|charge| charge.currency == currency);
        let margin = margin(charge.as_ref(), cost);
        Bill {
            plan: Some(plan.code.clone()),
            plan_version: Some(plan.version),
            meter: Some(plan.meter),
            chargeable: Some(units),
            margin_percent: share(margin.as_ref(), charge.as_ref()),
            charge,
            margin,
        }
    }
}

fn margin(charge: Option<&Money>, cost: Option<&Money>) -> Option<Money> {
    let (charge, cost) = charge.zip(cost).filter(|(charge, cost)| charge.currency == cost.currency)?;
    Some(Money { minor: charge.minor.checked_sub(cost.minor)?, currency: charge.currency.clone() })
}

fn share(margin: Option<&Money>, charge: Option<&Money>) -> Option<f64> {
    margin.zip(charge).and_then(|(margin, charge)| percent1(margin.minor, charge.minor))
}

/// What the bills of a month are made of.
pub(super) struct Bills {
    plans: HashMap<CustomerId, Plan>,
    counted: HashMap<CustomerId, Counted>,
    currency: String,
}

impl Bills {
    /// Reads those of the customers in reach, in the MSP's currency.
    pub(super) fn read<P>(
        view: &mut View<'_, Control>,
        scope: &Scope<P>,
        period: Month,
        span: (Timestamp, Timestamp),
        currency: String,
        now: Timestamp,
    ) -> Result<Bills> {
        let plans = subscriptions::in_force(view, scope, span, now)?;
        Ok(Bills { plans, counted: metering::counted(view, scope, period)?, currency })
    }

    /// The bill of a customer that held and used so many at most, and whose seats cost so much.
    pub(super) fn of(&self, customer: CustomerId, [provisioned, peak]: [i64; 2], cost: Option<&Money>) -> Bill {
        // Whoever is billed for the month's accounts charges the month: a customer that moves is charged once.
        let Some((plan, counted)) = self.plans.get(&customer).zip(self.counted.get(&customer)) else { return Bill::default() };
        let counts = Counts { provisioned, peak, distinct: counted.users, at_end: counted.active_users };
        Bill::of(plan, counts, &self.currency, cost)
    }
}

/// What a month comes to: the sums of its lines.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Totals {
    /// Units that are charged.
    pub chargeable: i64,
    /// What customers are charged; null where nobody is.
    pub charge: Option<Money>,
    /// What all seats cost; null where that is not known.
    pub cost: Option<Money>,
    /// The margins together.
    pub margin: Option<Money>,
    /// They in percent of the charges they are left of.
    pub margin_percent: Option<f64>,
    /// What seats cost that are charged to nobody, such as the MSP's own: it is in no margin.
    pub uncharged_cost: Option<Money>,
}

impl Totals {
    /// The sums of a month's lines.
    pub(super) fn of(lines: &[Units]) -> Totals {
        let bills = || lines.iter().filter_map(|line| line.bill.as_ref().map(|bill| (line, bill)));
        let margin = sum(bills().map(|(_, bill)| bill.margin.as_ref()));
        let charged = sum(bills().map(|(_, bill)| bill.charge.as_ref().filter(|_| bill.margin.is_some())));
        Totals {
            chargeable: bills().filter_map(|(_, bill)| bill.chargeable).sum(),
            charge: sum(bills().map(|(_, bill)| bill.charge.as_ref())),
            cost: sum(lines.iter().map(|line| line.cost.as_ref())),
            margin_percent: share(margin.as_ref(), charged.as_ref()),
            margin,
            uncharged_cost: sum(bills().map(|(line, bill)| line.cost.as_ref().filter(|_| bill.charge.is_none()))),
        }
    }
}

/// All of them are in the MSP's currency. None of nothing, and of more than there are numbers for.
fn sum<'m>(amounts: impl Iterator<Item = Option<&'m Money>>) -> Option<Money> {
    amounts.flatten().try_fold(None, |sum: Option<Money>, more| {
        let minor = sum.map_or(Some(more.minor), |sum| sum.minor.checked_add(more.minor))?;
        Some(Some(Money { minor, currency: more.currency.clone() }))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::licensing::subscriptions::plan::{STANDARD, built_in};

    fn euros(minor: i64) -> Money {
        Money { minor, currency: "EUR".into() }
    }

    fn billed(price: Option<Money>, cost: Option<Money>) -> Bill {
        let plan = Plan { price, term_months: 1, ..built_in(STANDARD).expect("a plan") };
        Bill::of(&plan, Counts { provisioned: 10, peak: 4, distinct: 5, at_end: 3 }, "EUR", cost.as_ref())
    }

    #[test]
    fn a_margin_is_what_is_left_of_a_charge_that_is_known() {
        let bill = billed(Some(euros(200)), Some(euros(1_300)));
        assert_eq!(
            (bill.chargeable, bill.charge, bill.margin, bill.margin_percent),
            (Some(10), Some(euros(2_000)), Some(euros(700)), Some(35.0))
        );
        let loss = billed(Some(euros(100)), Some(euros(1_300)));
        assert_eq!((loss.margin, loss.margin_percent), (Some(euros(-300)), Some(-30.0)));
        let given = billed(Some(euros(0)), Some(euros(1_300)));
        assert_eq!((given.charge, given.margin, given.margin_percent), (Some(euros(0)), Some(euros(-1_300)), None));
        let unknown = billed(Some(euros(200)), None);
        assert_eq!((unknown.charge, unknown.margin), (Some(euros(2_000)), None));
        let unpriced = billed(None, Some(euros(1_300)));
        assert_eq!((unpriced.chargeable, unpriced.charge, unpriced.margin), (Some(10), None, None));
    }

    #[test]
    fn a_price_in_another_currency_charges_nothing() {
        let crowns = Money { minor: 200, currency: "SEK".into() };
        let bill = billed(Some(crowns), Some(euros(1_300)));
        assert_eq!((bill.chargeable, bill.charge, bill.margin, bill.margin_percent), (Some(10), None, None, None));
    }

    #[test]
    fn sums_are_none_of_nothing() {
        let (one, two) = (euros(150), euros(-50));
        assert_eq!(sum([Some(&one), None, Some(&two)].into_iter()), Some(euros(100)));
        assert_eq!(sum([None].into_iter()), None);
    }
}
