//! An export brought into another partner: what a customer owned becomes a new customer there (ADR 0033).
//!
//! Words: a *transfer* is one such archive and what became of it. It is *uploaded* and examined whole, its *contents* are shown with
//! what *stays behind* and why, and only then it is started: the customer is created and prepared as any other, and a job brings
//! in its settings, its members and its results through the commands everybody uses. It ends whole or is taken back. Tables:
//! `transfer`; an archive lies in the folder for transfers until its work has ended, seven days at most. A transfer's id is an
//! import's: members and results name it as what brought them.

mod api;
mod commands;
mod contents;
mod ended;
mod intake;
mod job;
mod lines;
mod pages;
mod pages_show;
mod parcel;
mod queries;
mod refusal;
pub(super) mod store;
mod sweep;
#[cfg(test)]
mod tests;
mod undo;

pub use api::routes as api;
pub use job::CarryOver;
pub use pages::routes as pages;
pub use sweep::sweep;

use std::path::PathBuf;

use ::store::{CustomerId, ImportId, OperationId, Timestamp};
use serde::{Deserialize, Serialize};

use self::contents::Contents;
use crate::{app::App, noun::word_noun};

/// The most megabytes of an archive.
pub const MOST: u64 = 512;

word_noun!(
    /// Where a transfer stands.
    TransferStatus { /// The archive is there and was examined; nothing was changed.
        Uploaded "uploaded", /// At work.
        Running "running", /// The customer is there.
        Done "done", /// It failed, and everything was taken back.
        Failed "failed", /// Taken back by somebody.
        Undone "undone" }
);

/// A transfer.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Transfer {
    /// Its id.
    pub id: ImportId,
    /// Where it stands.
    pub status: TransferStatus,
    /// The archive's name, as it was sent.
    pub file_name: String,
    /// Its size.
    pub bytes: i64,
    /// What is in it.
    pub contents: Contents,
    /// The customer it became.
    pub customer_id: Option<CustomerId>,
    /// The work to watch.
    pub operation_id: Option<OperationId>,
    /// Members brought in so far.
    pub members_done: i64,
    /// How the customer stood when the work had ended.
    #[serde(skip)]
    pub stood: Option<String>,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

/// The folder for archives.
fn folder(app: &App) -> PathBuf {
    app.config.data.join("transfers")
}

/// Where an archive lies.
fn path(app: &App, id: ImportId) -> PathBuf {
    folder(app).join(format!("{id}.zip"))
}

/// Removes an archive whose work is over: it holds people's names.
pub(super) async fn discard(app: &App, id: ImportId) {
    let _ = tokio::fs::remove_file(path(app, id)).await;
}
