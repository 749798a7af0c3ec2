//! The rows of the customer list: opened, changed, judged anew, moved.

use access::Scope;
use store::{Control, CustomerId, PartnerId, Result, Row, Timestamp, Tx, View, p, sql};

use super::super::{
    news,
    publish::{AgentCounts, People},
    reason::SyncReason,
    rules::{Facts, Status, TRIAL_NOTICE, WINDOW_DAYS, Windows, judge, windows},
};
use super::{
    facts::{carried, runs},
    totals::{Share, add, add_difference, listed_held, thresholds},
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
    pub sync_reason: Option<SyncReason>,
    pub launched_at: Option<Timestamp>,
    pub last_campaign_at: Option<Timestamp>,
    pub windows: Windows,
    pub status: Option<Status>,
    pub allocated: i64,
    pub active_users: i64,
    pub members: i64,
    pub waiting: i64,
    pub held: i64,
    pub waiting_cap: Option<i64>,
    pub month_users: i64,
    pub month_until: Option<Timestamp>,
    pub agents: AgentCounts,
    pub trial_ends_at: Option<Timestamp>,
}

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
        news::watched(self.status) || news::scarce(self.active_users, self.allocated) || self.kind == "trial"
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

    /// Until when nothing is to be said of its trial: then somebody is told that it ends soon, or has to book that it has. One that was
    /// removed waits for its return.
    fn trial_until(&self, now: Timestamp) -> Timestamp {
        let Some(end) = self.trial_ends_at.filter(|_| self.kind == "trial" && self.listed()) else { return Timestamp::FOREVER };
        let notices = TRIAL_NOTICE.into_iter().map(|days| end.plus_days(-days));
        notices.filter(|at| *at > now).min().unwrap_or(end)
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
        "name_key, search_key, kind, lifecycle, tier, setup_done, email_ok, email_at, sync_ok, sync_at, sync_reason, sync_own_reason, launched_at,
         last_campaign_at, passed, delivered, passed_before, delivered_before, status, allocated, active_users,
         members, waiting, held, waiting_cap, month_users, month_until, agents, agents_silent, agents_inactive, agents_seq, agents_until, trial_ends_at"
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
        sync_reason: SyncReason::read(row, "sync_reason", "sync_own_reason")?,
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
        waiting_cap: row.get("waiting_cap")?,
        month_users: row.get("month_users")?,
        month_until: row.get("month_until")?,
        agents: AgentCounts {
            agents: row.get("agents")?,
            silent: row.get("agents_silent")?,
            inactive: row.get("agents_inactive")?,
            seq: row.get("agents_seq")?,
            until: row.get("agents_until")?,
        },
        trial_ends_at: row.get("trial_ends_at")?,
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
    let until = runs_until.min(judged_until).min(after.trial_until(now));
    #[expect(clippy::cast_precision_loss, reason = "a sort key; comparisons of ratios are made on the counts")]
    let rate = (sums.delivered > 0).then(|| sums.passed as f64 / sums.delivered as f64);
    tx.exec(
        sql!(
            Control,
            "UPDATE standing SET name_key = $3, search_key = $4, kind = $5, lifecycle = $6, tier = $7, listed = $8, counted = $9, status = $10,
               status_order = $11, settled_until = $12, setup_done = $13, email_ok = $14, email_at = $15, sync_ok = $16, sync_at = $17,
               sync_reason = $18, launched_at = $19, passed = $20, delivered = $21, passed_before = $22, delivered_before = $23,
               pass_rate = $24, last_campaign_at = $25, sync_own_reason = $26, trial_ends_at = $27
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
            after.sync_reason.as_ref().map(|r| r.text.as_str()),
            after.launched_at,
            sums.passed,
            sums.delivered,
            sums.passed_before,
            sums.delivered_before,
            rate,
            after.last_campaign_at,
            after.sync_reason.as_ref().and_then(SyncReason::own_column),
            after.trial_ends_at
        ],
    )?;
    add_difference(tx, partner, before.share(), after.share(), now)
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
    let (seats, agents) = (row.allocated, row.agents);
    let people = People {
        active: row.active_users,
        members: row.members,
        waiting: row.waiting,
        held: row.held,
        waiting_cap: row.waiting_cap,
        month_users: row.month_users,
        month_until: row.month_until,
    };
    for text in carried() {
        tx.exec(text, p![from, customer, to, now.plus_days(-2 * WINDOW_DAYS)])?;
    }
    // Seats and people are booked after it, as they would be at a new customer.
    open(tx, to, customer, Standing { allocated: 0, active_users: 0, members: 0, waiting: 0, held: 0, waiting_cap: None, ..row }, now)?;
    set_seats(tx, to, customer, seats)?;
    set_people(tx, to, customer, people, now)?;
    // Its new partner may judge silence by other days: counted anew with the next look.
    let until = if agents.agents > 0 { Timestamp(0) } else { agents.until };
    set_agents(tx, to, customer, &AgentCounts { until, ..agents }).map(drop)
}

