//! A past instant, put together from facts: intervals, ledgers, last values.

use access::Scope;
use store::{Control, CustomerId, Result, Row, Timestamp, View, p, sql};

use super::word;
use crate::{
    hierarchy::{
        CustomerKind, Lifecycle, Tier,
        standing::{Run, SyncReason, Thresholds, WINDOW_DAYS},
    },
    portfolio::row::Why,
};

/// A customer as it stood.
#[derive(Debug, Clone)]
pub struct Stood {
    pub id: CustomerId,
    pub account_number: String,
    pub name: String,
    pub domain: Option<String>,
    pub kind: CustomerKind,
    pub lifecycle: Lifecycle,
    pub tier: Tier,
    pub why: Why,
    pub last_campaign_at: Option<Timestamp>,
    pub allocated: i64,
    pub active: i64,
    pub members: i64,
}

/// Every customer in reach as it stood at an instant of a day, the internal tenant and removed ones included.
pub fn stood<P>(view: &mut View<'_, Control>, scope: &Scope<P>, at: Timestamp, day: i64) -> Result<Vec<Stood>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT s.customer_id, s.account_number, s.name, s.domain,
                   CASE WHEN s.kind = 'trial' AND s.trial_ends_at <= $5 THEN 'free' ELSE s.kind END AS kind, s.lifecycle, s.tier, s.launched_at,
                   (SELECT e.ok FROM sync_event e WHERE e.partner_id = $1 AND e.customer_id = s.customer_id AND e.at <= $5
                    ORDER BY e.at DESC, e.fact_id DESC LIMIT 1) AS sync_ok,
                   (SELECT e.at FROM sync_event e WHERE e.partner_id = $1 AND e.customer_id = s.customer_id AND e.at <= $5
                    ORDER BY e.at DESC, e.fact_id DESC LIMIT 1) AS sync_at,
                   (SELECT e.reason FROM sync_event e WHERE e.partner_id = $1 AND e.customer_id = s.customer_id AND e.at <= $5
                    ORDER BY e.at DESC, e.fact_id DESC LIMIT 1) AS sync_reason,
                   (SELECT e.own_reason FROM sync_event e WHERE e.partner_id = $1 AND e.customer_id = s.customer_id AND e.at <= $5
                    ORDER BY e.at DESC, e.fact_id DESC LIMIT 1) AS sync_own_reason,
                   (SELECT m.ok FROM mail_check m WHERE m.partner_id = $1 AND m.customer_id = s.customer_id AND m.at <= $5
                    ORDER BY m.at DESC, m.fact_id DESC LIMIT 1) AS email_ok,
                   (SELECT r.at FROM campaign_run r WHERE r.partner_id = $1 AND r.customer_id = s.customer_id AND r.at <= $5
                    ORDER BY r.at DESC LIMIT 1) AS last_campaign_at,
                   (SELECT CAST(SUM(l.seats) AS BIGINT) FROM allocation_change l WHERE l.partner_id = $1 AND l.customer_id = s.customer_id
                    AND l.at <= $5) AS allocated,
                   (SELECT u.active_users FROM usage_day u WHERE u.partner_id = $1 AND u.customer_id = s.customer_id AND u.day <= $6
                    ORDER BY u.day DESC LIMIT 1) AS active_users,
                   (SELECT u.members FROM usage_day u WHERE u.partner_id = $1 AND u.customer_id = s.customer_id AND u.day <= $6
                    ORDER BY u.day DESC LIMIT 1) AS members
                 FROM customer_state s WHERE s.partner_id = $1 AND s.since <= $5 AND s.until > $5 AND ",
                access::visible!("s", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), at, day],
    )?;
    rows.iter().map(|r| read(r, at)).collect()
}

fn read(r: &Row, at: Timestamp) -> Result<Stood> {
    let launched_at = r.get::<Option<Timestamp>>("launched_at")?.filter(|t| *t <= at);
    Ok(Stood {
        id: r.get("customer_id")?,
        account_number: r.get("account_number")?,
        name: r.get("name")?,
        domain: r.get("domain")?,
        kind: word(r, "kind", CustomerKind::parse)?,
        lifecycle: word(r, "lifecycle", Lifecycle::parse)?,
        tier: word(r, "tier", Tier::parse)?,
        why: Why {
            setup_done: launched_at.is_some(),
            email_ok: r.get::<Option<bool>>("email_ok")?.unwrap_or(false),
            sync_ok: r.get("sync_ok")?,
            sync_at: r.get("sync_at")?,
            sync_reason: SyncReason::read(r, "sync_reason", "sync_own_reason")?,
            launched_at,
        },
        last_campaign_at: r.get("last_campaign_at")?,
        allocated: r.get::<Option<i64>>("allocated")?.unwrap_or(0),
        active: r.get::<Option<i64>>("active_users")?.unwrap_or(0),
        members: r.get::<Option<i64>>("members")?.unwrap_or(0),
    })
}

/// The campaign runs both windows of an instant can see.
pub fn runs_before<P>(view: &mut View<'_, Control>, scope: &Scope<P>, at: Timestamp) -> Result<Vec<(CustomerId, Run)>> {
    view.rows(
        sql!(
            Control,
            concat!(
                "SELECT r.customer_id, r.at, r.delivered, r.passed FROM campaign_run r
                 WHERE r.partner_id = $1 AND r.at > $5 AND r.at <= $6 AND ",
                access::visible!("r", "$2", "$3", "$4"),
                " ORDER BY r.customer_id, r.at"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), at.plus_days(-2 * WINDOW_DAYS), at],
    )?
    .iter()
    .map(|r| Ok((r.get("customer_id")?, Run { at: r.get("at")?, delivered: r.get("delivered")?, passed: r.get("passed")? })))
    .collect()
}

/// The thresholds in force at an instant.
pub fn thresholds_at<P>(view: &mut View<'_, Control>, scope: &Scope<P>, at: Timestamp) -> Result<Thresholds> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT low_pass_percent, stale_campaign_days FROM partner_threshold WHERE partner_id = $1 AND since <= $2 AND until > $2
             ORDER BY since DESC LIMIT 1"
        ),
        p![scope.partner(), at],
    )?;
    row.map_or(Ok(Thresholds::default()), |r| {
        Ok(Thresholds { low_pass_percent: r.get("low_pass_percent")?, stale_campaign_days: r.get("stale_campaign_days")? })
    })
}

/// What the orders granted at an instant.
pub fn capacity_at<P>(view: &mut View<'_, Control>, scope: &Scope<P>, at: Timestamp) -> Result<i64> {
    let row = view.one(
        sql!(
            Control,
            "SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) AS units FROM pool_order WHERE partner_id = $1 AND unit = 'seat' AND starts_at <= $2 AND ends_at > $2"
        ),
        p![scope.partner(), at],
    )?;
    row.get("units")
}

/// Sites there were at an instant.
pub fn networks_at<P>(view: &mut View<'_, Control>, scope: &Scope<P>, at: Timestamp) -> Result<i64> {
    let row = view.one(
        sql!(
            Control,
            concat!(
                "SELECT COUNT(*) AS n FROM site s JOIN customer_state k ON k.partner_id = s.partner_id AND k.customer_id = s.customer_id
                   AND k.since <= $5 AND k.until > $5
                 WHERE s.partner_id = $1 AND s.created_at <= $5 AND COALESCE(s.removed_at, $6) > $5 AND ",
                access::visible!("s", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), at, Timestamp::FOREVER],
    )?;
    row.get("n")
}
