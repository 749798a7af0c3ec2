//! Rules of results.

use store::Timestamp;

use super::{
    Run,
    rules::{check, read_time, reference},
};
use crate::noun::Name;

fn run(delivered: i64, passed: i64, at: &str) -> Run {
    let name = |text: &str| Name::parse(text).expect("a name");
    Run { name: name("Autumn"), external_ref: name("r1"), at: at.parse().expect("a time"), delivered, passed }
}

#[test]
fn numbers_that_cannot_be_are_refused_by_field() {
    let now: Timestamp = "2026-11-21T09:00:00Z".parse().expect("a time");
    assert!(check(&run(10, 10, "2026-11-21T09:05:00Z"), now).is_ok());
    let field = |r: Run| check(&r, now).expect_err("refused").field;
    assert_eq!(field(run(10, 11, "2026-11-21T09:00:00Z")), "passed");
    assert_eq!(field(run(-1, 0, "2026-11-21T09:00:00Z")), "delivered");
    assert_eq!(field(run(1, 1, "2026-11-21T09:05:01Z")), "at");
    assert_eq!(field(run(1, 1, "1999-12-31T00:00:00Z")), "at");
}

#[test]
fn days_are_read_as_people_write_them() {
    let day = "2026-11-02T00:00:00Z".parse().expect("a time");
    for text in ["2026-11-02", "02.11.2026", "2.11.2026", " 2026-11-02T00:00:00Z "] {
        assert_eq!(read_time(text), Some(day), "{text}");
    }
    for text in ["", "11/02/2026", "2026-13-01", "26-11-02", "yesterday"] {
        assert_eq!(read_time(text), None, "{text}");
    }
    assert_eq!(reference("Herbst Ü", day), reference("herbst u", day.plus_seconds(60)));
}
