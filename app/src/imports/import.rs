//! The nouns of imports and their one list of refusals.

use command::{Node, Refusal};
use serde::{Deserialize, Serialize};
use store::{CustomerId, ImportId, OperationId, PartnerId, Timestamp};

use super::{mapping::Mapping, undo::Undone};
use crate::noun::word_noun;

word_noun!(
    /// What a file holds.
    ImportKind { /// Customers of a partner.
        Customers "customers", /// Members of a customer.
        Members "members", /// Results of campaigns.
        Results "results" }
);
word_noun!(
    /// Where an import stands.
    ImportStatus { /// The file is there, nothing was changed.
        Uploaded "uploaded", /// At work.
        Running "running", /// Ended.
        Done "done", /// Ended before its end.
        Failed "failed", /// Taken back.
        Undone "undone" }
);

impl ImportStatus {
    /// Whether it ran and is over: then it can be taken back.
    #[must_use]
    pub fn ended(self) -> bool {
        matches!(self, ImportStatus::Done | ImportStatus::Failed)
    }
}

/// A row that was not brought in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RowRefused {
    /// Its line in the file, from 1.
    pub line: u64,
    /// The field.
    pub field: String,
    /// Machine word.
    pub code: String,
    /// A sentence for people.
    pub reason: String,
}

/// An import.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// What the file holds.
    pub kind: ImportKind,
    /// The customer whose members it holds.
    pub customer_id: Option<CustomerId>,
    /// The file's name, as it was sent.
    pub file_name: String,
    /// Its size.
    pub bytes: i64,
    /// Its rows.
    pub total: i64,
    /// Which column is which field.
    pub mapping: Mapping,
    /// Where it stands.
    pub status: ImportStatus,
    /// Whether good rows count although others were refused.
    pub partial: bool,
    /// The work to watch.
    pub operation_id: Option<OperationId>,
    /// The line that comes next.
    #[serde(skip)]
    pub next_line: i64,
    /// Rows added.
    pub created: i64,
    /// Rows that changed something known.
    pub updated: i64,
    /// Members added that wait for a seat.
    pub waiting: i64,
    /// Results that were known.
    pub duplicates: i64,
    /// Rows refused.
    pub refused: i64,
    /// The first of them, at most 500.
    pub refused_rows: Vec<RowRefused>,
    /// What taking it back has come to, once somebody has asked for that.
    pub undone: Option<Undone>,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

/// Where an import belongs and where its rights are asked: at the customer if it has one, else at the partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// Its partner.
    pub partner: PartnerId,
    /// Its customer.
    pub customer: Option<CustomerId>,
}

impl Home {
    /// The node of the grant.
    #[must_use]
    pub fn node(self) -> Node {
        self.customer.map_or(self.partner.into(), Into::into)
    }
}

/// The word of [`ImportRefusal::GaveUp`].
pub const GAVE_UP: &str = "import-gave-up";

/// The imports' "no".
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportRefusal {
    /// It stands elsewhere.
    WrongState {
        /// Where.
        state: ImportStatus,
    },
    /// It ended before its end.
    Broken {
        /// Why.
        reason: String,
    },
    /// Its work was given up: a dead letter, which somebody may have tried again.
    GaveUp {},
}

impl ImportRefusal {
    /// It ended before its end, for this reason.
    #[must_use]
    pub fn broken(reason: impl ToString) -> ImportRefusal {
        ImportRefusal::Broken { reason: reason.to_string() }
    }

    /// Whoever asked for the work may no longer do it.
    #[must_use]
    pub fn not_allowed(why: &str) -> ImportRefusal {
        ImportRefusal::broken(format!("The work was refused ({why})."))
    }
}

impl Refusal for ImportRefusal {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        match self {
            ImportRefusal::WrongState { .. } => "import-wrong-state",
            ImportRefusal::Broken { .. } => "import-broken",
            ImportRefusal::GaveUp {} => GAVE_UP,
        }
    }
    fn title(&self) -> String {
        match self {
            ImportRefusal::WrongState { state } => format!("This import is {}", state.word()),
            ImportRefusal::Broken { .. } => "The import stopped before its end".into(),
            ImportRefusal::GaveUp {} => "The work broke off again and again".into(),
        }
    }
    fn detail(&self) -> String {
        match self {
            ImportRefusal::WrongState { .. } => "This step does not follow from there. Nothing was changed.".into(),
            ImportRefusal::Broken { reason } => format!("{reason} Rows brought in before stay; upload the file again for the rest."),
            ImportRefusal::GaveUp {} => {
                "The cause lies with this installation. What was done before stays; have the work tried again, and it goes on from there."
                    .into()
            }
        }
    }
}
