//! Every SQL text of members and their intervals.

use access::Scope;
use store::{
    Control, CustomerId, ImportId, MemberGroupId, MemberId, Region, Result, Row, Sql, Timestamp, Tx, Value, View, p, sql, sql_family,
};

use super::{
    member::{Member, MemberStatus, MemberType, NewMember, address_key, email_key},
    queries::{Interval, Order, Place},
    undo_import::Brought,
    wanted::{ask, wanted},
    which::{Texts, Which},
};

/// The customer whose rows a scope opens.
pub fn customer<P>(scope: &Scope<P>) -> CustomerId {
    scope.customer().unwrap_or(CustomerId::new(scope.node()))
}

macro_rules! columns {
    () => {
        columns!("")
    };
    ($of:literal) => {
        concat!(
            $of,
            "member_id, ",
            $of,
            "email, ",
            $of,
            "name, ",
            $of,
            "external_id, ",
            $of,
            "status, ",
            $of,
            "department, ",
            $of,
            "title, ",
            $of,
            "kind, ",
            $of,
            "site_id, ",
            $of,
            "language, ",
            $of,
            "attributes, ",
            $of,
            "directory_groups, ",
            $of,
            "source, ",
            $of,
            "created_at, ",
            $of,
            "updated_at, ",
            $of,
            "version"
        )
    };
}

pub(super) use columns;

pub fn read(r: &Row) -> Result<Member> {
    let status: String = r.get("status")?;
    Ok(Member {
        id: r.get("member_id")?,
        email: r.get("email")?,
        name: r.get("name")?,
        external_id: r.get("external_id")?,
        status: MemberStatus::parse(&status).ok_or_else(|| store::Error::Corrupt(format!("status: {status}")))?,
        department: r.get("department")?,
        title: r.get("title")?,
        kind: MemberType::parse(&r.get::<String>("kind")?).unwrap_or_default(),
        site_id: r.get("site_id")?,
        language: r.get("language")?,
        attributes: json(&r.get::<String>("attributes")?, "{}")?,
        directory_groups: json(&r.get::<String>("directory_groups")?, "[]")?,
        source: r.get("source")?,
        created_at: r.get("created_at")?,
        updated_at: r.get("updated_at")?,
        version: r.get("version")?,
    })
}

/// Reads a column of JSON; most members have nothing there.
fn json<T: Default + serde::de::DeserializeOwned>(text: &str, empty: &str) -> Result<T> {
    if text == empty {
        return Ok(T::default());
    }
    serde_json::from_str(text).map_err(|e| store::Error::Corrupt(format!("a member's attributes: {e}")))
}

/// A value as a column of JSON.
pub fn text_of<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_string(value).unwrap_or_default().into()
}

pub fn find<P>(view: &mut View<'_, Region>, scope: &Scope<P>, id: MemberId) -> Result<Option<Member>> {
    let row = view.opt(
        sql!(Region, concat!("SELECT ", columns!(), " FROM member WHERE customer_id = $1 AND member_id = $2")),
        p![customer(scope), id],
    )?;
    row.as_ref().map(read).transpose()
}

/// How the member stands with this id, external id or mail address, in this order. An index is asked for each, and then the row:
/// of one question with OR, or with IN over all three, either engine may make a walk through the whole tenant.
pub fn by_ref<P>(view: &mut View<'_, Region>, scope: &Scope<P>, text: &str) -> Result<Option<MemberStatus>> {
    if let Some(id) = MemberId::parse(text)
        && let Some(status) = status(view, scope, id)?
    {
        return Ok(Some(status));
    }
    meant(view, scope, text)?.map_or(Ok(None), |id| status(view, scope, id))
}

/// The member with this external id or mail address, in this order.
pub fn meant<P>(view: &mut View<'_, Region>, scope: &Scope<P>, text: &str) -> Result<Option<MemberId>> {
    let external = sql!(Region, "SELECT member_id FROM member WHERE customer_id = $1 AND external_id = $2");
    let address = sql!(Region, "SELECT member_id FROM member WHERE customer_id = $1 AND email_key = $2");
    let of = customer(scope);
    let mut found = view.rows(external, p![of, text])?;
    if found.is_empty() {
        found = view.rows(address, p![of, email_key(text)])?;
    }
    // A directory may say one external id of two people: then the elder answers.
    let ids: Vec<MemberId> = found.iter().map(|row| row.get("member_id")).collect::<Result<_>>()?;
    Ok(ids.into_iter().min())
}

