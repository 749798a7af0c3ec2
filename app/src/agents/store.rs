//! Every SQL text of agents. Standings and thresholds are hierarchy's; here they are only read.

use std::collections::HashMap;

use access::Scope;
use store::{AgentId, AgentTokenId, Control, CustomerId, Region, Result, Row, Timestamp, Tx, Value, View, p, sql, sql_family};

use super::{
    agent::{Agent, Thresholds},
    queries::Place,
    silent::Having,
    tokens::{AgentToken, Purpose},
};
use crate::hierarchy::standing::AgentCounts;

fn customer<P>(scope: &Scope<P>) -> CustomerId {
    scope.customer().unwrap_or(CustomerId::new(scope.node()))
}

/// An agent that reports, with what its tenant's count was last made by.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    pub id: AgentId,
    pub last_seen_at: Timestamp,
    pub serving: bool,
    silent_before: Timestamp,
}

impl Known {
    /// Control was told that it does not report.
    pub fn was_told_silent(&self) -> bool {
        self.last_seen_at <= self.silent_before
    }
}

fn known(r: &Row) -> Result<Known> {
    Ok(Known {
        id: r.get("agent_id")?,
        last_seen_at: r.get("last_seen_at")?,
        serving: r.get("serving")?,
        silent_before: r.get("silent_before")?,
    })
}

macro_rules! known {
    ($which:literal) => {
        concat!(
            "SELECT a.agent_id, a.last_seen_at, p.serving, COALESCE(c.silent_before, -1) AS silent_before FROM agent a
             JOIN tenant_policy p ON p.customer_id = a.customer_id LEFT JOIN agent_count c ON c.customer_id = a.customer_id
             WHERE a.customer_id = $1 AND ",
            $which
        )
    };
}

/// The agent that has this token.
pub fn by_secret<P>(view: &mut View<'_, Region>, scope: &Scope<P>, hash: [u8; 32]) -> Result<Option<Known>> {
    let row = view.opt(sql!(Region, known!("a.secret_hash = $2")), p![customer(scope), hash])?;
    row.as_ref().map(known).transpose()
}

/// Agents asked for at once.
const AT_ONCE: usize = 100;

fn by_ids() -> Vec<String> {
    let places: Vec<String> = (0..AT_ONCE).map(|n| format!("${}", n + 2)).collect();
    vec![known!("a.agent_id IN ({})").replace("{}", &places.join(", "))]
}

/// The agents with these ids.
pub fn having<P>(view: &mut View<'_, Region>, scope: &Scope<P>, ids: &[AgentId]) -> Result<HashMap<AgentId, Known>> {
    let mut found = HashMap::with_capacity(ids.len());
    let Some(text) = sql_family!(Region, by_ids).first() else { return Ok(found) };
    for part in ids.chunks(AT_ONCE) {
        let mut values: Vec<Value> = vec![customer(scope).into()];
        values.extend(part.iter().map(|id| Value::from(*id)));
        let last = values.last().cloned().unwrap_or(Value::Null);
        values.resize(AT_ONCE + 1, last);
        view.each(text, &values, |row| {
            let known = known(&row)?;
            found.insert(known.id, known);
            Ok(())
        })?;
    }
    Ok(found)
}

/// Agents were heard; one that was heard later meanwhile keeps that.
pub fn hear<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, heard: &[(AgentId, Timestamp, Option<String>)]) -> Result<()> {
    let customer = customer(scope);
    let row = |(id, at, version): &(AgentId, Timestamp, Option<String>)| {
        vec![customer.into(), (*id).into(), (*at).into(), version.as_deref().into()]
    };
    let rows: Vec<Vec<Value>> = heard.iter().map(row).collect();
    tx.bulk(
        sql!(
            Region,
            "UPDATE agent SET last_seen_at = $3, version = COALESCE(CAST($4 AS TEXT), version)
             WHERE customer_id = $1 AND agent_id = $2 AND last_seen_at < $3"
        ),
        &rows,
    )
    .map(drop)
}

/// What a device says of itself.
pub struct Machine {
    pub name: String,
    pub machine_id: String,
    pub user: Option<String>,
    pub platform: Option<String>,
    pub version: Option<String>,
}

