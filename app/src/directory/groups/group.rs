//! What a group of members is, and what its rule may say. No I/O.

use command::Refusal;
use serde::{Deserialize, Serialize};
use store::{MemberGroupId, Timestamp};

use super::Which;
use crate::directory::attributes::attribute::is_name;

/// Groups of a customer at most.
pub const MOST: usize = 100;
/// Members put into a group by one request.
pub const AT_ONCE: usize = 1_000;

/// A group of members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MemberGroup {
    /// Its id.
    pub id: MemberGroupId,
    /// Its name, unique in the customer.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Who belongs to it; without one, members are chosen by hand.
    pub rule: Option<Which>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Rises with every change.
    pub version: i64,
}

/// What is wrong with a rule, in a sentence.
#[must_use]
pub fn fault(rule: &Which) -> Option<&'static str> {
    if *rule == Which::default() {
        return Some("A rule must say at least one thing.");
    }
    let texts = [&rule.source, &rule.department, &rule.title, &rule.directory_group];
    let all = texts.into_iter().flatten().chain(rule.attributes.values());
    let wrong = |t: &String| t.trim().is_empty() || t.chars().count() > 200 || t.chars().any(char::is_control);
    if rule.attributes.keys().any(|name| !is_name(name)) {
        return Some("A rule names attributes as they are declared: in small letters, digits and underscores.");
    }
    if rule.attributes.len() > 10 || all.into_iter().any(wrong) {
        return Some("A rule names up to 10 attributes, and each of its texts has 1 to 200 characters on one line.");
    }
    None
}

/// Why a group is not changed.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupRefusal {
    /// There are too many.
    TooMany {
        /// How many there may be.
        most: usize,
    },
    /// There is one of this name.
    NameTaken {},
    /// Its members follow from its rule.
    ByRule {},
    /// A member that is named is none of the customer's.
    UnknownMember {},
    /// The group was changed since it was read.
    Stale {
        /// Its version now.
        version: i64,
    },
}

impl Refusal for GroupRefusal {
    fn status(&self) -> u16 {
        match self {
            GroupRefusal::Stale { .. } => 412,
            GroupRefusal::UnknownMember {} => 422,
            _ => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            GroupRefusal::TooMany { .. } => "too-many-groups",
            GroupRefusal::NameTaken {} => "name-taken",
            GroupRefusal::ByRule {} => "member-group-by-rule",
            GroupRefusal::UnknownMember {} => "unknown-member",
            GroupRefusal::Stale { .. } => "stale",
        }
    }
    fn title(&self) -> String {
        match self {
            GroupRefusal::TooMany { .. } => format!("A customer has {MOST} groups of members at most"),
            GroupRefusal::NameTaken {} => "There is a group of this name".into(),
            GroupRefusal::ByRule {} => "The members of this group follow from its rule".into(),
            GroupRefusal::UnknownMember {} => "There is no such member".into(),
            GroupRefusal::Stale { .. } => "The group was changed since you read it".into(),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            GroupRefusal::TooMany { .. } => "Delete one first.",
            GroupRefusal::NameTaken {} => "Choose another name.",
            GroupRefusal::ByRule {} => "Change the rule, or make a group by hand.",
            GroupRefusal::UnknownMember {} => "Name members of this customer.",
            GroupRefusal::Stale { .. } => "Read it again and repeat your change.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        match self {
            GroupRefusal::NameTaken {} => Some("/name"),
            GroupRefusal::UnknownMember {} => Some("/members"),
            _ => None,
        }
    }
}
