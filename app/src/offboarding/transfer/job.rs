//! The work: when the new customer is prepared, what the archive holds is brought in through the commands everybody uses, as the one
//! who started it. Each is keyed by the transfer and the line it begins at, so a killed run begins anew and nothing counts twice.

use std::{collections::HashMap, path::PathBuf};

use access::Credential;
use command::{Call, Command, Fail};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{ImportId, PartnerId, SiteId, SourceId, Uuid};
use tokio::sync::mpsc;

use super::{
    Transfer, TransferStatus,
    ended::{BookStep, Finish, How, Work},
    lines,
    parcel::{Fault, Parcel},
    path,
    queries::{ForWork, LifecycleOf},
};
use crate::{
    app::App,
    campaigns::ImportResults,
    directory::{
        CHUNK, ImportMembers, NewMember,
        attributes::{AddAttribute, Attribute, AttributesOf, taken},
        status_rules::{AddStatusRule, RuleRefusal},
    },
    hierarchy::{
        Lifecycle,
        branding::{BrandChange, Colour, EditBrand},
        domains::extra::AddDomain,
        refusal::Refused,
        sites::{self, AddSite, SitesOf},
    },
    noun::{DomainName, Name},
    operations, provisioning,
    sources::CreateSource,
};

/// News: the customer of a transfer is prepared, or was taken back.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Prepared {
    /// At which partner.
    pub partner: PartnerId,
    /// Which transfer.
    pub transfer: ImportId,
    /// Who started it.
    pub holder: Uuid,
}

/// Obeys it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CarryOver(Prepared);

/// Why the work does not go on.
enum Stop {
    CalledOff,
    Later(String),
    Never { position: usize, why: String },
}

impl Job<App> for CarryOver {
    const KIND: &'static str = provisioning::PREPARED;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let Prepared { partner, transfer, holder } = self.0;
        let found = job.house.ask(&Call::operator(), ForWork { partner, transfer }).await?;
        let Some(found) = found else { return Ok(()) };
        if found.status != TransferStatus::Running {
            // An earlier run was killed between its end and this.
            super::discard(job.app, transfer).await;
            return Ok(());
        }
        let (Some(customer), Some(operation)) = (found.customer_id, found.operation_id) else { return Ok(()) };
        let work = Work { partner, transfer, customer, operation };
        let credential = if holder.is_nil() { Credential::Operator } else { Credential::Holder(holder) };
        let carrier = Carrier { app: job.app, call: Call::by(credential), work, archive: path(job.app, transfer) };
        let how = match carrier.carry(&found).await {
            Ok(()) => How::Made,
            Err(Stop::CalledOff) => How::CalledOff,
            Err(Stop::Never { position, why }) => How::Failed { position, why },
            Err(Stop::Later(why)) => return Err(Retry::Later(why)),
        };
        job.house.execute(Call::operator(), Finish { work, how }).await?;
        super::discard(job.app, transfer).await;
        Ok(())
    }
}

/// What members of the new customer can refer to.
struct Here {
    /// Sites by the ids they had there.
    sites: HashMap<String, SiteId>,
    attributes: Vec<Attribute>,
}

impl Here {
    /// A member as it will be here. An attribute nobody declares here is left out: nobody is lost for the sake of one.
    fn member(&self, person: lines::Person) -> NewMember {
        let site = person.site.and_then(|id| self.sites.get(&id).copied());
        NewMember { site, attributes: taken(&self.attributes, &person.new.attributes), ..person.new }
    }
}

struct Carrier<'a> {
    app: &'a App,
    call: Call,
    work: Work,
    archive: PathBuf,
}

/// Rows of a file, with the number of the first of them.
type Chunk<T> = (u64, Vec<T>);
/// Reads a line; none for one that is passed by.
type Reader<T> = Box<dyn Fn(u64, &[u8]) -> Result<Option<T>, Fault> + Send>;