/// The agent of a device, and when it was last heard.
pub fn by_machine<P>(view: &mut View<'_, Region>, scope: &Scope<P>, machine: &str) -> Result<Option<(AgentId, Timestamp)>> {
    let row = view.opt(
        sql!(Region, "SELECT agent_id, last_seen_at FROM agent WHERE customer_id = $1 AND machine_id = $2"),
        p![customer(scope), machine],
    )?;
    row.map(|r| Ok((r.get("agent_id")?, r.get("last_seen_at")?))).transpose()
}

/// Writes an agent that enrols, for the first time or again.
pub fn enrol<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: AgentId, m: &Machine, hash: [u8; 32], now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO agent (customer_id, agent_id, name, machine_id, user_name, user_key, platform, version, secret_hash, enrolled_at, last_seen_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
             ON CONFLICT (customer_id, agent_id) DO UPDATE SET name = excluded.name, user_name = excluded.user_name, user_key = excluded.user_key,
               platform = excluded.platform, version = excluded.version, secret_hash = excluded.secret_hash,
               last_seen_at = CASE WHEN agent.last_seen_at > excluded.last_seen_at THEN agent.last_seen_at ELSE excluded.last_seen_at END"
        ),
        p![
            customer(scope),
            id,
            &m.name,
            &m.machine_id,
            m.user.as_deref(),
            m.user.as_deref().map(str::to_ascii_lowercase),
            m.platform.as_deref(),
            m.version.as_deref(),
            hash,
            now
        ],
    )
    .map(drop)
}

pub fn remove<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: AgentId) -> Result<bool> {
    tx.exec(sql!(Region, "DELETE FROM agent WHERE customer_id = $1 AND agent_id = $2"), p![customer(scope), id]).map(|n| n == 1)
}

/// Forgets the user of the devices of an address.
pub fn forget_user<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, email: &str) -> Result<u64> {
    tx.exec(
        sql!(
            Region,
            "UPDATE agent SET user_name = NULL, user_key = NULL WHERE customer_id = $1
             AND agent_id IN (SELECT a.agent_id FROM agent a WHERE a.customer_id = $1 AND a.user_key = $2)"
        ),
        p![customer(scope), email.to_ascii_lowercase()],
    )
}

/// A tenant has one agent more.
pub fn count_one_more<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO agent_count (customer_id, seq, agents, silent_before, dirty) VALUES ($1, 0, 1, -1, FALSE)
             ON CONFLICT (customer_id) DO UPDATE SET agents = agent_count.agents + 1"
        ),
        p![customer(scope)],
    )
    .map(drop)
}

/// And one fewer.
pub fn count_one_less<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>) -> Result<()> {
    tx.exec(sql!(Region, "UPDATE agent_count SET agents = agents - 1 WHERE customer_id = $1"), p![customer(scope)]).map(drop)
}

/// Marks a tenant's agents as to be counted; false when they are already.
pub fn mark<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>) -> Result<bool> {
    tx.exec(sql!(Region, "UPDATE agent_count SET dirty = TRUE WHERE customer_id = $1 AND NOT dirty"), p![customer(scope)]).map(|n| n == 1)
}

/// Whether control was told that an agent last heard then does not report.
pub fn told_silent<P>(view: &mut View<'_, Region>, scope: &Scope<P>, heard: Option<Timestamp>) -> Result<bool> {
    let row = view.opt(sql!(Region, "SELECT silent_before FROM agent_count WHERE customer_id = $1"), p![customer(scope)])?;
    let before: Option<Timestamp> = row.map(|r| r.get("silent_before")).transpose()?;
    Ok(before.zip(heard).is_some_and(|(before, heard)| heard <= before))
}

