//! Long work people can watch (`/v1/operations/{id}`), and the dead letters of background jobs.
//!
//! Tables: `operation`, `operation_step`. Called by every room that answers 202. [`mail_test`] is one of its own.

mod api;
mod cancel;
mod dead;
mod events;
pub mod mail_test;
mod pages;
mod store;

pub use api::{poke, routes as api};
pub use cancel::{CancelOperation, NotCanceled};
pub use dead::{DeadLetter, NotRetried, Recent, RetryJob, RetryOperation, RetryRegionJob, dead_letters, retry};
pub use pages::routes as pages;

use ::store::{Control, CustomerId, OperationId, Result, Timestamp, View};
use access::{Scope, permissions::Read};
use command::{Command, Cx, House, Node, Refusal};
use jobs::Registry;
use serde::{Deserialize, Serialize};

use crate::app::App;

/// The room's background work.
#[must_use]
pub fn jobs(registry: Registry<App>) -> Registry<App> {
    registry.with::<mail_test::RunMailTest>()
}

/// An operation as people see it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Operation {
    /// Its id.
    pub id: OperationId,
    /// What it does.
    pub kind: String,
    /// The customer it concerns, if one.
    pub customer_id: Option<CustomerId>,
    /// How it stands.
    pub status: Status,
    /// Items done.
    pub done: i64,
    /// Items in all.
    pub total: i64,
    /// Its named steps, if it has any.
    pub steps: Vec<Step>,
    /// What it came to.
    pub result: Option<serde_json::Value>,
    /// Why it failed.
    pub error: Option<serde_json::Value>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

impl Operation {
    /// Where its events are.
    #[must_use]
    pub fn events(id: OperationId) -> String {
        format!("/v1/operations/{id}/events")
    }
}

/// How an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not begun.
    Pending,
    /// Under way.
    Running,
    /// Ended well.
    Succeeded,
    /// Ended badly.
    Failed,
    /// Called off.
    Canceled,
}

impl Status {
    const ALL: [(Status, &'static str); 5] = [
        (Status::Pending, "pending"),
        (Status::Running, "running"),
        (Status::Succeeded, "succeeded"),
        (Status::Failed, "failed"),
        (Status::Canceled, "canceled"),
    ];

    fn parse(word: &str) -> Status {
        Status::ALL.into_iter().find(|(_, w)| *w == word).map_or(Status::Pending, |(s, _)| s)
    }
}

/// One named step.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Step {
    /// What it does.
    pub name: String,
    /// `pending`, `running`, `succeeded`, `failed` or `undone`.
    pub status: String,
    /// When it was begun.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What it gave.
    pub result: Option<serde_json::Value>,
    /// Why it failed.
    pub error: Option<String>,
}

/// The state of one step, to be booked.
#[derive(Debug, Clone, Copy)]
pub struct Booked<'a> {
    /// Its place, from 0.
    pub position: usize,
    /// What it does.
    pub name: &'a str,
    /// `running`, `succeeded`, `failed` or `undone`.
    pub status: &'a str,
    /// What it gave; none keeps what is known.
    pub result: Option<&'a serde_json::Value>,
    /// Why it failed.
    pub error: Option<&'a str>,
}

/// Where the steps of an operation stand.
#[derive(Debug, Clone)]
pub struct Progress {
    /// True once somebody has called it off.
    pub called_off: bool,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// What an operation came to, as its caller needs it.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Not ended yet.
    Pending,
    /// Ended well, with this value.
    Succeeded(serde_json::Value),
    /// Ended with this refusal.
    Failed(serde_json::Value),
}

/// Begins an operation inside a command.
///
/// # Errors
/// The store's.
pub fn begin<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: Option<CustomerId>,
    kind: &str,
    total: i64,
) -> Result<OperationId> {
    let id = cx.new_id();
    store::insert(cx.tx, cx.scope, id, customer, kind, total, cx.now)?;
    Ok(id)
}

/// Books progress.
///
/// # Errors
/// The store's.
pub fn progress<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: OperationId, done: i64) -> Result<()> {
    store::progress(cx.tx, cx.scope, id, done)
}

/// Books the state of one step.
///
/// # Errors
/// The store's.
pub fn book_step<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: OperationId, step: &Booked<'_>) -> Result<()> {
    store::book_step(cx.tx, cx.scope, id, step, cx.now)
}