impl Carrier<'_> {
    async fn carry(&self, transfer: &Transfer) -> Result<(), Stop> {
        self.prepared().await?;
        self.settings(transfer).await?;
        self.members().await?;
        self.results(transfer).await
    }

    /// The customer is there, if its preparation ended well.
    async fn prepared(&self) -> Result<(), Stop> {
        let lifecycle = self.app.house.ask(&Call::operator(), LifecycleOf { customer: self.work.customer }).await;
        match lifecycle.map_err(|fail| stop(0, fail))? {
            Some(Lifecycle::Setup | Lifecycle::Active) => self.book(0, true, 0).await,
            // It is there, and may be used again.
            Some(Lifecycle::Disabled) => Err(Stop::Later("the customer is suspended".into())),
            _ => Err(Stop::Never { position: 0, why: "The customer could not be prepared.".into() }),
        }
    }

    async fn settings(&self, transfer: &Transfer) -> Result<(), Stop> {
        self.book(1, false, 0).await?;
        let (customer, details) = (self.work.customer, &transfer.contents.customer);
        let display_name = details.display_name.as_ref().and_then(|n| Name::parse(n.as_str()).ok());
        let accent = details.accent.as_ref().and_then(|a| Colour::try_from(a.clone()).ok());
        let change = BrandChange { display_name: display_name.map(Some), accent: accent.map(Some) };
        self.execute(1, "brand", 0, EditBrand { customer, version: None, change }).await?;
        let read: Reader<DomainName> = Box::new(|n, line| Ok(lines::domain(n, line)?.ok()));
        // One that somebody else has by now is left out: whose it is, its proof says.
        self.each("domains.jsonl", read, |domain| AddDomain { customer, domain }, |_| true).await?;
        let read: Reader<Name> = Box::new(|n, line| Ok(lines::site(n, line)?.ok().flatten().map(|(_, name)| name)));
        self.each("sites.jsonl", read, |name| AddSite { customer, name }, |no| matches!(no, Refused::NameTaken {})).await?;
        let read: Reader<AddAttribute> = Box::new(move |n, line| Ok(lines::attribute(customer, n, line)?.ok()));
        self.each("member-attributes.jsonl", read, |add| add, |_| true).await?;
        let read: Reader<AddStatusRule> = Box::new(move |n, line| Ok(lines::rule(customer, n, line)?.ok()));
        self.each("status-rules.jsonl", read, |add| add, |no| matches!(no, RuleRefusal::TooMany { .. })).await?;
        let watched = self.app.config.sources.folder.is_some();
        let read: Reader<lines::Origin> = Box::new(move |n, line| Ok(lines::source(watched, n, line)?.ok()));
        let source = |lines::Origin { name, way, stop_percent }| {
            let id: SourceId = self.app.house.new_id();
            // Without its secret nothing can be read: its clock is set with the secret.
            CreateSource { customer, id, name, way, secret: None, every_minutes: None, stop_percent }
        };
        self.each("sources.jsonl", read, source, |_| false).await?;
        self.book(1, true, 0).await
    }

    /// Executes a command for each row of a file of settings. A refusal that leaves nothing out is none.
    async fn each<T: Send + 'static, C: Command>(
        &self,
        file: &'static str,
        read: Reader<T>,
        make: impl Fn(T) -> C,
        harmless: impl Fn(&C::Refusal) -> bool,
    ) -> Result<(), Stop> {
        let mut rows = self.read(file, 1, read);
        while let Some((line, found)) = next(1, &mut rows).await? {
            for row in found {
                match self.app.house.execute(self.keyed(file, line), make(row)).await {
                    Ok(_) => {}
                    Err(Fail::Refused(no)) if harmless(&no) => {}
                    Err(fail) => return Err(stop(1, fail)),
                }
            }
        }
        Ok(())
    }

    async fn members(&self) -> Result<(), Stop> {
        let (customer, import) = (self.work.customer, self.work.transfer);
        let mut done = 0;
        self.book(2, false, done).await?;
        let here = self.here().await?;
        let mut chunks = self.read("members.jsonl", CHUNK, Box::new(|n, line| Ok(lines::member(n, line)?.ok())));
        while let Some((line, people)) = next(2, &mut chunks).await? {
            let members = people.into_iter().map(|person| here.member(person)).collect();
            done += self.execute(2, "members", line, ImportMembers { customer, import, members, decided: true }).await?.created;
            self.book(2, false, done).await?;
        }
        self.book(2, true, done).await
    }

    /// What members of the new customer can refer to.
    async fn here(&self) -> Result<Here, Stop> {
        let (house, customer) = (&self.app.house, self.work.customer);
        let sites = house.ask(&self.call, SitesOf { customer }).await.map_err(|fail| stop(2, fail))?;
        let (attributes, _) = house.ask(&self.call, AttributesOf { customer }).await.map_err(|fail| stop(2, fail))?;
        let mut here = Here { sites: HashMap::new(), attributes };
        let mut rows = self.read("sites.jsonl", CHUNK, Box::new(|n, line| Ok(lines::site(n, line)?.ok().flatten())));
        while let Some((_, found)) = next(2, &mut rows).await? {
            let known = |(id, name): (String, Name)| Some((id, sites::named(&sites, name.as_str())?.id));
            here.sites.extend(found.into_iter().filter_map(known));
        }
        Ok(here)
    }

    async fn results(&self, transfer: &Transfer) -> Result<(), Stop> {
        // Judged as of the upload, so that a run that begins anew sends the same rows under the same keys.
        let (customer, import, now) = (self.work.customer, Some(self.work.transfer), transfer.created_at);
        self.book(3, false, 0).await?;
        let mut chunks = self.read("campaign-results.jsonl", CHUNK, Box::new(move |n, line| Ok(lines::result(now, n, line)?.ok())));
        while let Some((line, runs)) = next(3, &mut chunks).await? {
            self.execute(3, "results", line, ImportResults { customer, runs, import }).await?;
        }
        self.book(3, true, 0).await
    }

    /// Books how a step stands, unless somebody has called the work off.
    async fn book(&self, position: usize, over: bool, members: i64) -> Result<(), Stop> {
        let progress = operations::progress_of(&self.app.house, self.work.operation).await.map_err(|e| Stop::Later(e.to_string()))?;
        if progress.called_off {
            return Err(Stop::CalledOff);
        }
        let step = BookStep { work: self.work, position, over, members };
        self.app.house.execute(Call::operator(), step).await.map(drop).map_err(|fail| stop(position, fail))
    }

    /// The call of a part: the same part again is the same effect.
    fn keyed(&self, what: &str, line: u64) -> Call {
        self.call.clone().keyed(format!("transfer {}:{what}:{line}", self.work.transfer))
    }

    async fn execute<C: Command>(&self, position: usize, what: &str, line: u64, command: C) -> Result<C::Done, Stop> {
        self.app.house.execute(self.keyed(what, line), command).await.map(|answer| answer.value).map_err(|fail| stop(position, fail))
    }

    /// The rows of a file in chunks, read on a thread of its own while the database works. A fault ends them.
    fn read<T: Send + 'static>(&self, name: &'static str, most: usize, read: Reader<T>) -> mpsc::Receiver<Result<Chunk<T>, Fault>> {
        let (tell, told) = mpsc::channel(2);
        let archive = self.archive.clone();
        tokio::task::spawn_blocking(move || {
            if let Err(fault) = read_all(&archive, name, most, &read, &tell) {
                let _ = tell.blocking_send(Err(fault));
            }
        });
        told
    }
}

