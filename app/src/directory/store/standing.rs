//! Members by how they stand, and the customers that have some of them.

use access::Scope;
use store::{Control, CustomerId, MemberId, Region, Result, Timestamp, View, p, sql};

use super::{columns, customer, read};
use crate::directory::member::Member;

/// Those who came first of the members who wait and were active since an instant, or of the others: ids are made in the order of time.
/// Not by how long they wait: whoever had a seat and lost it for a while (a lowering, the end of a trial, a removal) has its place again.
pub fn first_waiting<P>(
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

/// Who was inactive by an instant: their last interval had ended, and whatever they were then, they are what they are since. Somebody
/// who waited, or was held, before has no interval that ended with that.
macro_rules! by_then {
    () => {
        "m.stands_since <= $2 AND COALESCE((SELECT MAX(i.until) FROM member_interval i WHERE i.customer_id = $1 AND i.member_id = m.member_id), m.created_at) <= $2"
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
