//! Every SQL text of alerts. Standings and pools are read here as facts; they are written in their own rooms.

use access::Scope;
use store::{AlertId, Control, CustomerId, PartnerId, Result, Row, StaffId, Timestamp, Tx, Uuid, View, Zone, p, sql};

use super::{
    queries::{Alert, AlertFilter},
    rules::{CapUse, Code, Facts, Severity, TrialEnd, trial_end},
};
use crate::{
    hierarchy::{
        CustomerKind, links,
        standing::{self, Status, SyncReason, near_cap},
    },
    licensing::{self, subscriptions::Beyond},
};

/// An alert whose cause stands, as the rules need it.
#[derive(Debug, Clone)]
pub struct Watched {
    pub id: AlertId,
    pub code: Code,
    pub subject: String,
    pub detail: String,
    pub resolved_at: Option<Timestamp>,
}

fn facts_of(row: &Row, now: Timestamp) -> Result<Facts> {
    let (kind, lifecycle): (String, String) = (row.get("kind")?, row.get("lifecycle")?);
    let trial_ends_at: Option<Timestamp> = row.get("trial_ends_at")?;
    let free = kind == "free" || kind == "trial" && trial_ends_at.is_some_and(|end| end <= now);
    let living = lifecycle == "setup" || lifecycle == "active";
    let status = row.get::<Option<i64>>("status")?.and_then(Status::parse);
    Ok(Facts {
        status: status.map(Status::word),
        sync_reason: SyncReason::read(row, "sync_reason", "sync_own_reason")?,
        sync_at: row.get("sync_at")?,
        email_at: row.get("email_at")?,
        last_campaign_at: row.get("last_campaign_at")?,
        passed: row.get("passed")?,
        delivered: row.get("delivered")?,
        gone: !["provisioning", "setup", "active", "disabled"].contains(&lifecycle.as_str()),
        serving: living || kind == "internal",
        allocated: row.get("allocated")?,
        active_users: row.get("active_users")?,
        beyond: Beyond::default(),
        // Whoever waits on the free plan waits for a decision about the trial: its list says so. That the trial is over may not be booked.
        waiting: if free { 0 } else { row.get("waiting")? },
        held: row.get("held")?,
        waiting_cap: row.get("waiting_cap")?,
        agents: row.get("agents")?,
        agents_silent: row.get("agents_silent")?,
        over_allocated: None,
        requests: 0,
        requested_at: None,
        plan_requests: row.get("plan_requests")?,
        plan_requested_at: row.get("plan_requested_at")?,
        endings: licensing::subscriptions::Endings::default(),
        trial: None,
        asked_for_at: None,
        cap: None,
    })
}

pub fn facts(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId, now: Timestamp) -> Result<Option<Facts>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT kind, lifecycle, status, sync_reason, sync_own_reason, sync_at, email_at, last_campaign_at, passed, delivered, allocated, active_users, waiting, held, waiting_cap,
                    agents, agents_silent, trial_ends_at, month_users, month_until,
                    (SELECT c.max_mau FROM customer c WHERE c.partner_id = $1 AND c.customer_id = $2) AS max_mau,
                    (SELECT COUNT(*) FROM plan_request r WHERE r.partner_id = $1 AND r.customer_id = $2 AND r.status = 'open') AS plan_requests,
                    (SELECT MAX(r.asked_at) FROM plan_request r WHERE r.partner_id = $1 AND r.customer_id = $2 AND r.status = 'open') AS plan_requested_at
             FROM standing WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![partner, customer],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut facts = facts_of(&row, now)?;
    let kind: String = row.get("kind")?;
    if let Some(ends_at) = row.get::<Option<Timestamp>>("trial_ends_at")?.filter(|_| kind == "trial") {
        facts.trial = trial(view, partner, customer, ends_at, now)?;
    }
    facts.cap = cap_use(view, partner, &row, now)?;
    if kind == "internal" {
        facts.over_allocated = Some(over_allocated(view, partner, now)?);
        (facts.requests, facts.requested_at) = requests(view, partner)?;
    } else {
        facts.endings = licensing::subscriptions::endings(view, partner, customer, now)?;
        if facts.active_users >= facts.allocated {
            facts.beyond = licensing::subscriptions::beyond(view, partner, customer, now)?;
        }
        let lifecycle: String = row.get("lifecycle")?;
        if ["setup", "active", "disabled"].contains(&lifecycle.as_str()) {
            facts.asked_for_at = links::waiting(view, partner, customer, now)?;
        }
    }
    Ok(Some(facts))
}

