//! From a name to a live customer: the wizard of six steps.
//!
//! Words: a *draft* is the wizard before its first step was sent: a half-filled form, in which nothing is judged until then. Sent,
//! it *leads* to its customer, and steps 2 to 6 are read from facts of that customer: nothing about them is kept here, so nothing
//! here can contradict them (ADR 0029). Tables: `draft`. Called by the API and the console.

mod again;
mod api;
mod change;
mod discard;
mod draft;
mod open;
mod pages;
mod queries;
mod refusal;
mod send;
mod set_seats;
mod setup;
mod steps;
mod store;

pub use api::routes as api;
pub use pages::routes as pages;
