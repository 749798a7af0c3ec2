//! Seats: the partner's pool, orders that fill it, allocations that draw on it, and the policy row by which a region obeys; the accounts
//! that are active in a month, beside the allowance for them; the SKUs a distributor sells; and the plans customers are subscribed to.

pub mod catalogue;
pub mod metering;
pub mod month;
pub mod policy;
pub mod pools;
pub mod subscriptions;
pub mod trials;
mod versions;

use jobs::Registry;
use utoipa_axum::router::OpenApiRouter;
use web::routes::Pages;

use crate::app::{App, Shared};

/// The room's API.
#[must_use]
pub fn api() -> OpenApiRouter<Shared> {
    pools::api::routes()
        .merge(catalogue::api::routes())
        .merge(metering::api::routes())
        .merge(subscriptions::api::routes())
        .merge(trials::api())
}

/// The room's pages.
#[must_use]
pub fn pages() -> Pages<Shared> {
    pools::pages::routes()
        .merge(catalogue::pages::routes())
        .merge(metering::pages::routes())
        .merge(subscriptions::pages::routes())
        .merge(trials::pages())
}

/// The room's jobs.
#[must_use]
pub fn jobs(registry: Registry<App>) -> Registry<App> {
    registry.with::<pools::PushSeats>().with::<pools::PublishUsage>().with::<pools::EndClaim>()
}
