//! The tree: distributor → partner → customer → site; groups of customers; what a customer is called and where it stands.
//!
//! Words: a *partner* is an MSP or reseller, a *customer* the managed company, its *account number* the short number
//! people use. Tables: `distributor`, `partner`, `partner_threshold`, `customer`, `customer_state`, `site`,
//! `customer_group`, `group_member`, and those of [`standing`]. Callers: every room above.

pub mod administrator;
pub mod branding;
pub mod create_distributor;
pub mod create_partner;
pub mod customer;
pub mod customers;
pub mod distributors;
pub mod domains;

pub mod edit;
pub mod groups;
pub mod hand_over;
pub mod leave;
pub mod lifecycle;
pub mod links;
pub mod move_partner;
pub mod noun;
pub mod refusal;
pub mod settings;
pub mod sites;
pub mod standing;
mod store;
pub mod tell_again;
pub mod trial;
pub mod verify_domain;

pub use store::{TRIAL_DAYS, all_partners};

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
        .merge(customer::api())
        .merge(groups::api())
        .merge(sites::api())
        .merge(settings::api())
        .merge(branding::api())
        .merge(administrator::api())
        .merge(distributors::api())
        .merge(links::api())
}

/// The room's pages.
#[must_use]
pub fn pages() -> Pages<Shared> {
    Pages::default()
        .merge(customer::pages())
        .merge(groups::pages())
        .merge(settings::pages())
        .merge(branding::pages())
        .merge(administrator::pages())
        .merge(distributors::pages())
        .merge(links::pages())
}

/// The room's jobs.
#[must_use]
pub fn jobs(registry: Registry<App>) -> Registry<App> {
    links::jobs(registry)
}
