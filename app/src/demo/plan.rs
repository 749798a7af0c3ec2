//! The demo world on paper: the eight customers of the wireframe with their exact numbers among 45, and a year of
//! plausible history around them. Pure: `seed.rs` executes it as commands.

use crate::hierarchy::{CustomerKind, Tier};

/// Seats of the pool, allocated seats and active users, as the wireframe prints them.
pub const POOL: i64 = 10_000;
/// Seats of the partner's own tenant, and its active users.
pub const INTERNAL: (i64, i64) = (40, 36);

/// One campaign run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRun {
    /// Days before the demo's first instant.
    pub days_ago: i64,
    /// Recipients delivered.
    pub delivered: i64,
    /// Recipients not compromised.
    pub passed: i64,
}

/// One customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// What it bought.
    pub tier: Tier,
    /// How it is paid for.
    pub kind: CustomerKind,
    /// True for a trial that has ended.
    pub ended: bool,
    /// Country.
    pub country: &'static str,
    /// Line of business.
    pub sector: &'static str,
    /// Seats at the end.
    pub seats: i64,
    /// Active users at the end.
    pub active: i64,
    /// Days before the demo's first instant.
    pub created_days_ago: i64,
    /// Set-up is finished.
    pub launched: bool,
    /// The e-mail check passed.
    pub email_ok: bool,
    /// Why the last sync failed, if it did.
    pub sync_failure: Option<&'static str>,
    /// Campaign runs, oldest first.
    pub runs: Vec<PlannedRun>,
}

type Seed = (&'static str, &'static str, Tier, i64, i64, &'static str, &'static str, Option<(i64, i64, i64)>);

/// Name, domain, tier, seats, active, country, sector, last run (days ago, delivered, passed).
const SEEDS: [Seed; 8] = [
    ("Eklund Bygg AB", "eklundbygg.se", Tier::Pro, 100, 85, "SE", "Construction", None),
    ("Finnmark Shipping Oy", "finnmarkshipping.fi", Tier::Enterprise, 250, 210, "FI", "Shipping", Some((12, 210, 128))),
    ("Helsingborg Medical Group", "hbgmedical.se", Tier::Enterprise, 400, 340, "SE", "Health", Some((28, 325, 169))),
    ("Polar Energi AS", "polarenergi.no", Tier::Pro, 150, 0, "NO", "Energy", None),
    ("Vestland Accounting", "vestlandaccounting.no", Tier::Starter, 50, 42, "NO", "Finance", Some((3, 25, 22))),
    ("KopparTech Solutions", "koppartech.se", Tier::Pro, 150, 120, "SE", "Technology", Some((5, 100, 81))),
    ("Luleå Transport AB", "ltransport.se", Tier::Pro, 80, 75, "SE", "Transport", Some((7, 62, 49))),
    ("Nordhavn Consulting", "nordhavn.dk", Tier::Starter, 60, 58, "DK", "Consulting", Some((2, 50, 42))),
];

const PLACES: [(&str, &str, &str); 16] = [
    ("Aalborg", "dk", "DK"),
    ("Bergen", "no", "NO"),
    ("Drammen", "no", "NO"),
    ("Espoo", "fi", "FI"),
    ("Falun", "se", "SE"),
    ("Göteborg", "se", "SE"),
    ("Halmstad", "se", "SE"),
    ("Jyväskylä", "fi", "FI"),
    ("Kalmar", "se", "SE"),
    ("Lund", "se", "SE"),
    ("Malmö", "se", "SE"),
    ("Narvik", "no", "NO"),
    ("Odense", "dk", "DK"),
    ("Porvoo", "fi", "FI"),
    ("Risør", "no", "NO"),
    ("Skagen", "dk", "DK"),
];
const TRADES: [(&str, &str); 12] = [
    ("Dental", "Health"),
    ("Logistics", "Transport"),
    ("Timber", "Manufacturing"),
    ("Legal", "Legal"),
    ("Marine", "Shipping"),
    ("Foods", "Retail"),
    ("Robotics", "Technology"),
    ("Insurance", "Finance"),
    ("Architects", "Construction"),
    ("Media", "Media"),
    ("Water", "Energy"),
    ("Schools", "Education"),
];
const PAID: usize = 32;
/// What the other paid customers hold together, so that all add up to 8,420 and 7,834.
const OTHERS: (i64, i64) = (7_140, 6_868);
/// Delivered and passed over all customers: 78.0 % in the last 30 days, 75.9 % in the 30 before.
const WINDOW: (i64, i64) = (6_000, 4_680);
const WINDOW_BEFORE: (i64, i64) = (5_800, 4_402);

