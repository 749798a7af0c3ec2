//! Members who come, change and go.

use access::Scope;
use store::{ImportId, MemberId, Region, Result, Timestamp, Tx, Value, sql};

use super::{
    customer,
    status::{interval, open_interval},
    text_of,
};
use crate::directory::{
    member::{Member, MemberStatus, NewMember, address_key},
    which::Texts,
};

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
    crate::directory::reconcile::forget(tx, &rows)?;
    crate::directory::groups::leave(tx, &rows)?;
    crate::directory::activity::forget(tx, &rows)?;
    tx.bulk(sql!(Region, "DELETE FROM member WHERE customer_id = $1 AND member_id = $2"), &rows).map(drop)
}
