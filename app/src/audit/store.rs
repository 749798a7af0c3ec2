//! Every SQL text of the audit room.

use access::Scope;
use store::{Control, CustomerId, PartnerId, Region, Result, Row, StaffId, Timestamp, Uuid, Value, View, Zone, p, sql};

use super::queries::{AuditFilter, Place};

/// Where an entry stands in the merged list: its instant, its chain, its number there.
pub type Mark = (Timestamp, Uuid, i64);

/// An entry as stored.
#[derive(Debug, Clone)]
pub struct Raw {
    pub id: Uuid,
    pub mark: Mark,
    pub staff: Option<StaffId>,
    pub command: String,
    pub node: Uuid,
    pub detail: Option<String>,
    pub region: Option<String>,
}

fn read(row: &Row) -> Result<Raw> {
    Ok(Raw {
        id: row.get("audit_id")?,
        mark: (row.get("at")?, row.get("chain_id")?, row.get("seq")?),
        staff: row.get("staff_id")?,
        command: row.get("command")?,
        node: row.get("node_id")?,
        detail: row.get("detail")?,
        region: None,
    })
}

/// The filter of both homes; parameters: command, staff wanted (0/1), staff, from, to, by (0 anybody, 1 people, 2 the system).
macro_rules! filtered {
    ($command:literal, $wants:literal, $staff:literal, $from:literal, $to:literal, $by:literal) => {
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
            $to,
            " AND (CAST(",
            $by,
            " AS BIGINT) = 0 OR (CAST(",
            $by,
            " AS BIGINT) = 1) = (e.staff_id IS NOT NULL))"
        )
    };
}

/// The newest entries before a mark. They are picked by the index alone and read afterwards: an entry that does not fit the
/// filter costs no look at its row.
macro_rules! newest {
    ($which:expr, $at:literal, $chain:literal, $seq:literal, $limit:literal) => {
        concat!(
            "SELECT l.audit_id, l.at, l.chain_id, l.seq, l.staff_id, l.command, l.node_id, l.detail FROM (SELECT e.chain_id, e.seq ",
            $which,
            " AND (e.at, e.chain_id, e.seq) < (",
            $at,
            ", ",
            $chain,
            ", ",
            $seq,
            ") ORDER BY e.at DESC, e.chain_id DESC, e.seq DESC LIMIT ",
            $limit,
            ") k JOIN audit_entry l ON l.chain_id = k.chain_id AND l.seq = k.seq ORDER BY l.at DESC, l.chain_id DESC, l.seq DESC"
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
            filtered!("$7", "$8", "$9", "$10", "$11", "$12")
        )
    };
}

fn page(params: &mut Vec<Value>, after: Mark, limit: i64) {
    params.extend([after.0.into(), after.1.into(), after.2.into(), limit.into()]);
}

pub fn control<P>(view: &mut View<'_, Control>, scope: &Scope<P>, f: &AuditFilter, after: Mark, limit: i64) -> Result<(Vec<Raw>, i64)> {
    let mut params = vec![
        scope.partner().into(),
        scope.reach_mode(),
        scope.reach_membership(),
        scope.reach_customer(),
        i64::from(f.customer.is_some()).into(),
        f.customer.map_or(Uuid::nil(), Into::into).into(),
    ];
    params.extend(f.params());
    let total = view.one(sql!(Control, concat!("SELECT COUNT(*) AS n ", in_control!())), &params)?.get("n")?;
    page(&mut params, after, limit);
    let rows = view.rows(sql!(Control, newest!(in_control!(), "$13", "$14", "$15", "$16")), &params)?;
    Ok((rows.iter().map(read).collect::<Result<_>>()?, total))
}

macro_rules! in_list {
    () => {
        concat!("FROM audit_entry e WHERE e.partner_id = $1 AND ", filtered!("$2", "$3", "$4", "$5", "$6", "$7"))
    };
}

