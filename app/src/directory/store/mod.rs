//! Every SQL text of members and their intervals.

mod change;
mod domains;
mod find;
mod import;
mod list;
mod row;
mod standing;
mod status;

pub use crate::licensing::policy::serving;
pub use change::*;
pub use domains::*;
pub use find::*;
pub use import::*;
pub use list::*;
pub(super) use row::columns;
pub use row::*;
pub use standing::*;
pub use status::*;

use access::Scope;
use store::CustomerId;

/// The customer whose rows a scope opens.
pub fn customer<P>(scope: &Scope<P>) -> CustomerId {
    scope.customer().unwrap_or(CustomerId::new(scope.node()))
}
