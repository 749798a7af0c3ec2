//! What happened to a customer, newest first, and where it stands now: one query for its page.

use access::{Scope, permissions::Read};
use command::{Node, Query};
use serde::Serialize;
use store::{Control, CustomerId, PartnerId, Result, Timestamp, View, p, sql};

use crate::hierarchy::{
    customers::{self, Customer},
    domains::{self, CustomerDomain},
    groups,
    sites::{self, Site},
    standing::{self, Standing, SyncReason},
};
use crate::identity::administrator::{self, Administrator};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// `sync`, `mail`, `campaign`, `state`.
    pub what: &'static str,
    /// Whether it went well; for a campaign, whether anybody was compromised.
    pub ok: bool,
    /// Its source, name or new lifecycle.
    pub text: String,
    /// Reason of a failure.
    pub detail: Option<String>,
    /// Why a sync failed.
    #[serde(skip)]
    pub reason: Option<SyncReason>,
    /// Recipients not compromised, of how many (campaigns).
    pub counts: Option<(i64, i64)>,
}

/// Asks for all that a customer's page shows.
#[derive(Debug)]
pub struct History {
    /// Whose, as the address says.
    pub partner: PartnerId,
    /// Which customer.
    pub customer: CustomerId,
}

/// What a customer's page shows.
#[derive(Debug)]
pub struct Shown {
    /// Its contract object.
    pub customer: Customer,
    /// Where it stands.
    pub standing: Standing,
    /// Its domains, the primary one first.
    pub domains: Vec<CustomerDomain>,
    /// Its sites.
    pub sites: Vec<Site>,
    /// Its groups.
    pub groups: Vec<(store::GroupId, String)>,
    /// Its primary administrator.
    pub administrator: Administrator,
    /// What happened.
    pub events: Vec<Event>,
}

impl Query for History {
    type Home = Control;
    type Needs = Read;
    type Found = Option<Shown>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Option<Shown>> {
        if scope.partner() != self.partner {
            return Ok(None);
        }
        let Some(customer) = customers::find(view, scope, self.customer)?.map(|c| c.at(now)) else { return Ok(None) };
        let standing = standing::store::find(view, self.partner, self.customer)?.unwrap_or_default();
        let domains = domains::of(view, scope, &customer)?;
        let sites = sites::of(view, scope, self.customer)?;
        let groups = groups::of_customer(view, scope, self.customer)?;
        let administrator = administrator::of(view, self.customer, customer.admin_email.as_deref())?;
        Ok(Some(Shown { customer, standing, domains, sites, groups, administrator, events: events(view, scope, self.customer)? }))
    }
}

const EACH: i64 = 15;

fn events<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<Event>> {
    let mut all = syncs(view, scope, customer)?;
    all.extend(mail_checks(view, scope, customer)?);
    all.extend(campaigns(view, scope, customer)?);
    all.extend(states(view, scope, customer)?);
    all.sort_by_key(|e| std::cmp::Reverse(e.at));
    all.truncate(25);
    Ok(all)
}

fn syncs<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<Event>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT at, ok, source, reason, own_reason FROM sync_event WHERE partner_id = $1 AND customer_id = $2 ORDER BY at DESC LIMIT $3"
        ),
        p![scope.partner(), customer, EACH],
    )?;
    rows.iter()
        .map(|r| {
            let reason = SyncReason::read(r, "reason", "own_reason")?;
            let detail = reason.as_ref().map(|r| r.text.clone());
            Ok(Event { at: r.get("at")?, what: "sync", ok: r.get("ok")?, text: r.get("source")?, detail, reason, counts: None })
        })
        .collect()
}

fn mail_checks<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<Event>> {
    let rows = view.rows(
        sql!(Control, "SELECT at, ok, detail FROM mail_check WHERE partner_id = $1 AND customer_id = $2 ORDER BY at DESC LIMIT $3"),
        p![scope.partner(), customer, EACH],
    )?;
    rows.iter()
        .map(|r| {
            Ok(Event {
                at: r.get("at")?,
                what: "mail",
                ok: r.get("ok")?,
                text: String::new(),
                detail: r.get("detail")?,
                reason: None,
                counts: None,
            })
        })
        .collect()
}

fn campaigns<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<Event>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT at, name, delivered, passed FROM campaign_run WHERE partner_id = $1 AND customer_id = $2 ORDER BY at DESC LIMIT $3"
        ),
        p![scope.partner(), customer, EACH],
    )?;
    rows.iter()
        .map(|r| {
            let (passed, delivered): (i64, i64) = (r.get("passed")?, r.get("delivered")?);
            let counts = Some((passed, delivered));
            Ok(Event {
                at: r.get("at")?,
                what: "campaign",
                ok: passed == delivered,
                text: r.get("name")?,
                detail: None,
                reason: None,
                counts,
            })
        })
        .collect()
}

// An interval that follows none of this partner's is where the customer arrived from another.
fn states<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<Event>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT s.since, s.name, CASE WHEN s.since > c.created_at AND NOT EXISTS (
                      SELECT 1 FROM customer_state b WHERE b.partner_id = $1 AND b.customer_id = $2 AND b.until = s.since)
                    THEN 'arrived' ELSE s.lifecycle END AS lifecycle
             FROM customer_state s JOIN customer c ON c.partner_id = s.partner_id AND c.customer_id = s.customer_id
             WHERE s.partner_id = $1 AND s.customer_id = $2 ORDER BY s.since DESC LIMIT $3"
        ),
        p![scope.partner(), customer, EACH],
    )?;
    rows.iter()
        .map(|r| {
            let lifecycle: String = r.get("lifecycle")?;
            let ok = lifecycle != "disabled" && lifecycle != "removed";
            Ok(Event { at: r.get("since")?, what: "state", ok, text: lifecycle, detail: r.get("name")?, reason: None, counts: None })
        })
        .collect()
}
