//! Every SQL text of declared attributes.

use access::Scope;
use store::{MemberAttributeId, Region, Result, Row, Timestamp, Tx, Value, View, p, sql};

use super::attribute::{Attribute, Takes};
use crate::directory::{
    Member, Texts,
    rules::literal,
    store::{self as members, columns, customer, text_of},
};

/// The attributes of a tenant by name.
pub fn list<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Vec<Attribute>> {
    let rows = view.rows(
        sql!(Region, "SELECT attribute_id, name, takes, choices, created_at FROM member_attribute WHERE customer_id = $1 ORDER BY name"),
        p![customer(scope)],
    )?;
    let one = |r: &Row| {
        let choices: String = r.get("choices")?;
        Ok(Attribute {
            id: r.get("attribute_id")?,
            name: r.get("name")?,
            takes: Takes::parse(&r.get::<String>("takes")?).unwrap_or(Takes::Text),
            choices: serde_json::from_str(&choices).map_err(|e| store::Error::Corrupt(format!("choices: {e}")))?,
            created_at: r.get("created_at")?,
        })
    };
    rows.iter().map(one).collect()
}

pub fn insert<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, a: &Attribute) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO member_attribute (customer_id, attribute_id, name, takes, choices, created_at) VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        p![customer(scope), a.id, &a.name, a.takes.word(), text_of(&a.choices), a.created_at],
    )
    .map(drop)
}

pub fn delete<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: MemberAttributeId) -> Result<()> {
    tx.exec(sql!(Region, "DELETE FROM member_attribute WHERE customer_id = $1 AND attribute_id = $2"), p![customer(scope), id]).map(drop)
}

/// Some of the members that have a value of an attribute.
pub fn holders<P>(view: &mut View<'_, Region>, scope: &Scope<P>, name: &str, limit: i64) -> Result<Vec<Member>> {
    let rows = view.rows(
        sql!(
            Region,
            concat!(
                "SELECT ",
                columns!(),
                " FROM member WHERE customer_id = $1 AND attributes LIKE $2 ESCAPE '!' ORDER BY member_id LIMIT $3"
            )
        ),
        p![customer(scope), has(name), limit],
    )?;
    rows.iter().map(members::read).collect()
}

/// Writes the values of members. That is no activity of theirs, and no change by which anybody touched what an import brought.
pub fn set_values<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, members: &[Member], now: Timestamp) -> Result<()> {
    let customer = customer(scope);
    let row = |m: &Member| vec![customer.into(), m.id.into(), text_of(&m.attributes), Texts::of(m).key().into(), now.into()];
    let rows: Vec<Vec<Value>> = members.iter().map(row).collect();
    tx.bulk(
        sql!(Region, "UPDATE member SET attributes = $3, texts_key = $4, updated_at = $5 WHERE customer_id = $1 AND member_id = $2"),
        &rows,
    )
    .map(drop)
}

/// How many members have a value of an attribute.
pub fn count_holders<P>(view: &mut View<'_, Region>, scope: &Scope<P>, name: &str) -> Result<i64> {
    let text = sql!(Region, "SELECT COUNT(*) AS n FROM member WHERE customer_id = $1 AND attributes LIKE $2 ESCAPE '!'");
    view.one(text, p![customer(scope), has(name)])?.get("n")
}

/// The LIKE pattern of a member that has a value. Values are written as JSON, where a quote within a value is escaped: only a name
/// stands like this.
pub fn has(name: &str) -> Value {
    format!("%{}%", literal(&format!("\"{name}\":\""))).into()
}
