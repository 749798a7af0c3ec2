//! From an archive somebody sends to a transfer: received, examined, booked, shown, started. One path for API and console.

use command::Call;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{CustomerId, ImportId, OperationId, PartnerId, Timestamp};
use tokio::sync::Semaphore;
use web::problem::Problem;

use super::{
    Transfer, TransferStatus,
    commands::{RecordTransfer, StartTransfer},
    contents::{Contents, examine},
    path,
    queries::TransferOf,
};
use crate::{
    app::App,
    hierarchy::refusal::clearable,
    imports::{CustomerFacts, Stored, api_receive::Received},
    licensing::pools::SummaryOf,
    noun::{DomainName, Name},
    provisioning::api::NewCustomerBody,
};

/// Archives examined at a time: each unpacks up to 8 GB.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Something that has to be settled before a transfer can start.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Conflict {
    /// The field to say otherwise.
    pub field: String,
    /// `name-taken`, `domain-taken`, `name-missing` or `customer-limit`.
    pub code: String,
}

/// A transfer with what stands in its way just now.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Shown {
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
    /// What has to be settled before it can start; empty once it has.
    pub conflicts: Vec<Conflict>,
    /// Seats left in the pool.
    pub available: i64,
    /// The customer it became.
    pub customer_id: Option<CustomerId>,
    /// The work to watch.
    pub operation_id: Option<OperationId>,
    /// Members brought in so far.
    pub members_done: i64,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

/// What is to be otherwise than in the archive.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Choice {
    /// Its name here.
    pub name: Option<Name>,
    /// Its primary domain here; null for none.
    #[serde(deserialize_with = "clearable")]
    #[schema(value_type = Option<String>)]
    pub domain: Option<Option<DomainName>>,
    /// Where its data will lie, for ever; your default when absent.
    pub region: Option<String>,
    /// Seats from the pool; none when absent: its members wait.
    pub seats: Option<i64>,
}

/// What a received archive holds.
///
/// # Errors
/// 422 with what is wrong with it.
pub async fn examined(app: &App, stored: &Stored) -> Result<Contents, Problem> {
    let (file, now, watched) = (path(app, stored.id), app.house.now(), app.config.sources.folder.is_some());
    let turn = TURNS.acquire().await.map_err(|e| Problem::internal(e.to_string()))?;
    let examined = tokio::task::spawn_blocking(move || {
        // Held until it has been read, whether or not the sender still waits.
        let _turn = turn;
        examine(&file, now, watched)
    });
    Ok(examined.await.map_err(|e| Problem::internal(e.to_string()))??)
}

/// Examines a received archive whole and books it as a transfer.
///
/// # Errors
/// 422 with what is wrong with it; then nothing is kept.
pub async fn book(app: &App, call: &Call, partner: PartnerId, received: Received) -> Result<ImportId, Problem> {
    let mut stored = received.stored;
    let contents = examined(app, &stored).await?;
    let command =
        RecordTransfer { partner, id: stored.id, file_name: stored.name.clone(), file_hash: stored.hash, bytes: stored.bytes, contents };
    let id = app.house.execute(call.clone(), command).await?.value;
    if id == stored.id {
        stored.claim.settle();
    }
    Ok(id)
}

/// A transfer as it is shown.
///
/// # Errors
/// 401, 404, 403.
pub async fn shown(app: &App, call: &Call, partner: PartnerId, transfer: ImportId) -> Result<Shown, Problem> {
    let found = app.house.ask(call, TransferOf { partner, transfer }).await?.ok_or_else(Problem::not_found)?;
    let available = app.house.ask(call, SummaryOf { partner }).await?.available;
    let conflicts = if found.status == TransferStatus::Uploaded { conflicts(app, call, partner, &found).await? } else { Vec::new() };
    let Transfer { id, status, file_name, bytes, contents, customer_id, operation_id, members_done, created_at, .. } = found;
    Ok(Shown { id, status, file_name, bytes, contents, conflicts, available, customer_id, operation_id, members_done, created_at })
}

async fn conflicts(app: &App, call: &Call, partner: PartnerId, transfer: &Transfer) -> Result<Vec<Conflict>, Problem> {
    let customer = &transfer.contents.customer;
    let domains: Vec<String> = customer.domain.iter().cloned().collect();
    let facts = app.house.ask(call, CustomerFacts { partner, domains, names: vec![customer.name.clone()] }).await?;
    let found = [
        ("name", "name-missing", customer.name.is_empty()),
        ("name", "name-taken", !facts.named.is_empty()),
        ("domain", "domain-taken", !facts.taken.is_empty()),
        ("", "customer-limit", facts.places <= 0),
    ];
    let one = |(field, code, is): (&str, &str, bool)| is.then(|| Conflict { field: field.to_owned(), code: code.to_owned() });
    Ok(found.into_iter().filter_map(one).collect())
}

/// The command that starts a transfer: what the archive says of the customer, and what is to be otherwise, read as the body of a new
/// customer is.
///
/// # Errors
/// 422 naming the field; 404.
pub async fn starting(app: &App, call: &Call, partner: PartnerId, transfer: ImportId, choice: Choice) -> Result<StartTransfer, Problem> {
    let found = app.house.ask(call, TransferOf { partner, transfer }).await?.ok_or_else(Problem::not_found)?;
    let c = found.contents.customer;
    let name = choice.name.map_or(c.name, String::from);
    let domain = choice.domain.map_or(c.domain, |chosen| chosen.map(String::from));
    let texts = [
        ("name", Some(name)),
        ("legal_name", c.legal_name),
        ("domain", domain),
        ("kind", Some(c.kind)),
        ("plan", c.tier),
        ("region", choice.region),
        ("country", c.country),
        ("sector", c.sector),
        ("time_zone", c.time_zone),
        ("language", c.language),
    ];
    let mut body: Map<String, Value> = texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text?.into()))).collect();
    body.insert("max_mau".into(), c.max_mau.into());
    body.insert("seats".into(), choice.seats.unwrap_or(0).into());
    let body: NewCustomerBody = web::door::read(Value::Object(body).to_string().as_bytes())?;
    let made = body.command(app, partner)?;
    let mut new = made.new;
    new.import_id = Some(transfer);
    Ok(StartTransfer { partner, transfer, new, seats: made.seats })
}
