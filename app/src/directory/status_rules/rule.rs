//! What a rule is, and what it decides. No I/O.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use store::{StatusRuleId, Timestamp};

use crate::directory::{MemberStatus, MemberType};

/// What has to hold of a member; everything that is said has to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Condition {
    /// No activity for so many days, 1 to 3,650.
    pub idle_days: Option<i64>,
    /// Where it works, whatever the case of its letters.
    pub department: Option<String>,
    /// As what, likewise.
    pub title: Option<String>,
    /// What brought it: `console`, `api`, `import`, `scim` …
    pub source: Option<String>,
    /// Of what type it is.
    #[serde(rename = "type", default)]
    pub kind: Option<MemberType>,
    /// Its attributes, likewise by name.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
}

/// What a rule makes of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// It is to come in.
    Active,
    /// It is to stay out.
    Inactive,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StatusRule {
    /// Its id.
    pub id: StatusRuleId,
    /// What people call it.
    pub name: String,
    /// What has to hold.
    pub when: Condition,
    /// What follows.
    pub then: Turn,
    /// When it was made: earlier rules are asked first.
    pub created_at: Timestamp,
}

/// A member, as far as rules look at it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Where it works.
    pub department: Option<String>,
    /// As what.
    pub title: Option<String>,
    /// What brought it.
    pub source: String,
    /// Of what type it is.
    pub kind: MemberType,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
    /// Its last activity.
    pub seen_at: Option<Timestamp>,
}

impl Condition {
    /// True when nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Condition::default()
    }

    fn holds(&self, p: &Person, now: Timestamp) -> bool {
        let same = |wanted: &Option<String>, has: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| has.is_some_and(|has| store::fold(wanted) == store::fold(has)))
        };
        let idle = self.idle_days.is_none_or(|days| p.seen_at.is_some_and(|seen| seen <= now.plus_days(-days)));
        idle && same(&self.department, p.department.as_deref())
            && same(&self.title, p.title.as_deref())
            && same(&self.source, Some(&p.source))
            && self.kind.is_none_or(|kind| kind == p.kind)
            && self.attributes.iter().all(|(name, value)| p.attributes.get(name).is_some_and(|has| store::fold(has) == store::fold(value)))
    }
}

impl StatusRule {
    /// The word by which an interval names the rule.
    #[must_use]
    pub fn word(&self) -> String {
        format!("rule:{}", self.id)
    }
}

/// The rule that changes a member's status now; none when the first that fits finds it where it is to be, or none fits. Whoever waits
/// on the free plan (`free`) could not be active, however willing: that it was not is no reason to put it out, and an upgrade finds it.
#[must_use]
pub fn decide<'r>(rules: &'r [StatusRule], status: MemberStatus, p: &Person, free: bool, now: Timestamp) -> Option<&'r StatusRule> {
    let first = rules.iter().find(|r| r.when.holds(p, now))?;
    let changes = match (first.then, status) {
        (Turn::Active, MemberStatus::Inactive) | (Turn::Inactive, MemberStatus::Active) => true,
        (Turn::Inactive, MemberStatus::Waiting) => !(free && first.when.idle_days.is_some()),
        _ => false,
    };
    changes.then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(n: u128, when: Condition, then: Turn) -> StatusRule {
        StatusRule { id: StatusRuleId::new(store::Uuid::from_u128(n)), name: n.to_string(), when, then, created_at: Timestamp(0) }
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let text = |t: &str| Some(t.to_owned());
        let rules = [
            rule(1, Condition { department: text("Board"), ..Condition::default() }, Turn::Active),
            rule(2, Condition { idle_days: Some(30), ..Condition::default() }, Turn::Inactive),
        ];
        let now = Timestamp(0).plus_days(100);
        let idle = Person { department: text("Sales"), seen_at: Some(now.plus_days(-30)), ..Person::default() };
        let decided = |status, p: &Person| decide(&rules, status, p, false, now).map(|r| r.name.clone());
        let free = |status, p: &Person| decide(&rules, status, p, true, now).map(|r| r.name.clone());
        assert_eq!(decided(MemberStatus::Active, &idle), text("2"));
        assert_eq!(decided(MemberStatus::Waiting, &idle), text("2"));
        assert_eq!((free(MemberStatus::Active, &idle), free(MemberStatus::Waiting, &idle)), (text("2"), None), "it could not be active");
        assert_eq!(decided(MemberStatus::Inactive, &idle), None);
        assert_eq!(decided(MemberStatus::Held, &idle), None);
        assert_eq!(decided(MemberStatus::Active, &Person { seen_at: Some(Timestamp(now.plus_days(-30).0 + 1)), ..idle.clone() }), None);
        let board = Person { department: text("BOARD"), ..idle };
        assert_eq!((decided(MemberStatus::Active, &board), decided(MemberStatus::Inactive, &board)), (None, text("1")));
        assert_eq!(decided(MemberStatus::Active, &Person::default()), None, "nothing known of its activity");
    }

    #[test]
    fn type_and_attributes_have_to_hold_too() {
        let values = |pairs: &[(&str, &str)]| pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let when = Condition { kind: Some(MemberType::Visitor), attributes: values(&[("house", "röd")]), ..Condition::default() };
        let holds =
            |kind, pairs: &[(&str, &str)]| when.holds(&Person { kind, attributes: values(pairs), ..Person::default() }, Timestamp(0));
        assert!(holds(MemberType::Visitor, &[("house", "Rod"), ("badge", "7")]));
        assert!(!holds(MemberType::Employee, &[("house", "Rod")]) && !holds(MemberType::Visitor, &[("house", "blue")]));
        assert!(!holds(MemberType::Visitor, &[]));
    }
}
