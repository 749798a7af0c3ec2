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

/// When something runs out, as far as its past says. Days are whole days from now.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Forecast {
    /// In use now.
    pub active_users: i64,
    /// How many there are.
    pub limit: i64,
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

/// Whole days until so many are used up at a pace; none where that lies far ahead or never comes.
fn until(free: i64, pace: f64) -> Option<i64> {
    let days = number(free) / pace;
    #[expect(clippy::cast_possible_truncation, reason = "at most ten years of days")]
    let whole = days.floor() as i64;
    (pace > 0.0 && days <= FAR).then_some(whole)
}

impl Forecast {
    /// From the values of past days, oldest first, today's last.
    #[must_use]
    pub fn of(values: &[i64], limit: i64) -> Forecast {
        let active = values.last().copied().unwrap_or(0);
        let none = Forecast {
            active_users: active,
            limit,
            history_days: values.len(),
            verdict: Verdict::NotEnoughHistory,
            per_day: None,
            earliest_days: None,
            likely_days: None,
            latest_days: None,
        };
        if active >= limit {
            return Forecast { verdict: Verdict::UsedUp, ..none };
        }
        if values.len() < LEAST_DAYS {
            return none;
        }
        let (pace, error) = pace(values);
        let per_day = Some((pace * 1_000.0).round() / 1_000.0);
        let Some(likely) = until(limit - active, pace) else { return Forecast { verdict: Verdict::Lasts, per_day, ..none } };
        Forecast {
            verdict: Verdict::RunsOut,
            per_day,
            earliest_days: until(limit - active, pace + 2.0 * error),
            likely_days: Some(likely),
            latest_days: until(limit - active, pace - 2.0 * error),
            ..none
        }
    }
}

/// Seats that are enough for the highest use: about a tenth of them is free.
#[must_use]
pub fn enough(peak: i64) -> i64 {
    peak.saturating_mul(10).div_euclid(9) + i64::from(peak.saturating_mul(10).rem_euclid(9) > 0)
}