/// How far MAX MAU is used, where it is near. A month of which nothing was said begins with those who are active.
fn cap_use(view: &mut View<'_, Control>, partner: PartnerId, row: &Row, now: Timestamp) -> Result<Option<CapUse>> {
    let counted = row.get::<Option<Timestamp>>("month_until")?.is_some_and(|until| now < until);
    let count: i64 = row.get(if counted { "month_users" } else { "active_users" })?;
    let cap: Option<i64> = row.get("max_mau")?;
    let Some(cap) = cap.filter(|cap| near_cap(count, *cap)) else { return Ok(None) };
    Ok(Some(CapUse { count, cap, since: standing::zone(view, partner)?.month_start(now) }))
}

/// Customers told of as near MAX MAU in a month that is over, who are not any more, or of whom a person resolved that then.
pub fn caps_turned(view: &mut View<'_, Control>, partner: PartnerId, now: Timestamp) -> Result<Vec<CustomerId>> {
    let month = standing::zone(view, partner)?.month_start(now);
    let rows = view.rows(
        sql!(
            Control,
            "SELECT a.customer_id FROM alert a
             JOIN standing s ON s.partner_id = a.partner_id AND s.customer_id = a.customer_id
             JOIN customer c ON c.partner_id = a.partner_id AND c.customer_id = a.customer_id
             WHERE a.partner_id = $1 AND a.code = $2 AND a.cleared_at IS NULL AND COALESCE(s.month_until, 0) <= $3
               AND (s.active_users * 10 < c.max_mau * 9 OR a.resolved_at < $4)"
        ),
        p![partner, Code::CapNear.word(), now, month],
    )?;
    rows.iter().map(|r| r.get("customer_id")).collect()
}

/// How near its end a running trial is.
fn trial(
    view: &mut View<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    ends_at: Timestamp,
    now: Timestamp,
) -> Result<Option<TrialEnd>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT c.created_at, p.zone FROM customer c JOIN partner p ON p.partner_id = c.partner_id WHERE c.partner_id = $1 AND c.customer_id = $2"
        ),
        p![partner, customer],
    )?;
    let Some(row) = row else { return Ok(None) };
    let zone = Zone::named(&row.get::<String>("zone")?).unwrap_or(Zone::utc());
    Ok(trial_end(ends_at, row.get("created_at")?, now, &zone))
}

fn over_allocated(view: &mut View<'_, Control>, partner: PartnerId, now: Timestamp) -> Result<i64> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT allocated - (SELECT CAST(COALESCE(SUM(units), 0) AS BIGINT) FROM pool_order WHERE partner_id = $1 AND unit = 'seat' AND starts_at <= $2 AND ends_at > $2) AS over
             FROM pool WHERE partner_id = $1"
        ),
        p![partner, now],
    )?;
    row.map_or(Ok(0), |r| r.get("over"))
}

/// Orders asked for and not decided, and when the last of them was.
fn requests(view: &mut View<'_, Control>, partner: PartnerId) -> Result<(i64, Option<Timestamp>)> {
    let row = view.one(
        sql!(Control, "SELECT COUNT(*) AS n, MAX(asked_at) AS last FROM order_request WHERE partner_id = $1 AND status = 'open'"),
        p![partner],
    )?;
    Ok((row.get("n")?, row.get("last")?))
}

/// The partner's own tenant.
pub fn internal(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Option<CustomerId>> {
    let row = view.opt(sql!(Control, "SELECT internal_customer_id FROM partner WHERE partner_id = $1"), p![partner])?;
    row.map(|r| r.get("internal_customer_id")).transpose()
}

/// Customers that may need an alert, or have one whose cause may be gone. Exact rules are applied to each afterwards.
pub fn candidates(view: &mut View<'_, Control>, partner: PartnerId, now: Timestamp) -> Result<Vec<CustomerId>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT s.customer_id FROM standing s WHERE s.partner_id = $1 AND (s.kind = 'internal' OR s.status <= 2
               OR s.waiting > 0 OR s.held > 0 OR s.agents_silent > 0 OR (s.active_users > 0 AND s.active_users * 100 >= s.allocated * 93)
               OR EXISTS (SELECT 1 FROM alert a WHERE a.partner_id = s.partner_id AND a.customer_id = s.customer_id AND a.cleared_at IS NULL)
               OR CASE WHEN s.month_until > $2 THEN s.month_users ELSE s.active_users END * 10
                 >= (SELECT c.max_mau * 9 FROM customer c WHERE c.partner_id = s.partner_id AND c.customer_id = s.customer_id))"
        ),
        p![partner, now],
    )?;
    rows.iter().map(|r| r.get("customer_id")).collect()
}

