//! The hierarchy's "no" to a change of a customer, a group, a site or the settings.

use command::Refusal;
use serde::Serialize;

/// Why a change was not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// Somebody changed it meanwhile.
    Stale {
        /// The version it has now.
        version: i64,
    },
    /// Another customer of the partner claims the domain.
    DomainTaken {},
    /// The customer has that domain.
    DomainThere {},
    /// The customer has as many extra domains as it may.
    TooManyDomains {
        /// How many it may have.
        max: i64,
    },
    /// The primary domain is changed with the customer, and not removed here.
    PrimaryDomain {},
    /// Another customer, group or site has that name.
    NameTaken {},
    /// The administrator's address is somebody's already.
    EmailTaken {},
    /// The members of this group follow from its rule.
    ByRule {},
    /// A customer that is named is not one of this partner's.
    UnknownCustomer {},
    /// A removed customer is not changed any more.
    Removed {},
    /// The free plan has no brand of its own.
    FreePlan {},
    /// There is no such distributor to move to.
    UnknownDistributor {},
    /// An agent would be inactive before it is silent.
    AgentDays {
        /// The days of activity.
        active: i64,
    },
    /// People reach customers through the group.
    GroupAssigned {
        /// How many.
        staff: i64,
    },
}

impl Refusal for Refused {
    fn status(&self) -> u16 {
        match self {
            Refused::Stale { .. } => 412,
            Refused::UnknownCustomer {} | Refused::UnknownDistributor {} | Refused::AgentDays { .. } => 422,
            _ => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Refused::Stale { .. } => "version-stale",
            Refused::DomainTaken {} => "domain-taken",
            Refused::DomainThere {} => "domain-there",
            Refused::TooManyDomains { .. } => "too-many-domains",
            Refused::PrimaryDomain {} => "primary-domain",
            Refused::NameTaken {} => "name-taken",
            Refused::EmailTaken {} => "email-taken",
            Refused::ByRule {} => "group-by-rule",
            Refused::UnknownCustomer {} => "unknown-customer",
            Refused::Removed {} => "customer-removed",
            Refused::FreePlan {} => "free-plan",
            Refused::UnknownDistributor {} => "unknown-distributor",
            Refused::AgentDays { .. } => "agent-days",
            Refused::GroupAssigned { .. } => "group-assigned",
        }
    }
    fn title(&self) -> String {
        match self {
            Refused::Stale { version } => format!("This was changed meanwhile; its version is now {version}"),
            Refused::DomainTaken {} => "Another customer uses this domain".into(),
            Refused::DomainThere {} => "The customer has this domain".into(),
            Refused::TooManyDomains { max } => format!("A customer may have {max} domains beside its primary one"),
            Refused::PrimaryDomain {} => "This is the customer's primary domain".into(),
            Refused::NameTaken {} => "This name is taken".into(),
            Refused::EmailTaken {} => "This mail address is already in use".into(),
            Refused::ByRule {} => "The members of this group follow from its rule".into(),
            Refused::UnknownCustomer {} => "There is no such customer".into(),
            Refused::Removed {} => "The customer was removed".into(),
            Refused::FreePlan {} => "The free plan has no brand of its own".into(),
            Refused::UnknownDistributor {} => "There is no such distributor".into(),
            Refused::AgentDays { active } => format!("An agent is inactive after {active} days, and would be silent no sooner"),
            Refused::GroupAssigned { staff } => format!("The access of {staff} of your people is given by this group"),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            Refused::Stale { .. } => "Read it again and repeat the change.",
            Refused::DomainTaken {} => "A domain belongs to one customer of a partner: choose another, or remove it there first.",
            Refused::DomainThere {} => "There is nothing to add.",
            Refused::TooManyDomains { .. } => "Remove one first.",
            Refused::PrimaryDomain {} => "Give the customer another primary domain instead.",
            Refused::NameTaken {} => "Choose another name.",
            Refused::EmailTaken {} => {
                "An address belongs to one person. Use another, such as an alias; name+something@… is another address."
            }
            Refused::ByRule {} => "Change the rule, or clear it to choose members by hand.",
            Refused::UnknownCustomer {} => "Name customers of this partner.",
            Refused::Removed {} => "Restore the customer first.",
            Refused::FreePlan {} => "A customer on the free plan looks as its MSP does; a paid plan brings its own brand back.",
            Refused::UnknownDistributor {} => "Name a distributor whose partners you manage.",
            Refused::AgentDays { .. } => "Choose fewer days of silence than days of activity.",
            Refused::GroupAssigned { .. } => "Change their access first: without the group somebody would see more than you decided.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        match self {
            Refused::DomainThere {} | Refused::TooManyDomains { .. } => Some("/domain"),
            Refused::NameTaken {} => Some("/name"),
            Refused::EmailTaken {} => Some("/admin_email"),
            Refused::UnknownCustomer {} => Some("/customers"),
            Refused::UnknownDistributor {} => Some("/distributor_id"),
            Refused::AgentDays { .. } => Some("/agent_silent_days"),
            _ => None,
        }
    }
}

/// Refuses a change that was made against an older version.
///
/// # Errors
/// [`Refused::Stale`].
pub fn fresh(asked: Option<i64>, version: i64) -> Result<(), Refused> {
    match asked {
        Some(asked) if asked != version => Err(Refused::Stale { version }),
        _ => Ok(()),
    }
}

/// Reads a member of a PATCH body that may be left out but not be null.
///
/// # Errors
/// The decoder's.
pub fn given<'de, T: serde::Deserialize<'de>, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads a member of a PATCH body that null clears: absent = none, null = `Some(None)`.
///
/// # Errors
/// The decoder's.
pub fn clearable<'de, T: serde::Deserialize<'de>, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    <Option<T> as serde::Deserialize>::deserialize(deserializer).map(Some)
}
