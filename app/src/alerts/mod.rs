//! What needs somebody: failed syncs, unverified mail, low engagement, seats near or at their limit, an over-allocated
//! pool, members who wait. One alert is open per (customer, code, subject); it resolves itself when its cause is gone.
//!
//! Words: an alert *opens*, is *resolved* by a person or by its rule, and is *cleared* once its cause is gone. One that a
//! person resolved while the cause stands opens again only on newer evidence. About a customer's seats there is one, which is *told anew* as they
//! fill and empty; it is mailed again only when it is worse than it ever said.
//!
//! Tables: `alert`, `alert_subscription`; `expiry_digest` is kept in [`digest`]. Rooms below do not know this one: they tell that a customer's standing changed, and
//! [`Evaluate`] opens and closes alerts before their caller is answered. What time alone changes, [`freshen`] finds before
//! alerts are read, and the schedule every minute.

mod api;
mod digest;
mod evaluate;
mod leave;
mod let_go;
mod mail;
mod open;
mod pages;
mod pages_wish;
mod plan;
mod queries;
mod resolve;
mod rules;
mod seats;
mod store;
mod subscribe;
mod wish;

pub use digest::{DigestMail, Every, TellDigests, tell_digests};
pub use evaluate::{Evaluate, EvaluateAll, EvaluateCustomer, freshen, raise, sweep};
pub use leave::{ForgetWishes, Left};
pub use let_go::{let_go, open_of};
pub use mail::AlertMail;
pub use open::OpenAlert;
pub use queries::{Alert, AlertFilter, Alerts, AlertsPage};
pub use resolve::{NotResolved, ResolveAlert};
pub use rules::{Code, Severity};

use jobs::Registry;
use utoipa_axum::router::OpenApiRouter;
use web::routes::Pages;

use crate::app::{App, Shared};

/// The room's API.
#[must_use]
pub fn api() -> OpenApiRouter<Shared> {
    api::routes().merge(digest::api())
}

/// The room's pages.
#[must_use]
pub fn pages() -> Pages<Shared> {
    pages::routes().merge(digest::pages())
}

/// The room's jobs.
#[must_use]
pub fn jobs(registry: Registry<App>) -> Registry<App> {
    registry.with::<Evaluate>().with::<EvaluateAll>().with::<AlertMail>().with::<DigestMail>().with::<Left>()
}
