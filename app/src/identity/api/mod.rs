//! REST twin of identity: the team of an MSP, and what everybody may see and do about themselves.

mod own;
mod staff;

use utoipa_axum::router::OpenApiRouter;

use crate::app::Shared;

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().merge(staff::routes()).merge(own::routes())
}
