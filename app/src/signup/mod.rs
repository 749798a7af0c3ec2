//! The public sign-up: somebody without a sign-in asks for a trial, proves an address by a mailed link, and is the administrator of a new
//! customer under the partner that an operator named for it (3.17). Off until one is named: then there is no such page.
//!
//! Words: the *host* is the partner under which such trials come, a *sign-up* what a stranger asked for and has a day to prove. Nothing of
//! a customer exists before that. Table: `sign_up`, with rows of the host alone, for a day; who is the host is a line that `identity`
//! keeps, whose sign-in page shows the way here. Callers: the public pages, the command line, the demo.

mod ask;
mod mail;
mod open_trial;
mod pages;
mod pages_link;
mod refusal;
mod store;
mod switch;

pub use switch::{host, switch};

use ::store::Timestamp;
use command::Call;
use jobs::Registry;
use web::routes::Pages;

use crate::{
    app::{App, Shared},
    identity::newcomers,
};

/// Seconds in which a sign-up can be proved, and for which it is kept.
const LASTS: i64 = 24 * 3_600;

/// When a sign-up was asked for that is over at an instant.
fn over(now: Timestamp) -> Timestamp {
    now.plus_seconds(-LASTS)
}

/// The room's pages.
#[must_use]
pub fn pages() -> Pages<Shared> {
    pages::routes()
}

/// The room's jobs.
#[must_use]
pub fn jobs(registry: Registry<App>) -> Registry<App> {
    registry.with::<mail::MailSignUp>()
}

/// Forgets sign-ups whose day is over; the schedule.
///
/// # Errors
/// The store's, in words.
pub async fn sweep(app: &App) -> Result<(), String> {
    let Some(partner) = newcomers::host_of(app).await.map_err(|e| e.to_string())? else { return Ok(()) };
    app.house.execute(Call::operator(), switch::Forget { partner }).await.map(drop).map_err(|e| format!("{e:?}"))
}
