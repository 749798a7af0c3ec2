//! The tree: distributor → partner → customer → site; groups of customers; what a customer is called and where it stands.
//!
//! Words: a *partner* is an MSP or reseller, a *customer* the managed company, its *account number* the short number
//! people use. Tables: `distributor`, `partner`, `partner_threshold`, `customer`, `customer_state`, `site`,
//! `customer_group`, `group_member`, and those of [`standing`]. Callers: every room above.

pub mod create_distributor;
pub mod create_partner;
pub mod customers;
pub mod lifecycle;
pub mod noun;
pub mod standing;
mod store;

pub use noun::{AccountNumber, CustomerKind, DomainName, Lifecycle, Name, Tier};
pub use standing::settle_everyone;

use jobs::Registry;
use utoipa_axum::router::OpenApiRouter;
use web::routes::Pages;

use crate::app::{App, Shared};

/// The room's API.
#[must_use]
pub fn api() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
}

/// The room's pages.
#[must_use]
pub fn pages() -> Pages<Shared> {
    Pages::default()
}

/// The room's jobs.
#[must_use]
pub fn jobs(registry: Registry<App>) -> Registry<App> {
    registry
}
