//! Everything a customer owns, in open formats, made by a job into a file that expires: what is offered before a purge.

mod api;
mod archive;
mod pages;
mod parts;
pub(super) mod store;

use std::{
    io::Read as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use ::store::{Control, CustomerId, ExportId, OperationId, PartnerId, Timestamp, View};
use access::{
    Scope,
    permissions::{ManageCustomers, Operate},
};
use command::{Call, Command, Cx, Fail, Never, Node, Query, Refusal};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::{
    archive::Archive,
    parts::{FromControl, FromRegion},
    store as rows,
};
use super::store::in_reach;
use crate::{
    app::App,
    files,
    hierarchy::{Lifecycle, customers},
    operations,
};

pub use api::routes as api;
pub use pages::routes as pages;

/// Days an export can be downloaded.
pub const KEPT_DAYS: i64 = 7;

/// An export.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Export {
    /// Its id.
    pub id: ExportId,
    /// Of which customer.
    pub customer_id: CustomerId,
    /// Its name.
    pub customer_name: String,
    /// The work that makes it.
    pub operation_id: OperationId,
    /// Bytes of the file; null while it is being made.
    pub bytes: Option<i64>,
    /// SHA-256 of the file in hexadecimal; null while it is being made.
    pub sha256: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Until when it can be downloaded.
    pub expires_at: Timestamp,
}

/// What an export is called among the customer's files.
fn name_of(id: ExportId) -> String {
    format!("exports/{id}.zip")
}

/// Where an attempt writes before the whole is put among the files. Each has a file of its own: one that was given up may still
/// be writing.
fn part(app: &App, id: ExportId, attempt: i64) -> PathBuf {
    app.config.data.join("exports").join(format!("{id}.{attempt}.part"))
}

/// More often a job does not run.
const MOST_ATTEMPTS: i64 = 40;

/// Removes an export's file, whole or half-made.
///
/// # Errors
/// The storage's trouble, to be tried again.
pub(super) async fn discard(app: &App, customer: CustomerId, id: ExportId) -> Result<(), Retry> {
    for attempt in 1..=MOST_ATTEMPTS {
        let _ = tokio::fs::remove_file(part(app, id, attempt)).await;
    }
    files::of(app, customer).await?.remove(&name_of(id)).await.map_err(files::trouble)
}

/// Has an export made.
#[derive(Debug, Serialize)]
pub struct BeginExport {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which customer, removed ones included.
    pub customer: CustomerId,
}

/// What was begun.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Exporting {
    /// The export.
    pub export_id: ExportId,
    /// The work to watch.
    pub operation_id: OperationId,
}

/// Why no export is made.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotExported {
    /// One is being made.
    UnderWay {},
    /// The customer is purged, or not made yet.
    NothingThere {
        /// Where it stands.
        lifecycle: Lifecycle,
    },
}

impl Refusal for NotExported {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        match self {
            NotExported::UnderWay {} => "export-under-way",
            NotExported::NothingThere { .. } => "nothing-to-export",
        }
    }
    fn title(&self) -> String {
        match self {
            NotExported::UnderWay {} => "An export of this customer is being made".into(),
            NotExported::NothingThere { lifecycle } => format!("The customer is {}", lifecycle.word()),
        }
    }
    fn detail(&self) -> String {
        match self {
            NotExported::UnderWay {} => "Wait for it: it holds the same. Nothing was changed.",
            NotExported::NothingThere { .. } => "There is nothing to export. Nothing was changed.",
        }
        .into()
    }
}

impl Command for BeginExport {
    const NAME: &'static str = "offboarding.begin_export";
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = Exporting;
    type Refusal = NotExported;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Exporting, Fail<NotExported>> {
        if !in_reach(cx.tx, cx.scope, self.customer)? {
            return Err(Fail::Denied(access::Denied::NotFound));
        }
        let customer = customers::find(cx.tx, cx.scope, self.customer)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        if matches!(customer.lifecycle, Lifecycle::Provisioning | Lifecycle::Purged) {
            return Err(NotExported::NothingThere { lifecycle: customer.lifecycle }.into());
        }
        if rows::being_made(cx.tx, cx.scope, self.customer, cx.now)? {
            return Err(NotExported::UnderWay {}.into());
        }
        let export: ExportId = cx.new_id();
        let operation = operations::begin(cx, None, "offboarding.export", 1)?;
        rows::insert(cx.tx, cx.scope, export, self.customer, operation, cx.now, cx.now.plus_days(KEPT_DAYS))?;
        cx.changed("customer", self.customer, "export", (), export);
        let work = MakeExport { partner: self.partner, customer: self.customer, export, operation };
        cx.tell(<MakeExport as Job<App>>::KIND, &work);
        Ok(Exporting { export_id: export, operation_id: operation })
    }
}

/// The work of an export. Killed, it begins its file anew.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct MakeExport {
    partner: PartnerId,
    customer: CustomerId,
    export: ExportId,
    operation: OperationId,
}

/// What the manifest says of the whole.
#[derive(Serialize)]
struct About {
    format: &'static str,
    version: u32,
    program: &'static str,
    control_schema: i64,
    region_schema: i64,
    customer: CustomerId,
    made_at: Timestamp,
}

