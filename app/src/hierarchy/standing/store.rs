//! Every SQL text of standings and totals.

use access::Scope;
use store::{Control, CustomerId, PartnerId, Result, Row, RunId, Timestamp, Tx, Uuid, Value, View, p, sql};

use super::{
    news,
    publish::People,
    rules::{Facts, Run, Status, Thresholds, WINDOW_DAYS, Windows, judge, windows},
};

/// One customer's row in the list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    pub name_key: String,
    pub search_key: String,
    pub kind: String,
    pub lifecycle: String,
    pub tier: String,
    pub setup_done: bool,
    pub email_ok: bool,
    pub email_at: Option<Timestamp>,
    pub sync_ok: Option<bool>,
    pub sync_at: Option<Timestamp>,
    pub sync_reason: Option<String>,
    pub launched_at: Option<Timestamp>,
    pub last_campaign_at: Option<Timestamp>,
    pub windows: Windows,
    pub status: Option<Status>,
    pub allocated: i64,
    pub active_users: i64,
    pub members: i64,
    pub waiting: i64,
    pub held: i64,
}

/// What a row adds to the totals, in the order of [`add`].
type Share = [i64; 12];

impl Standing {
    /// In the customer list: not internal, not removed.
    fn listed(&self) -> bool {
        self.kind != "internal" && self.lifecycle != "removed" && self.lifecycle != "purged"
    }

    /// An active customer (D12): listed and not disabled.
    fn counted(&self) -> bool {
        self.listed() && self.lifecycle != "disabled"
    }

    /// Somebody above watches such a customer.
    fn is_watched(&self) -> bool {
        news::watched(self.status) || news::scarce(self.active_users, self.allocated)
    }

    fn facts(&self) -> Facts {
        Facts {
            judged: self.listed() && (self.lifecycle == "setup" || self.lifecycle == "active"),
            setup_done: self.setup_done,
            email_ok: self.email_ok,
            sync_ok: self.sync_ok,
            launched_at: self.launched_at,
            last_campaign_at: self.last_campaign_at,
            passed: self.windows.passed,
            delivered: self.windows.delivered,
        }
    }

    /// What this row adds to the partner's totals.
    fn share(&self) -> Share {
        let listed = self.listed();
        let is = |status: Status| i64::from(listed && self.status == Some(status));
        let sum = |n: i64| if listed { n } else { 0 };
        [
            i64::from(self.counted()),
            i64::from(listed),
            is(Status::SyncFailed),
            is(Status::EmailUnverified),
            is(Status::LowEngagement),
            is(Status::SetupIncomplete),
            is(Status::Active),
            sum(self.windows.passed),
            sum(self.windows.delivered),
            sum(self.windows.passed_before),
            sum(self.windows.delivered_before),
            sum(self.members),
        ]
    }
}

macro_rules! columns {
    () => {
        "name_key, search_key, kind, lifecycle, tier, setup_done, email_ok, email_at, sync_ok, sync_at, sync_reason, launched_at,
         last_campaign_at, passed, delivered, passed_before, delivered_before, status, allocated, active_users,
         members, waiting, held"
    };
}

fn read(row: &Row) -> Result<Standing> {
    Ok(Standing {
        name_key: row.get("name_key")?,
        search_key: row.get("search_key")?,
        kind: row.get("kind")?,
        lifecycle: row.get("lifecycle")?,
        tier: row.get("tier")?,
        setup_done: row.get("setup_done")?,
        email_ok: row.get("email_ok")?,
        email_at: row.get("email_at")?,
        sync_ok: row.get("sync_ok")?,
        sync_at: row.get("sync_at")?,
        sync_reason: row.get("sync_reason")?,
        launched_at: row.get("launched_at")?,
        last_campaign_at: row.get("last_campaign_at")?,
        windows: Windows {
            passed: row.get("passed")?,
            delivered: row.get("delivered")?,
            passed_before: row.get("passed_before")?,
            delivered_before: row.get("delivered_before")?,
        },
        status: row.get::<Option<i64>>("status")?.and_then(Status::parse),
        allocated: row.get("allocated")?,
        active_users: row.get("active_users")?,
        members: row.get("members")?,
        waiting: row.get("waiting")?,
        held: row.get("held")?,
    })
}