/// True once somebody has called the operation off: asked in the transaction that would end it.
///
/// # Errors
/// The store's.
pub fn called_off<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: OperationId) -> Result<bool> {
    store::called_off(cx.tx, cx.scope.partner(), id)
}

/// Where the steps of an operation stand, read as the installation itself.
///
/// # Errors
/// The store's.
pub async fn progress_of(house: &House, id: OperationId) -> Result<Progress> {
    house.control().read(move |view| store::progress_of(view, id)).await
}

/// Ends an operation that was called off, after everything was taken back.
///
/// # Errors
/// The store's.
pub fn cancel<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: OperationId) -> Result<()> {
    store::end(cx.tx, cx.scope, id, "canceled", None, None, cx.now)
}

/// Ends an operation well.
///
/// # Errors
/// The store's.
pub fn succeed<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: OperationId, result: &impl Serialize) -> Result<()> {
    let result = serde_json::to_string(result).map_err(|e| ::store::Error::Corrupt(e.to_string()))?;
    store::end(cx.tx, cx.scope, id, "succeeded", Some(&result), None, cx.now)
}

/// Has an operation that failed run again.
///
/// # Errors
/// The store's.
pub fn reopen<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: OperationId) -> Result<()> {
    store::reopen(cx.tx, cx.scope, id)
}

/// Ends an operation with a refusal, kept as the problem a caller would have got.
///
/// # Errors
/// The store's.
pub fn fail<C: Command<Home = Control>, R: Refusal>(cx: &mut Cx<'_, '_, C>, id: OperationId, refusal: &R) -> Result<()> {
    let error = web::problem::Problem::from(command::Fail::Refused(Shown::of(refusal)));
    let error = serde_json::to_string(&error).map_err(|e| ::store::Error::Corrupt(e.to_string()))?;
    store::end(cx.tx, cx.scope, id, "failed", None, Some(&error), cx.now)
}

/// A refusal kept by value.
#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    members: serde_json::Value,
    #[serde(skip)]
    status: u16,
    #[serde(skip)]
    code: &'static str,
    #[serde(skip)]
    title: String,
    #[serde(skip)]
    detail: String,
}

impl Shown {
    fn of<R: Refusal>(refusal: &R) -> Shown {
        let members = serde_json::to_value(refusal).unwrap_or_default();
        Shown { members, status: refusal.status(), code: refusal.code(), title: refusal.title(), detail: refusal.detail() }
    }
}

impl Refusal for Shown {
    fn status(&self) -> u16 {
        self.status
    }
    fn code(&self) -> &'static str {
        self.code
    }
    fn title(&self) -> String {
        self.title.clone()
    }
    fn detail(&self) -> String {
        self.detail.clone()
    }
}

/// What became of an operation, read as the installation itself right after its command.
///
/// # Errors
/// The store's.
pub async fn outcome(house: &House, id: OperationId) -> Result<Outcome> {
    house.control().read(move |view| store::outcome(view, id)).await
}

/// The node of an operation, where the right to see it is asked: its customer, so that the customer's own administrator
/// may, or else its partner. Nil when there is none.
pub(crate) async fn node_of(house: &House, id: OperationId) -> Result<Node> {
    house.control().read(move |view| store::place(view, id).map(|(_, node)| Node::known(node))).await
}

/// How much work on a customer has begun at the scope's partner and not ended.
///
/// # Errors
/// The store's.
pub fn under_way<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<i64> {
    store::under_way(view, scope, customer)
}

/// An operation of the scope's partner, if its customer is in reach; one that was removed since is in reach of whoever reaches all.
///
/// # Errors
/// The store's.
pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: OperationId) -> Result<Option<Operation>> {
    store::find(view, scope, id)
}

/// True when a job of an operation gave up: it waits for somebody to have it tried again.
///
/// # Errors
/// The store's.
pub fn gave_up<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: OperationId) -> Result<bool> {
    Ok(!store::dead_of(view, scope.partner(), id)?.is_empty())
}

/// True until an operation has ended.
///
/// # Errors
/// The store's.
pub fn is_open<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: OperationId) -> Result<bool> {
    store::is_open(view, scope, id)
}

/// A customer's operations of a kind that have not ended.
///
/// # Errors
/// The store's.
pub fn open_of<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, kind: &str) -> Result<Vec<OperationId>> {
    store::open_of(view, scope, customer, kind)
}

/// The permission that shows operations.
pub(crate) type Needs = Read;