/// Books the seats of a customer: another axis than health, so nothing is judged.
pub fn set_seats(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, seats: i64) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE standing SET allocated = $3 WHERE partner_id = $1 AND customer_id = $2"), p![partner, customer, seats])
        .map(drop)
}

/// Books the members of a customer; the partner's sum of members moves with them. None of it is judged. True when how many
/// wait or are held has changed, or how many the month counts where MAX MAU is near.
pub fn set_people(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, people: People, now: Timestamp) -> Result<bool> {
    let Some(before) = find(tx, partner, customer)? else { return Ok(false) };
    let People { active, members, waiting, held, waiting_cap, month_users, month_until } = people;
    let row = tx.change(
        sql!(
            Control,
            "UPDATE standing SET active_users = $3, members = $4, waiting = $5, held = $6, waiting_cap = $7, month_users = $8, month_until = $9
             WHERE partner_id = $1 AND customer_id = $2
             RETURNING (SELECT c.max_mau FROM customer c WHERE c.partner_id = $1 AND c.customer_id = $2) AS max_mau"
        ),
        p![partner, customer, active, members, waiting, held, waiting_cap, month_users, month_until],
    )?;
    let cap: Option<i64> = row.map_or(Ok(None), |r| r.get("max_mau"))?;
    if before.listed() && before.members != members {
        let mut difference = Share::default();
        difference[11] = members - before.members;
        add(tx, partner, &difference, now)?;
    }
    let near = cap.is_some_and(|cap| news::near_cap(before.month_users, cap) || news::near_cap(month_users, cap));
    let counts = (before.month_users, before.month_until) != (month_users, month_until);
    Ok((before.waiting, before.held, before.waiting_cap) != (waiting, held, waiting_cap) || (near && counts))
}

/// Books a customer's agents unless a newer count is known; the same one again is a count that was carried here. True when how
/// many do not report has changed.
pub fn set_agents(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, a: &AgentCounts) -> Result<bool> {
    let Some(before) = find(tx, partner, customer)?.map(|row| row.agents) else { return Ok(false) };
    let written = tx.exec(
        sql!(
            Control,
            "UPDATE standing SET agents = $3, agents_silent = $4, agents_inactive = $5, agents_seq = $6, agents_until = $7
             WHERE partner_id = $1 AND customer_id = $2 AND agents_seq <= $6"
        ),
        p![partner, customer, a.agents, a.silent, a.inactive, a.seq, a.until],
    )?;
    Ok(written > 0 && (before.silent, before.agents) != (a.silent, a.agents))
}

/// Customers whose agents have to be counted again.
pub fn agents_due(view: &mut View<'_, Control>, partner: PartnerId, now: Timestamp) -> Result<Vec<CustomerId>> {
    let text =
        sql!(Control, "SELECT customer_id FROM standing WHERE partner_id = $1 AND agents_until <= $2 ORDER BY agents_until LIMIT 200");
    view.rows(text, p![partner, now])?.iter().map(|r| r.get("customer_id")).collect()
}

/// The partner judges silence by other days: all its customers' agents have to be counted again.
pub fn forget_agents(tx: &mut Tx<'_, Control>, partner: PartnerId) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE standing SET agents_until = 0 WHERE partner_id = $1 AND agents > 0"), p![partner]).map(drop)
}

/// Customers whose standing time has overtaken, oldest first.
pub fn due(view: &mut View<'_, Control>, partner: PartnerId, now: Timestamp, limit: i64) -> Result<Vec<CustomerId>> {
    let rows = view.rows(
        sql!(Control, "SELECT customer_id FROM standing WHERE partner_id = $1 AND settled_until <= $2 ORDER BY settled_until LIMIT $3"),
        p![partner, now, limit],
    )?;
    rows.iter().map(|r| r.get("customer_id")).collect()
}

/// Trials that have ended and are not booked so, oldest first.
pub fn trials_over(view: &mut View<'_, Control>, partner: PartnerId, now: Timestamp, limit: i64) -> Result<Vec<CustomerId>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT customer_id FROM standing WHERE partner_id = $1 AND settled_until <= $2 AND kind = 'trial' AND listed = TRUE AND trial_ends_at <= $2
             ORDER BY settled_until LIMIT $3"
        ),
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