/// Counts, and keeps by what: whoever was not counted as reporting and is heard again tells it.
pub fn count<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, by: &Thresholds, now: Timestamp) -> Result<AgentCounts> {
    let (silent_at, inactive_at) = (by.silent_at(now), by.inactive_at(now));
    let row = tx.change(
        sql!(
            Region,
            "UPDATE agent_count SET seq = seq + 1, silent_before = $2, dirty = FALSE WHERE customer_id = $1 RETURNING seq, agents"
        ),
        p![customer(scope), silent_at],
    )?;
    let Some(row) = row else { return Ok(AgentCounts::default()) };
    let inactive = count_between(tx, scope, (Timestamp(i64::MIN), inactive_at))?;
    let silent = count_between(tx, scope, (inactive_at, silent_at))?;
    let next = [(silent_at, by.silent_days, 0), (inactive_at, by.active_days, 1)];
    let mut until = Timestamp::FOREVER;
    for (after, days, more) in next {
        if let Some(heard) = first_after(tx, scope, after)? {
            until = until.min(Timestamp(heard.plus_days(days).0.saturating_add(more)));
        }
    }
    Ok(AgentCounts { agents: row.get("agents")?, silent, inactive, seq: row.get("seq")?, until })
}

fn first_after<P>(view: &mut View<'_, Region>, scope: &Scope<P>, after: Timestamp) -> Result<Option<Timestamp>> {
    view.one(
        sql!(Region, "SELECT MIN(last_seen_at) AS heard FROM agent WHERE customer_id = $1 AND last_seen_at > $2"),
        p![customer(scope), after],
    )?
    .get("heard")
}

/// Agents of a tenant.
pub fn total<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<i64> {
    let row = view.opt(sql!(Region, "SELECT agents FROM agent_count WHERE customer_id = $1"), p![customer(scope)])?;
    row.map_or(Ok(0), |r| r.get("agents"))
}

/// How many were last heard after an instant and not after another.
pub fn count_between<P>(view: &mut View<'_, Region>, scope: &Scope<P>, (after, until): (Timestamp, Timestamp)) -> Result<i64> {
    view.one(
        sql!(Region, "SELECT COUNT(*) AS n FROM agent WHERE customer_id = $1 AND last_seen_at > $2 AND last_seen_at <= $3"),
        p![customer(scope), after, until],
    )?
    .get("n")
}

/// Those of a span, not heard for longest first.
pub fn list<P>(
    view: &mut View<'_, Region>,
    scope: &Scope<P>,
    by: &Thresholds,
    (after, until): (Timestamp, Timestamp),
    behind: Option<Place>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<Agent>> {
    let (heard, id) = behind.map_or((Timestamp(i64::MIN), store::Uuid::nil()), |place| (place.heard, place.id.0));
    let rows = view.rows(
        sql!(
            Region,
            "SELECT agent_id, name, machine_id, user_name, platform, version, enrolled_at, last_seen_at FROM agent
             WHERE customer_id = $1 AND last_seen_at > $2 AND last_seen_at <= $3 AND (last_seen_at, agent_id) > ($4, $5)
             ORDER BY last_seen_at, agent_id LIMIT $6"
        ),
        p![customer(scope), after, until, heard, id, limit],
    )?;
    let one = |r: &Row| {
        let last_seen_at: Timestamp = r.get("last_seen_at")?;
        Ok(Agent {
            id: r.get("agent_id")?,
            name: r.get("name")?,
            machine_id: r.get("machine_id")?,
            user: r.get("user_name")?,
            platform: r.get("platform")?,
            version: r.get("version")?,
            state: by.state(last_seen_at, now),
            enrolled_at: r.get("enrolled_at")?,
            last_seen_at,
        })
    };
    rows.iter().map(one).collect()
}

pub fn insert_token<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, t: &AgentToken, hash: [u8; 32]) -> Result<()> {
    tx.exec(
        sql!(
            Region,
            "INSERT INTO agent_token (customer_id, token_id, name, purpose, secret_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        p![customer(scope), t.id, &t.name, t.purpose.word(), hash, t.created_at, t.expires_at],
    )
    .map(drop)
}

/// The tokens that can be used, newest first.
pub fn tokens<P>(view: &mut View<'_, Region>, scope: &Scope<P>, now: Timestamp) -> Result<Vec<AgentToken>> {
    let rows = view.rows(
        sql!(
            Region,
            "SELECT token_id, name, purpose, created_at, expires_at FROM agent_token WHERE customer_id = $1 AND expires_at > $2
             ORDER BY created_at DESC, token_id DESC"
        ),
        p![customer(scope), now],
    )?;
    let one = |r: &Row| {
        Ok(AgentToken {
            id: r.get("token_id")?,
            name: r.get("name")?,
            purpose: purpose(r)?,
            created_at: r.get("created_at")?,
            expires_at: r.get("expires_at")?,
        })
    };
    rows.iter().map(one).collect()
}

fn purpose(r: &Row) -> Result<Purpose> {
    let word: String = r.get("purpose")?;
    Purpose::parse(&word).ok_or_else(|| store::Error::Corrupt(format!("purpose: {word}")))
}

/// The token that is shown, and what it is for.
pub fn token<P>(view: &mut View<'_, Region>, scope: &Scope<P>, hash: [u8; 32], now: Timestamp) -> Result<Option<(AgentTokenId, Purpose)>> {
    let row = view.opt(
        sql!(Region, "SELECT token_id, purpose FROM agent_token WHERE customer_id = $1 AND secret_hash = $2 AND expires_at > $3"),
        p![customer(scope), hash, now],
    )?;
    row.map(|r| Ok((r.get("token_id")?, purpose(&r)?))).transpose()
}

pub fn end_token<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, id: AgentTokenId) -> Result<bool> {
    tx.exec(sql!(Region, "DELETE FROM agent_token WHERE customer_id = $1 AND token_id = $2"), p![customer(scope), id]).map(|n| n == 1)
}