fn status<P>(view: &mut View<'_, Region>, scope: &Scope<P>, id: MemberId) -> Result<Option<MemberStatus>> {
    let text = sql!(Region, "SELECT status FROM member WHERE customer_id = $1 AND member_id = $2");
    let row = view.opt(text, p![customer(scope), id])?;
    row.map_or(Ok(None), |r| Ok(MemberStatus::parse(&r.get::<String>("status")?)))
}

pub use crate::licensing::policy::serving;

/// The member, other than `but`, that has this address or is called by it at its directory.
pub fn email_holder<P>(view: &mut View<'_, Region>, scope: &Scope<P>, email: &str, but: Option<MemberId>) -> Result<Option<MemberId>> {
    let but = but.map_or(store::Uuid::nil(), |id| id.0);
    let row = view.opt(
        sql!(
            Region,
            "SELECT member_id FROM member WHERE customer_id = $1 AND email_key = $2 AND member_id <> $3
             UNION SELECT member_id FROM member WHERE customer_id = $1 AND user_name_key = $2 AND member_id <> $3"
        ),
        p![customer(scope), email_key(email), but],
    )?;
    row.map(|r| r.get("member_id")).transpose()
}

/// What a new member's row is made of.
pub struct Made<'a> {
    pub id: MemberId,
    pub new: &'a NewMember,
    pub status: MemberStatus,
    pub source: &'a str,
    pub import: Option<ImportId>,
    /// A person decided the status.
    pub by_hand: bool,
}

/// Adds members and opens the intervals of the active ones.
pub fn insert<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, made: &[Made<'_>], now: Timestamp) -> Result<()> {
    let customer = customer(scope);
    let text = |n: &Option<crate::noun::Name>| Value::from(n.as_ref().map(|n| n.as_str()));
    let row = |m: &Made<'_>| {
        vec![
            customer.into(),
            m.id.into(),
            m.new.email.as_str().into(),
            m.new.email_key().into(),
            m.new.name.as_str().into(),
            store::fold(m.new.name.as_str()).into(),
            text(&m.new.external_id),
            m.status.word().into(),
            text(&m.new.department),
            text(&m.new.title),
            text(&m.new.language),
            m.source.into(),
            m.import.into(),
            now.into(),
            m.by_hand.into(),
            m.new.kind.unwrap_or_default().word().into(),
            m.new.site.into(),
            text_of(&m.new.attributes),
            Texts::of_new(m.new).key().into(),
        ]
    };
    let rows: Vec<Vec<Value>> = made.iter().map(row).collect();
    tx.bulk(
        sql!(
            Region,
            "INSERT INTO member (customer_id, member_id, email, email_key, name, name_key, external_id, status, department, title, language, source,
               import_id, created_at, updated_at, seen_at, version, by_hand, user_name_key, kind, site_id, attributes, texts_key)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $14, 1, $15, $4, $16, $17, $18, $19)"
        ),
        &rows,
    )?;
    let active = made.iter().filter(|m| m.status == MemberStatus::Active);
    let opened: Vec<Vec<Value>> = active.map(|m| interval(customer, m.id, now, m.source)).collect();
    tx.bulk(open_interval(), &opened).map(drop)
}

fn interval(customer: CustomerId, id: MemberId, since: Timestamp, source: &str) -> Vec<Value> {
    vec![customer.into(), id.into(), since.into(), Timestamp::FOREVER.into(), source.into()]
}

/// Opens the interval of a member that is active from now on.
pub fn open<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: MemberId, source: &str, now: Timestamp) -> Result<()> {
    tx.exec(open_interval(), &interval(customer(scope), id, now, source)).map(drop)
}

// One that ended in the very instant it began again was never interrupted.
fn open_interval() -> &'static Sql<Region> {
    sql!(
        Region,
        "INSERT INTO member_interval (customer_id, member_id, since, until, source) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (customer_id, member_id, since) DO UPDATE SET until = excluded.until, ended_by = NULL"
    )
}

