//! Archives that nobody started in time go: they hold people's names. Work that began long ago and never came to its end is ended.

use std::collections::HashSet;

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{Control, ImportId, PartnerId};

use super::{
    TransferStatus,
    ended::{Finish, How, Work},
    folder,
    store::{self as rows, Open},
};
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

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let before = cx.now.plus_days(-imports::KEPT_DAYS);
        for open in rows::unfinished(cx.tx, self.partner)? {
            if open.status == TransferStatus::Uploaded && open.since < before && rows::forget(cx.tx, cx.scope, open.id)? {
                cx.changed("transfer", open.id, "status", open.status, "purged");
            }
        }
        Ok(())
    }
}

/// Forgets archives that nobody started in time, ends work that never came to its end (its job is dead), and removes every old file
/// that no transfer needs.
///
/// # Errors
/// The store's, or the disk's, in words.
pub async fn sweep(app: &App, partners: &[PartnerId]) -> Result<(), String> {
    let before = app.house.now().plus_days(-imports::KEPT_DAYS);
    let mut needed: HashSet<ImportId> = HashSet::new();
    for partner in partners.iter().copied() {
        let mut open = unfinished(app, partner).await?;
        open.retain(|one| one.since < before);
        if !open.is_empty() {
            end(app, partner, open).await?;
        }
        // Asked again: somebody may have started one of them in the same moment.
        let open = unfinished(app, partner).await?;
        needed.extend(open.into_iter().map(|one| one.id));
    }
    let folder = folder(app);
    let swept = tokio::task::spawn_blocking(move || imports::sweep_folder(&folder, before, &needed)).await;
    swept.map_err(|e| e.to_string())?.map_err(|e| format!("the folder of transfers: {e}"))
}

async fn unfinished(app: &App, partner: PartnerId) -> Result<Vec<Open>, String> {
    app.house.control().read(move |view| rows::unfinished(view, partner)).await.map_err(|e| e.to_string())
}

async fn end(app: &App, partner: PartnerId, late: Vec<Open>) -> Result<(), String> {
    if late.iter().any(|one| one.status == TransferStatus::Uploaded) {
        let done = app.house.execute(Call::operator(), ForgetTransfers { partner }).await;
        done.map_err(|fail| format!("archives could not be forgotten: {fail:?}"))?;
    }
    for one in late {
        let Some(work) = finish(partner, &one) else { continue };
        let done = app.house.execute(Call::operator(), work).await;
        done.map_err(|fail| format!("a transfer could not be ended: {fail:?}"))?;
    }
    Ok(())
}

/// The command that ends a transfer at work as failed.
fn finish(partner: PartnerId, open: &Open) -> Option<Finish> {
    let (customer, operation) = open.begun.filter(|_| open.status == TransferStatus::Running)?;
    let position = usize::try_from(open.position).unwrap_or(0);
    let why = "It never came to its end.".to_owned();
    Some(Finish { work: Work { partner, transfer: open.id, customer, operation }, how: How::Failed { position, why } })
}