macro_rules! in_chain {
    () => {
        concat!("FROM audit_entry e WHERE e.chain_id = $1 AND ", filtered!("$2", "$3", "$4", "$5", "$6", "$7"))
    };
}

fn region_params(whose: Uuid, f: &AuditFilter) -> Vec<Value> {
    std::iter::once(whose.into()).chain(f.params()).collect()
}

/// The newest entries at all customers of a partner in a region: one read of one index, however many chains there are.
pub fn listed(view: &mut View<'_, Region>, partner: PartnerId, f: &AuditFilter, after: Mark, limit: i64) -> Result<Vec<Raw>> {
    let mut params = region_params(partner.0, f);
    page(&mut params, after, limit);
    let rows = view.rows(sql!(Region, newest!(in_list!(), "$8", "$9", "$10", "$11")), &params)?;
    rows.iter().map(read).collect()
}

/// How many entries there are at all customers of a partner in a region.
pub fn count_listed(view: &mut View<'_, Region>, partner: PartnerId, f: &AuditFilter) -> Result<i64> {
    view.one(sql!(Region, concat!("SELECT COUNT(*) AS n ", in_list!())), &region_params(partner.0, f))?.get("n")
}

/// The same, chain by chain.
pub fn count_each(view: &mut View<'_, Region>, partner: PartnerId, f: &AuditFilter) -> Result<Vec<(Uuid, i64)>> {
    let text = sql!(Region, concat!("SELECT e.chain_id, COUNT(*) AS n ", in_list!(), " GROUP BY e.chain_id"));
    view.rows(text, &region_params(partner.0, f))?.iter().map(|r| Ok((r.get("chain_id")?, r.get("n")?))).collect()
}

/// The newest entries of one customer's chain, and how many there are.
pub fn chain(view: &mut View<'_, Region>, chain: Uuid, f: &AuditFilter, after: Mark, limit: i64) -> Result<(Vec<Raw>, i64)> {
    let mut params = region_params(chain, f);
    let total = view.one(sql!(Region, concat!("SELECT COUNT(*) AS n ", in_chain!())), &params)?.get("n")?;
    page(&mut params, after, limit);
    let rows = view.rows(sql!(Region, newest!(in_chain!(), "$8", "$9", "$10", "$11")), &params)?;
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

/// A customer's name and account number.
pub fn customer(view: &mut View<'_, Control>, partner: PartnerId, node: Uuid) -> Result<Option<(String, String)>> {
    let text = sql!(Control, "SELECT name, account_number FROM customer WHERE partner_id = $1 AND customer_id = $2");
    view.opt(text, p![partner, node])?.map(|r| Ok((r.get("name")?, r.get("account_number")?))).transpose()
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

/// The zone in which a partner's days are cut.
pub fn zone(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Zone> {
    let row = view.opt(sql!(Control, "SELECT zone FROM partner WHERE partner_id = $1"), p![partner])?;
    let name: Option<String> = row.map(|r| r.get("zone")).transpose()?;
    Ok(name.and_then(|n| Zone::named(&n)).unwrap_or(Zone::utc()))
}

/// True when the chain of each of these partners tells that the customer was moved from it or to it. Those entries are hashed:
/// whoever puts a customer's entries into a foreign list would have to forge one of them too.
pub fn moved(view: &mut View<'_, Control>, customer: Uuid, partners: &[Uuid]) -> Result<bool> {
    let text = sql!(
        Control,
        "SELECT e.seq FROM audit_entry e WHERE e.chain_id = $1 AND e.command = 'moves.move_customer' AND e.node_id = $2 LIMIT 1"
    );
    for partner in partners {
        view.enter(*partner);
        if view.opt(text, p![*partner, customer])?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The partners of these customers: what the tree says, against which a region's lists are checked.
pub fn partners_of(view: &mut View<'_, Control>, customers: &[Uuid]) -> Result<Vec<Option<Uuid>>> {
    customers.iter().map(|customer| access::tree::partner_of(view, *customer)).collect()
}
