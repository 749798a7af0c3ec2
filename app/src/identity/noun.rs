//! The nouns of identity: who works here, how far their hands reach, and every "no" of the room.

use access::{Grants, NodeKind, Role, permissions};
use command::{Node, Refusal};
use serde::{Deserialize, Serialize};
use store::{CustomerId, DistributorId, GroupId, PartnerId, SiteId, StaffId, Timestamp, Uuid};

/// Where a person is on the way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StaffStatus {
    /// Invited, has no password yet.
    Invited,
    /// Can sign in.
    Active,
    /// Cannot.
    Disabled,
}

impl StaffStatus {
    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            StaffStatus::Invited => "invited",
            StaffStatus::Active => "active",
            StaffStatus::Disabled => "disabled",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> StaffStatus {
        match word {
            "active" => StaffStatus::Active,
            "invited" => StaffStatus::Invited,
            _ => StaffStatus::Disabled,
        }
    }
}

/// Which customers of the partner a person may touch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReachMode {
    /// All of them.
    #[default]
    All,
    /// Only those listed.
    Only,
    /// All but those listed.
    Except,
}

impl ReachMode {
    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            ReachMode::All => "all",
            ReachMode::Only => "only",
            ReachMode::Except => "except",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> ReachMode {
        match word {
            "only" => ReachMode::Only,
            "except" => ReachMode::Except,
            _ => ReachMode::All,
        }
    }
}

/// Which customers, by themselves or through groups.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffReach {
    /// How the lists are read.
    #[serde(default)]
    pub mode: ReachMode,
    /// Customers.
    #[serde(default)]
    pub customers: Vec<CustomerId>,
    /// Groups of customers.
    #[serde(default)]
    pub groups: Vec<GroupId>,
}

impl StaffReach {
    /// Everything below the node.
    #[must_use]
    pub fn all() -> StaffReach {
        StaffReach::default()
    }

    /// Only these customers.
    #[must_use]
    pub fn only(customers: Vec<CustomerId>) -> StaffReach {
        StaffReach { mode: ReachMode::Only, customers, groups: Vec::new() }
    }
}

/// A person at a partner, as lists and the API show them.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StaffMember {
    /// Their id.
    pub id: StaffId,
    /// Where mail reaches them; also their sign-in name.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// As what they work here.
    pub role: Role,
    /// What they may do on top of it.
    pub grants: Grants,
    /// For which customers.
    pub reach: StaffReach,
    /// Where they are on the way in.
    pub status: StaffStatus,
    /// True when they sign in with a second factor.
    pub second_factor: bool,
    /// When they last used the console.
    pub last_seen_at: Option<Timestamp>,
    /// When they were invited.
    pub created_at: Timestamp,
    /// Rises with every change.
    pub version: i64,
}

/// A person as sign-in sees them. Never leaves the room.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their id.
    pub staff: StaffId,
    /// The node their own matters are recorded at.
    pub home: Uuid,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Where they are on the way in.
    pub status: StaffStatus,
    /// The hash of their password.
    pub password_hash: Option<String>,
    /// The sealed secret of their second factor.
    pub totp_secret: Option<String>,
    /// True when the second factor was confirmed and is asked for.
    pub totp_on: bool,
    /// The last step a code was used for.
    pub totp_last_step: i64,
    /// Their language, if they chose one.
    pub language: Option<String>,
}

/// The text form of a node's id: its prefix says what it is.
#[must_use]
pub fn node_text(kind: NodeKind, node: Uuid) -> String {
    match kind {
        NodeKind::Platform => "platform".to_owned(),
        NodeKind::Distributor => DistributorId::new(node).to_string(),
        NodeKind::Partner => PartnerId::new(node).to_string(),
        NodeKind::Customer => CustomerId::new(node).to_string(),
        NodeKind::Site => SiteId::new(node).to_string(),
    }
}

/// Reads a partner's, customer's or distributor's id; anything else is the nil id, which nothing has.
#[must_use]
pub fn node_of(text: &str) -> Node {
    let partner = PartnerId::parse(text).map(Node::from);
    let customer = || CustomerId::parse(text).map(Node::from);
    let distributor = || DistributorId::parse(text).map(Node::from);
    partner.or_else(customer).or_else(distributor).unwrap_or(Node::known(Uuid::nil()))
}

/// How much a role may: nobody gives away more than they have.
#[must_use]
pub const fn rank(role: Role) -> u8 {
    match role {
        // Nobody gives these to anybody.
        Role::Operator | Role::Directory => 6,
        Role::DistributorOwner => 5,
        Role::Owner => 4,
        Role::Admin => 3,
        Role::Technician => 2,
        Role::Auditor => 1,
        Role::CustomerAdmin => 0,
    }
}

/// Roles an invitation can give.
pub const INVITABLE: [Role; 4] = [Role::Admin, Role::Technician, Role::Auditor, Role::CustomerAdmin];

/// True when somebody of role `by` may make somebody a `wanted`: one owner only, and never more than oneself.
#[must_use]
pub fn may_assign(by: Role, wanted: Role) -> bool {
    INVITABLE.contains(&wanted) && rank(wanted) <= rank(by)
}