type Tell<T> = mpsc::Sender<Result<Chunk<T>, Fault>>;

fn read_all<T>(archive: &std::path::Path, name: &str, most: usize, read: &Reader<T>, tell: &Tell<T>) -> Result<(), Fault> {
    let (mut first, mut chunk) = (1, Vec::new());
    // A receiver that is gone wants no more.
    let gone = || Fault::new("archive-broken", "The work has ended.");
    Parcel::open(archive)?.lines(name, |n, line| {
        if chunk.is_empty() {
            first = n;
        }
        chunk.extend(read(n, line)?);
        if chunk.len() < most {
            return Ok(());
        }
        tell.blocking_send(Ok((first, std::mem::take(&mut chunk)))).map_err(|_| gone())
    })?;
    if chunk.is_empty() { Ok(()) } else { tell.blocking_send(Ok((first, chunk))).map_err(|_| gone()) }
}

async fn next<T>(position: usize, chunks: &mut mpsc::Receiver<Result<Chunk<T>, Fault>>) -> Result<Option<Chunk<T>>, Stop> {
    chunks.recv().await.transpose().map_err(|fault| Stop::Never { position, why: fault.detail })
}

/// Whoever started it may no longer do this, or a command says no: it ends there, and says so.
fn stop<R: command::Refusal>(position: usize, fail: Fail<R>) -> Stop {
    match fail {
        Fail::Store(e) => Stop::Later(e.to_string()),
        // Its region is closed for now: it was suspended a moment ago.
        Fail::Refused(no) if no.code() == "tenant-not-ready" => Stop::Later(no.title()),
        Fail::Refused(no) => Stop::Never { position, why: format!("{}.", no.title().trim_end_matches('.')) },
        Fail::Denied(_) => Stop::Never { position, why: "Whoever started it may not do this any more.".into() },
        Fail::KeyReused => Stop::Never { position, why: "A part of it was brought in otherwise.".into() },
    }
}
