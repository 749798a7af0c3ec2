//! Every SQL text of sites.

use access::Scope;
use store::{Control, CustomerId, PartnerId, Result, SiteId, Timestamp, Tx, View, p, sql};

use super::Site;

pub fn list<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<Site>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT site_id, name, created_at FROM site WHERE partner_id = $1 AND customer_id = $2 AND removed_at IS NULL ORDER BY name_key, site_id"
        ),
        p![scope.partner(), customer],
    )?;
    rows.iter().map(|r| Ok(Site { id: r.get("site_id")?, name: r.get("name")?, created_at: r.get("created_at")? })).collect()
}

pub fn count<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    let text = sql!(
        Control,
        concat!(
            "SELECT COUNT(*) AS n FROM site s JOIN customer c ON c.partner_id = s.partner_id AND c.customer_id = s.customer_id
             WHERE s.partner_id = $1 AND s.removed_at IS NULL AND c.lifecycle <> 'removed' AND c.lifecycle <> 'purged' AND ",
            access::visible!("s", "$2", "$3", "$4")
        )
    );
    view.one(text, p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()])?.get("n")
}

pub fn name_taken<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, key: &str) -> Result<bool> {
    let row = view.opt(
        sql!(Control, "SELECT site_id FROM site WHERE partner_id = $1 AND customer_id = $2 AND name_key = $3 AND removed_at IS NULL"),
        p![scope.partner(), customer, key],
    )?;
    Ok(row.is_some())
}

pub fn insert(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, site: &Site) -> Result<()> {
    tx.exec(
        sql!(Control, "INSERT INTO site (partner_id, customer_id, site_id, name, name_key, created_at) VALUES ($1, $2, $3, $4, $5, $6)"),
        p![partner, customer, site.id, &site.name, store::fold(&site.name), site.created_at],
    )
    .map(drop)
}

/// Removes a site and gives its name; none when there is no such site.
pub fn remove(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, site: SiteId, now: Timestamp) -> Result<Option<String>> {
    let row = tx.change(
        sql!(
            Control,
            "UPDATE site SET removed_at = $4 WHERE partner_id = $1 AND customer_id = $2 AND site_id = $3 AND removed_at IS NULL RETURNING name"
        ),
        p![partner, customer, site, now],
    )?;
    row.map(|r| r.get("name")).transpose()
}

/// Carries a customer's sites to another partner; the former one keeps them as removed, for its past days.
pub fn carry(tx: &mut Tx<'_, Control>, from: PartnerId, to: PartnerId, customer: CustomerId, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO site (partner_id, customer_id, site_id, name, name_key, created_at)
             SELECT $3, customer_id, site_id, name, name_key, created_at FROM site
             WHERE partner_id = $1 AND customer_id = $2 AND removed_at IS NULL
             ON CONFLICT (partner_id, customer_id, site_id) DO UPDATE SET removed_at = NULL, name = excluded.name, name_key = excluded.name_key"
        ),
        p![from, customer, to],
    )?;
    tx.exec(
        sql!(Control, "UPDATE site SET removed_at = $3 WHERE partner_id = $1 AND customer_id = $2 AND removed_at IS NULL"),
        p![from, customer, now],
    )
    .map(drop)
}
