//! Every SQL text of the audit room.

use access::Scope;
use store::{Control, CustomerId, Home, PartnerId, Region, Result, Row, Sql, StaffId, Timestamp, Uuid, Value, View, p, sql};

use super::queries::{AuditFilter, Place};

/// An entry as stored.
#[derive(Debug, Clone)]
pub struct Raw {
    pub id: Uuid,
    pub at: Timestamp,
    pub staff: Option<StaffId>,
    pub command: String,
    pub node: Uuid,
    pub detail: Option<String>,
    pub region: Option<String>,
}

fn read(row: &Row) -> Result<Raw> {
    Ok(Raw {
        id: row.get("audit_id")?,
        at: row.get("at")?,
        staff: row.get("staff_id")?,
        command: row.get("command")?,
        node: row.get("node_id")?,
        detail: row.get("detail")?,
        region: None,
    })
}

/// The filter of both homes; parameters from `$n`: command, staff wanted (0/1), staff, from, to.
macro_rules! filtered {
    ($command:literal, $wants:literal, $staff:literal, $from:literal, $to:literal) => {
        concat!(
            "(CAST(",
            $command,
            " AS TEXT) IS NULL OR e.command = ",
            $command,
            ") AND (CAST(",
            $wants,
            " AS BIGINT) = 0 OR e.staff_id = ",
            $staff,
            ") AND e.at >= ",
            $from,
            " AND e.at < ",
            $to
        )
    };
}

/// Entries of the partner's chain that the scope sees: who sees only some customers sees only what was done to those.
macro_rules! in_control {
    () => {
        concat!(
            "FROM audit_entry e WHERE e.chain_id = $1 AND ((CAST($2 AS BIGINT) = 0 AND CAST($5 AS BIGINT) = 0)
               OR EXISTS (SELECT 1 FROM customer c WHERE c.partner_id = $1 AND c.customer_id = e.node_id AND ",
            access::visible!("c", "$2", "$3", "$4"),
            " AND (CAST($5 AS BIGINT) = 0 OR c.customer_id = $6))) AND ",
            filtered!("$7", "$8", "$9", "$10", "$11")
        )
    };
}

fn control_params<P>(scope: &Scope<P>, f: &AuditFilter) -> Vec<Value> {
    let [command, wants, staff, from, to] = f.params();
    vec![
        scope.partner().into(),
        scope.reach_mode(),
        scope.reach_membership(),
        scope.reach_customer(),
        i64::from(f.customer.is_some()).into(),
        f.customer.map_or(Uuid::nil(), Into::into).into(),
        command,
        wants,
        staff,
        from,
        to,
    ]
}

pub fn control<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    f: &AuditFilter,
    after: (Timestamp, Uuid),
    limit: i64,
) -> Result<(Vec<Raw>, i64)> {
    let mut params = control_params(scope, f);
    let total = view.one(sql!(Control, concat!("SELECT COUNT(*) AS n ", in_control!())), &params)?.get("n")?;
    params.extend([after.0.into(), after.1.into(), limit.into()]);
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT e.audit_id, e.at, e.staff_id, e.command, e.node_id, e.detail ",
                in_control!(),
                " AND (e.at < $12 OR (e.at = $12 AND e.audit_id < $13)) ORDER BY e.at DESC, e.audit_id DESC LIMIT $14"
            )
        ),
        &params,
    )?;
    Ok((rows.iter().map(read).collect::<Result<_>>()?, total))
}

/// Chains asked at once in a region.
pub const CHUNK: usize = 12;

macro_rules! in_region {
    () => {
        concat!(
            "FROM audit_entry e WHERE e.chain_id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AND ",
            filtered!("$13", "$14", "$15", "$16", "$17")
        )
    };
}

/// Entries of up to [`CHUNK`] customers' chains.
pub fn region(
    view: &mut View<'_, Region>,
    chains: &[Uuid],
    f: &AuditFilter,
    after: (Timestamp, Uuid),
    limit: i64,
) -> Result<(Vec<Raw>, i64)> {
    view.enter_many(chains);
    let padded = chains.iter().copied().chain(std::iter::repeat(Uuid::nil())).take(CHUNK);
    let mut params: Vec<Value> = padded.map(Value::from).collect();
    params.extend(f.params());
    let total = view.one(sql!(Region, concat!("SELECT COUNT(*) AS n ", in_region!())), &params)?.get("n")?;
    if total == 0 {
        return Ok((Vec::new(), 0));
    }
    params.extend([after.0.into(), after.1.into(), limit.into()]);
    let rows = view.rows(
        sql!(
            Region,
            concat!(
                "SELECT e.audit_id, e.at, e.staff_id, e.command, e.node_id, e.detail ",
                in_region!(),
                " AND (e.at < $18 OR (e.at = $18 AND e.audit_id < $19)) ORDER BY e.at DESC, e.audit_id DESC LIMIT $20"
            )
        ),
        &params,
    )?;
    Ok((rows.iter().map(read).collect::<Result<_>>()?, total))
}

/// The customers whose region chains a scope sees.
pub fn places<P>(view: &mut View<'_, Control>, scope: &Scope<P>, only: Option<CustomerId>) -> Result<Vec<Place>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT c.customer_id, c.name, c.region FROM customer c WHERE c.partner_id = $1 AND ",
                access::visible!("c", "$2", "$3", "$4"),
                " AND c.customer_id = COALESCE($5, c.customer_id) ORDER BY c.name_key"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), only],
    )?;
    rows.iter().map(|r| Ok(Place { customer: r.get("customer_id")?, name: r.get("name")?, region: r.get("region")? })).collect()
}

pub fn staff_name(view: &mut View<'_, Control>, staff: StaffId) -> Result<Option<String>> {
    let row = view.opt(sql!(Control, "SELECT name FROM staff WHERE staff_id = $1"), p![staff])?;
    row.map(|r| r.get("name")).transpose()
}

pub fn customer_name(view: &mut View<'_, Control>, partner: PartnerId, node: Uuid) -> Result<Option<String>> {
    let row = view.opt(sql!(Control, "SELECT name FROM customer WHERE partner_id = $1 AND customer_id = $2"), p![partner, node])?;
    row.map(|r| r.get("name")).transpose()
}

/// The people whose names a filter offers: who works for this partner.
pub fn people(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Vec<(StaffId, String)>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT DISTINCT s.staff_id, s.name FROM staff s JOIN membership m ON m.holder_id = s.staff_id WHERE m.node_id = $1 ORDER BY s.name"
        ),
        p![partner],
    )?;
    rows.iter().map(|r| Ok((r.get("staff_id")?, r.get("name")?))).collect()
}

/// Whether a chain has begun.
pub fn begun<H: Home>(view: &mut View<'_, H>, text: &'static Sql<H>, chain: Uuid) -> Result<bool> {
    Ok(view.opt(text, p![chain])?.is_some())
}

pub fn begun_in_region() -> &'static Sql<Region> {
    sql!(Region, "SELECT seq FROM audit_head WHERE chain_id = $1")
}
