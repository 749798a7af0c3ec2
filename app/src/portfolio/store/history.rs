//! The history behind the charts: month ends as they follow from the facts, and those kept once a month is over.

use access::Scope;
use store::{Control, Result, Timestamp, Tx, Value, View, p, sql};

/// Month ends of a chart.
pub const POINTS: usize = 12;

/// Seats allocated, pass rate and active customers at the end of each of twelve months.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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

/// The number the kept month ends must carry to hold.
pub fn past_seq<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    let row = view.opt(sql!(Control, "SELECT past_seq FROM totals WHERE partner_id = $1"), p![scope.partner()])?;
    row.map_or(Ok(0), |r| r.get("past_seq"))
}

/// Keeps a month end.
pub fn keep<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, point: &Point, past_seq: i64) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO month_end (partner_id, ends_at, past_seq, seats, counted, passed, delivered) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (partner_id, ends_at) DO UPDATE SET past_seq = excluded.past_seq, seats = excluded.seats, counted = excluded.counted,
               passed = excluded.passed, delivered = excluded.delivered"
        ),
        p![scope.partner(), point.at, past_seq, point.seats, point.counted, point.passed, point.delivered],
    )
    .map(drop)
}

/// The kept month ends of a span that still hold, in order.
pub fn kept<P>(view: &mut View<'_, Control>, scope: &Scope<P>, from: Timestamp, to: Timestamp) -> Result<Vec<Point>> {
    view.rows(
        sql!(
            Control,
            "SELECT m.ends_at, m.seats, m.counted, m.passed, m.delivered FROM month_end m
             JOIN totals t ON t.partner_id = m.partner_id AND t.past_seq = m.past_seq
             WHERE m.partner_id = $1 AND m.ends_at >= $2 AND m.ends_at <= $3 ORDER BY m.ends_at"
        ),
        p![scope.partner(), from, to],
    )?
    .iter()
    .map(|r| {
        Ok(Point {
            at: r.get("ends_at")?,
            seats: r.get("seats")?,
            counted: r.get("counted")?,
            passed: r.get("passed")?,
            delivered: r.get("delivered")?,
        })
    })
    .collect()
}
