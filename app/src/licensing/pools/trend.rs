//! How long seats last: a straight line through the days there are, with what it leaves open. No I/O.

use serde::{Deserialize, Serialize};

use crate::noun::word_noun;

/// Days that are looked back upon.
pub const LOOKED_AT: i64 = 90;
/// Fewer days than this say nothing.
pub const LEAST_DAYS: usize = 14;
/// What lies further ahead than this is not said.
const FAR: f64 = 3_650.0;

word_noun! {
    /// What a trend says.
    Verdict {
        /// There are too few days.
        NotEnoughHistory "not_enough_history",
        /// At this pace they last.
        Lasts "lasts",
        /// They run out.
        RunsOut "runs_out",
        /// None is free now.
        UsedUp "used_up",
    }
}

/// People who are about to become active, as far as that is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = PendingPeople)]
pub struct Pending {
    /// All of them.
    pub total: i64,
    /// Members who wait, for a seat or for MAX MAU.
    pub waiting: i64,
    /// Members who are held, until a domain is verified or their address corrected.
    pub held: i64,
    /// How many more would be active once the runs of sources that wait for a decision are applied: who comes in, less who leaves or
    /// would be held, and less those who wait or are held now and are counted as such.
    /// A run that lets more people go than it brings counts for none.
    pub sync: i64,
}

impl Pending {
    /// Of its parts.
    #[must_use]
    pub const fn of(waiting: i64, held: i64, sync: i64) -> Pending {
        Pending { total: waiting + held + sync, waiting, held, sync }
    }

    /// Of several customers together.
    #[must_use]
    pub fn sum(all: impl IntoIterator<Item = Pending>) -> Pending {
        all.into_iter().fold(Pending::default(), |a, b| Pending::of(a.waiting + b.waiting, a.held + b.held, a.sync + b.sync))
    }
}

/// When something runs out, as far as its past says, once those who are about to come have come. Days are whole days from now.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Forecast {
    /// In use now.
    pub active_users: i64,
    /// How many there are.
    pub limit: i64,
    /// People who are about to come: the pace has only what they leave. Where they leave nothing, it runs out in 0 days.
    pub pending: Pending,
    /// Days it rests on; 90 at most.
    pub history_days: usize,
    /// What it says.
    pub verdict: Verdict,
    /// More in use, day by day.
    pub per_day: Option<f64>,
    /// When it runs out at the fastest: with the pace two standard errors higher.
    pub earliest_days: Option<i64>,
    /// When it runs out at this pace.
    pub likely_days: Option<i64>,
    /// When it runs out at the slowest; null where it may as well last.
    pub latest_days: Option<i64>,
    /// Where it runs out at this pace because orders end then, how many there are from that day on.
    pub left_then: Option<i64>,
}

/// How many there are: now, and from later instants on, counted in days from now, soonest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    pub now: i64,
    pub later: Vec<(f64, i64)>,
}

/// The pace of a line through values a day apart, and its standard error.
fn pace(values: &[i64]) -> (f64, f64) {
    let n = number(i64::try_from(values.len()).unwrap_or(i64::MAX));
    let middle = (n - 1.0) / 2.0;
    let mean = values.iter().map(|v| number(*v)).sum::<f64>() / n;
    let at = |i: usize| number(i64::try_from(i).unwrap_or(i64::MAX)) - middle;
    let spread = n * (n * n - 1.0) / 12.0;
    let pace = values.iter().enumerate().map(|(i, v)| at(i) * number(*v)).sum::<f64>() / spread;
    let left = values.iter().enumerate().map(|(i, v)| (number(*v) - mean - pace * at(i)).powi(2)).sum::<f64>();
    (pace, (left / (n - 2.0) / spread).sqrt())
}

#[expect(clippy::cast_precision_loss, reason = "counts of people and days")]
fn number(n: i64) -> f64 {
    n as f64
}

#[expect(clippy::cast_possible_truncation, reason = "at most ten years of days")]
fn whole(days: f64) -> i64 {
    days.floor() as i64
}

impl Limits {
    /// Whole days until none is free for a line that begins at so many in use; where there are fewer from that instant on, how many
    /// as well. None where that lies far ahead or never comes.
    fn until(&self, used: i64, pace: f64) -> Option<(i64, Option<i64>)> {
        let mut limit = self.now;
        let mut later = self.later.iter().take_while(|(days, _)| *days <= FAR);
        loop {
            let (full, next) = (number(limit - used) / pace, later.next());
            if pace > 0.0 && next.map_or(full <= FAR, |(days, _)| full < *days) {
                return Some((whole(full), None));
            }
            let (days, then) = next?;
            // A line that falls ends where nobody is left.
            if number(*then) <= (number(used) + pace * days).max(0.0) {
                return Some((whole(*days), Some(*then)));
            }
            limit = *then;
        }
    }
}

impl Forecast {
    /// From the values of past days, oldest first, today's last, and from those who are about to come, to a limit that stays.
    #[must_use]
    pub fn of(values: &[i64], limit: i64, pending: Pending) -> Forecast {
        Forecast::within(values, &Limits { now: limit, later: Vec::new() }, pending)
    }

    /// As [`Forecast::of`], to limits that change. What runs out does so where the line meets the limit, or on the first day from
    /// which there are fewer than it says.
    #[must_use]
    pub fn within(values: &[i64], limits: &Limits, pending: Pending) -> Forecast {
        let (active, limit) = (values.last().copied().unwrap_or(0), limits.now);
        let none = Forecast {
            active_users: active,
            limit,
            pending,
            history_days: values.len(),
            verdict: Verdict::NotEnoughHistory,
            per_day: None,
            earliest_days: None,
            likely_days: None,
            latest_days: None,
            left_then: None,
        };
        if active >= limit {
            return Forecast { verdict: Verdict::UsedUp, ..none };
        }
        let known = (values.len() >= LEAST_DAYS).then(|| pace(values));
        let per_day = known.map(|(pace, _)| (pace * 1_000.0).round() / 1_000.0);
        // Seats are left to the pace by those who are about to come.
        let used = active + pending.total;
        if used >= limit {
            let now = Some(0);
            return Forecast { verdict: Verdict::RunsOut, per_day, earliest_days: now, likely_days: now, latest_days: now, ..none };
        }
        let Some((pace, error)) = known else { return none };
        let Some((likely, left_then)) = limits.until(used, pace) else { return Forecast { verdict: Verdict::Lasts, per_day, ..none } };
        let days = |pace: f64| limits.until(used, pace).map(|(days, _)| days);
        Forecast {
            verdict: Verdict::RunsOut,
            per_day,
            earliest_days: days(pace + 2.0 * error),
            likely_days: Some(likely),
            latest_days: days(pace - 2.0 * error),
            left_then,
            ..none
        }
    }
}

/// Seats that are enough for the highest use: about a tenth of them is free.
#[must_use]
pub fn enough(peak: i64) -> i64 {
    peak.saturating_mul(10).div_euclid(9) + i64::from(peak.saturating_mul(10).rem_euclid(9) > 0)
}
