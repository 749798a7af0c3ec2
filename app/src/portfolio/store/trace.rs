//! The rows behind a number.

use access::Scope;
use serde_json::{Value as Json, json};
use store::{Control, CustomerId, LedgerId, OrderId, Result, RunId, Sql, Timestamp, View, p, sql};

/// Rows an evidence shows at most.
pub const TRACE: i64 = 200;

/// The runs of a customer that its two windows see, newest first; the last known one when there is none.
pub fn runs_of<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, since: Timestamp) -> Result<Vec<Json>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT run_id, name, at, delivered, passed FROM campaign_run WHERE partner_id = $1 AND customer_id = $2
               AND (at > $3 OR at = (SELECT MAX(x.at) FROM campaign_run x WHERE x.partner_id = $1 AND x.customer_id = $2))
             ORDER BY at DESC, run_id LIMIT $4"
        ),
        p![scope.partner(), customer, since, TRACE],
    )?;
    rows.iter()
        .map(|r| {
            Ok(json!({
                "run": r.get::<RunId>("run_id")?, "name": r.get::<String>("name")?, "at": r.get::<Timestamp>("at")?,
                "delivered": r.get::<i64>("delivered")?, "passed": r.get::<i64>("passed")?,
            }))
        })
        .collect()
}

/// The last syncs and mail checks of a customer, newest first.
pub fn checks_of<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<Json>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT 'sync' AS kind, at, ok, reason FROM (SELECT at, ok, reason FROM sync_event WHERE partner_id = $1 AND customer_id = $2
               ORDER BY at DESC, fact_id DESC LIMIT 5) a
             UNION ALL
             SELECT 'mail_check' AS kind, at, ok, detail AS reason FROM (SELECT at, ok, detail FROM mail_check WHERE partner_id = $1
               AND customer_id = $2 ORDER BY at DESC, fact_id DESC LIMIT 5) b
             ORDER BY at DESC"
        ),
        p![scope.partner(), customer],
    )?;
    rows.iter()
        .map(|r| {
            Ok(json!({
                "kind": r.get::<String>("kind")?, "at": r.get::<Timestamp>("at")?, "ok": r.get::<bool>("ok")?,
                "reason": r.get::<Option<String>>("reason")?,
            }))
        })
        .collect()
}

/// The ledger of a customer, newest first.
pub fn ledger_of<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<Json>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT ledger_id, at, seats, balance, reason FROM allocation_change WHERE partner_id = $1 AND customer_id = $2
             ORDER BY at DESC, ledger_id DESC LIMIT $3"
        ),
        p![scope.partner(), customer, TRACE],
    )?;
    rows.iter()
        .map(|r| {
            Ok(json!({
                "ledger_entry": r.get::<LedgerId>("ledger_id")?, "at": r.get::<Timestamp>("at")?, "seats": r.get::<i64>("seats")?,
                "balance": r.get::<i64>("balance")?, "reason": r.get::<Option<String>>("reason")?,
            }))
        })
        .collect()
}

/// The orders live at an instant.
pub fn live_orders<P>(view: &mut View<'_, Control>, scope: &Scope<P>, at: Timestamp) -> Result<Vec<Json>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT order_id, sku, quantity, units, starts_at, ends_at FROM pool_order WHERE partner_id = $1 AND unit = 'seat' AND starts_at <= $2 AND ends_at > $2
             ORDER BY starts_at DESC, order_id LIMIT $3"
        ),
        p![scope.partner(), at, TRACE],
    )?;
    rows.iter()
        .map(|r| {
            Ok(json!({
                "order": r.get::<OrderId>("order_id")?, "sku": r.get::<String>("sku")?, "quantity": r.get::<i64>("quantity")?,
                "units": r.get::<i64>("units")?, "starts_at": r.get::<Timestamp>("starts_at")?, "ends_at": r.get::<Timestamp>("ends_at")?,
            }))
        })
        .collect()
}

/// The stages customers entered since an instant, and who moved away to another partner, newest first.
pub fn turns_since<P>(view: &mut View<'_, Control>, scope: &Scope<P>, since: Timestamp) -> Result<Vec<Json>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT s.customer_id, s.name, s.lifecycle, s.since FROM customer_state s
                 WHERE s.partner_id = $1 AND s.since >= $5 AND s.kind <> 'internal' AND ",
                access::visible!("s", "$2", "$3", "$4"),
                " UNION ALL SELECT s.customer_id, s.name, 'moved_away', s.until FROM customer_state s
                 WHERE s.partner_id = $1 AND s.until >= $5 AND s.until < $7 AND s.kind <> 'internal' AND NOT EXISTS (
                   SELECT 1 FROM customer_state n WHERE n.partner_id = $1 AND n.customer_id = s.customer_id AND n.since = s.until) AND ",
                access::visible!("s", "$2", "$3", "$4"),
                " ORDER BY since DESC, customer_id LIMIT $6"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), since, TRACE, Timestamp::FOREVER],
    )?;
    rows.iter()
        .map(|r| {
            Ok(json!({
                "customer": r.get::<CustomerId>("customer_id")?, "name": r.get::<String>("name")?,
                "lifecycle": r.get::<String>("lifecycle")?, "since": r.get::<Timestamp>("since")?,
            }))
        })
        .collect()
}

/// Two numbers of every customer that adds to a sum, the largest share first.
macro_rules! shares {
    ($share:literal, $other:literal) => {
        sql!(
            Control,
            concat!(
                "SELECT s.customer_id, c.name, s.",
                $share,
                " AS share, s.",
                $other,
                " AS other FROM standing s
                 JOIN customer c ON c.partner_id = s.partner_id AND c.customer_id = s.customer_id
                 WHERE s.partner_id = $1 AND s.listed = TRUE AND s.",
                $share,
                " > 0 AND ",
                access::visible!("s", "$2", "$3", "$4"),
                " ORDER BY share DESC, s.customer_id LIMIT $5"
            )
        )
    };
}

/// Who has how many members, most first.
pub fn members_of<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<Json>> {
    shares_of(view, scope, shares!("members", "active_users"), ["members", "active"])
}

/// Who adds how much to the pass rate, largest first.
pub fn shares<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<Json>> {
    shares_of(view, scope, shares!("delivered", "passed"), ["delivered", "passed"])
}

fn shares_of<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    text: &'static Sql<Control>,
    [share, other]: [&str; 2],
) -> Result<Vec<Json>> {
    let rows = view.rows(text, p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), TRACE])?;
    rows.iter()
        .map(|r| {
            Ok(json!({
                "customer": r.get::<CustomerId>("customer_id")?, "name": r.get::<String>("name")?,
                share: r.get::<i64>("share")?, other: r.get::<i64>("other")?,
            }))
        })
        .collect()
}
