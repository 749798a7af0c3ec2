//! Which units of a customer's month a plan charges, and what they come to (4.20, ADR 0045). No I/O.

use serde::{Deserialize, Serialize};

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

#[cfg(test)]
mod tests {
    use super::*;

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
