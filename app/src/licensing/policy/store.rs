//! Every SQL text of `tenant_policy`.

use access::Scope;
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberId, Region, Result, Row, Timestamp, Tx, View, p, sql};

use super::{FREE_MEMBERS, OpenTenant, Over, UsagePolicy, UsageTerms};
use crate::licensing::month::{Counted, Month};

/// A tenant's counters, numbered so that the newest wins wherever it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Seats the region may use.
    pub seats: i64,
    /// Members with status active now.
    pub active_users: i64,
    /// All members.
    pub members: i64,
    /// Members waiting for a seat.
    pub waiting: i64,
    /// Members held: their address is not proved to be the tenant's.
    pub held: i64,
    /// How many more would be active if what waits for a decision of its sources were applied.
    pub arriving: i64,
    /// MAX MAU: different members that may be active in a month.
    pub max_mau: i64,
    /// Different members that were active in the month last counted; see [`super::Gate`] for the running one.
    pub month_users: i64,
    /// The month last counted; none before the first change.
    pub month: Option<Month>,
    /// Where that month ends.
    pub month_until: Option<Timestamp>,
    /// From when on the tenant is on the free plan.
    pub free_at: Timestamp,
    /// Since when more are active than seats; none while they fit.
    pub exceeded_at: Option<Timestamp>,
    /// What its plan says about people beyond the seats.
    pub terms: UsageTerms,
    /// Rises with every change of a counter.
    pub seq: i64,
}

impl Usage {
    /// As it stands at an instant: on the free plan no more seats can be used than that allows.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Usage {
        let seats = if self.free_at <= now { self.seats.min(FREE_MEMBERS) } else { self.seats };
        Usage { seats, ..self }
    }

    /// The cap for which members wait at an instant, though a seat is free or none is needed.
    #[must_use]
    pub fn waiting_cap(&self, at: Timestamp) -> Option<i64> {
        let seated = self.active_users < self.seats || self.terms.at(at) == UsagePolicy::SoftOverage;
        (self.waiting > 0 && seated && self.month_users >= self.max_mau).then_some(self.max_mau)
    }
}

fn read(row: &Row) -> Result<Usage> {
    let (start, end): (Timestamp, Timestamp) = (row.get("month_start")?, row.get("month_end")?);
    Ok(Usage {
        seats: row.get("seats")?,
        active_users: row.get("active_users")?,
        members: row.get("members")?,
        waiting: row.get("waiting")?,
        held: row.get("held")?,
        arriving: row.get("arriving")?,
        max_mau: row.get("max_mau")?,
        month_users: row.get("month_users")?,
        month: (end.0 > 0).then(|| Month::between(start, end)),
        month_until: Some(end).filter(|end| end.0 > 0),
        free_at: row.get("free_at")?,
        exceeded_at: row.get("exceeded_at")?,
        terms: terms_of(&row.get::<String>("usage_terms")?)?,
        seq: row.get("usage_seq")?,
    })
}

fn customer<P>(scope: &Scope<P>) -> CustomerId {
    scope.customer().unwrap_or(CustomerId::new(scope.node()))
}

/// Makes a tenant's row; false when it is there.
pub(super) fn open<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, max_mau: i64, serving: bool) -> Result<bool> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO tenant_policy (customer_id, version, seats, max_mau, serving, active_users, members, waiting, usage_seq)
             VALUES ($1, 0, 0, $2, $3, 0, 0, 0, 0) ON CONFLICT (customer_id) DO NOTHING"
        ),
        p![customer(scope), max_mau, serving],
    )
    .map(|n| n == 1)
}

/// Writes control's terms down unless they are known or newer ones are; true when they were written. A month that has begun ends
/// where it was to end: another zone cuts the next ones.
pub(super) fn set_terms<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, said: &OpenTenant) -> Result<bool> {
    let text = serde_json::to_string(&said.usage).map_err(|e| store::Error::Corrupt(format!("usage terms: {e}")))?;
    tx.exec(
        sql!(
            Region,
            "UPDATE tenant_policy SET max_mau = $2, terms_version = $4, zone = $3, free_at = $5, usage_terms = $6, administrator = $7
             WHERE customer_id = $1
               AND (terms_version < $4 OR (terms_version = $4 AND (max_mau <> $2 OR zone <> $3 OR free_at <> $5 OR usage_terms <> $6 OR administrator <> $7)))"
        ),
        p![customer(scope), said.max_mau, &said.zone, said.version, said.free_at, text, said.administrator.as_deref().unwrap_or_default()],
    )
    .map(|n| n == 1)
}

