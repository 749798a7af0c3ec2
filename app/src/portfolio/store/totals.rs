//! The partner's own numbers: totals, limits, thresholds, groups, and the history behind charts.

use access::Scope;
use store::{Control, CustomerId, GroupId, Result, Timestamp, Value, View, Zone, p, sql};

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
}

/// The kept totals of a partner: one row, however many customers.
pub fn totals<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Totals> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT counted, month_start, counted_at_month_start, listed, sync_failed, email_unverified, low_engagement, setup_incomplete, active,
                    passed, delivered, passed_before, delivered_before FROM totals WHERE partner_id = $1"
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
                        CAST(COALESCE(SUM(s.delivered_before), 0) AS BIGINT) AS delivered_before
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
    pub thresholds: Thresholds,
    pub near_percent: i64,
}

pub fn terms<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Terms> {
    let row = view.one(
        sql!(
            Control,
            "SELECT name, zone, max_customers, low_pass_percent, stale_campaign_days, near_limit_percent FROM partner WHERE partner_id = $1"
        ),
        p![scope.partner()],
    )?;
    let zone: String = row.get("zone")?;
    Ok(Terms {
        name: row.get("name")?,
        zone: Zone::named(&zone).unwrap_or(Zone::utc()),
        max_customers: row.get("max_customers")?,
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

/// Month ends of a chart.
pub const POINTS: usize = 12;

/// Seats allocated, pass rate and active customers at the end of each of twelve months.
#[derive(Debug, Clone, Copy, Default)]
pub struct Point {
    pub at: i64,
    pub seats: i64,
    pub counted: i64,
    pub passed: i64,
    pub delivered: i64,
}

macro_rules! points {
    ($each:expr) => {{
        let mut out = String::new();
        for i in 0..POINTS {
            if i > 0 {
                out.push_str(", ");
            }
            // $5 is the window's length; the ends follow it.
            out.push_str(&$each(i, format!("${}", i + 6)));
        }
        out
    }};
}

fn seat_points() -> Vec<String> {
    let sums = points!(|i, t: String| format!("CAST(COALESCE(SUM(CASE WHEN l.at <= {t} THEN l.seats ELSE 0 END), 0) AS BIGINT) AS a{i}"));
    vec![format!(
        "SELECT {sums}, CAST($5 AS BIGINT) AS span FROM allocation_change l WHERE l.partner_id = $1 AND l.pooled = TRUE AND {}",
        access::visible!("l", "$2", "$3", "$4")
    )]
}

fn count_points() -> Vec<String> {
    let sums = points!(|i, t: String| format!("COUNT(*) FILTER (WHERE s.since <= {t} AND s.until > {t}) AS a{i}"));
    vec![format!(
        "SELECT {sums}, CAST($5 AS BIGINT) AS span FROM customer_state s WHERE s.partner_id = $1 AND s.kind <> 'internal'
           AND s.lifecycle <> 'disabled' AND s.lifecycle <> 'removed' AND s.lifecycle <> 'purged' AND {}",
        access::visible!("s", "$2", "$3", "$4")
    )]
}

fn rate_points() -> Vec<String> {
    // A customer counts while it was the partner's, with what was known of it then.
    let within = |t: &str| format!("r.at <= {t} AND r.at > {t} - CAST($5 AS BIGINT) AND k.since <= {t} AND k.until > {t}");
    let passed =
        points!(|i, t: String| format!("CAST(COALESCE(SUM(CASE WHEN {} THEN r.passed ELSE 0 END), 0) AS BIGINT) AS a{i}", within(&t)));
    let of =
        points!(|i, t: String| format!("CAST(COALESCE(SUM(CASE WHEN {} THEN r.delivered ELSE 0 END), 0) AS BIGINT) AS b{i}", within(&t)));
    vec![format!(
        "SELECT {passed}, {of} FROM campaign_run r JOIN customer_state k ON k.partner_id = r.partner_id AND k.customer_id = r.customer_id
         WHERE r.partner_id = $1 AND k.kind <> 'internal' AND k.lifecycle <> 'removed' AND k.lifecycle <> 'purged' AND {}",
        access::visible!("r", "$2", "$3", "$4")
    )]
}

/// The history at these instants, one scan per fact.
pub fn history<P>(view: &mut View<'_, Control>, scope: &Scope<P>, ends: &[Timestamp; POINTS]) -> Result<[Point; POINTS]> {
    let mut values = vec![scope.partner().into(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()];
    values.push(Value::Int(crate::hierarchy::standing::WINDOW_DAYS * Timestamp::DAY));
    values.extend(ends.iter().map(|t| Value::from(*t)));
    let mut points = ends.map(|t| Point { at: t.0, ..Point::default() });
    let texts = [sql_family(0), sql_family(1), sql_family(2)];
    for (which, text) in texts.into_iter().enumerate() {
        let Some(text) = text else { continue };
        let row = view.one(text, &values)?;
        for (i, point) in points.iter_mut().enumerate() {
            let a: i64 = row.get(&format!("a{i}"))?;
            match which {
                0 => point.seats = a,
                1 => point.counted = a,
                _ => (point.passed, point.delivered) = (a, row.get(&format!("b{i}"))?),
            }
        }
    }
    Ok(points)
}

fn sql_family(which: usize) -> Option<&'static store::Sql<Control>> {
    match which {
        0 => store::sql_family!(Control, seat_points),
        1 => store::sql_family!(Control, count_points),
        _ => store::sql_family!(Control, rate_points),
    }
    .first()
}

/// Seats of one customer now: allocated and being released.
pub fn held<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<(i64, i64)>> {
    let row = view.opt(
        sql!(Control, "SELECT seats, releasing FROM allocation WHERE partner_id = $1 AND customer_id = $2"),
        p![scope.partner(), customer],
    )?;
    row.map(|r| Ok((r.get("seats")?, r.get("releasing")?))).transpose()
}
