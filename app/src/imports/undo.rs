//! What taking an import back would do, and what it came to: things somebody has worked on since stay, with the reason.

use command::{Effect, Preview};
use serde::{Deserialize, Serialize};
use store::{ImportId, Timestamp};
use web::problem::Problem;

use super::{
    commands::{OnImport, Undo},
    desk::{Desk, Kind},
    intake::Asked,
};
use crate::app::App;

/// Things listed one by one, of those that go and of those that stay; the counts cover all.
pub const LISTED: usize = 100;

/// One thing an import brought in, seen by its undo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UndoRow {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Why it stays, in a word: `members`, `seats`, `edited` …; absent when it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What taking an import back would do.
#[derive(Debug, Default)]
pub struct Weighed {
    /// Things that go.
    pub goes: i64,
    /// Things that stay.
    pub stays: i64,
    /// The first of both, at most [`LISTED`] each.
    pub rows: Vec<UndoRow>,
}

/// What taking an import back has come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Undone {
    /// Things taken back.
    pub removed: i64,
    /// Things that were worked on since and stay.
    pub kept: i64,
    /// The first of those that stay, where the control plane may know them: members of a customer are only counted.
    pub rows: Vec<UndoRow>,
    /// Whether the work is over.
    pub ended: bool,
}

impl Undone {
    /// Books a thing that stays.
    pub fn keep(&mut self, row: UndoRow) {
        self.kept += 1;
        if self.rows.len() < LISTED {
            self.rows.push(row);
        }
    }
}

/// The preview of an undo: its effects, and what goes and what stays.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UndoPreview {
    /// Always true: tells a preview from an answer.
    pub preview: bool,
    /// When it was decided; each thing is decided again when its turn comes.
    pub as_of: Timestamp,
    /// What would change.
    pub effects: Vec<Effect>,
    /// Things that go.
    pub removed: i64,
    /// Things that stay.
    pub kept: i64,
    /// The first of both.
    pub rows: Vec<UndoRow>,
}

/// What taking an import back would do, now.
///
/// # Errors
/// 401, 404, 403; 409 when it has not ended, or was undone before.
pub async fn preview<K: Kind>(app: &App, asked: &Asked, import: ImportId) -> Result<UndoPreview, Problem> {
    let undo = OnImport::<K, _>::new(asked.home, import, Undo {});
    let Preview { as_of, mut effects, .. } = app.house.preview(asked.call.clone(), undo).await?;
    let desk = Desk { house: &app.house, call: asked.call.clone(), partner: asked.home.partner, customer: asked.home.customer, import };
    let Weighed { goes, stays, mut rows } = K::weigh(&desk).await?;
    // What stays is what people look for.
    rows.sort_by_key(|row| row.reason.is_none());
    effects.push(Effect {
        on: "import".into(),
        id: import.to_string(),
        field: "rows".into(),
        before: (goes + stays).into(),
        after: stays.into(),
    });
    Ok(UndoPreview { preview: true, as_of, effects, removed: goes, kept: stays, rows })
}
