//! What the clock does: customers whose 30 days are over are purged, exports whose seven are over are removed.

use command::{Call, Fail};
use store::{Control, View};

use super::{PurgeCustomer, export, purge_store as takes, transfer};
use crate::app::App;

/// Begins to purge every removed customer whose time is over, and removes what was exported, or sent to be brought over, long ago.
///
/// # Errors
/// The store's, in words.
pub async fn sweep(app: &App) -> Result<(), String> {
    let now = app.house.now();
    let partners = app.house.control().read(takes::partners).await.map_err(|e| e.to_string())?;
    for partner in partners.iter().copied() {
        let due = app.house.control().read(move |view: &mut View<'_, Control>| {
            view.enter(partner.0);
            takes::due(view, partner, now)
        });
        for customer in due.await.map_err(|e| e.to_string())? {
            match app.house.execute(Call::operator(), PurgeCustomer { partner, customer, name: None }).await {
                // Somebody was faster, or has restored it.
                Ok(_) | Err(Fail::Refused(_) | Fail::Denied(_)) => {}
                Err(fail) => return Err(format!("{fail:?}")),
            }
        }
        export::sweep(app, partner).await.map_err(|e| format!("{e:?}"))?;
    }
    transfer::sweep(app, &partners).await
}
