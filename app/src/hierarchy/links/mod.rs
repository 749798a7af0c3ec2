//! Linking an existing customer (3.17): a partner asks for a customer that stands under another one, by its account number and the
//! address of one of its administrators. The customer's administrator and the partner that would give it away consent; then it moves.
//!
//! Words: a *request* is the asking partner's, the *consent* is the other side of it and the giving partner's row; a side *says* yes or
//! no. Tables: `link_request`, `link_consent`. Called by `moves`, which carries the customer over when all have consented, and by
//! `alerts`. Nothing here is the single-use *link* of `identity`.
//!
//! Whoever asks learns nothing from asking: the answer is written before anybody looks whether there is such a customer, and a
//! refusal, like everything that is not a consent, looks the same as nobody answering (`request.rs`, docs/adr/0041).

mod answer;
mod api;
mod ask;
mod book;
mod consent;
mod forget;
mod jobs;
mod mail;
mod pages;
mod pages_asked;
mod pages_consent;
mod queries;
mod refusal;
mod request;
mod seek;
mod store;

pub use api::routes as api;
pub use book::{BookLink, Outcome};
pub use forget::forget;
pub use jobs::{CARRY_GAVE_UP, CARRY_LINK, CarryLink, registered as jobs};
pub use pages::routes as pages;
pub use queries::Consented;
pub use request::{LinkConsent, LinkRequest, LinkStatus, Word};

use ::store::{Control, CustomerId, PartnerId, Result, Timestamp, View};
use command::{Command, Cx};

use jobs::{LET_GO, LetGo};
use store as rows;

/// Days after which a request ends.
pub const DAYS: i64 = 14;
/// Requests a partner may make within [`DAYS`], whatever became of them; those that brought a customer are not counted.
pub const MOST: i64 = 20;

/// When a customer of a partner was last asked for, where the partner has not answered yet.
///
/// # Errors
/// The store's.
pub fn waiting(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId, now: Timestamp) -> Result<Option<Timestamp>> {
    rows::waiting(view, partner, customer, now)
}

/// Ends the requests for a customer that leaves the scope's partner, or is removed: who gives it away is another one from now on, or
/// nobody. Who asked keeps nothing that names the customer.
///
/// # Errors
/// The store's.
pub fn let_go<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId) -> Result<()> {
    for (partner, request) in rows::given(cx.tx, cx.scope.partner(), customer)? {
        cx.tell(LET_GO, &LetGo { partner, request, refused: false });
    }
    let ended = rows::let_go(cx.tx, cx.scope.partner(), customer)?;
    cx.changed("customer", customer, "link_requests", ended, 0);
    Ok(())
}
