//! Members by their id, their address and what others call them.

use access::Scope;
use store::{
    MemberId, Region, Result, Tx, View, p, sql, sql_family,
    wanted::{ask, wanted},
};

use super::{columns, customer, read};
use crate::directory::member::{Member, MemberStatus, email_key};

pub fn find<P>(view: &mut View<'_, Region>, scope: &Scope<P>, id: MemberId) -> Result<Option<Member>> {
    let row = view.opt(
        sql!(Region, concat!("SELECT ", columns!(), " FROM member WHERE customer_id = $1 AND member_id = $2")),
        p![customer(scope), id],
    )?;
    row.as_ref().map(read).transpose()
}

/// The member, held until the transaction ends: whoever else changes it comes before, or waits. The tenant's gate is held first.
pub fn hold<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: MemberId) -> Result<Option<Member>> {
    let row = tx.held(
        sql!(Region, concat!("UPDATE member SET version = version WHERE customer_id = $1 AND member_id = $2 RETURNING ", columns!())),
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
