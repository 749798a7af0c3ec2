//! The questions about plans and subscriptions.

use store::{CustomerId, SubscriptionId, Timestamp};

use super::terms::Booked;
use crate::hierarchy::{CustomerKind, Lifecycle};

/// A subscription with its customer, as booked.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its id.
    pub id: SubscriptionId,
    /// Whose.
    pub customer: CustomerId,
    /// The customer's name.
    pub name: String,
    /// The customer's account number.
    pub account_number: String,
    /// The customer's primary domain.
    pub domain: Option<String>,
    /// How the customer is paid for.
    pub kind: CustomerKind,
    /// Where the customer is in its life.
    pub lifecycle: Lifecycle,
    /// Seats the customer holds.
    pub allocated: i64,
    /// Members active on them.
    pub active_users: i64,
    /// When it began.
    pub opened_at: Timestamp,
    /// Rises with every change.
    pub version: i64,
    /// The term booked last.
    pub booked: Booked,
}
