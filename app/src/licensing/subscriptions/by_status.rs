//! Customers by the status of their licences (4.06). A number and the lines behind it are one question: [`by_customer`].

mod api;

pub(super) use api::routes;

use serde::{Deserialize, Serialize};

use super::{queries::Subscription, terms::TermStatus};

/// What partners count customers by (4.06).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LicenseStatus {
    /// A licence runs.
    Normal,
    /// A licence ends within its plan's days of notice.
    ExpiringSoon,
    /// A licence has ended and is in its days of grace.
    Grace,
    /// A licence has ended, or its customer is suspended.
    Expired,
    /// More members are active than the customer holds seats.
    Exceeded,
}

impl LicenseStatus {
    /// All, in printed order.
    pub const ALL: [LicenseStatus; 5] =
        [LicenseStatus::Normal, LicenseStatus::ExpiringSoon, LicenseStatus::Grace, LicenseStatus::Expired, LicenseStatus::Exceeded];

    /// The word in API and URLs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            LicenseStatus::Normal => "normal",
            LicenseStatus::ExpiringSoon => "expiring_soon",
            LicenseStatus::Grace => "grace",
            LicenseStatus::Expired => "expired",
            LicenseStatus::Exceeded => "exceeded",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<LicenseStatus> {
        LicenseStatus::ALL.into_iter().find(|s| s.word() == word)
    }

    /// True for a licence in this status.
    #[must_use]
    pub fn holds(self, s: &Subscription) -> bool {
        match self {
            LicenseStatus::Normal => s.status == TermStatus::Normal,
            LicenseStatus::ExpiringSoon => s.status == TermStatus::ExpiringSoon,
            LicenseStatus::Grace => s.status == TermStatus::Grace,
            LicenseStatus::Expired => matches!(s.status, TermStatus::Expired | TermStatus::Suspended),
            LicenseStatus::Exceeded => s.exceeded,
        }
    }
}

/// The licences of each customer that has one in this status, or of each that has any: a customer with two counts once. They come as
/// [`Subscriptions`](super::Subscriptions) gives them, by customer.
#[must_use]
pub fn by_customer(all: &[Subscription], status: Option<LicenseStatus>) -> Vec<Vec<&Subscription>> {
    let fits = |s: &&Subscription| status.is_none_or(|status| status.holds(s));
    let each = all.chunk_by(|a, b| a.tenant_id == b.tenant_id);
    each.map(|its| its.iter().filter(fits).collect::<Vec<_>>()).filter(|its| !its.is_empty()).collect()
}
