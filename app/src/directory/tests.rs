//! Rules of the directory.

use proptest::prelude::*;
use store::Timestamp;

use super::rules::{Written, is_sane, like, read};

#[test]
fn a_member_is_read_from_what_people_write() {
    let made =
        read(&Written { email: " Ann.Berg@Example.SE ", first_name: "Ann", last_name: "Berg", status: "Aktiv", ..Written::default() })
            .expect("reads");
    assert_eq!((made.email.as_str(), made.name.as_str(), made.active), ("Ann.Berg@example.se", "Ann Berg", true));
    assert_eq!(made.email_key(), "ann.berg@example.se");
    let bare = read(&Written { email: "it@a.se", status: "Nej", ..Written::default() }).expect("reads");
    assert_eq!((bare.name.as_str(), bare.active), ("it", false));
}

#[test]
fn a_refusal_names_the_field() {
    let field = |w: &Written<'_>| read(w).expect_err("refused").field;
    let fine = Written { email: "a@b.se", ..Written::default() };
    assert_eq!(field(&Written::default()), "email");
    assert_eq!(field(&Written { email: "nonsense", ..fine }), "email");
    assert_eq!(field(&Written { status: "maybe", ..fine }), "status");
    assert_eq!(field(&Written { language: "en_GB!", ..fine }), "language");
    assert_eq!(field(&Written { name: "a\u{202e}b", ..fine }), "name");
}

#[test]
fn a_fact_lies_neither_ahead_nor_before_the_century() {
    let now: Timestamp = "2026-11-21T09:00:00Z".parse().expect("a time");
    assert!(is_sane(now.plus_seconds(300), now) && !is_sane(now.plus_seconds(301), now));
    assert!(!is_sane(Timestamp(0), now));
}

proptest! {
    /// Nothing people type can widen a search or break a member apart.
    #[test]
    fn reading_never_panics(email in ".{0,80}", name in ".{0,300}", status in ".{0,20}") {
        let _ = read(&Written { email: &email, name: &name, status: &status, ..Written::default() });
        let pattern = like(&name);
        let inner: Vec<char> = pattern[1..pattern.len() - 1].chars().collect();
        let mut at = 0;
        while at < inner.len() {
            if inner[at] == '!' { at += 2; continue; }
            prop_assert!(inner[at] != '%' && inner[at] != '_');
            at += 1;
        }
    }
}
