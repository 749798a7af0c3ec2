//! What an import brought, for taking it back.

use access::Scope;
use store::{ImportId, MemberId, Region, Result, Row, View, p, sql};

use super::customer;
use crate::directory::{member::MemberStatus, undo_import::Brought};

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