/// The last times in which a member was active.
pub fn intervals<P>(view: &mut View<'_, Region>, scope: &Scope<P>, id: MemberId, limit: i64) -> Result<Vec<Interval>> {
    let rows = view.rows(
        sql!(
            Region,
            "SELECT since, until, source, ended_by FROM member_interval WHERE customer_id = $1 AND member_id = $2 ORDER BY since DESC LIMIT $3"
        ),
        p![customer(scope), id, limit],
    )?;
    let one =
        |r: &Row| Ok(Interval { since: r.get("since")?, until: r.get("until")?, source: r.get("source")?, ended_by: r.get("ended_by")? });
    rows.iter().map(one).collect()
}

/// Books a member's change of status: the row and its interval. What a rule does is no activity of the member.
pub fn set_status<P>(
    tx: &mut Tx<'_, Region>,
    scope: &Scope<P>,
    id: MemberId,
    to: MemberStatus,
    source: &str,
    now: Timestamp,
) -> Result<()> {
    let customer = customer(scope);
    tx.exec(
        sql!(
            Region,
            "UPDATE member SET active_until = CASE WHEN status = 'active' THEN $4 ELSE active_until END, status = $3, by_hand = $5, updated_at = $4,
               seen_at = CASE WHEN $6 THEN seen_at ELSE $4 END, version = version + 1
             WHERE customer_id = $1 AND member_id = $2"
        ),
        p![customer, id, to.word(), now, source == "manual", source.starts_with("rule:")],
    )?;
    if to == MemberStatus::Active {
        return tx.exec(open_interval(), &interval(customer, id, now, source)).map(drop);
    }
    close_intervals(tx, scope, &[id], source, now)
}

/// Closes the open intervals of members: the only change an interval ever sees.
pub fn close_intervals<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, ids: &[MemberId], by: &str, now: Timestamp) -> Result<()> {
    let customer = customer(scope);
    let rows: Vec<Vec<Value>> =
        ids.iter().map(|id| vec![customer.into(), (*id).into(), now.into(), Timestamp::FOREVER.into(), by.into()]).collect();
    tx.bulk(
        sql!(Region, "UPDATE member_interval SET until = $3, ended_by = $5 WHERE customer_id = $1 AND member_id = $2 AND until = $4"),
        &rows,
    )
    .map(drop)
}

/// What an existing member is changed to; `None` in an optional field keeps it.
pub fn update<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, members: &[Member], now: Timestamp) -> Result<()> {
    let customer = customer(scope);
    let row = |m: &Member| {
        vec![
            customer.into(),
            m.id.into(),
            m.email.as_str().into(),
            address_key(m.id, &m.email).into(),
            m.name.as_str().into(),
            store::fold(&m.name).into(),
            m.external_id.as_deref().into(),
            m.department.as_deref().into(),
            m.title.as_deref().into(),
            m.language.as_deref().into(),
            now.into(),
            m.kind.word().into(),
            text_of(&m.attributes),
            text_of(&m.directory_groups),
            Texts::of(m).key().into(),
        ]
    };
    let rows: Vec<Vec<Value>> = members.iter().map(row).collect();
    tx.bulk(
        sql!(
            Region,
            "UPDATE member SET email = $3, email_key = $4, user_name_key = CASE WHEN user_name IS NULL THEN $4 ELSE user_name_key END, name = $5, name_key = $6, external_id = $7, department = $8, title = $9, language = $10,
               updated_at = $11, seen_at = $11, version = version + 1, kind = $12, attributes = $13, directory_groups = $14, texts_key = $15 WHERE customer_id = $1 AND member_id = $2"
        ),
        &rows,
    )
    .map(drop)
}

pub fn delete<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, ids: &[MemberId]) -> Result<()> {
    let customer = customer(scope);
    let rows: Vec<Vec<Value>> = ids.iter().map(|id| vec![customer.into(), (*id).into()]).collect();
    tx.bulk(sql!(Region, "DELETE FROM scim_user WHERE customer_id = $1 AND member_id = $2"), &rows)?;
    tx.bulk(sql!(Region, "DELETE FROM scim_address WHERE customer_id = $1 AND member_id = $2"), &rows)?;
    tx.bulk(
        sql!(
            Region,
            "UPDATE scim_group SET version = version + 1 WHERE customer_id = $1
             AND group_id IN (SELECT x.group_id FROM scim_group_member x WHERE x.customer_id = $1 AND x.value_id = $2)"
        ),
        &rows,
    )?;
    tx.bulk(
        sql!(
            Region,
            "DELETE FROM scim_group_member WHERE customer_id = $1 AND value_id = $2
             AND group_id IN (SELECT x.group_id FROM scim_group_member x WHERE x.customer_id = $1 AND x.value_id = $2)"
        ),
        &rows,
    )?;
    super::reconcile::forget(tx, &rows)?;
    super::groups::leave(tx, &rows)?;
    super::activity::forget(tx, &rows)?;
    tx.bulk(sql!(Region, "DELETE FROM member WHERE customer_id = $1 AND member_id = $2"), &rows).map(drop)
}

