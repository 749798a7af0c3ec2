//! Every SQL text of domains.

use store::{Control, CustomerId, PartnerId, Result, Row, Timestamp, Tx, View, p, sql};

/// A domain beside the primary one.
#[derive(Debug, Clone)]
pub struct Extra {
    pub domain: String,
    pub added_at: Timestamp,
    pub verified_at: Option<Timestamp>,
}

fn read(row: &Row) -> Result<Extra> {
    Ok(Extra { domain: row.get("domain")?, added_at: row.get("added_at")?, verified_at: row.get("verified_at")? })
}

pub fn list(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Vec<Extra>> {
    let rows = view.rows(
        sql!(Control, "SELECT domain, added_at, verified_at FROM extra_domain WHERE partner_id = $1 AND customer_id = $2 ORDER BY domain"),
        p![partner, customer],
    )?;
    rows.iter().map(read).collect()
}

pub fn insert(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, extra: &Extra) -> Result<()> {
    tx.exec(
        sql!(Control, "INSERT INTO extra_domain (partner_id, customer_id, domain, added_at, verified_at) VALUES ($1, $2, $3, $4, $5)"),
        p![partner, customer, &extra.domain, extra.added_at, extra.verified_at],
    )
    .map(drop)
}

/// Takes a domain away and gives what it was; none when the customer does not have it.
pub fn remove(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, domain: &str) -> Result<Option<Extra>> {
    let row = tx.change(
        sql!(
            Control,
            "DELETE FROM extra_domain WHERE partner_id = $1 AND customer_id = $2 AND domain = $3 RETURNING domain, added_at, verified_at"
        ),
        p![partner, customer, domain],
    )?;
    row.as_ref().map(read).transpose()
}

pub fn set_verified(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, domain: &str, at: Option<Timestamp>) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE extra_domain SET verified_at = $4 WHERE partner_id = $1 AND customer_id = $2 AND domain = $3"),
        p![partner, customer, domain, at],
    )
    .map(drop)
}

/// Moves a customer's extra domains to another partner.
pub fn carry(tx: &mut Tx<'_, Control>, from: PartnerId, to: PartnerId, customer: CustomerId) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO extra_domain (partner_id, customer_id, domain, added_at, verified_at)
             SELECT $3, customer_id, domain, added_at, verified_at FROM extra_domain WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![from, customer, to],
    )?;
    tx.exec(sql!(Control, "DELETE FROM extra_domain WHERE partner_id = $1 AND customer_id = $2"), p![from, customer]).map(drop)
}

/// True when a living customer of this partner, other than `but`, has the domain, as its primary one or beside it.
pub fn taken(view: &mut View<'_, Control>, partner: PartnerId, domain: &str, but: Option<CustomerId>) -> Result<bool> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT c.customer_id FROM customer c
             WHERE c.partner_id = $1 AND c.domain = $2 AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged'
             UNION ALL
             SELECT e.customer_id FROM extra_domain e JOIN customer o ON o.partner_id = e.partner_id AND o.customer_id = e.customer_id
             WHERE e.partner_id = $1 AND e.domain = $2 AND o.lifecycle <> 'removed' AND o.lifecycle <> 'purged'"
        ),
        p![partner, domain],
    )?;
    for row in rows {
        let holder: CustomerId = row.get("customer_id")?;
        if Some(holder) != but {
            return Ok(true);
        }
    }
    Ok(false)
}

/// True when any customer of the installation has proved the domain.
pub fn is_verified(view: &mut View<'_, Control>, domain: &str) -> Result<bool> {
    view.opt(sql!(Control, "SELECT customer_id FROM verified_domain WHERE domain = $1"), p![domain]).map(|row| row.is_some())
}

/// The domains that are proved to be a customer's, in order.
pub fn verified(view: &mut View<'_, Control>, customer: CustomerId) -> Result<Vec<String>> {
    let rows = view.rows(sql!(Control, "SELECT domain FROM verified_domain WHERE customer_id = $1 ORDER BY domain"), p![customer])?;
    rows.iter().map(|r| r.get("domain")).collect()
}

/// Books a proof; false when another customer has it.
pub fn prove(tx: &mut Tx<'_, Control>, customer: CustomerId, domain: &str, at: Timestamp) -> Result<bool> {
    let won = tx.exec(
        sql!(
            Control,
            "INSERT INTO verified_domain (domain, customer_id, verified_at) VALUES ($1, $2, $3)
             ON CONFLICT (domain) DO UPDATE SET verified_at = excluded.verified_at WHERE verified_domain.customer_id = excluded.customer_id"
        ),
        p![domain, customer, at],
    )?;
    Ok(won > 0)
}

/// Gives up a customer's proof of a domain.
pub fn release(tx: &mut Tx<'_, Control>, customer: CustomerId, domain: &str) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM verified_domain WHERE domain = $1 AND customer_id = $2"), p![domain, customer]).map(drop)
}

/// Gives up all of a customer's proofs.
pub fn release_all(tx: &mut Tx<'_, Control>, customer: CustomerId) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM verified_domain WHERE customer_id = $1"), p![customer]).map(drop)
}
