//! Console twin: the first run. A new customer is made by the wizard (onboarding).

use web::routes::Pages;

use super::pages_setup;
use crate::app::Shared;

/// The room's pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/setup/{token}", pages_setup::show).post("/setup/{token}", pages_setup::found)
}