/// A customer's row; none when there is no such customer of this partner.
pub fn find(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Option<Standing>> {
    let row = view.opt(
        sql!(Control, concat!("SELECT ", columns!(), " FROM standing WHERE partner_id = $1 AND customer_id = $2")),
        p![partner, customer],
    )?;
    row.as_ref().map(read).transpose()
}

/// As [`find`], with the row held: a write that changes nothing keeps it as it is until this transaction ends. Two lanes can
/// meet at a customer: the partner that chooses the lane is remembered, and a customer may have moved since.
fn hold(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Option<Standing>> {
    let row = tx.change(
        sql!(
            Control,
            concat!("UPDATE standing SET allocated = allocated WHERE partner_id = $1 AND customer_id = $2 RETURNING ", columns!())
        ),
        p![partner, customer],
    )?;
    row.as_ref().map(read).transpose()
}

/// Opens the row of a new customer and counts it.
pub fn open(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, row: Standing, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO standing (partner_id, customer_id, name_key, search_key, kind, lifecycle, tier, listed, counted, status, status_order,
               settled_until, setup_done, email_ok, passed, delivered, passed_before, delivered_before, allocated, active_users, members,
               waiting)
             VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE, FALSE, NULL, 9, 0, FALSE, FALSE, 0, 0, 0, 0, 0, 0, 0, 0)"
        ),
        p![partner, customer, &row.name_key, &row.search_key, &row.kind, &row.lifecycle, &row.tier],
    )?;
    let before = Standing { kind: "internal".into(), lifecycle: "removed".into(), ..Standing::default() };
    save(tx, partner, customer, &before, &mut { row }, now)
}

/// Changes a customer's row: the change is applied, the row judged anew, the totals moved by the difference.
/// True when it is news: the customer needs attention, or did before. False too when there is no such customer.
pub fn change<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    now: Timestamp,
    edit: impl FnOnce(&mut Standing),
) -> Result<bool> {
    let partner = scope.partner();
    let Some(before) = hold(tx, partner, customer)? else { return Ok(false) };
    let mut after = before.clone();
    edit(&mut after);
    save(tx, partner, customer, &before, &mut after, now)?;
    Ok(before.is_watched() || after.is_watched())
}

