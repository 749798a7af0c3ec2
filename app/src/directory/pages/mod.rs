//! Console twin of the directory: a customer's members, at the address its own administrators use too.

mod change;
mod list;
mod show;

use axum::extract::Path;
use store::{CustomerId, Id, Kind, PartnerId};
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

pub use list::{source_name, type_name};

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

/// The ids of an address: partner, customer, and something of the customer's.
pub(super) type Three = Path<(String, String, String)>;

/// Where the page of something of a customer's is.
pub(super) struct Place<K> {
    pub partner: PartnerId,
    pub customer: CustomerId,
    pub id: Id<K>,
}

impl<K: Kind> Place<K> {
    /// Of an address.
    pub fn of(Path((partner, customer, id)): &Three) -> Place<K> {
        Place { partner: id_of(partner), customer: id_of(customer), id: id_of(id) }
    }
}

pub(super) use web::door::id as id_of;