/// Sets the seats if the version is newer and they suffice for those active now, or are no fewer than before; in any case where nobody
/// has to make room (`unbounded`).
pub(super) fn apply<P>(
    tx: &mut Tx<'_, Region>,
    scope: &Scope<P>,
    seats: i64,
    version: i64,
    unbounded: bool,
    now: Timestamp,
) -> Result<bool> {
    tx.exec(
        sql!(
            Region,
            "UPDATE tenant_policy SET seats = $2, version = $3, exceeded_at = CASE WHEN active_users > $2 THEN COALESCE(exceeded_at, $4) ELSE NULL END
             WHERE customer_id = $1 AND version < $3 AND (active_users <= $2 OR seats <= $2 OR $5 = TRUE)"
        ),
        p![customer(scope), seats, version, now, unbounded],
    )
    .map(|n| n == 1)
}

/// Writes a lower number down for those who are active just now, the decision not obeyed yet: nobody comes in while the others go.
pub(super) fn narrow<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, seats: i64) -> Result<()> {
    tx.exec(sql!(Region, "UPDATE tenant_policy SET seats = $2 WHERE customer_id = $1 AND seats > $2"), p![customer(scope), seats]).map(drop)
}

/// Sets whether the tenant may serve; false when it already stands so.
pub(super) fn set_serving<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, serving: bool) -> Result<bool> {
    tx.exec(sql!(Region, "UPDATE tenant_policy SET serving = $2 WHERE customer_id = $1 AND serving <> $2"), p![customer(scope), serving])
        .map(|n| n == 1)
}

/// Lets the scope's tenant serve nobody any more, with a row even where none was opened: a decision about seats that arrives late
/// finds it. True when that is new.
///
/// # Errors
/// The store's.
pub fn stop_serving<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>) -> Result<bool> {
    let made = open(tx, scope, 0, false)?;
    Ok(set_serving(tx, scope, false)? || made)
}

/// Takes the row of a tenant that was never used away; false when it was used, or is not there.
pub(super) fn close<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>) -> Result<bool> {
    tx.exec(sql!(Region, "DELETE FROM tenant_policy WHERE customer_id = $1 AND usage_seq = 0"), p![customer(scope)]).map(|n| n == 1)
}

/// Whether the scope's tenant may serve; none while it is being prepared: control's terms are not known yet.
///
/// # Errors
/// The store's.
pub fn serving<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Option<bool>> {
    let row =
        view.opt(sql!(Region, "SELECT serving FROM tenant_policy WHERE customer_id = $1 AND terms_version > 0"), p![customer(scope)])?;
    row.map(|r| r.get("serving")).transpose()
}

pub(super) fn version<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Option<i64>> {
    let row = view.opt(sql!(Region, "SELECT version FROM tenant_policy WHERE customer_id = $1"), p![customer(scope)])?;
    row.map(|r| r.get("version")).transpose()
}

/// The counters of the scope's tenant; none while it is being provisioned.
///
/// # Errors
/// The store's.
pub fn usage<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Option<Usage>> {
    let row = view.opt(
        sql!(
            Region,
            "SELECT seats, active_users, members, waiting, held, arriving, max_mau, month_start, month_end, month_users, usage_seq, free_at, exceeded_at, usage_terms
             FROM tenant_policy WHERE customer_id = $1"
        ),
        p![customer(scope)],
    )?;
    row.as_ref().map(read).transpose()
}

macro_rules! whole {
    () => {
        "seats, active_users, members, waiting, held, arriving, max_mau, month_users, usage_seq, serving, zone, free_at, month_start, month_end,
         exceeded_at, usage_terms"
    };
}

/// A tenant's row with all that decides who comes in.
pub(super) struct Whole {
    pub usage: Usage,
    pub serving: bool,
    pub zone: String,
    pub month_start: Timestamp,
    pub month_end: Timestamp,
}

fn whole(row: &Row) -> Result<Whole> {
    Ok(Whole {
        usage: read(row)?,
        serving: row.get("serving")?,
        zone: row.get("zone")?,
        month_start: row.get("month_start")?,
        month_end: row.get("month_end")?,
    })
}

