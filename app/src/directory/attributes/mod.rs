//! Custom attributes of members: what a customer knows of its people beyond department and title.
//!
//! Four every customer has, for SCIM's enterprise extension says them; up to twenty more it declares, each with the values it
//! takes. Values are texts and lie with the member, as one JSON object. A hand, the API and a file may only say what is declared
//! and fits; of what a source says, the rest is left out. Table: `member_attribute`, in the region.

mod api;
pub mod attribute;
mod commands;
mod pages;
mod queries;
mod store;

pub use api::{NewAttribute, routes as api};
pub use attribute::{Attribute, STANDARD, Takes, Values, checked, newer, taken};
pub use commands::{AddAttribute, AttributeRefusal, RemoveAttribute};
pub use pages::routes as pages;
pub use queries::AttributesOf;
pub(super) use store::has;

use ::store::{Region, Result, View};
use access::Scope;

/// The attributes a customer declared.
///
/// # Errors
/// The store's.
pub(super) fn of<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Vec<Attribute>> {
    store::list(view, scope)
}