fn save(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    before: &Standing,
    after: &mut Standing,
    now: Timestamp,
) -> Result<()> {
    let runs = runs(tx, partner, customer, now)?;
    let (sums, runs_until) = windows(&runs, now);
    after.windows = sums;
    let (status, judged_until) = judge(&after.facts(), &thresholds(tx, partner)?, now);
    after.status = status;
    let until = runs_until.min(judged_until);
    #[expect(clippy::cast_precision_loss, reason = "a sort key; comparisons of ratios are made on the counts")]
    let rate = (sums.delivered > 0).then(|| sums.passed as f64 / sums.delivered as f64);
    tx.exec(
        sql!(
            Control,
            "UPDATE standing SET name_key = $3, search_key = $4, kind = $5, lifecycle = $6, tier = $7, listed = $8, counted = $9, status = $10,
               status_order = $11, settled_until = $12, setup_done = $13, email_ok = $14, email_at = $15, sync_ok = $16, sync_at = $17,
               sync_reason = $18, launched_at = $19, passed = $20, delivered = $21, passed_before = $22, delivered_before = $23,
               pass_rate = $24, last_campaign_at = $25
             WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![
            partner,
            customer,
            &after.name_key,
            &after.search_key,
            &after.kind,
            &after.lifecycle,
            &after.tier,
            after.listed(),
            after.counted(),
            status.map(Status::number),
            status.map_or(9, Status::number),
            until,
            after.setup_done,
            after.email_ok,
            after.email_at,
            after.sync_ok,
            after.sync_at,
            after.sync_reason.clone(),
            after.launched_at,
            sums.passed,
            sums.delivered,
            sums.passed_before,
            sums.delivered_before,
            rate,
            after.last_campaign_at
        ],
    )?;
    add_difference(tx, partner, before.share(), after.share(), now)
}

fn add_difference(tx: &mut Tx<'_, Control>, partner: PartnerId, old: Share, new: Share, now: Timestamp) -> Result<()> {
    let mut difference = Share::default();
    for (d, (o, n)) in difference.iter_mut().zip(old.iter().zip(new)) {
        *d = n - o;
    }
    if difference.iter().any(|d| *d != 0) { add(tx, partner, &difference, now) } else { Ok(()) }
}

/// Takes the row of a customer that moves away and holds both partners' totals, always in the same order. Gives the row and
/// how many customers the new partner lists.
pub fn take(
    tx: &mut Tx<'_, Control>,
    from: PartnerId,
    to: PartnerId,
    customer: CustomerId,
    now: Timestamp,
) -> Result<Option<(Standing, i64)>> {
    let Some(row) = hold(tx, from, customer)? else { return Ok(None) };
    let mut listed = 0;
    for partner in if from.0 < to.0 { [from, to] } else { [to, from] } {
        let n = listed_held(tx, partner)?;
        listed = if partner == to { n } else { listed };
    }
    add_difference(tx, from, row.share(), Share::default(), now)?;
    tx.exec(sql!(Control, "DELETE FROM standing WHERE partner_id = $1 AND customer_id = $2"), p![from, customer])?;
    Ok(Some((row, listed)))
}

/// Puts the row of a customer that has moved below its new partner and counts it there, judged by that partner's thresholds.
pub fn put(tx: &mut Tx<'_, Control>, from: PartnerId, to: PartnerId, customer: CustomerId, row: Standing, now: Timestamp) -> Result<()> {
    let seats = row.allocated;
    let people = People { active: row.active_users, members: row.members, waiting: row.waiting, held: row.held };
    for text in carried() {
        tx.exec(text, p![from, customer, to, now.plus_days(-2 * WINDOW_DAYS)])?;
    }
    // Seats and people are booked after it, as they would be at a new customer.
    open(tx, to, customer, Standing { allocated: 0, active_users: 0, members: 0, waiting: 0, held: 0, ..row }, now)?;
    set_seats(tx, to, customer, seats)?;
    set_people(tx, to, customer, people, now).map(drop)
}

/// What health still rests on after a move: the last sync, the last mail check, the runs both windows see and the last one.
/// The same facts under the same ids, known to the new partner from then on; the old one keeps all of its own.
fn carried() -> [&'static store::Sql<Control>; 3] {
    [
        sql!(
            Control,
            "INSERT INTO sync_event (partner_id, customer_id, at, fact_id, ok, source, reason)
             SELECT $3, customer_id, at, fact_id, ok, source, reason FROM sync_event WHERE partner_id = $1 AND customer_id = $2
             ORDER BY at DESC, fact_id DESC LIMIT 1 ON CONFLICT DO NOTHING"
        ),
        sql!(
            Control,
            "INSERT INTO mail_check (partner_id, customer_id, at, fact_id, ok, detail)
             SELECT $3, customer_id, at, fact_id, ok, detail FROM mail_check WHERE partner_id = $1 AND customer_id = $2
             ORDER BY at DESC, fact_id DESC LIMIT 1 ON CONFLICT DO NOTHING"
        ),
        sql!(
            Control,
            "INSERT INTO campaign_run (partner_id, customer_id, at, run_id, name, external_ref, delivered, passed, recorded_at)
             SELECT $3, customer_id, at, run_id, name, external_ref, delivered, passed, recorded_at FROM campaign_run
             WHERE partner_id = $1 AND customer_id = $2
               AND (at > $4 OR at = (SELECT MAX(x.at) FROM campaign_run x WHERE x.partner_id = $1 AND x.customer_id = $2))
             ON CONFLICT DO NOTHING"
        ),
    ]
}

/// Moves the totals. The count at the month's first instant is what stood before the month's first change.
fn add(tx: &mut Tx<'_, Control>, partner: PartnerId, d: &Share, now: Timestamp) -> Result<()> {
    let month = zone(tx, partner)?.month_start(now);
    tx.exec(
        sql!(
            Control,
            "UPDATE totals SET
               counted_at_month_start = CASE WHEN month_start < $2 THEN counted ELSE counted_at_month_start END,
               month_start = CASE WHEN month_start < $2 THEN $2 ELSE month_start END,
               counted = counted + $3, listed = listed + $4, sync_failed = sync_failed + $5, email_unverified = email_unverified + $6,
               low_engagement = low_engagement + $7, setup_incomplete = setup_incomplete + $8, active = active + $9,
               passed = passed + $10, delivered = delivered + $11, passed_before = passed_before + $12, delivered_before = delivered_before + $13,
               members = members + $14
             WHERE partner_id = $1"
        ),
        p![partner, month, d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11]],
    )
    .map(drop)
}