fn by_emails() -> Vec<String> {
    let columns = columns!("m.");
    vec![format!("{} SELECT {columns} FROM wanted w CROSS JOIN member m WHERE m.customer_id = $1 AND m.email_key = w.k", wanted(1))]
}

/// The members that have one of these address keys.
pub fn having<P>(view: &mut View<'_, Region>, scope: &Scope<P>, keys: &[String], mut each: impl FnMut(Member)) -> Result<()> {
    ask(view, sql_family!(Region, by_emails).first(), p![customer(scope)], keys, |row| {
        each(read(row)?);
        Ok(())
    })
}

fn by_user_names() -> Vec<String> {
    let text = "SELECT w.k AS name FROM wanted w CROSS JOIN member m
                WHERE m.customer_id = $1 AND m.user_name_key = w.k AND m.user_name IS NOT NULL";
    vec![format!("{} {text}", wanted(1))]
}

/// Which of these keys a directory calls a member by.
pub fn called<P>(view: &mut View<'_, Region>, scope: &Scope<P>, keys: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    ask(view, sql_family!(Region, by_user_names).first(), p![customer(scope)], keys, |row| {
        found.push(row.get("name")?);
        Ok(())
    })?;
    Ok(found)
}

/// Nobody changed it since it was brought in: the seat it waited for does not count.
macro_rules! as_brought {
    () => {
        "version = CASE WHEN seated_at IS NULL THEN 1 ELSE 2 END"
    };
}

/// What an import made: its members by their index, or SQLite walks the whole tenant.
macro_rules! of_import {
    () => {
        "customer_id = $1 AND member_id IN (SELECT b.member_id FROM member b WHERE b.customer_id = $1 AND b.import_id = $2)"
    };
}

/// Members an import made and nobody touched since, those who wait first.
pub fn untouched<P>(view: &mut View<'_, Region>, scope: &Scope<P>, import: ImportId, limit: i64) -> Result<Vec<(MemberId, MemberStatus)>> {
    let rows = view.rows(
        sql!(
            Region,
            concat!(
                "SELECT member_id, status FROM member WHERE ",
                of_import!(),
                " AND ",
                as_brought!(),
                " ORDER BY CASE status WHEN 'waiting' THEN 0 ELSE 1 END, member_id LIMIT $3"
            )
        ),
        p![customer(scope), import, limit],
    )?;
    let one = |r: &Row| Ok((r.get("member_id")?, MemberStatus::parse(&r.get::<String>("status")?).unwrap_or(MemberStatus::Inactive)));
    rows.iter().map(one).collect()
}

/// Members an import made that are still there.
pub fn left_of<P>(view: &mut View<'_, Region>, scope: &Scope<P>, import: ImportId) -> Result<i64> {
    view.one(sql!(Region, "SELECT COUNT(*) AS n FROM member WHERE customer_id = $1 AND import_id = $2"), p![customer(scope), import])?
        .get("n")
}

/// Members an import made and somebody touched since.
pub fn touched<P>(view: &mut View<'_, Region>, scope: &Scope<P>, import: ImportId) -> Result<i64> {
    view.one(
        sql!(Region, concat!("SELECT COUNT(*) AS n FROM member WHERE ", of_import!(), " AND NOT (", as_brought!(), ")")),
        p![customer(scope), import],
    )?
    .get("n")
}

/// Members an import made, touched since or not.
pub fn brought<P>(view: &mut View<'_, Region>, scope: &Scope<P>, import: ImportId, touched: bool, limit: i64) -> Result<Vec<Brought>> {
    let rows = view.rows(
        sql!(
            Region,
            concat!(
                "SELECT member_id, email FROM member WHERE ",
                of_import!(),
                " AND (",
                as_brought!(),
                ") <> $3 ORDER BY member_id LIMIT $4"
            )
        ),
        p![customer(scope), import, touched, limit],
    )?;
    rows.iter().map(|r| Ok(Brought { id: r.get("member_id")?, email: r.get("email")?, touched })).collect()
}

