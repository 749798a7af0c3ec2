//! Console twin of the directory: a customer's members, at the address its own administrators use too.

mod change;
mod list;
mod show;

use store::{CustomerId, PartnerId, Uuid};
use web::{problem::Problem, routes::Pages};

use crate::{
    app::{App, Shared},
    console::Visitor,
    hierarchy::{customer::CustomerOf, customers::Customer},
};

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}/members", list::show)
        .post("/msp/{msp}/customers/{customer}/members", change::add)
        .get("/msp/{msp}/customers/{customer}/members/{id}", show::show)
        .post("/msp/{msp}/customers/{customer}/members/{id}", show::edit)
        .post("/msp/{msp}/customers/{customer}/members/{id}/activate", change::activate)
        .post("/msp/{msp}/customers/{customer}/members/{id}/deactivate", change::deactivate)
        .post("/msp/{msp}/customers/{customer}/members/{id}/remove", change::remove)
}

pub use list::type_name;

/// The customer of a page, if it belongs to the partner of its address.
///
/// # Errors
/// 404, or whatever the question comes to.
pub async fn customer_of(app: &App, visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Result<Customer, Problem> {
    app.house.ask(&visitor.caller.call(), CustomerOf { partner, customer }).await?.ok_or_else(Problem::not_found)
}

/// The address of a customer's members.
fn base(partner: PartnerId, customer: CustomerId) -> String {
    format!("/msp/{partner}/customers/{customer}/members")
}

/// An id of a path, or the one nothing has.
pub(super) fn id_of<K: store::Kind>(text: &str) -> store::Id<K> {
    store::Id::parse(text).unwrap_or(store::Id::new(Uuid::nil()))
}
