//! What is sold in numbered versions, none of which ever changes: the plans of an MSP, and the SKUs of its distributor.
//!
//! Words: a *code* names one of them in all its versions; the *newest* version is the one that is sold. Until somebody makes a version
//! of their own, that is the one an installation comes with. Called by `subscriptions` and `catalogue`, which know what a version says.

pub mod pages;

use std::collections::HashSet;

use serde::Serializer;
use web::problem::Problem;

use crate::noun::Name;

/// The field that is out of its range, and the range.
pub type OutOfRange = (&'static str, i64, i64);

/// Of versions that stand newest first, those an installation comes with at the end: the newest of each code.
pub fn newest<T>(mut all: Vec<T>, code: impl Fn(&T) -> &str) -> Vec<T> {
    let mut seen = HashSet::new();
    all.retain(|version| seen.insert(code(version).to_owned()));
    all
}

/// True for a text that can be a code: short and plain, of such letters.
pub fn is_code(text: &str, letter: impl Fn(&u8) -> bool) -> bool {
    let within = |b: u8| letter(&b) || b.is_ascii_digit() || b == b'-';
    (1..=40).contains(&text.len()) && text.bytes().all(within) && !text.starts_with('-') && !text.ends_with('-')
}

/// Writes that a value was given, and not which: the trail is read by people who may not see prices.
///
/// # Errors
/// The serializer's.
pub fn unsaid<T, S: Serializer>(_: &T, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str("•")
}

/// What the next version is called: as somebody said, else as the one before.
pub fn name(said: Option<&Name>, before: &str) -> store::Result<Name> {
    said.map_or_else(|| Name::parse(before).map_err(store::Error::Corrupt), |name| Ok(name.clone()))
}

/// What a program is told of a number that is out of its range.
pub fn out_of_range((field, least, most): (&str, i64, i64)) -> Problem {
    Problem::invalid(format!("/{field}"), "out-of-range", format!("This must be a whole number from {least} to {most}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_each_is_the_first_that_stands_there() {
        let all = vec![("a", 2), ("a", 1), ("b", 1), ("a", 1)];
        assert_eq!(newest(all, |(code, _)| code), [("a", 2), ("b", 1)]);
    }

    #[test]
    fn a_code_is_short_and_plain() {
        assert!(["pro-12", "a"].iter().all(|code| is_code(code, u8::is_ascii_lowercase)) && is_code("A", u8::is_ascii_uppercase));
        for wrong in ["", "Pro", "pro 12", "-pro", "pro-", "prö", "a/b", &"a".repeat(41)] {
            assert!(!is_code(wrong, u8::is_ascii_lowercase), "{wrong}");
        }
    }
}