/// Until when a member was last active; none: never.
pub fn active_until<P>(view: &mut View<'_, Region>, scope: &Scope<P>, id: MemberId) -> Result<Option<Timestamp>> {
    let row =
        view.opt(sql!(Region, "SELECT active_until FROM member WHERE customer_id = $1 AND member_id = $2"), p![customer(scope), id])?;
    row.map_or(Ok(None), |r| r.get("active_until"))
}

/// Those who wait longest: of the members who were active since an instant, or of the others.
pub fn longest_waiting<P>(
    view: &mut View<'_, Region>,
    scope: &Scope<P>,
    start: Timestamp,
    active: bool,
    limit: i64,
) -> Result<Vec<MemberId>> {
    let again = sql!(
        Region,
        "SELECT member_id FROM member WHERE customer_id = $1 AND status = 'waiting' AND active_until > $2 ORDER BY member_id LIMIT $3"
    );
    let others = sql!(
        Region,
        "SELECT member_id FROM member WHERE customer_id = $1 AND status = 'waiting' AND (active_until IS NULL OR active_until <= $2)
         ORDER BY member_id LIMIT $3"
    );
    let rows = view.rows(if active { again } else { others }, p![customer(scope), start, limit])?;
    rows.iter().map(|r| r.get("member_id")).collect()
}

/// The customers of a scope's partner that are set up or live, by the standing that hierarchy keeps.
pub fn living<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<CustomerId>> {
    let text = sql!(Control, "SELECT customer_id FROM standing WHERE partner_id = $1 AND lifecycle IN ('setup', 'active')");
    view.rows(text, p![scope.partner()])?.iter().map(|r| r.get("customer_id")).collect()
}

/// The customers of a scope's partner that have members who wait, by the standing that hierarchy keeps.
pub fn waited<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<CustomerId>> {
    let rows = view.rows(sql!(Control, "SELECT customer_id FROM standing WHERE partner_id = $1 AND waiting > 0"), p![scope.partner()])?;
    rows.iter().map(|r| r.get("customer_id")).collect()
}

/// Seats members who waited: their rows and their intervals.
pub fn seat<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, ids: &[MemberId], now: Timestamp) -> Result<()> {
    let customer = customer(scope);
    let rows: Vec<Vec<Value>> = ids.iter().map(|id| vec![customer.into(), (*id).into(), now.into()]).collect();
    tx.bulk(
        sql!(
            Region,
            "UPDATE member SET status = 'active', seated_at = $3, updated_at = $3, seen_at = $3, version = version + 1 WHERE customer_id = $1 AND member_id = $2"
        ),
        &rows,
    )?;
    let opened: Vec<Vec<Value>> = ids.iter().map(|id| interval(customer, *id, now, "seat")).collect();
    tx.bulk(open_interval(), &opened).map(drop)
}

/// Who became inactive by an instant: when their last interval ended, or else when they were made.
macro_rules! by_then {
    () => {
        "COALESCE((SELECT MAX(i.until) FROM member_interval i WHERE i.customer_id = $1 AND i.member_id = m.member_id), m.created_at) <= $2"
    };
}

/// The first inactive members by name.
pub fn inactive_since<P>(view: &mut View<'_, Region>, scope: &Scope<P>, at: Timestamp, limit: i64) -> Result<Vec<Member>> {
    let rows = view.rows(
        sql!(
            Region,
            concat!(
                "SELECT ",
                columns!("m."),
                " FROM member m WHERE m.customer_id = $1 AND m.status = 'inactive' AND ",
                by_then!(),
                " ORDER BY m.name_key, m.member_id LIMIT $3"
            )
        ),
        p![customer(scope), at, limit],
    )?;
    rows.iter().map(read).collect()
}

/// How many they are.
pub fn count_inactive_since<P>(view: &mut View<'_, Region>, scope: &Scope<P>, at: Timestamp) -> Result<i64> {
    let text = sql!(
        Region,
        concat!(
            "SELECT COUNT(*) AS n FROM member m WHERE m.customer_id = $1
             AND m.member_id IN (SELECT s.member_id FROM member s WHERE s.customer_id = $1 AND s.status = 'inactive') AND ",
            by_then!()
        )
    );
    view.one(text, p![customer(scope), at])?.get("n")
}