/// The 45 customers of the first partner.
#[must_use]
pub fn customers() -> Vec<Planned> {
    let mut all: Vec<Planned> = SEEDS.iter().map(seed).collect();
    all.extend((0..PAID).map(other));
    all.extend((0..5).map(trial));
    share_seats(&mut all[8..8 + PAID]);
    share_runs(&mut all);
    all
}

fn seed(s: &Seed) -> Planned {
    let &(name, domain, tier, seats, active, country, sector, run) = s;
    let polar = name == "Polar Energi AS";
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
        created_days_ago: if polar { 11 } else { 380 },
        launched: !polar,
        email_ok: name != "Finnmark Shipping Oy" && !polar,
        sync_failure: (name == "Eklund Bygg AB").then_some("The directory refused the connection: the client secret expired."),
        runs: run.map(|(days_ago, delivered, passed)| PlannedRun { days_ago, delivered, passed }).into_iter().collect(),
    }
}

/// The n-th name out of places and trades; different for every n below 192, numbered beyond.
#[must_use]
pub fn named(n: usize) -> (String, String, &'static str, &'static str) {
    let (place, tld, country) = PLACES[n % PLACES.len()];
    let (trade, sector) = TRADES[(n / PLACES.len() + n) % TRADES.len()];
    let round = n / (PLACES.len() * TRADES.len());
    let suffix = if round == 0 { String::new() } else { format!(" {}", round + 1) };
    let name = format!("{place} {trade}{suffix}");
    let domain = format!("{}.{tld}", store::fold(&name).replace(' ', "-"));
    (name, domain, country, sector)
}

fn other(n: usize) -> Planned {
    let (name, domain, country, sector) = named(n);
    Planned {
        name,
        domain,
        tier: [Tier::Pro, Tier::Enterprise, Tier::Starter][n % 3],
        kind: CustomerKind::Paid,
        ended: false,
        country,
        sector,
        seats: 0,
        active: 0,
        // Spread over the year; the last of them joined two months ago.
        created_days_ago: 370 - 10 * i64::try_from(n).unwrap_or(0),
        launched: true,
        email_ok: true,
        sync_failure: None,
        runs: Vec::new(),
    }
}

fn trial(n: usize) -> Planned {
    let (name, domain, country, sector) = named(PAID + n);
    let ended = n >= 3;
    Planned {
        tier: Tier::Starter,
        kind: CustomerKind::Trial,
        ended,
        seats: 50,
        active: if ended { 3 } else { [18, 24, 9][n % 3] },
        // Two of the running trials began this month, with Polar the month's three.
        created_days_ago: [6, 13, 26, 45, 48][n],
        // Tested while the trial ran: nothing is wrong with it, it has only ended.
        runs: if ended { vec![PlannedRun { days_ago: 20, delivered: 12, passed: 10 }] } else { Vec::new() },
        ..Planned { name, domain, country, sector, ..other(n) }
    }
}

/// Weights 480, 470, … give a long tail; what rounding leaves goes to the first rows.
fn share_seats(rows: &mut [Planned]) {
    let weight = |n: usize| 60 + 12 * i64::try_from(PAID - n).unwrap_or(0);
    let whole: i64 = (0..PAID).map(weight).sum();
    for (n, row) in rows.iter_mut().enumerate() {
        row.seats = OTHERS.0 * weight(n) / whole;
    }
    spread(OTHERS.0 - rows.iter().map(|r| r.seats).sum::<i64>(), rows, |r| &mut r.seats);
    for row in rows.iter_mut() {
        row.active = row.seats * OTHERS.1 / OTHERS.0;
    }
    spread(OTHERS.1 - rows.iter().map(|r| r.active).sum::<i64>(), rows, |r| &mut r.active);
}

fn spread(mut left: i64, rows: &mut [Planned], field: fn(&mut Planned) -> &mut i64) {
    for row in rows.iter_mut() {
        if left == 0 {
            return;
        }
        *field(row) += 1;
        left -= 1;
    }
}

