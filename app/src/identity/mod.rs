//! Staff, sign-in, sessions, tokens.

use utoipa_axum::router::OpenApiRouter;
use web::routes::Pages;

use crate::app::Shared;

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