/// Members who are active, in no order.
pub fn active<P>(view: &mut View<'_, Region>, scope: &Scope<P>, limit: i64) -> Result<Vec<MemberId>> {
    let rows = view.rows(
        sql!(Region, "SELECT member_id FROM member WHERE customer_id = $1 AND status = 'active' LIMIT $2"),
        p![customer(scope), limit],
    )?;
    rows.iter().map(|r| r.get("member_id")).collect()
}

/// Active members, whoever came last first.
pub fn newest_active<P>(view: &mut View<'_, Region>, scope: &Scope<P>, limit: i64) -> Result<Vec<Member>> {
    let rows = view.rows(
        sql!(
            Region,
            concat!("SELECT ", columns!(), " FROM member WHERE customer_id = $1 AND status = 'active' ORDER BY member_id DESC LIMIT $2")
        ),
        p![customer(scope), limit],
    )?;
    rows.iter().map(read).collect()
}

/// Active members, whoever came first first: ids are made in the order of time.
pub fn oldest_active<P>(view: &mut View<'_, Region>, scope: &Scope<P>, limit: i64) -> Result<Vec<Member>> {
    let rows = view.rows(
        sql!(
            Region,
            concat!("SELECT ", columns!(), " FROM member WHERE customer_id = $1 AND status = 'active' ORDER BY member_id LIMIT $2")
        ),
        p![customer(scope), limit],
    )?;
    rows.iter().map(read).collect()
}

/// Lets active members wait: their rows, and their intervals with why they ended.
pub fn park<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, ids: &[MemberId], why: &str, now: Timestamp) -> Result<()> {
    let customer = customer(scope);
    let rows: Vec<Vec<Value>> = ids.iter().map(|id| vec![customer.into(), (*id).into(), now.into()]).collect();
    tx.bulk(
        sql!(
            Region,
            "UPDATE member SET status = 'waiting', active_until = $3, updated_at = $3, version = version + 1 WHERE customer_id = $1 AND member_id = $2"
        ),
        &rows,
    )?;
    close_intervals(tx, scope, ids, why, now)
}

/// Who is meant: a filter's parameters $2 to $7, a search's $8, a group's $9 and $10. A site is looked at unless $7 is true, a group
/// chosen by hand unless $10 is.
macro_rules! meant {
    () => {
        "customer_id = $1 AND (CAST($2 AS TEXT) IS NULL OR status = $2) AND (CAST($3 AS TEXT) IS NULL OR kind = $3)
         AND (CAST($4 AS TEXT) IS NULL OR source = $4) AND (CAST($5 AS TEXT) IS NULL OR texts_key LIKE $5 ESCAPE '!')
         AND ($7 OR site_id = $6)
         AND ($10 OR member_id IN (SELECT x.member_id FROM member_group_member x WHERE x.customer_id = $1 AND x.group_id = $9)) AND (CAST($8 AS TEXT) IS NULL OR name_key LIKE $8 ESCAPE '!' OR email_key LIKE $8 ESCAPE '!')"
    };
}

fn meaning(customer: CustomerId, which: &Which, group: Option<MemberGroupId>, like: Option<&str>) -> Vec<Value> {
    vec![
        customer.into(),
        which.status.map(MemberStatus::word).into(),
        which.kind.map(MemberType::word).into(),
        which.source.as_deref().map(store::fold).into(),
        which.texts().pattern().into(),
        which.site_id.map_or(store::Uuid::nil(), |id| id.0).into(),
        which.site_id.is_none().into(),
        like.into(),
        group.map_or(store::Uuid::nil(), |id| id.0).into(),
        group.is_none().into(),
    ]
}

/// Every order of the list, each with its start and its continuation: see [`list`] for their places.
fn lists() -> Vec<String> {
    let mut texts = Vec::new();
    for order in Order::ALL {
        for falls in [false, true] {
            let (key, places) = match order {
                Order::Name => ("name_key, member_id", "$13, $14"),
                Order::Email => ("email_key, member_id", "$13, $14"),
                Order::Status => ("status, name_key, member_id", "$13, $14, $15"),
                Order::Created => ("member_id", "$13"),
            };
            let by = key.split(", ").map(|c| if falls { format!("{c} DESC") } else { c.to_owned() }).collect::<Vec<_>>().join(", ");
            let sign = if falls { "<" } else { ">" };
            for after in [String::new(), format!("AND ({key}) {sign} ({places})")] {
                texts.push(format!(
                    concat!(
                        "SELECT ",
                        columns!(),
                        ", name_key, email_key FROM member WHERE ",
                        meant!(),
                        " {} ORDER BY {} LIMIT $11 OFFSET $12"
                    ),
                    after, by
                ));
            }
        }
    }
    texts
}