impl Job<App> for MakeExport {
    const KIND: &'static str = "offboarding.export";

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        for before in 1..job.attempt {
            let _ = tokio::fs::remove_file(part(job.app, self.export, before)).await;
        }
        let part = part(job.app, self.export, job.attempt);
        let into = create(part.clone()).await.map_err(Retry::Later)?;
        let (partner, customer) = (self.partner, self.customer);
        job.house.ask(&Call::operator(), FromControl { partner, customer, into: into.clone() }).await?;
        job.house.ask(&Call::operator(), FromRegion { customer, into: into.clone() }).await?;
        let about = About {
            format: "tenantry-export",
            version: 1,
            program: env!("CARGO_PKG_VERSION"),
            control_schema: ::store::latest_version::<Control>(),
            region_schema: ::store::latest_version::<::store::Region>(),
            customer,
            made_at: job.house.now(),
        };
        let (bytes, sha256) = close(into, about, part.clone()).await.map_err(Retry::Later)?;
        files::of(job.app, customer).await?.put_file(&name_of(self.export), &part).await.map_err(files::trouble)?;
        let _ = tokio::fs::remove_file(part).await;
        job.house.execute(Call::operator(), FinishExport { work: self, bytes, sha256 }).await?;
        Ok(())
    }
}

async fn create(part: PathBuf) -> Result<parts::Shared, String> {
    let made = tokio::task::spawn_blocking(move || {
        if let Some(folder) = part.parent() {
            std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
        Archive::create(&part)
    });
    Ok(Arc::new(Mutex::new(Some(made.await.map_err(|e| e.to_string())??))))
}

/// Closes the archive and reads it once more: its bytes and their SHA-256.
async fn close(into: parts::Shared, about: About, part: PathBuf) -> Result<(i64, String), String> {
    let closed = tokio::task::spawn_blocking(move || {
        let archive = into.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or("the archive is closed")?;
        archive.close(&about)?;
        print_of(&part)
    });
    closed.await.map_err(|e| e.to_string())?
}

/// Bytes and SHA-256 of a file, read in pieces.
fn print_of(path: &Path) -> Result<(i64, String), String> {
    let mut hash = Sha256::new();
    let mut file = std::fs::File::open(path).map_err(|e| e.to_string())?;
    let (mut piece, mut bytes) = (vec![0; 64 * 1024], 0);
    loop {
        let read = file.read(&mut piece).map_err(|e| e.to_string())?;
        if read == 0 {
            return Ok((bytes, data_encoding::HEXLOWER.encode(&hash.finalize())));
        }
        hash.update(&piece[..read]);
        bytes += i64::try_from(read).unwrap_or(0);
    }
}

#[derive(Debug, Serialize)]
struct FinishExport {
    work: MakeExport,
    bytes: i64,
    sha256: String,
}

impl Command for FinishExport {
    const NAME: &'static str = "offboarding.finish_export";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.work.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        if rows::ready(cx.tx, cx.scope, self.work.export, self.bytes, &self.sha256)? {
            let result = serde_json::json!({ "export_id": self.work.export, "bytes": self.bytes, "sha256": self.sha256 });
            operations::succeed(cx, self.work.operation, &result)?;
        }
        Ok(())
    }
}

/// Asks for the exports in reach, newest first.
#[derive(Debug)]
pub struct Exports {
    /// Of which partner.
    pub partner: PartnerId,
}

impl Query for Exports {
    type Home = Control;
    type Needs = ManageCustomers;
    type Found = Vec<Export>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ManageCustomers>, _: Timestamp) -> ::store::Result<Vec<Export>> {
        rows::list(view, scope)
    }
}

/// Hands an export out: who took it stands in the trail.
#[derive(Debug, Serialize)]
pub struct TakeExport {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which.
    pub export: ExportId,
}

/// Why an export is not handed out.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotTaken {
    /// It is being made.
    NotReady {},
    /// Its time is over.
    Expired {},
}

impl Refusal for NotTaken {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        match self {
            NotTaken::NotReady {} => "export-not-ready",
            NotTaken::Expired {} => "export-expired",
        }
    }
    fn title(&self) -> String {
        match self {
            NotTaken::NotReady {} => "The export is being made".into(),
            NotTaken::Expired {} => "The export has expired".into(),
        }
    }
    fn detail(&self) -> String {
        match self {
            NotTaken::NotReady {} => "Try again in a moment.",
            NotTaken::Expired {} => "Have another one made.",
        }
        .into()
    }
}

impl Command for TakeExport {
    const NAME: &'static str = "offboarding.take_export";
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = Export;
    type Refusal = NotTaken;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Export, Fail<NotTaken>> {
        let export = rows::find(cx.tx, cx.scope, self.export)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        if export.expires_at <= cx.now {
            return Err(NotTaken::Expired {}.into());
        }
        if export.sha256.is_none() {
            return Err(NotTaken::NotReady {}.into());
        }
        cx.changed("export", self.export, "downloaded", (), true);
        Ok(export)
    }
}

/// Forgets a partner's exports whose time is over.
#[derive(Debug, Serialize)]
struct ForgetExports {
    partner: PartnerId,
}

impl Command for ForgetExports {
    const NAME: &'static str = "offboarding.forget_exports";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = u64;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<u64, Fail<Never>> {
        Ok(rows::forget(cx.tx, cx.scope, cx.now)?)
    }
}

/// Removes the exports of a partner whose time is over: files first, so that none is left without its row.
///
/// # Errors
/// The store's or the storage's trouble, to be tried again.
pub(super) async fn sweep(app: &App, partner: PartnerId) -> Result<(), Retry> {
    let now = app.house.now();
    let expired = app.house.control().read(move |view: &mut View<'_, Control>| {
        view.enter(partner.0);
        rows::expired(view, partner, now)
    });
    let expired = expired.await.map_err(|e| Retry::Later(e.to_string()))?;
    if expired.is_empty() {
        return Ok(());
    }
    for (customer, export) in expired {
        discard(app, customer, export).await?;
    }
    app.house.execute(Call::operator(), ForgetExports { partner }).await?;
    Ok(())
}
