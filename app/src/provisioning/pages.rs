//! Console twin: the form for a new customer, and the first-run set-up.

use web::routes::Pages;

use crate::app::Shared;

/// The room's pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
}