pub fn end_all_tokens<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>) -> Result<u64> {
    tx.exec(sql!(Region, "DELETE FROM agent_token WHERE customer_id = $1"), p![customer(scope)])
}

pub fn drop_expired<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, now: Timestamp) -> Result<()> {
    tx.exec(sql!(Region, "DELETE FROM agent_token WHERE customer_id = $1 AND expires_at <= $2"), p![customer(scope), now]).map(drop)
}

/// By what the scope's partner judges agents.
pub fn thresholds<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Thresholds> {
    let row =
        view.opt(sql!(Control, "SELECT agent_silent_days, agent_active_days FROM partner WHERE partner_id = $1"), p![scope.partner()])?;
    row.map_or(Ok(Thresholds::default()), |r| {
        Ok(Thresholds { silent_days: r.get("agent_silent_days")?, active_days: r.get("agent_active_days")? })
    })
}

/// Silent and inactive agents of the customers in reach, or of one of them.
pub fn sums<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: Option<CustomerId>) -> Result<[i64; 2]> {
    let row = view.one(
        sql!(
            Control,
            concat!(
                "SELECT CAST(COALESCE(SUM(s.agents_silent), 0) AS BIGINT) AS silent, CAST(COALESCE(SUM(s.agents_inactive), 0) AS BIGINT) AS inactive
                 FROM standing s WHERE s.partner_id = $1 AND s.lifecycle IN ('setup', 'active') AND s.customer_id = COALESCE($5, s.customer_id) AND ",
                access::visible!("s", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), customer],
    )?;
    Ok([row.get("silent")?, row.get("inactive")?])
}

/// Customers in reach that have such agents, by name.
pub fn having_silent<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    inactive: bool,
    customer: Option<CustomerId>,
    from: Option<(&str, CustomerId)>,
    limit: i64,
) -> Result<Vec<Having>> {
    let (key, id) = from.map_or(("", store::Uuid::nil()), |(key, id)| (key, id.0));
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT s.customer_id, s.name_key, c.name FROM standing s
                 JOIN customer c ON c.partner_id = s.partner_id AND c.customer_id = s.customer_id
                 WHERE s.partner_id = $1 AND s.lifecycle IN ('setup', 'active') AND (s.name_key, s.customer_id) >= ($5, $6)
                   AND s.customer_id = COALESCE($7, s.customer_id) AND CASE WHEN $8 THEN s.agents_inactive ELSE s.agents_silent END > 0 AND ",
                access::visible!("s", "$2", "$3", "$4"),
                " ORDER BY s.name_key, s.customer_id LIMIT $9"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), key, id, customer, inactive, limit],
    )?;
    rows.iter().map(|r| Ok(Having { customer: r.get("customer_id")?, name: r.get("name")?, key: r.get("name_key")? })).collect()
}
