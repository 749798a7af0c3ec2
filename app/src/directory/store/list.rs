//! The list of members, in every order.

use access::Scope;
use store::{CustomerId, MemberGroupId, Region, Result, Value, View, sql, sql_family};

use super::{columns, customer, read};
use crate::directory::{
    member::{Member, MemberStatus, MemberType},
    queries::{Order, Place},
    which::Which,
};

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