/// Opens the totals of a new partner.
pub fn open_totals(tx: &mut Tx<'_, Control>, partner: PartnerId, month_start: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO totals (partner_id, counted, month_start, counted_at_month_start, listed, sync_failed, email_unverified, low_engagement,
               setup_incomplete, active, passed, delivered, passed_before, delivered_before, members, past_seq)
             VALUES ($1, 0, $2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)"
        ),
        p![partner, month_start],
    )
    .map(drop)
}

/// The number of listed customers, with the totals row held: what a limit is checked against.
pub fn listed_held(tx: &mut Tx<'_, Control>, partner: PartnerId) -> Result<i64> {
    let row = tx.change(sql!(Control, "UPDATE totals SET listed = listed WHERE partner_id = $1 RETURNING listed"), p![partner])?;
    row.map_or(Ok(0), |r| r.get("listed"))
}

/// The number of listed customers.
pub fn listed(view: &mut View<'_, Control>, partner: PartnerId) -> Result<i64> {
    let row = view.opt(sql!(Control, "SELECT listed FROM totals WHERE partner_id = $1"), p![partner])?;
    row.map_or(Ok(0), |r| r.get("listed"))
}

fn zone(view: &mut View<'_, Control>, partner: PartnerId) -> Result<store::Zone> {
    let row = view.opt(sql!(Control, "SELECT zone FROM partner WHERE partner_id = $1"), p![partner])?;
    let name: String = row.map_or(Ok("UTC".into()), |r| r.get("zone"))?;
    Ok(store::Zone::named(&name).unwrap_or(store::Zone::utc()))
}

fn thresholds(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Thresholds> {
    let row = view.opt(sql!(Control, "SELECT low_pass_percent, stale_campaign_days FROM partner WHERE partner_id = $1"), p![partner])?;
    row.map_or(Ok(Thresholds::default()), |r| {
        Ok(Thresholds { low_pass_percent: r.get("low_pass_percent")?, stale_campaign_days: r.get("stale_campaign_days")? })
    })
}

/// The runs that the two windows can still see.
fn runs(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId, now: Timestamp) -> Result<Vec<Run>> {
    let rows = view.rows(
        sql!(Control, "SELECT at, delivered, passed FROM campaign_run WHERE partner_id = $1 AND customer_id = $2 AND at > $3 ORDER BY at"),
        p![partner, customer, now.plus_days(-2 * WINDOW_DAYS)],
    )?;
    rows.iter().map(|r| Ok(Run { at: r.get("at")?, delivered: r.get("delivered")?, passed: r.get("passed")? })).collect()
}

/// Appends a sync fact.
pub fn append_sync(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    at: Timestamp,
    id: Uuid,
    ok: bool,
    source: &str,
    reason: Option<&str>,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO sync_event (partner_id, customer_id, at, fact_id, ok, source, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        p![partner, customer, at, id, ok, source, reason],
    )
    .map(drop)
}

/// Appends a mail-check fact.
pub fn append_mail_check(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    at: Timestamp,
    id: Uuid,
    ok: bool,
    detail: Option<&str>,
) -> Result<()> {
    tx.exec(
        sql!(Control, "INSERT INTO mail_check (partner_id, customer_id, at, fact_id, ok, detail) VALUES ($1, $2, $3, $4, $5, $6)"),
        p![partner, customer, at, id, ok, detail],
    )
    .map(drop)
}

/// A fact of `at` became known or was taken back at `now`: if its month is over, the month ends kept so far no longer hold.
pub fn note_past(tx: &mut Tx<'_, Control>, partner: PartnerId, at: Timestamp, now: Timestamp) -> Result<()> {
    if at >= zone(tx, partner)?.month_start(now) {
        return Ok(());
    }
    tx.exec(sql!(Control, "UPDATE totals SET past_seq = past_seq + 1 WHERE partner_id = $1"), p![partner]).map(drop)
}

/// Appends a campaign run; false when this reference is known already.
pub fn append_run(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    id: Uuid,
    run: &super::CampaignRun<'_>,
    now: Timestamp,
) -> Result<bool> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO campaign_run (partner_id, customer_id, at, run_id, name, external_ref, delivered, passed, recorded_at, import_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (partner_id, customer_id, external_ref) DO NOTHING"
        ),
        p![partner, customer, run.at, id, run.name, run.external_ref, run.delivered, run.passed, now, run.import],
    )
    .map(|n| n == 1)
}

