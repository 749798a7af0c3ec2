//! Who else is in the demo: the second partner's customers, and as many more of the first partner's as were asked for. Pure.

use super::plan::{Planned, PlannedRun, named};
use crate::hierarchy::{CustomerKind, Tier};

/// Seats and members of each further customer.
pub const EACH: (i64, i64) = (110, 100);

type Second = (&'static str, &'static str, Tier, i64, i64, &'static str, &'static str, i64);

/// Name, domain, tier, seats, active, country, sector, days since it was created.
const SECOND: [Second; 6] = [
    ("Bryggen Legal AS", "bryggenlegal.no", Tier::Pro, 120, 104, "NO", "Legal", 190),
    ("Svalbard Outfitters", "svalbardoutfitters.no", Tier::Starter, 40, 31, "NO", "Retail", 171),
    ("Roskilde Ceramics ApS", "roskildeceramics.dk", Tier::Starter, 60, 48, "DK", "Manufacturing", 152),
    ("Tammerfors Robotik Oy", "tammerforsrobotik.fi", Tier::Enterprise, 260, 221, "FI", "Technology", 133),
    ("Visby Hotell AB", "visbyhotell.se", Tier::Pro, 90, 77, "SE", "Hospitality", 101),
    ("Stavanger Subsea AS", "stavangersubsea.no", Tier::Enterprise, 210, 180, "NO", "Energy", 82),
];

/// The second partner's customers.
#[must_use]
pub fn second() -> Vec<Planned> {
    let one = |(n, s): (usize, &Second)| {
        let &(name, domain, tier, seats, active, country, sector, created_days_ago) = s;
        let delivered = active * 9 / 10;
        let shift = i64::try_from(n).unwrap_or(0);
        let run = |days_ago: i64, percent: i64| PlannedRun { days_ago, delivered, passed: delivered * percent / 100 };
        // The second of them has not tested anybody for more than a month.
        let last = if n == 1 { 41 } else { 4 + 3 * shift };
        Planned {
            name: name.into(),
            domain: domain.into(),
            tier,
            kind: CustomerKind::Paid,
            ended: false,
            country,
            sector,
            seats,
            active,
            created_days_ago,
            launched: true,
            email_ok: true,
            sync_failure: None,
            runs: vec![run(last + 31, 68 + shift), run(last, 72 + 2 * shift)],
        }
    };
    SECOND.iter().enumerate().map(one).collect()
}

/// The n-th further customer of the first partner; `first` = how many names are taken. About four in a hundred need attention.
#[must_use]
pub fn further(n: usize, first: usize) -> Planned {
    let (name, domain, country, sector) = named(first + n);
    let (seats, active) = EACH;
    let day = i64::try_from(n % 24).unwrap_or(0);
    let percent = if matches!(n % 100, 52 | 77) { 48 } else { 70 + day };
    Planned {
        name,
        domain,
        tier: [Tier::Pro, Tier::Starter, Tier::Enterprise][n % 3],
        kind: CustomerKind::Paid,
        ended: false,
        country,
        sector,
        seats,
        active,
        // All within a week, before this month: what the clock does on its way costs by the customers there are.
        created_days_ago: 36 + i64::try_from(n % 4).unwrap_or(0),
        launched: true,
        email_ok: n % 100 != 27,
        sync_failure: (n % 100 == 2).then_some("The directory did not answer in time."),
        runs: vec![PlannedRun { days_ago: 2 + day, delivered: active, passed: active * percent / 100 }],
    }
}
