//! Walking chains from their beginning, against the newest signed checkpoint.

use command::{
    Call,
    audit::{self, Head},
};
use serde::{Deserialize, Serialize};
use store::{Control, PartnerId, Region, Timestamp, Uuid, View};
use web::problem::Problem;

use super::{
    checkpoint::{self, CONTROL, Signed},
    entries::by_region,
    queries::MayVerify,
    store as rows,
};
use crate::app::App;

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
    /// True when every link holds.
    pub intact: bool,
    /// The first thing that does not hold, in words.
    pub finding: Option<String>,
}

/// What was found of all of them.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Report {
    /// Chain by chain.
    pub chains: Vec<Chain>,
    /// True when everything holds.
    pub intact: bool,
    /// Entries read.
    pub entries: i64,
    /// The first thing that does not hold, in words.
    pub finding: Option<String>,
    /// When the newest checkpoint was signed; null when there is none yet.
    pub checkpoint_at: Option<Timestamp>,
}

impl Report {
    fn of(chains: Vec<Chain>, signed: &Result<Signed, String>) -> Report {
        let broken = signed.as_ref().err().cloned();
        let finding = broken.or_else(|| chains.iter().find_map(|c| c.finding.clone()));
        Report {
            intact: finding.is_none(),
            entries: chains.iter().map(|c| c.entries).sum(),
            finding,
            checkpoint_at: signed.as_ref().ok().and_then(|s| s.at),
            chains,
        }
    }
}

async fn signed(app: &App) -> Result<Result<Signed, String>, String> {
    let (path, seed) = (checkpoint::file(app), app.keys.checkpoint());
    let read = tokio::task::spawn_blocking(move || checkpoint::read(&path, &seed));
    read.await.map_err(|e| e.to_string())?.map_err(|e| e.to_string())
}

fn head_of(signed: &Result<Signed, String>, home: &str, chain: Uuid) -> Option<Head> {
    signed.as_ref().ok()?.heads.get(&(home.to_owned(), chain)).cloned()
}

/// Verifies the chains of a partner that the caller may read.
///
/// # Errors
/// A denial, or the store's trouble. A broken chain is no error but a finding.
pub async fn verify(app: &App, call: &Call, partner: PartnerId) -> Result<Report, Problem> {
    let (own, places) = app.house.ask(call, MayVerify { partner }).await?;
    let signed = signed(app).await.map_err(Problem::internal)?;
    let mut chains = Vec::new();
    if own {
        let point = head_of(&signed, CONTROL, partner.0);
        chains.push(control(app, partner.0, partner.to_string(), point).await?);
    }
    for (region, ids) in by_region(&places) {
        let work: Vec<(Uuid, Option<Head>)> = ids.into_iter().map(|id| (id, head_of(&signed, &region, id))).collect();
        for mut chain in in_region(app, &region, work).await? {
            chain.name = places.iter().find(|p| p.customer.to_string() == chain.chain).map(|p| p.name.clone());
            chains.push(chain);
        }
    }
    Ok(Report::of(chains, &signed))
}

async fn control(app: &App, chain: Uuid, text: String, point: Option<Head>) -> store::Result<Chain> {
    let verdict = app.house.control().read(move |view: &mut View<'_, Control>| {
        view.enter(chain);
        audit::verify(view, chain, point.as_ref())
    });
    let v = verdict.await?;
    Ok(Chain { chain: text, home: CONTROL.into(), name: None, entries: v.entries, intact: v.intact, finding: v.finding })
}

/// Chains of a region; those that have not begun and were never signed are left out.
async fn in_region(app: &App, region: &str, work: Vec<(Uuid, Option<Head>)>) -> store::Result<Vec<Chain>> {
    let Some(db) = app.house.region(region) else { return Ok(Vec::new()) };
    let home = region.to_owned();
    db.read(move |view: &mut View<'_, Region>| {
        let mut all = Vec::new();
        for (id, point) in &work {
            view.enter(*id);
            if point.is_none() && !rows::begun(view, rows::begun_in_region(), *id)? {
                continue;
            }
            let v = audit::verify(view, *id, point.as_ref())?;
            let chain = store::CustomerId::new(*id).to_string();
            all.push(Chain { chain, home: home.clone(), name: None, entries: v.entries, intact: v.intact, finding: v.finding });
        }
        Ok(all)
    })
    .await
}

/// Verifies every chain of the installation, for `tenantry audit verify`. Gives a sentence when all hold.
///
/// # Errors
/// What does not hold, or what cannot be read, in words.
pub async fn cli_verify(app: &App) -> Result<String, String> {
    let words = |e: store::Error| e.to_string();
    let signed = signed(app).await?;
    let signed_in = |home: &str| -> Vec<Uuid> {
        let heads = signed.as_ref().map(|s| s.heads.keys().filter(|(h, _)| h == home).map(|(_, c)| *c).collect());
        heads.unwrap_or_default()
    };
    let mut chains = Vec::new();
    let mut ids: Vec<Uuid> = app.house.control().read(audit::heads).await.map_err(words)?.into_iter().map(|h| h.chain).collect();
    ids.extend(signed_in(CONTROL));
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        chains.push(control(app, id, id.to_string(), head_of(&signed, CONTROL, id)).await.map_err(words)?);
    }
    for (region, db) in app.house.regions() {
        let mut ids: Vec<Uuid> = db.read(audit::heads).await.map_err(words)?.into_iter().map(|h| h.chain).collect();
        ids.extend(signed_in(region));
        ids.sort_unstable();
        ids.dedup();
        let work = ids.into_iter().map(|id| (id, head_of(&signed, region, id))).collect();
        chains.extend(in_region(app, region, work).await.map_err(words)?);
    }
    let report = Report::of(chains, &signed);
    match report.finding {
        None => Ok(format!("{} entries in {} chains: every link holds", report.entries, report.chains.len())),
        Some(finding) => {
            let at = report.chains.iter().find(|c| c.finding.is_some()).map(|c| format!("{} chain {}: ", c.home, c.chain));
            Err(format!("{}{finding}", at.unwrap_or_default()))
        }
    }
}
