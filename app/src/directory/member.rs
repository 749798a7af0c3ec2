//! The nouns of the directory and its one list of refusals.

use std::collections::BTreeMap;

use command::Refusal;
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberId, SiteId, Timestamp};

use super::attributes::Values;
use crate::{
    licensing::policy::FREE_MEMBERS,
    noun::{Email, Name, word_noun},
};

word_noun!(
    /// Of what type a member is.
    #[derive(Default)]
    MemberType { /// Works for the customer.
        #[default]
        Employee "employee", /// Lives or works in what the customer lets.
        Tenant "tenant", /// Comes and goes.
        Visitor "visitor", /// A device.
        Iot "iot", /// A room.
        Space "space", /// What several people share.
        GroupMember "group_member" }
);

/// What a member is just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    /// Holds a seat and may come in.
    Active,
    /// Holds none.
    Inactive,
    /// Would be active, but no seat was free, or MAX MAU was reached.
    Waiting,
    /// Would be active, but its address lies in no domain that is proved to be the customer's: no seat, no mail, no access.
    Held,
}

impl MemberStatus {
    /// All of them.
    pub const ALL: [MemberStatus; 4] = [MemberStatus::Active, MemberStatus::Inactive, MemberStatus::Waiting, MemberStatus::Held];

    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            MemberStatus::Active => "active",
            MemberStatus::Inactive => "inactive",
            MemberStatus::Waiting => "waiting",
            MemberStatus::Held => "held",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<MemberStatus> {
        MemberStatus::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Member {
    /// Its id.
    pub id: MemberId,
    /// Its mail address, unique in the customer. Empty when its directory gave none: then it is held.
    pub email: String,
    /// Its name.
    pub name: String,
    /// Its id in the customer's own directory.
    pub external_id: Option<String>,
    /// What it is just now.
    pub status: MemberStatus,
    /// Where it works.
    pub department: Option<String>,
    /// As what.
    pub title: Option<String>,
    /// Of what type it is.
    #[serde(rename = "type", default)]
    pub kind: MemberType,
    /// The site it belongs to, for good.
    pub site_id: Option<SiteId>,
    /// Language tag.
    pub language: Option<String>,
    /// Further attributes by name: those every customer has, and those this one declared.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// The groups its directory says it is in.
    #[serde(default)]
    pub directory_groups: Vec<String>,
    /// What brought it: `console`, `api`, `import`, `scim`, or a source: `csv`, `ldap`, `entra`, `google`.
    pub source: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Rises with every change.
    pub version: i64,
}

/// What a new member is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewMember {
    /// Its mail address.
    pub email: Email,
    /// Its name.
    pub name: Name,
    /// Its id in the customer's own directory.
    pub external_id: Option<Name>,
    /// Where it works.
    pub department: Option<Name>,
    /// As what.
    pub title: Option<Name>,
    /// Language tag.
    pub language: Option<Name>,
    /// Of what type it is; the usual one when nothing is said.
    pub kind: Option<MemberType>,
    /// The site it is to belong to.
    pub site: Option<SiteId>,
    /// Further attributes by name.
    pub attributes: Values,
    /// False for somebody known but not to be let in.
    pub active: bool,
}

impl NewMember {
    /// The key by which an address is unique.
    #[must_use]
    pub fn email_key(&self) -> String {
        email_key(self.email.as_str())
    }
}

/// The key by which an address is unique and found: addresses are ASCII.
#[must_use]
pub fn email_key(email: &str) -> String {
    email.trim().to_ascii_lowercase()
}

/// The key of a member's address: of its own where there is none, which no address can be (it has no at sign).
#[must_use]
pub fn address_key(id: MemberId, email: &str) -> String {
    if email.is_empty() { format!("~{id}") } else { email_key(email) }
}

/// The directory's "no".
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberRefusal {
    /// The tenant may not serve, or is on the free plan and as many are active as that allows.
    TenantLimit {
        /// True for the free plan.
        free: bool,
    },
    /// Every seat is taken.
    NoFreeSeat {
        /// Seats of the customer.
        seats: i64,
        /// Members active on them.
        active_users: i64,
    },
    /// As many different members as MAX MAU allows were active this month, and this is not one of them.
    MauCapReached {
        /// MAX MAU.
        max_mau: i64,
        /// Different members that were active this month.
        active_this_month: i64,
        /// When the next month begins.
        month_ends_at: Timestamp,
    },
    /// Another member has this address.
    EmailTaken {},
    /// A member stays at the site it was made for.
    SiteFixed {},
    /// This customer has no such attribute.
    UnknownAttribute {
        /// Its name.
        name: String,
    },
    /// An attribute does not take this value.
    AttributeInvalid {
        /// Its name.
        name: String,
        /// What it takes, in words.
        wanted: String,
    },
    /// The member's address is not proved to be the customer's.
    Held {},
    /// The member was changed since it was read.
    Stale {
        /// Its version now.
        version: i64,
    },
    /// The customer's region is still being prepared.
    NotReady {
        /// Which customer.
        tenant_id: CustomerId,
    },
}

impl Refusal for MemberRefusal {
    fn status(&self) -> u16 {
        match self {
            MemberRefusal::Stale { .. } => 412,
            MemberRefusal::SiteFixed {} | MemberRefusal::UnknownAttribute { .. } | MemberRefusal::AttributeInvalid { .. } => 422,
            _ => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            MemberRefusal::TenantLimit { .. } => "tenant-limit",
            MemberRefusal::NoFreeSeat { .. } => "no-free-seat",
            MemberRefusal::MauCapReached { .. } => "mau-cap-reached",
            MemberRefusal::EmailTaken {} => "email-taken",
            MemberRefusal::SiteFixed {} => "site-fixed",
            MemberRefusal::UnknownAttribute { .. } => "unknown-attribute",
            MemberRefusal::AttributeInvalid { .. } => "attribute-invalid",
            MemberRefusal::Held {} => "member-held",
            MemberRefusal::Stale { .. } => "stale",
            MemberRefusal::NotReady { .. } => "tenant-not-ready",
        }
    }
    fn title(&self) -> String {
        match self {
            MemberRefusal::TenantLimit { free: true } => format!("On the free plan {FREE_MEMBERS} members may be active"),
            MemberRefusal::TenantLimit { free: false } => "This customer is suspended: nobody can become active".into(),
            MemberRefusal::NoFreeSeat { seats, .. } => format!("All {seats} seats are taken"),
            MemberRefusal::MauCapReached { max_mau, active_this_month, .. } => {
                format!("{active_this_month} different members were active this month; MAX MAU is {max_mau}")
            }
            MemberRefusal::EmailTaken {} => "Another member has this mail address".into(),
            MemberRefusal::SiteFixed {} => "A member stays at the site it was made for".into(),
            MemberRefusal::UnknownAttribute { name } => format!("This customer has no attribute {name}"),
            MemberRefusal::AttributeInvalid { name, wanted } => format!("The attribute {name} takes {wanted}"),
            MemberRefusal::Held {} => "The member is held: its address lies in no verified domain".into(),
            MemberRefusal::Stale { .. } => "The member was changed since you read it".into(),
            MemberRefusal::NotReady { .. } => "This customer is still being prepared".into(),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            MemberRefusal::TenantLimit { free: true } => {
                "Choose who is active on the trial's page, extend the trial, or upgrade the customer."
            }
            MemberRefusal::TenantLimit { free: false } => "Resume the customer first.",
            MemberRefusal::NoFreeSeat { .. } => "Deactivate somebody, or allocate more seats.",
            MemberRefusal::MauCapReached { .. } => {
                "Raise MAX MAU, or wait until the month ends. Whoever was active this month can be activated again."
            }
            MemberRefusal::EmailTaken {} => "Use another address, or change the other member.",
            MemberRefusal::SiteFixed {} => "Leave the site as it is, or remove the member and add it at the other site.",
            MemberRefusal::UnknownAttribute { .. } => "Declare it first, or use one of those there are.",
            MemberRefusal::AttributeInvalid { .. } => "Correct the value.",
            MemberRefusal::Held {} => "Verify the domain, or give the member an address in a verified one.",
            MemberRefusal::Stale { .. } => "Read it again and repeat your change.",
            MemberRefusal::NotReady { .. } => "Try again in a few seconds.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        match self {
            MemberRefusal::EmailTaken {} => Some("/email"),
            MemberRefusal::SiteFixed {} => Some("/site_id"),
            MemberRefusal::UnknownAttribute { .. } | MemberRefusal::AttributeInvalid { .. } => Some("/attributes"),
            _ => None,
        }
    }
}
