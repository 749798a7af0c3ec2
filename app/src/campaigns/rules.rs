//! What a run's numbers may be. No I/O.

use store::Timestamp;

use super::Run;
use crate::directory::rules::{Refused, is_sane};

/// The most recipients of one run.
pub const MOST: i64 = 1_000_000_000;

/// Checks a run's numbers and its time.
///
/// # Errors
/// The refused field.
pub fn check(run: &Run, now: Timestamp) -> Result<(), Refused> {
    if !(0..=MOST).contains(&run.delivered) {
        return Err(Refused::new("delivered", "out-of-range", "Delivered must be a whole number from 0 to 1,000,000,000."));
    }
    if run.passed < 0 || run.passed > run.delivered {
        return Err(Refused::new("passed", "out-of-range", "Passed must lie between 0 and delivered."));
    }
    if !is_sane(run.at, now) {
        return Err(Refused::new("at", "not-a-time", "The time lies in the future or before 2000."));
    }
    Ok(())
}

/// The reference of a run that a file names by campaign and day only.
#[must_use]
pub fn reference(campaign: &str, at: Timestamp) -> String {
    format!("csv:{}:{}", at.0 / Timestamp::DAY, store::fold(campaign))
}

/// Reads a day or a time as files write it: `2026-11-21`, `21.11.2026`, `2026-11-21T09:00:00Z`. A day counts from its first
/// instant in UTC.
#[must_use]
pub fn read_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let parts: Vec<&str> = if text.contains('.') { text.split('.').rev().collect() } else { text.split('-').collect() };
    let [year, month, day] = parts[..] else { return None };
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    format!("{year}-{month:0>2}-{day:0>2}T00:00:00Z").parse().ok()
}
