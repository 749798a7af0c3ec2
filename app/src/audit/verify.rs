//! Walking chains from their beginning, against the newest signed checkpoint: chain by chain, a few hundred in one snapshot,
//! so that neither memory nor the time a read lane is held grows with the number of customers.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::Arc,
};

use command::{
    Call, Place as Home,
    audit::{self, Head, Verdict},
};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, Db, PartnerId, Region, Timestamp, Uuid, View};
use web::problem::Problem;

use super::{
    checkpoint::{self, CONTROL, Signed},
    queries::{MayVerify, Place},
    store as rows,
};
use crate::app::App;

/// Chains walked in one snapshot.
const EACH: usize = 200;
/// The most broken chains a report names.
const NAMED: usize = 100;

/// What was found of one chain.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Chain {
    /// Its id: a partner's, or a customer's.
    pub chain: String,
    /// `control`, or the region that holds it.
    pub home: String,
    /// Whose it is, by name.
    pub name: Option<String>,
    /// Entries read.
    pub entries: i64,
    /// The first thing that does not hold, in words.
    pub finding: String,
}

/// What was found of all of them.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Report {
    /// True when everything holds.
    pub intact: bool,
    /// Chains walked.
    pub chains: i64,
    /// Entries read.
    pub entries: i64,
    /// The first thing that does not hold, in words.
    pub finding: Option<String>,
    /// The chains that do not hold, at most 100.
    pub broken: Vec<Chain>,
    /// When the newest checkpoint was signed; null when there is none yet.
    pub checkpoint_at: Option<Timestamp>,
}

/// How far a walk is.
#[derive(Debug, Clone, Copy)]
pub struct Walked {
    /// Chains walked so far.
    pub chains: i64,
    /// Entries read so far.
    pub entries: i64,
}

impl Report {
    fn begin(signed: &Result<Signed, String>) -> Report {
        Report {
            intact: signed.is_ok(),
            chains: 0,
            entries: 0,
            finding: signed.as_ref().err().cloned(),
            broken: Vec::new(),
            checkpoint_at: signed.as_ref().ok().and_then(|s| s.at),
        }
    }

    fn add(&mut self, home: &str, chain: String, verdict: Verdict, name: impl FnOnce() -> Option<String>) {
        self.chains += 1;
        self.entries += verdict.entries;
        let Some(finding) = verdict.finding else { return };
        self.intact = false;
        self.finding.get_or_insert_with(|| finding.clone());
        if self.broken.len() < NAMED {
            self.broken.push(Chain { chain, home: home.to_owned(), name: name(), entries: verdict.entries, finding });
        }
    }

    fn walked(&self) -> Walked {
        Walked { chains: self.chains, entries: self.entries }
    }
}

async fn signed(app: &App) -> Result<Result<Signed, String>, String> {
    let (path, seed) = (checkpoint::file(app), app.keys.checkpoint());
    let read = tokio::task::spawn_blocking(move || checkpoint::read(&path, &seed));
    read.await.map_err(|e| e.to_string())?.map_err(|e| e.to_string())
}

fn head_in(signed: &Result<Signed, String>, home: &str, chain: Uuid) -> Option<Head> {
    signed.as_ref().ok()?.heads.get(&(home.to_owned(), chain)).cloned()
}

/// A region's entries name the partner in whose list they stand: the customer's own, or one it was moved from, in whose list
/// what was done before stays. A customer that is below no partner any more is held to nothing.
async fn held_to(app: &App, chain: Uuid, verdict: Verdict, partner: Option<Uuid>) -> store::Result<Verdict> {
    let Some(partner) = partner else { return Ok(verdict) };
    let others: Vec<Uuid> = verdict.partners.iter().copied().filter(|p| *p != partner).collect();
    if verdict.finding.is_some() || others.is_empty() {
        return Ok(verdict);
    }
    if app.house.control().read(move |view: &mut View<'_, Control>| rows::moved(view, chain, &others)).await? {
        return Ok(verdict);
    }
    Ok(Verdict { intact: false, finding: Some("its entries stand in another partner's list".into()), ..verdict })
}