pub fn watched(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Vec<Watched>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT alert_id, code, subject, detail, resolved_at FROM alert WHERE partner_id = $1 AND customer_id = $2 AND cleared_at IS NULL
             ORDER BY opened_at, alert_id"
        ),
        p![partner, customer],
    )?;
    let mut all = Vec::new();
    for row in rows {
        if let Some(code) = Code::parse(&row.get::<String>("code")?) {
            all.push(Watched {
                id: row.get("alert_id")?,
                code,
                subject: row.get("subject")?,
                detail: row.get("detail")?,
                resolved_at: row.get("resolved_at")?,
            });
        }
    }
    Ok(all)
}

/// Opens an alert; false when one is open for that customer, code and subject.
pub fn open(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    id: AlertId,
    customer: CustomerId,
    code: Code,
    subject: &str,
    detail: &str,
    now: Timestamp,
) -> Result<bool> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO alert (partner_id, alert_id, customer_id, code, severity, subject, detail, opened_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (partner_id, customer_id, code, subject) WHERE resolved_at IS NULL DO NOTHING"
        ),
        p![partner, id, customer, code.word(), code.severity().word(), subject, detail, now],
    )
    .map(|n| n == 1)
}

/// What an alert tells of is otherwise now.
pub fn retell(tx: &mut Tx<'_, Control>, partner: PartnerId, id: AlertId, code: Code, detail: &str) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE alert SET code = $3, severity = $4, detail = $5 WHERE partner_id = $1 AND alert_id = $2"),
        p![partner, id, code.word(), code.severity().word(), detail],
    )
    .map(drop)
}

/// Its cause is gone: an open alert resolves itself, a resolved one is watched no longer.
pub fn clear(tx: &mut Tx<'_, Control>, partner: PartnerId, id: AlertId, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE alert SET cleared_at = $3, resolved_at = COALESCE(resolved_at, $3) WHERE partner_id = $1 AND alert_id = $2 AND cleared_at IS NULL"
        ),
        p![partner, id, now],
    )
    .map(drop)
}

/// A person resolves an open alert; false when it is not open.
pub fn resolve(tx: &mut Tx<'_, Control>, partner: PartnerId, id: AlertId, by: Uuid, reason: &str, now: Timestamp) -> Result<bool> {
    tx.exec(
        sql!(
            Control,
            "UPDATE alert SET resolved_at = $3, resolved_by = $4, resolution = $5 WHERE partner_id = $1 AND alert_id = $2 AND resolved_at IS NULL"
        ),
        p![partner, id, now, by, reason],
    )
    .map(|n| n == 1)
}

fn read(row: &Row) -> Result<Alert> {
    let (code, severity, detail): (String, String, String) = (row.get("code")?, row.get("severity")?, row.get("detail")?);
    let kind: String = row.get("kind")?;
    let resolved_at: Option<Timestamp> = row.get("resolved_at")?;
    let by: Option<Uuid> = row.get("resolved_by")?;
    Ok(Alert {
        id: row.get("alert_id")?,
        code: Code::parse(&code).ok_or_else(|| store::Error::Corrupt(format!("alert code {code}")))?,
        severity: Severity::parse(&severity).ok_or_else(|| store::Error::Corrupt(format!("alert severity {severity}")))?,
        status: if resolved_at.is_some() { "resolved" } else { "open" }.to_owned(),
        customer_id: row.get("customer_id")?,
        customer_name: row.get("name")?,
        customer_kind: CustomerKind::parse(&kind).ok_or_else(|| store::Error::Corrupt(format!("customer kind {kind}")))?,
        subject: row.get("subject")?,
        detail: serde_json::from_str(&detail).unwrap_or_default(),
        opened_at: row.get("opened_at")?,
        resolved_at,
        resolved_by: resolved_at.map(|_| if by.is_some() { "person" } else { "rule" }.to_owned()),
        resolved_by_id: by.map(StaffId::new),
        resolved_by_name: row.get("staff_name")?,
        resolution: row.get("resolution")?,
    })
}

