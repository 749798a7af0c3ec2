//! What a kind of import is: how a row is read, judged and brought in.

use access::Permission;
use command::{Call, House};
use jobs::Retry;
use store::{CustomerId, ImportId, PartnerId, Timestamp};
use web::problem::Problem;

use super::{
    import::{ImportKind, RowRefused},
    mapping::Cells,
    undo::Weighed,
    undo_job::UndoPlace,
};
use crate::directory::rules::Refused;

/// Where a kind's work happens: who acts, for which partner, on which import.
pub struct Desk<'a> {
    /// The house.
    pub house: &'a House,
    /// Who acts; each item gets a key of its own.
    pub call: Call,
    /// Whose import.
    pub partner: PartnerId,
    /// Whose members.
    pub customer: Option<CustomerId>,
    /// Which import; nil while only a preview is asked for.
    pub import: ImportId,
}

impl Desk<'_> {
    /// The call for the rows that begin at a line: the same rows again are the same effect.
    #[must_use]
    pub fn call_for(&self, line: u64) -> Call {
        self.call.clone().keyed(format!("{}:{line}", self.import))
    }

    /// The call for a chunk of an undo: the same chunk again is the same effect.
    #[must_use]
    pub fn call_to_undo(&self, chunk: impl std::fmt::Display) -> Call {
        self.call.clone().keyed(format!("undo {}:{chunk}", self.import))
    }
}

/// What would become of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// It adds something.
    Create,
    /// It changes something known.
    Update,
    /// It adds a member that waits for a seat.
    Waiting,
    /// It is known and counts no second time.
    Duplicate,
    /// It is refused.
    Refused(Refused),
}

/// What became of a chunk.
#[derive(Debug, Default)]
pub struct Booked {
    /// Rows added.
    pub created: i64,
    /// Rows that changed something known.
    pub updated: i64,
    /// Members added that wait.
    pub waiting: i64,
    /// Known rows.
    pub duplicates: i64,
    /// Rows refused.
    pub refused: Vec<RowRefused>,
}

/// A kind of file.
pub trait Kind: Send + Sync + 'static {
    /// Which.
    const KIND: ImportKind;
    /// The right it needs.
    type Needs: Permission;
    /// A row that was read.
    type Item: Send + Sync + 'static;
    /// What judging a row must know of those before it.
    type Memory: Default + Send;

    /// Reads a row.
    ///
    /// # Errors
    /// The refused field.
    fn read(cells: &Cells<'_>, now: Timestamp) -> Result<Self::Item, Refused>;
    /// What may stand in one file only once, with the field that says it; empty for no such thing.
    fn once(item: &Self::Item) -> (&'static str, String);
    /// What a row is called in a list of verdicts.
    fn subject(item: &Self::Item) -> String;
    /// Says what would become of rows.
    ///
    /// # Errors
    /// The store's, or a denial.
    fn judge<'a>(
        desk: &'a Desk<'a>,
        items: &'a [Self::Item],
        memory: &'a mut Self::Memory,
    ) -> impl Future<Output = Result<Vec<Judged>, Problem>> + Send + 'a;
    /// Brings rows in; each with its line.
    ///
    /// # Errors
    /// Why the chunk must be tried again, or never.
    fn bring<'a>(desk: &'a Desk<'a>, items: Vec<(u64, Self::Item)>) -> impl Future<Output = Result<Booked, Retry>> + Send + 'a;
    /// Says what taking the desk's import back would do.
    ///
    /// # Errors
    /// The store's, or a denial.
    fn weigh<'a>(desk: &'a Desk<'a>) -> impl Future<Output = Result<Weighed, Problem>> + Send + 'a;
    /// Takes a chunk of it back and moves the place on; true when there is more.
    ///
    /// # Errors
    /// Why the chunk must be tried again, or never.
    fn take_back<'a>(desk: &'a Desk<'a>, at: &'a mut UndoPlace) -> impl Future<Output = Result<bool, Retry>> + Send + 'a;
}

/// A refusal of one row.
#[must_use]
pub fn row_refused(line: u64, no: &Refused) -> RowRefused {
    RowRefused { line, field: no.field.to_owned(), code: no.code.to_owned(), reason: no.reason.clone() }
}

/// Runs an expression with `K` standing for the kind a value names.
macro_rules! by_kind {
    ($kind:expr, $k:ident => $body:expr) => {
        match $kind {
            $crate::imports::import::ImportKind::Customers => {
                type $k = $crate::imports::kind_customers::Customers;
                $body
            }
            $crate::imports::import::ImportKind::Members => {
                type $k = $crate::imports::kind_members::Members;
                $body
            }
            $crate::imports::import::ImportKind::Results => {
                type $k = $crate::imports::kind_results::Results;
                $body
            }
        }
    };
}
pub(super) use by_kind;