/// A year of monthly runs for everyone who is tested; the last two months add up to the printed rates.
fn share_runs(all: &mut [Planned]) {
    let printed: (i64, i64) = all.iter().flat_map(|c| &c.runs).fold((0, 0), |sum, r| (sum.0 + r.delivered, sum.1 + r.passed));
    let others: Vec<usize> = (0..all.len()).filter(|n| *n >= 8 && all[*n].kind == CustomerKind::Paid).collect();
    let weights: Vec<i64> = others.iter().map(|n| all[*n].active).collect();
    let now = parts(WINDOW.0 - printed.0, WINDOW.1 - printed.1, &weights);
    for (n, (delivered, passed)) in others.iter().zip(now) {
        all[*n].runs.push(PlannedRun { days_ago: 2 + i64::try_from(*n).unwrap_or(0) % 24, delivered, passed });
    }
    // The month before: everyone who was there.
    let tested: Vec<usize> = (0..all.len()).filter(|n| !all[*n].runs.is_empty() && all[*n].created_days_ago > 60).collect();
    let weights: Vec<i64> = tested.iter().map(|n| all[*n].active).collect();
    let before = parts(WINDOW_BEFORE.0, WINDOW_BEFORE.1, &weights);
    for (n, (delivered, passed)) in tested.iter().zip(before) {
        all[*n].runs.push(PlannedRun { days_ago: 33 + i64::try_from(*n).unwrap_or(0) % 24, delivered, passed });
    }
    for (n, row) in all.iter_mut().enumerate() {
        older_runs(n, row);
        row.runs.sort_by_key(|r| -r.days_ago);
    }
}

/// Parts by weight that add up exactly; of two neighbours one passes as many more as the other passes fewer.
fn parts(delivered: i64, passed: i64, weights: &[i64]) -> Vec<(i64, i64)> {
    let whole: i64 = weights.iter().sum::<i64>().max(1);
    let mut before = 0;
    let mut parts: Vec<(i64, i64)> = Vec::with_capacity(weights.len());
    for weight in weights {
        let part = |of: i64| of * (before + weight) / whole - of * before / whole;
        parts.push((part(delivered), part(passed)));
        before += weight;
    }
    for (n, pair) in parts.chunks_exact_mut(2).enumerate() {
        let percent = 3 + i64::try_from(n * 7 % 8).unwrap_or(0);
        let shift = pair[0].0.min(pair[1].0) * percent / 100;
        let (up, down) = if n % 2 == 0 { (0, 1) } else { (1, 0) };
        pair[up].1 += shift;
        pair[down].1 -= shift;
    }
    parts
}

fn older_runs(n: usize, row: &mut Planned) {
    if row.runs.is_empty() {
        return;
    }
    for month in 2..12_i64 {
        let days_ago = 30 * month + 5 + i64::try_from(n).unwrap_or(0) % 20;
        if days_ago + 14 < row.created_days_ago {
            let delivered = (row.active - month * row.active / 24).max(10);
            let percent = 75 - month + i64::try_from(n).unwrap_or(0) % 7;
            row.runs.push(PlannedRun { days_ago, delivered, passed: delivered * percent / 100 });
        }
    }
}

/// Members active a number of days ago: grows from 60 % to all over the year.
#[must_use]
pub fn active_then(planned: &Planned, days_ago: i64) -> i64 {
    let age = planned.created_days_ago.max(1);
    let grown = 60 + 40 * (age - days_ago.clamp(0, age)) / age;
    planned.active * grown / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_printed_ones() {
        let all = customers();
        assert_eq!(all.len(), 45);
        let paid: Vec<&Planned> = all.iter().filter(|c| c.kind == CustomerKind::Paid).collect();
        assert_eq!(paid.len(), 40);
        assert_eq!(paid.iter().map(|c| c.seats).sum::<i64>() + INTERNAL.0, 8_420);
        assert_eq!(paid.iter().map(|c| c.active).sum::<i64>() + INTERNAL.1, 7_834);
        assert_eq!(all.iter().filter(|c| c.created_days_ago < 20).count(), 3, "three joined this month");
        let mut names: Vec<&str> = all.iter().map(|c| c.domain.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 45, "every domain differs");
    }

    #[test]
    fn the_pass_rates_are_the_printed_ones() {
        let sum = |from: i64, to: i64| {
            let all = customers();
            all.iter()
                .flat_map(|c| c.runs.clone())
                .filter(|r| r.days_ago >= from && r.days_ago < to)
                .fold((0, 0), |s, r| (s.0 + r.delivered, s.1 + r.passed))
        };
        assert_eq!((sum(0, 30), sum(30, 60)), (WINDOW, WINDOW_BEFORE));
        assert!(customers().iter().all(|c| c.runs.iter().all(|r| r.passed <= r.delivered && r.delivered > 0)));
    }

    #[test]
    fn nobody_but_the_four_needs_attention() {
        for row in customers().iter().skip(8) {
            let last: (i64, i64) = row.runs.iter().filter(|r| r.days_ago < 30).fold((0, 0), |s, r| (s.0 + r.delivered, s.1 + r.passed));
            assert!(last.0 == 0 || last.1 * 100 >= 60 * last.0, "{}: {last:?}", row.name);
            assert!(last.0 > 0 || row.created_days_ago < 30, "{} was not tested lately", row.name);
        }
    }
}
