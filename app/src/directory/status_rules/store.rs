//! Every SQL text of rules, and members as rules see them.

use access::Scope;
use store::{MemberId, Region, Result, Row, StatusRuleId, Tx, View, p, sql};

use super::rule::{Condition, Person, StatusRule, Turn};
use crate::directory::{
    Member, MemberStatus, MemberType,
    store::{self as members, customer, text_of},
};

/// The rules of a tenant, in the order in which they are asked.
pub fn list<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Vec<StatusRule>> {
    let rows = view.rows(
        sql!(
            Region,
            "SELECT rule_id, name, idle_days, department, title, source, kind, attributes, lets_in, created_at FROM status_rule WHERE customer_id = $1
             ORDER BY created_at, rule_id"
        ),
        p![customer(scope)],
    )?;
    let one = |r: &Row| {
        Ok(StatusRule {
            id: r.get("rule_id")?,
            name: r.get("name")?,
            when: Condition {
                idle_days: r.get("idle_days")?,
                department: r.get("department")?,
                title: r.get("title")?,
                source: r.get("source")?,
                kind: r.get::<Option<String>>("kind")?.as_deref().and_then(MemberType::parse),
                attributes: serde_json::from_str(&r.get::<String>("attributes")?)
                    .map_err(|e| store::Error::Corrupt(format!("a rule's attributes: {e}")))?,
            },
            then: if r.get("lets_in")? { Turn::Active } else { Turn::Inactive },
            created_at: r.get("created_at")?,
        })
    };
    rows.iter().map(one).collect()
}

pub fn insert<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, rule: &StatusRule) -> Result<()> {
    let Condition { idle_days, department, title, source, kind, attributes } = &rule.when;
    tx.exec(
        sql!(
            Region,
            "INSERT INTO status_rule (customer_id, rule_id, name, idle_days, department, title, source, lets_in, created_at, kind, attributes)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        p![
            customer(scope),
            rule.id,
            &rule.name,
            *idle_days,
            department.as_deref(),
            title.as_deref(),
            source.as_deref(),
            rule.then == Turn::Active,
            rule.created_at,
            kind.map(MemberType::word),
            text_of(attributes)
        ],
    )
    .map(drop)
}

/// Removes a rule and gives its name; none when there is no such one.
pub fn delete<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, rule: StatusRuleId) -> Result<Option<String>> {
    let row = tx.change(
        sql!(Region, "DELETE FROM status_rule WHERE customer_id = $1 AND rule_id = $2 RETURNING name"),
        p![customer(scope), rule],
    )?;
    row.map(|r| r.get("name")).transpose()
}

/// Up to so many members behind one, in the order of their ids, whose status no person decided, with what rules look at.
pub fn people<P>(
    view: &mut View<'_, Region>,
    scope: &Scope<P>,
    after: Option<MemberId>,
    limit: i64,
    mut each: impl FnMut(Member, Person),
) -> Result<()> {
    let text = sql!(
        Region,
        concat!(
            "SELECT ",
            crate::directory::store::columns!("m."),
            ", m.by_hand, m.seen_at, (SELECT MAX(a.last_seen_at) FROM agent a WHERE a.customer_id = $1 AND a.agent_id IN
               (SELECT b.agent_id FROM agent b WHERE b.customer_id = $1 AND b.user_key = m.email_key)) AS heard_at
             FROM member m WHERE m.customer_id = $1 AND m.member_id > $2 ORDER BY m.member_id LIMIT $3"
        )
    );
    view.each(text, p![customer(scope), after.map_or(store::Uuid::nil(), |id| id.0), limit], |row| {
        let member = members::read(&row)?;
        let by_hand: bool = row.get("by_hand")?;
        let person = Person {
            department: member.department.clone(),
            title: member.title.clone(),
            source: member.source.clone(),
            kind: member.kind,
            attributes: member.attributes.clone(),
            seen_at: row.get::<Option<store::Timestamp>>("heard_at")?.max(Some(row.get("seen_at")?)).max(Some(member.created_at)),
        };
        // A person's decision is as if the member were held: no rule changes it.
        each(if by_hand { Member { status: MemberStatus::Held, ..member } } else { member }, person);
        Ok(())
    })
}