/// Verifies the chains of a partner that the caller may read.
///
/// # Errors
/// A denial, or the store's trouble. A broken chain is no error but a finding.
pub async fn verify(app: &App, call: &Call, partner: PartnerId) -> Result<Report, Problem> {
    let (own, places) = app.house.ask(call, MayVerify { partner }).await?;
    let signed = signed(app).await.map_err(Problem::internal)?;
    let mut report = Report::begin(&signed);
    if own {
        let point = head_in(&signed, CONTROL, partner.0);
        let verdict = app.house.control().read(move |view: &mut View<'_, Control>| one(view, partner.0, point.as_ref())).await?;
        report.add(CONTROL, partner.to_string(), verdict, || None);
    }
    for (region, db) in app.house.regions() {
        let here: Vec<&Place> = places.iter().filter(|p| p.region == *region).collect();
        for some in here.chunks(EACH) {
            let names: HashMap<Uuid, &str> = some.iter().map(|p| (p.customer.0, p.name.as_str())).collect();
            let work: Vec<(Uuid, Option<Head>)> = some.iter().map(|p| (p.customer.0, head_in(&signed, region, p.customer.0))).collect();
            let verdicts = db.read(move |view: &mut View<'_, Region>| {
                let each = work.iter().map(|(chain, point)| Ok((*chain, point.is_some(), one(view, *chain, point.as_ref())?)));
                each.collect::<store::Result<Vec<_>>>()
            });
            let mut begun = verdicts.await?;
            // A chain that has not begun and was never signed is none.
            begun.retain(|(_, was_signed, v)| *was_signed || v.entries > 0 || !v.intact);
            for (chain, _, verdict) in begun {
                let verdict = held_to(app, chain, verdict, Some(partner.0)).await?;
                let name = || names.get(&chain).map(|n| (*n).to_owned());
                report.add(region, CustomerId::new(chain).to_string(), verdict, name);
            }
        }
    }
    Ok(report)
}

fn one<H: Home>(view: &mut View<'_, H>, chain: Uuid, point: Option<&Head>) -> store::Result<Verdict> {
    view.enter(chain);
    let said = audit::head_of(view, chain)?;
    audit::verify(view, chain, said.as_ref(), point)
}

/// The chains of a home behind an id, each with its verdict; and where the next page begins, if there is one.
type Page = (Vec<(Uuid, Verdict)>, Option<Uuid>);

/// Walks the next chains of a home in the order of their ids: those that stand there, and those that a checkpoint saw there.
fn next<H: Home>(view: &mut View<'_, H>, home: &str, signed: &Signed, after: Uuid) -> store::Result<Page> {
    let heads = audit::heads(view, after, i64::try_from(EACH).unwrap_or(200))?;
    let more = (heads.len() == EACH).then(|| heads.last().map(|h| h.chain)).flatten();
    let range = (Bound::Excluded((home.to_owned(), after)), Bound::Included((home.to_owned(), more.unwrap_or(Uuid::max()))));
    let mut work: BTreeMap<Uuid, (Option<&Head>, Option<Head>)> =
        signed.heads.range(range).map(|((_, chain), point)| (*chain, (Some(point), None))).collect();
    for head in heads {
        let chain = head.chain;
        work.entry(chain).or_default().1 = Some(head);
    }
    let mut verdicts = Vec::with_capacity(work.len());
    for (chain, (point, said)) in work {
        view.enter(chain);
        verdicts.push((chain, audit::verify(view, chain, said.as_ref(), point)?));
    }
    Ok((verdicts, more))
}

async fn walk<H: Home>(
    db: &Db<H>,
    home: &str,
    signed: &Arc<Signed>,
    mut each: impl AsyncFnMut(Vec<(Uuid, Verdict)>) -> store::Result<()>,
) -> store::Result<()> {
    let mut after = Uuid::nil();
    loop {
        let (signed, name) = (signed.clone(), home.to_owned());
        let (verdicts, more) = db.read(move |view: &mut View<'_, H>| next(view, &name, &signed, after)).await?;
        each(verdicts).await?;
        match more {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

/// Verifies every chain of the installation, for `tenantry audit verify`, and tells how far it is. Gives a sentence when all
/// hold.
///
/// # Errors
/// What does not hold, or what cannot be read, in words.
pub async fn cli_verify(app: &App, tell: &dyn Fn(Walked)) -> Result<String, String> {
    let words = |e: store::Error| e.to_string();
    let signed = signed(app).await?;
    let mut report = Report::begin(&signed);
    let known = Arc::new(signed.unwrap_or_default());
    let all = walk(app.house.control(), CONTROL, &known, async |verdicts| {
        verdicts.into_iter().for_each(|(chain, v)| report.add(CONTROL, chain.to_string(), v, || None));
        tell(report.walked());
        Ok(())
    });
    all.await.map_err(words)?;
    for (region, db) in app.house.regions() {
        let all = walk(db, region, &known, async |verdicts| {
            let chains: Vec<Uuid> = verdicts.iter().map(|(chain, _)| *chain).collect();
            let partners = app.house.control().read(move |view| rows::partners_of(view, &chains)).await?;
            for ((chain, verdict), partner) in verdicts.into_iter().zip(partners) {
                let verdict = held_to(app, chain, verdict, partner).await?;
                report.add(region, CustomerId::new(chain).to_string(), verdict, || None);
            }
            tell(report.walked());
            Ok(())
        });
        all.await.map_err(words)?;
    }
    match report.finding {
        None => Ok(format!("{} entries in {} chains: every link holds", report.entries, report.chains)),
        Some(finding) => {
            let at = report.broken.first().map(|c| format!("{} chain {}: ", c.home, c.chain));
            let others = report.broken.len().saturating_sub(1);
            let more = if others > 0 { format!(" ({others} further chains do not hold)") } else { String::new() };
            Err(format!("{}{finding}{more}", at.unwrap_or_default()))
        }
    }
}
