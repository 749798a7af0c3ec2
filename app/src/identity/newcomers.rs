//! Whether strangers may sign up, and under which partner their trials come. Off until an operator names the partner; the sign-in page
//! shows the way only then. What they do there is the room `signup`'s.

use store::{Control, PartnerId, Result, Tx, View};

use super::store as rows;
use crate::app::App;

/// The partner under which trials of strangers come; none while nobody can sign up.
///
/// # Errors
/// The store's.
pub fn host(view: &mut View<'_, Control>) -> Result<Option<PartnerId>> {
    rows::host(view)
}

/// As [`host`], held until the transaction ends: who signs up at the same instant takes turns, and so does who turns it off.
///
/// # Errors
/// The store's.
pub fn hold_host(tx: &mut Tx<'_, Control>) -> Result<Option<PartnerId>> {
    rows::hold_host(tx)
}

/// Names the partner, where none is named; true when it is the host now and was not.
///
/// # Errors
/// The store's.
pub fn name_host(tx: &mut Tx<'_, Control>, partner: PartnerId) -> Result<bool> {
    rows::name_host(tx, partner)
}

/// Ends that a partner is the host; true when it was.
///
/// # Errors
/// The store's.
pub fn end_host(tx: &mut Tx<'_, Control>, partner: PartnerId) -> Result<bool> {
    rows::end_host(tx, partner)
}

/// As [`host`], in a transaction of its own.
///
/// # Errors
/// The store's.
pub async fn host_of(app: &App) -> Result<Option<PartnerId>> {
    app.house.control().read(rows::host).await
}
