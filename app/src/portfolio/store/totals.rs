//! The partner's own numbers: totals, limits, thresholds, groups, and the history behind charts.

use access::Scope;
use store::{Control, CustomerId, GroupId, Result, Timestamp, View, Zone, p, sql};

use crate::{
    hierarchy::standing::{Thresholds, Windows},
    portfolio::row::Counts,
};

/// What the numbers above the list are made from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Totals {
    pub counted: i64,
    pub month_start: i64,
    pub counted_at_month_start: i64,
    pub counts: Counts,
    pub windows: Windows,
    /// Members of all customers, whatever their status.
    pub members: i64,
}

/// The kept totals of a partner: one row, however many customers.
pub fn totals<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Totals> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT counted, month_start, counted_at_month_start, listed, sync_failed, email_unverified, low_engagement, setup_incomplete, active,
                    passed, delivered, passed_before, delivered_before, members FROM totals WHERE partner_id = $1"
        ),
        p![scope.partner()],
    )?;
    let Some(r) = row else { return Ok(Totals::default()) };
    let mut counts =
        [r.get("sync_failed")?, r.get("email_unverified")?, r.get("low_engagement")?, r.get("setup_incomplete")?, r.get("active")?, 0];
    counts[5] = r.get::<i64>("listed")? - counts.iter().sum::<i64>();
    Ok(Totals {
        counted: r.get("counted")?,
        month_start: r.get("month_start")?,
        counted_at_month_start: r.get("counted_at_month_start")?,
        counts: Counts(counts),
        windows: Windows {
            passed: r.get("passed")?,
            delivered: r.get("delivered")?,
            passed_before: r.get("passed_before")?,
            delivered_before: r.get("delivered_before")?,
        },
        members: r.get("members")?,
    })
}

/// The same sums over what a limited membership sees.
pub fn reach_totals<P>(view: &mut View<'_, Control>, scope: &Scope<P>, month: Timestamp) -> Result<Totals> {
    let row = view.one(
        sql!(
            Control,
            concat!(
                "SELECT COUNT(*) FILTER (WHERE s.counted = TRUE) AS counted,
                        CAST(COALESCE(SUM(s.passed), 0) AS BIGINT) AS passed, CAST(COALESCE(SUM(s.delivered), 0) AS BIGINT) AS delivered,
                        CAST(COALESCE(SUM(s.passed_before), 0) AS BIGINT) AS passed_before,
                        CAST(COALESCE(SUM(s.delivered_before), 0) AS BIGINT) AS delivered_before,
                        CAST(COALESCE(SUM(s.members), 0) AS BIGINT) AS members
                 FROM standing s WHERE s.partner_id = $1 AND s.listed = TRUE AND ",
                access::visible!("s", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()],
    )?;
    Ok(Totals {
        counted: row.get("counted")?,
        month_start: month.0,
        counted_at_month_start: counted_at(view, scope, month)?,
        counts: super::counts(view, scope, &crate::portfolio::Filter::default())?,
        windows: Windows {
            passed: row.get("passed")?,
            delivered: row.get("delivered")?,
            passed_before: row.get("passed_before")?,
            delivered_before: row.get("delivered_before")?,
        },
        members: row.get("members")?,
    })
}

/// How many customers were active customers at an instant, from the intervals.
pub fn counted_at<P>(view: &mut View<'_, Control>, scope: &Scope<P>, at: Timestamp) -> Result<i64> {
    let row = view.one(
        sql!(
            Control,
            concat!(
                "SELECT COUNT(*) AS n FROM customer_state s WHERE s.partner_id = $1 AND s.since <= $5 AND s.until > $5 AND s.kind <> 'internal'
                   AND s.lifecycle <> 'disabled' AND s.lifecycle <> 'removed' AND s.lifecycle <> 'purged' AND ",
                access::visible!("s", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), at],
    )?;
    row.get("n")
}

/// What a partner set: zone, limit, thresholds.
#[derive(Debug, Clone)]
pub struct Terms {
    pub name: String,
    pub zone: Zone,
    pub max_customers: i64,
    pub max_members: i64,
    pub thresholds: Thresholds,
    pub near_percent: i64,
}

pub fn terms<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Terms> {
    let row = view.one(
        sql!(
            Control,
            "SELECT name, zone, max_customers, max_members, low_pass_percent, stale_campaign_days, near_limit_percent FROM partner WHERE partner_id = $1"
        ),
        p![scope.partner()],
    )?;
    let zone: String = row.get("zone")?;
    Ok(Terms {
        name: row.get("name")?,
        zone: Zone::named(&zone).unwrap_or(Zone::utc()),
        max_customers: row.get("max_customers")?,
        max_members: row.get("max_members")?,
        thresholds: Thresholds { low_pass_percent: row.get("low_pass_percent")?, stale_campaign_days: row.get("stale_campaign_days")? },
        near_percent: row.get("near_limit_percent")?,
    })
}

/// Sites of the customers in reach.
pub fn networks<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    let row = view.one(
        sql!(
            Control,
            concat!(
                "SELECT COUNT(*) AS n FROM site s WHERE s.partner_id = $1 AND s.removed_at IS NULL AND ",
                access::visible!("s", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()],
    )?;
    row.get("n")
}

/// The partner's groups by name, for the facet.
pub fn groups<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<(GroupId, String)>> {
    view.rows(
        sql!(Control, "SELECT group_id, name FROM customer_group WHERE partner_id = $1 ORDER BY name_key, group_id"),
        p![scope.partner()],
    )?
    .iter()
    .map(|r| Ok((r.get("group_id")?, r.get("name")?)))
    .collect()
}

/// Seats of one customer now: allocated and being released.
pub fn held<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<(i64, i64)>> {
    let row = view.opt(
        sql!(Control, "SELECT seats, releasing FROM allocation WHERE partner_id = $1 AND customer_id = $2"),
        p![scope.partner(), customer],
    )?;
    row.map(|r| Ok((r.get("seats")?, r.get("releasing")?))).transpose()
}