fn terms_of(text: &str) -> Result<UsageTerms> {
    let read = || serde_json::from_str(text).map_err(|e| store::Error::Corrupt(format!("usage terms: {e}")));
    if text.is_empty() { Ok(UsageTerms::default()) } else { read() }
}

/// The row, held until the transaction ends; what is told of it next has another number.
pub(super) fn hold<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>) -> Result<Option<Whole>> {
    let row = tx.held(
        sql!(
            Region,
            concat!("UPDATE tenant_policy SET usage_seq = usage_seq + 1 WHERE customer_id = $1 AND terms_version > 0 RETURNING ", whole!())
        ),
        p![customer(scope)],
    )?;
    row.as_ref().map(whole).transpose()
}

/// The row as it stands.
pub(super) fn look<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Option<Whole>> {
    let row = view.opt(
        sql!(Region, concat!("SELECT ", whole!(), " FROM tenant_policy WHERE customer_id = $1 AND terms_version > 0")),
        p![customer(scope)],
    )?;
    row.as_ref().map(whole).transpose()
}

/// Keeps a month that is over. None is ever kept twice: the row it comes from is held.
pub(super) fn keep_month<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, over: &Over) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO tenant_month (customer_id, month, starts_at, ends_at, users, active_users) VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        p![customer(scope), over.month, over.starts_at, over.ends_at, over.users, over.active_users],
    )
    .map(drop)
}

/// True when a tenant is on the free plan at an instant: control said from when on.
///
/// # Errors
/// The store's.
pub fn is_free<P>(view: &mut View<'_, Region>, scope: &Scope<P>, now: Timestamp) -> Result<bool> {
    let text = sql!(Region, "SELECT customer_id FROM tenant_policy WHERE customer_id = $1 AND free_at <= $2");
    view.opt(text, p![customer(scope), now]).map(|row| row.is_some())
}

/// True when more members are active than the free plan allows, and it is on it: its end was not brought here yet.
///
/// # Errors
/// The store's.
pub fn is_crowded<P>(view: &mut View<'_, Region>, scope: &Scope<P>, now: Timestamp) -> Result<bool> {
    let text = sql!(Region, "SELECT customer_id FROM tenant_policy WHERE customer_id = $1 AND free_at <= $2 AND active_users > $3");
    view.opt(text, p![customer(scope), now, FREE_MEMBERS]).map(|row| row.is_some())
}

/// Holds the row of a tenant that is crowded so until the transaction ends; gives since when the plan holds, none when it is not
/// crowded, which writes nothing.
///
/// # Errors
/// The store's.
pub fn hold_crowded<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, now: Timestamp) -> Result<Option<Timestamp>> {
    let text = sql!(
        Region,
        "UPDATE tenant_policy SET usage_seq = usage_seq + 1 WHERE customer_id = $1 AND terms_version > 0 AND free_at <= $2 AND active_users > $3
         RETURNING free_at"
    );
    tx.change(text, p![customer(scope), now, FREE_MEMBERS])?.map(|row| row.get("free_at")).transpose()
}

/// The address of the tenant's primary administrator, as control last said; none where it has none.
///
/// # Errors
/// The store's.
pub fn administrator<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Option<String>> {
    let row = view.opt(sql!(Region, "SELECT administrator FROM tenant_policy WHERE customer_id = $1"), p![customer(scope)])?;
    let address: Option<String> = row.map(|r| r.get("administrator")).transpose()?;
    Ok(address.filter(|address| !address.is_empty()))
}

/// Who stays active on the free plan, as somebody chose; empty where nobody did.
///
/// # Errors
/// The store's.
pub fn stays<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Vec<MemberId>> {
    let row = view.opt(sql!(Region, "SELECT stays FROM tenant_policy WHERE customer_id = $1"), p![customer(scope)])?;
    let Some(row) = row else { return Ok(Vec::new()) };
    let text: String = row.get("stays")?;
    serde_json::from_str(&text).map_err(|e| store::Error::Corrupt(format!("stays: {e}")))
}

/// Writes down who stays active on the free plan.
///
/// # Errors
/// The store's.
pub fn set_stays<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, members: &[MemberId]) -> Result<()> {
    let text = serde_json::to_string(members).map_err(|e| store::Error::Corrupt(format!("stays: {e}")))?;
    tx.exec(sql!(Region, "UPDATE tenant_policy SET stays = $2 WHERE customer_id = $1"), p![customer(scope), text]).map(drop)
}

