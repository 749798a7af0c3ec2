//! Console twin.

use web::routes::Pages;

use crate::app::Shared;

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
}
