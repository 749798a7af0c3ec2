//! What other rooms tell about a customer. Each call is made inside the teller's own transaction and scope.

use access::Scope;
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, ImportId, PartnerId, Result, RunId, Timestamp, Tx, Uuid, View};

use super::{reason::SyncReason, store as rows};
use crate::noun::word_noun;

word_noun!(
    /// What a campaign is for.
    CampaignKind { /// It tests who falls for a message.
        Phishing "phishing", /// It teaches.
        Training "training" }
);

/// A campaign that runs elsewhere, as its teller knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// What identifies it to its teller: told again, it is what was said last.
    pub external_ref: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: CampaignKind,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends, exclusive; [`Timestamp::FOREVER`] while that is open.
    pub ends_at: Timestamp,
}

/// A campaign was told. Gives how it was told before, if it was; the same again changes nothing. No health rests on it: what it came to
/// is told as a run.
///
/// # Errors
/// The store's.
pub fn publish_campaign<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    campaign: &Campaign,
    now: Timestamp,
) -> Result<Option<Campaign>> {
    let before = rows::campaign(tx, scope.partner(), customer, &campaign.external_ref)?;
    if before.as_ref() != Some(campaign) {
        rows::put_campaign(tx, scope.partner(), customer, campaign, now)?;
    }
    Ok(before)
}

/// A campaign run of one tenant, in numbers.
#[derive(Debug, Clone, Copy)]
pub struct CampaignRun<'a> {
    /// When it counts.
    pub at: Timestamp,
    /// Its name.
    pub name: &'a str,
    /// What identifies it to its teller: told twice, it counts once.
    pub external_ref: &'a str,
    /// Recipients delivered.
    pub delivered: i64,
    /// Recipients not compromised, at most `delivered`.
    pub passed: i64,
    /// The import that told it: what taking it back looks for.
    pub import: Option<ImportId>,
}

/// A directory sync ended. An older one than the last known is kept as a fact but changes nothing. True when it is news
/// ([`super::tell`]).
///
/// # Errors
/// The store's.
pub fn publish_sync<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    id: Uuid,
    at: Timestamp,
    ok: bool,
    source: &str,
    reason: Option<&SyncReason>,
    now: Timestamp,
) -> Result<bool> {
    rows::append_sync(tx, scope.partner(), customer, at, id, ok, source, reason)?;
    rows::change(tx, scope, customer, now, |standing| {
        if standing.sync_at.is_none_or(|known| known <= at) {
            standing.sync_ok = Some(ok);
            standing.sync_at = Some(at);
            standing.sync_reason = reason.cloned();
        }
    })
}

/// An e-mail check ended. True when it is news.
///
/// # Errors
/// The store's.
pub fn publish_mail_check<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    id: Uuid,
    at: Timestamp,
    ok: bool,
    detail: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    rows::append_mail_check(tx, scope.partner(), customer, at, id, ok, detail)?;
    rows::change(tx, scope, customer, now, |standing| {
        if standing.email_at.is_none_or(|known| known <= at) {
            standing.email_ok = ok;
            standing.email_at = Some(at);
        }
    })
}

/// A campaign run has results. None when this run was told before, else whether it is news.
///
/// # Errors
/// The store's.
pub fn publish_run<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    id: Uuid,
    run: &CampaignRun<'_>,
    now: Timestamp,
) -> Result<Option<bool>> {
    if !rows::append_run(tx, scope.partner(), customer, id, run, now)? {
        return Ok(None);
    }
    let at = run.at;
    rows::note_past(tx, scope.partner(), at, now)?;
    rows::change(tx, scope, customer, now, |standing| standing.last_campaign_at = standing.last_campaign_at.max(Some(at))).map(Some)
}

/// Runs of a customer are taken back: the list that told them was wrong. Its windows and its last campaign are what they would
/// be without them. True when that is news.
///
/// # Errors
/// The store's.
pub fn withdraw_runs<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    runs: &[(Timestamp, RunId)],
    now: Timestamp,
) -> Result<bool> {
    rows::delete_runs(tx, scope.partner(), customer, runs)?;
    if let Some(earliest) = runs.iter().map(|(at, _)| *at).min() {
        rows::note_past(tx, scope.partner(), earliest, now)?;
    }
    let last = rows::last_run(tx, scope.partner(), customer)?;
    rows::change(tx, scope, customer, now, |standing| standing.last_campaign_at = last)
}

/// A customer's seats changed.
///
/// # Errors
/// The store's.
pub fn publish_seats<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, seats: i64) -> Result<()> {
    rows::set_seats(tx, scope.partner(), customer, seats)
}

/// The members of a customer, as its region counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct People {
    /// With status active.
    pub active: i64,
    /// All, whatever their status.
    pub members: i64,
    /// Those who wait for a seat.
    pub waiting: i64,
    /// Those who are held.
    pub held: i64,
    /// The MAX MAU for which they wait; none when they wait for seats.
    pub waiting_cap: Option<i64>,
    /// Different members active in the month last counted.
    pub month_users: i64,
    /// Where that month ends; none where none was counted.
    pub month_until: Option<Timestamp>,
}

/// A customer's members were counted. True when how many wait or are held is news, or how near MAX MAU is.
///
/// # Errors
/// The store's.
pub fn publish_people<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, people: People, now: Timestamp) -> Result<bool> {
    rows::set_people(tx, scope.partner(), customer, people, now)
}

/// The agents of a customer, as its region counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentCounts {
    /// All of them.
    pub agents: i64,
    /// Active and yet not heard for the days of silence.
    pub silent: i64,
    /// Not heard for longer than the days of activity.
    pub inactive: i64,
    /// The count's number in its region: an older one changes nothing.
    pub seq: i64,
    /// Until when it holds unless an agent is heard.
    pub until: Timestamp,
}

impl Default for AgentCounts {
    fn default() -> Self {
        AgentCounts { agents: 0, silent: 0, inactive: 0, seq: 0, until: Timestamp::FOREVER }
    }
}

/// A customer's agents were counted. True when how many do not report is news.
///
/// # Errors
/// The store's.
pub fn publish_agents<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, counts: &AgentCounts) -> Result<bool> {
    rows::set_agents(tx, scope.partner(), customer, counts)
}

/// Customers of a partner whose agents time has overtaken: their regions have to count again.
///
/// # Errors
/// The store's.
pub fn agents_due(view: &mut View<'_, Control>, partner: PartnerId, now: Timestamp) -> Result<Vec<CustomerId>> {
    rows::agents_due(view, partner, now)
}