/// Writes what a late word made of a month that is over, or of one before the first that was kept.
pub(super) fn amend_month<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, over: &Over) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO tenant_month (customer_id, month, starts_at, ends_at, users, active_users) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (customer_id, month) DO UPDATE SET users = excluded.users, active_users = excluded.active_users"
        ),
        p![customer(scope), over.month, over.starts_at, over.ends_at, over.users, over.active_users],
    )
    .map(drop)
}

/// The months that are over and ended after an instant, oldest first.
pub(super) fn months_ending_after<P>(view: &mut View<'_, Region>, scope: &Scope<P>, at: Timestamp) -> Result<Vec<Over>> {
    let rows = view.rows(
        sql!(
            Region,
            "SELECT month, starts_at, ends_at, users, active_users FROM tenant_month WHERE customer_id = $1 AND ends_at > $2 ORDER BY month"
        ),
        p![customer(scope), at],
    )?;
    let one = |r: &Row| {
        Ok(Over {
            month: r.get("month")?,
            starts_at: r.get("starts_at")?,
            ends_at: r.get("ends_at")?,
            users: r.get("users")?,
            active_users: r.get("active_users")?,
        })
    };
    rows.iter().map(one).collect()
}

/// What was counted in each month that is over, from one on, oldest first.
///
/// # Errors
/// The store's.
pub fn months_since<P>(view: &mut View<'_, Region>, scope: &Scope<P>, first: Month) -> Result<Vec<Counted>> {
    let rows = view.rows(
        sql!(Region, "SELECT month, users, active_users FROM tenant_month WHERE customer_id = $1 AND month >= $2 ORDER BY month"),
        p![customer(scope), first],
    )?;
    rows.iter().map(|r| Ok(Counted { month: r.get("month")?, users: r.get("users")?, active_users: r.get("active_users")? })).collect()
}

/// The zone of control's terms and their number; none before they came.
pub(super) fn zone<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Option<(String, i64)>> {
    let row = view.opt(
        sql!(Region, "SELECT zone, terms_version FROM tenant_policy WHERE customer_id = $1 AND terms_version > 0"),
        p![customer(scope)],
    )?;
    row.map(|r| Ok((r.get("zone")?, r.get("terms_version")?))).transpose()
}

/// Writes what a held row has come to.
pub(super) fn save<P>(
    tx: &mut Tx<'_, Region>,
    scope: &Scope<P>,
    active: i64,
    month: [i64; 3],
    exceeded_at: Option<Timestamp>,
) -> Result<()> {
    let [start, end, users] = month;
    tx.exec(
        sql!(
            Region,
            "UPDATE tenant_policy SET active_users = $2, month_start = $3, month_end = $4, month_users = $5, exceeded_at = $6 WHERE customer_id = $1"
        ),
        p![customer(scope), active, start, end, users, exceeded_at],
    )
    .map(drop)
}

/// Books members added (or, negative, removed) and how many more (or fewer) wait.
///
/// # Errors
/// The store's.
pub fn note_members<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, members: i64, waiting: i64) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "UPDATE tenant_policy SET members = members + $2, waiting = waiting + $3, usage_seq = usage_seq + 1 WHERE customer_id = $1"
        ),
        p![customer(scope), members, waiting],
    )
    .map(drop)
}

/// Books how many members more (or fewer) are held.
///
/// # Errors
/// The store's.
pub fn note_held<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, held: i64) -> Result<()> {
    tx.exec(
        sql!(Region, "UPDATE tenant_policy SET held = held + $2, usage_seq = usage_seq + 1 WHERE customer_id = $1"),
        p![customer(scope), held],
    )
    .map(drop)
}

/// Books how many more would be active if what waits for a decision of the tenant's sources were applied; false when that is known.
///
/// # Errors
/// The store's.
pub fn note_arriving<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, arriving: i64) -> Result<bool> {
    tx.exec(
        sql!(Region, "UPDATE tenant_policy SET arriving = $2, usage_seq = usage_seq + 1 WHERE customer_id = $1 AND arriving <> $2"),
        p![customer(scope), arriving],
    )
    .map(|n| n == 1)
}
