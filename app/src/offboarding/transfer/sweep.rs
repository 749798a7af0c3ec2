//! Archives that nobody started in time go: they hold people's names.

use std::collections::HashSet;

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never};
use serde::Serialize;
use store::{Control, ImportId, PartnerId, Uuid};

use super::{TransferStatus, folder, store as rows};
use crate::{app::App, imports};

/// Forgets a partner's archives that nobody started in time.
#[derive(Debug, Serialize)]
struct ForgetTransfers {
    partner: PartnerId,
}

impl Command for ForgetTransfers {
    const NAME: &'static str = "offboarding.forget_transfers";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let before = cx.now.plus_days(-imports::KEPT_DAYS);
        for (id, status, at) in rows::unfinished(cx.tx, self.partner)? {
            if status == TransferStatus::Uploaded && at < before && rows::forget(cx.tx, cx.scope, id)? {
                cx.changed("transfer", id, "status", status, "purged");
            }
        }
        Ok(())
    }
}

/// Forgets archives that nobody started in time, and removes every old file that no transfer needs.
///
/// # Errors
/// The store's, or the disk's, in words.
pub async fn sweep(app: &App, partners: &[PartnerId]) -> Result<(), String> {
    let before = app.house.now().plus_days(-imports::KEPT_DAYS);
    let mut needed: HashSet<ImportId> = HashSet::new();
    for partner in partners.iter().copied() {
        let open = app.house.control().read(move |view| rows::unfinished(view, partner)).await.map_err(|e| e.to_string())?;
        let (old, new): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|(_, status, at)| *status == TransferStatus::Uploaded && *at < before);
        if !old.is_empty() {
            let done = app.house.execute(Call::operator(), ForgetTransfers { partner }).await;
            done.map_err(|fail| format!("archives could not be forgotten: {fail:?}"))?;
        }
        needed.extend(new.into_iter().map(|(id, ..)| id));
    }
    let folder = folder(app);
    let swept = tokio::task::spawn_blocking(move || imports::sweep_folder(&folder, before, &needed)).await;
    swept.map_err(|e| e.to_string())?.map_err(|e| format!("the folder of transfers: {e}"))
}