/// True when a credential of role `own` may be narrowed to `wanted`: every right of the one is a right of the other.
#[must_use]
pub fn narrows(own: Role, wanted: Role, grants: Grants) -> bool {
    let mine = permissions::held(own, grants);
    !matches!(wanted, Role::Operator | Role::Directory) && permissions::held(wanted, grants).iter().all(|right| mine.contains(right))
}

macro_rules! refusals {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $status:literal $code:literal $title:literal $detail:literal $(at $pointer:literal)?;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl Refusal for $name {
            fn status(&self) -> u16 {
                match self { $($name::$variant => $status),* }
            }
            fn code(&self) -> &'static str {
                match self { $($name::$variant => $code),* }
            }
            fn title(&self) -> String {
                match self { $($name::$variant => $title),* }.to_owned()
            }
            fn detail(&self) -> String {
                match self { $($name::$variant => $detail),* }.to_owned()
            }
            fn pointer(&self) -> Option<&'static str> {
                match self { $($name::$variant => refusals!(@at $($pointer)?)),* }
            }
        }
    };
    (@at) => { None };
    (@at $pointer:literal) => { Some($pointer) };
}

refusals! {
    /// Why a person cannot be added or changed.
    StaffRefusal {
        /// Somebody has this address already.
        EmailTaken 409 "email-taken" "This mail address is already in use" "Every person has one address and one sign-in. Nothing was changed." at "/email";
        /// The role is not one this caller can give.
        NotAssignable 422 "role-not-assignable" "This role cannot be given here" "Give admin, technician, auditor, or customer_admin with exactly one customer; never more than your own role. Nothing was changed." at "/role";
        /// A customer or group of the reach is not the partner's.
        UnknownTarget 422 "unknown-target" "A customer or group of the reach does not exist here" "List customers and groups of this MSP. Nothing was changed." at "/reach";
        /// Only and except need a list.
        EmptyReach 422 "empty-reach" "This reach needs at least one customer or group" "Mode all takes no list, modes only and except need one. Nothing was changed." at "/reach";
        /// One's own role.
        NotYourself 409 "not-yourself" "You cannot change your own role or access" "Ask another owner of the organization. Nothing was changed.";
        /// The owner.
        OwnerProtected 409 "owner-protected" "The owner cannot be changed here" "Every organization has exactly one owner; ownership is transferred, not edited. Nothing was changed.";
        /// Changed meanwhile.
        Stale 412 "version-stale" "Somebody changed this meanwhile" "Read it again and repeat your change. Nothing was changed.";
        /// Not waiting for an invitation.
        NotInvited 409 "not-invited" "This person is not waiting for an invitation" "Only invited people get the link again. Nothing was changed.";
    }
}

refusals! {
    /// Why a sign-in, a link or a second factor is not taken.
    SignInRefusal {
        /// Unknown, disabled or wrong: never told apart.
        Wrong 401 "sign-in-refused" "Mail address or password is wrong" "";
        /// The code is wrong, or was used before.
        WrongCode 422 "code-refused" "This code is not valid" "Wait for the next code of your authenticator, or use a recovery code." at "/code";
        /// Used, expired, or never was.
        LinkGone 410 "link-gone" "This link is no longer valid" "It was used or has expired. Ask for a new one.";
        /// There is nothing to confirm.
        NotBegun 409 "not-begun" "The second factor is not being set up" "Begin again. Nothing was changed.";
    }
}

refusals! {
    /// Why a token is not issued.
    TokenRefusal {
        /// More than one's own role.
        TooMuch 422 "role-not-assignable" "A token cannot have more rights than you" "Choose your own role or a lower one. Nothing was changed." at "/role";
        /// Too long or in the past.
        BadExpiry 422 "expiry-out-of-range" "A token expires within a year, and not after the token that made it" "Choose a later or an earlier instant. Nothing was changed." at "/expires_at";
        /// The customer is on the free plan.
        FreePlan 409 "free-plan" "The free plan has no API tokens" "Extend the trial or upgrade the customer; its tokens rest until then. Nothing was changed.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gives_more_than_they_have() {
        assert!(may_assign(Role::Owner, Role::Admin) && may_assign(Role::DistributorOwner, Role::Technician));
        for by in Role::ASSIGNABLE {
            assert!(!may_assign(by, Role::Owner) && !may_assign(by, Role::DistributorOwner), "{by:?}");
        }
        assert!(!may_assign(Role::Technician, Role::Admin));
        let none = Grants::default();
        for (own, wanted) in [
            (Role::Owner, Role::Admin),
            (Role::Admin, Role::Auditor),
            (Role::Admin, Role::Technician),
            (Role::Technician, Role::Technician),
        ] {
            assert!(narrows(own, wanted, none), "{own:?} {wanted:?}");
        }
        for (own, wanted) in [
            (Role::Admin, Role::Owner),
            (Role::Technician, Role::Auditor),
            (Role::CustomerAdmin, Role::Auditor),
            (Role::Owner, Role::DistributorOwner),
            (Role::DistributorOwner, Role::Admin),
        ] {
            assert!(!narrows(own, wanted, none), "{own:?} {wanted:?}");
        }
    }
}