/// What a list asks of the store.
pub struct Slice<'a> {
    pub which: &'a Which,
    pub group: Option<MemberGroupId>,
    pub like: Option<&'a str>,
    pub order: Order,
    pub falls: bool,
    pub after: Option<&'a Place>,
    pub limit: i64,
    pub offset: i64,
}

/// Members of a slice, and where the last one stands in the order.
pub fn list<P>(view: &mut View<'_, Region>, scope: &Scope<P>, s: &Slice<'_>) -> Result<(Vec<Member>, Option<Place>)> {
    let texts = sql_family!(Region, lists);
    let at = s.order as usize * 4 + usize::from(s.falls) * 2 + usize::from(s.after.is_some());
    let Some(text) = texts.get(at) else { return Ok((Vec::new(), None)) };
    let mut values = meaning(customer(scope), s.which, s.group, s.like);
    values.extend([s.limit.into(), s.offset.into()]);
    if let Some(after) = s.after {
        values.extend(match s.order {
            Order::Name | Order::Email => vec![Value::from(&after.key), after.id.into()],
            Order::Status => vec![Value::from(&after.key), Value::from(&after.then), after.id.into()],
            Order::Created => vec![after.id.into()],
        });
    }
    let (mut found, mut last) = (Vec::new(), None);
    view.each(text, &values, |row| {
        let member = read(&row)?;
        let (name_key, email_key): (String, String) = (row.get("name_key")?, row.get("email_key")?);
        last = Some(match s.order {
            Order::Name => Place { key: name_key, then: String::new(), id: member.id.0 },
            Order::Email => Place { key: email_key, then: String::new(), id: member.id.0 },
            Order::Status => Place { key: member.status.word().into(), then: name_key, id: member.id.0 },
            Order::Created => Place { key: String::new(), then: String::new(), id: member.id.0 },
        });
        found.push(member);
        Ok(())
    })?;
    Ok((found, last))
}

/// How many members are meant.
pub fn count<P>(
    view: &mut View<'_, Region>,
    scope: &Scope<P>,
    which: &Which,
    group: Option<MemberGroupId>,
    like: Option<&str>,
) -> Result<i64> {
    view.one(sql!(Region, concat!("SELECT COUNT(*) AS n FROM member WHERE ", meant!())), &meaning(customer(scope), which, group, like))?
        .get("n")
}

/// The domains proved to be the tenant's, as control last said.
pub fn domains<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Vec<String>> {
    let row = view.opt(sql!(Region, "SELECT domains FROM tenant_domain WHERE customer_id = $1"), p![customer(scope)])?;
    let Some(row) = row else { return Ok(Vec::new()) };
    serde_json::from_str(&row.get::<String>("domains")?).map_err(|e| store::Error::Corrupt(format!("domains: {e}")))
}

/// Writes them down; false when a newer word is known.
pub fn set_domains<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, domains: &[String], version: i64) -> Result<bool> {
    let text = serde_json::to_string(domains).map_err(|e| store::Error::Corrupt(format!("domains: {e}")))?;
    tx.exec(
        sql!(
            Region,
            "INSERT INTO tenant_domain (customer_id, version, domains) VALUES ($1, $2, $3) ON CONFLICT (customer_id)
             DO UPDATE SET version = excluded.version, domains = excluded.domains WHERE tenant_domain.version < excluded.version"
        ),
        p![customer(scope), version, text],
    )
    .map(|n| n == 1)
}

/// Members who are held, in the order they came.
pub fn held<P>(view: &mut View<'_, Region>, scope: &Scope<P>, after: Option<MemberId>, limit: i64) -> Result<Vec<Member>> {
    let rows = view.rows(
        sql!(
            Region,
            concat!(
                "SELECT ",
                columns!(),
                " FROM member WHERE customer_id = $1 AND member_id IN
                    (SELECT h.member_id FROM member h WHERE h.customer_id = $1 AND h.status = 'held' AND h.member_id > $2
                     ORDER BY h.member_id LIMIT $3) ORDER BY member_id"
            )
        ),
        p![customer(scope), after.map_or(store::Uuid::nil(), |id| id.0), limit],
    )?;
    rows.iter().map(read).collect()
}