/// The filter of a list; parameters $5 status, $6 severity, $7 code, $8 customer.
macro_rules! filtered {
    () => {
        concat!(
            "FROM alert a JOIN customer c ON c.partner_id = a.partner_id AND c.customer_id = a.customer_id
             LEFT JOIN staff s ON s.staff_id = a.resolved_by
             WHERE a.partner_id = $1 AND ",
            access::visible!("a", "$2", "$3", "$4"),
            " AND (CAST($5 AS TEXT) IS NULL OR (CAST($5 AS TEXT) = 'open') = (a.resolved_at IS NULL))
              AND (CAST($6 AS TEXT) IS NULL OR a.severity = $6) AND (CAST($7 AS TEXT) IS NULL OR a.code = $7)
              AND a.customer_id = COALESCE($8, a.customer_id)"
        )
    };
}

pub fn list<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    f: &AlertFilter,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Alert>> {
    let (at, id) = after.unwrap_or((Timestamp::FOREVER, Uuid::max()));
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT a.alert_id, a.code, a.severity, a.customer_id, c.name, c.kind, a.subject, a.detail, a.opened_at, a.resolved_at, a.resolved_by,
                        a.resolution, s.name AS staff_name ",
                filtered!(),
                " AND (a.opened_at < $9 OR (a.opened_at = $9 AND a.alert_id < $10)) ORDER BY a.opened_at DESC, a.alert_id DESC LIMIT $11"
            )
        ),
        p![
            scope.partner(),
            scope.reach_mode(),
            scope.reach_membership(),
            scope.reach_customer(),
            f.status(),
            f.severity.map(Severity::word),
            f.code.map(Code::word),
            f.customer,
            at,
            id,
            limit
        ],
    )?;
    rows.iter().map(read).collect()
}

pub fn count<P>(view: &mut View<'_, Control>, scope: &Scope<P>, f: &AlertFilter) -> Result<i64> {
    let text = sql!(Control, concat!("SELECT COUNT(*) AS n ", filtered!()));
    view.one(
        text,
        p![
            scope.partner(),
            scope.reach_mode(),
            scope.reach_membership(),
            scope.reach_customer(),
            f.status(),
            f.severity.map(Severity::word),
            f.code.map(Code::word),
            f.customer
        ],
    )?
    .get("n")
}

/// An alert that a scope sees.
pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: AlertId) -> Result<Option<Alert>> {
    let row = view.opt(
        sql!(
            Control,
            concat!(
                "SELECT a.alert_id, a.code, a.severity, a.customer_id, c.name, c.kind, a.subject, a.detail, a.opened_at, a.resolved_at, a.resolved_by,
                        a.resolution, s.name AS staff_name
                 FROM alert a JOIN customer c ON c.partner_id = a.partner_id AND c.customer_id = a.customer_id
                 LEFT JOIN staff s ON s.staff_id = a.resolved_by
                 WHERE a.partner_id = $1 AND a.alert_id = $5 AND ",
                access::visible!("a", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), id],
    )?;
    row.as_ref().map(read).transpose()
}

pub fn subscription(view: &mut View<'_, Control>, partner: PartnerId, staff: StaffId) -> Result<Option<Severity>> {
    let row =
        view.opt(sql!(Control, "SELECT severity FROM alert_subscription WHERE partner_id = $1 AND staff_id = $2"), p![partner, staff])?;
    row.map_or(Ok(None), |r| Ok(Severity::parse(&r.get::<String>("severity")?)))
}

pub fn subscribe(tx: &mut Tx<'_, Control>, partner: PartnerId, staff: StaffId, severity: Option<Severity>) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM alert_subscription WHERE partner_id = $1 AND staff_id = $2"), p![partner, staff])?;
    if let Some(severity) = severity {
        tx.exec(
            sql!(Control, "INSERT INTO alert_subscription (partner_id, staff_id, severity) VALUES ($1, $2, $3)"),
            p![partner, staff, severity.word()],
        )?;
    }
    Ok(())
}

/// Who wants to hear of alerts of that severity.
pub fn subscribers(view: &mut View<'_, Control>, partner: PartnerId, severity: Severity) -> Result<Vec<StaffId>> {
    let rows = view.rows(sql!(Control, "SELECT staff_id, severity FROM alert_subscription WHERE partner_id = $1"), p![partner])?;
    let mut all = Vec::new();
    for row in rows {
        if Severity::parse(&row.get::<String>("severity")?).is_some_and(|least| severity >= least) {
            all.push(row.get("staff_id")?);
        }
    }
    Ok(all)
}