/// Takes runs away.
pub fn delete_runs(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, runs: &[(Timestamp, RunId)]) -> Result<()> {
    let rows: Vec<Vec<Value>> = runs.iter().map(|(at, id)| vec![partner.into(), customer.into(), (*at).into(), (*id).into()]).collect();
    tx.bulk(sql!(Control, "DELETE FROM campaign_run WHERE partner_id = $1 AND customer_id = $2 AND at = $3 AND run_id = $4"), &rows)
        .map(drop)
}

/// When a customer's last known run was.
pub fn last_run(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Option<Timestamp>> {
    let row = view.opt(
        sql!(Control, "SELECT at FROM campaign_run WHERE partner_id = $1 AND customer_id = $2 ORDER BY at DESC LIMIT 1"),
        p![partner, customer],
    )?;
    row.map(|r| r.get("at")).transpose()
}

/// Books the seats of a customer: another axis than health, so nothing is judged.
pub fn set_seats(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, seats: i64) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE standing SET allocated = $3 WHERE partner_id = $1 AND customer_id = $2"), p![partner, customer, seats])
        .map(drop)
}

/// Books the members of a customer; the partner's sum of members moves with them. None of it is judged. True when how many
/// wait or are held has changed.
pub fn set_people(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, people: People, now: Timestamp) -> Result<bool> {
    let Some(before) = find(tx, partner, customer)? else { return Ok(false) };
    let People { active, members, waiting, held } = people;
    tx.exec(
        sql!(
            Control,
            "UPDATE standing SET active_users = $3, members = $4, waiting = $5, held = $6 WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![partner, customer, active, members, waiting, held],
    )?;
    if before.listed() && before.members != members {
        let mut difference = Share::default();
        difference[11] = members - before.members;
        add(tx, partner, &difference, now)?;
    }
    Ok(before.waiting != waiting || before.held != held)
}

/// Customers whose standing time has overtaken, oldest first.
pub fn due(view: &mut View<'_, Control>, partner: PartnerId, now: Timestamp, limit: i64) -> Result<Vec<CustomerId>> {
    let rows = view.rows(
        sql!(Control, "SELECT customer_id FROM standing WHERE partner_id = $1 AND settled_until <= $2 ORDER BY settled_until LIMIT $3"),
        p![partner, now, limit],
    )?;
    rows.iter().map(|r| r.get("customer_id")).collect()
}

/// Every customer of a partner.
fn all(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Vec<CustomerId>> {
    view.rows(sql!(Control, "SELECT customer_id FROM standing WHERE partner_id = $1"), p![partner])?
        .iter()
        .map(|r| r.get("customer_id"))
        .collect()
}

/// Judges every customer of a partner anew: its thresholds were changed.
pub fn rejudge_all<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<()> {
    for customer in all(tx, scope.partner())? {
        change(tx, scope, customer, now, |_| ())?;
    }
    Ok(())
}
