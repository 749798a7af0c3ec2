//! The domains that are proved to be a tenant's.

use access::Scope;
use store::{Region, Result, Tx, View, p, sql};

use super::customer;

/// The domains proved to be the tenant's, as control last said.
pub fn domains<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Vec<String>> {
    let row = view.opt(sql!(Region, "SELECT domains FROM tenant_domain WHERE customer_id = $1"), p![customer(scope)])?;
    let Some(row) = row else { return Ok(Vec::new()) };
    serde_json::from_str(&row.get::<String>("domains")?).map_err(|e| store::Error::Corrupt(format!("domains: {e}")))
}

/// Writes them down; false when a newer word is known.
pub fn set_domains<P>(tx: &mut Tx<'_, Region>, scope: &Scope<P>, domains: &[String], version: i64) -> Result<bool> {
    let text = serde_json::to_string(domains).map_err(|e| store::Error::Corrupt(format!("domains: {e}")))?;
    tx.exec(
        sql!(
            Region,
            "INSERT INTO tenant_domain (customer_id, version, domains) VALUES ($1, $2, $3) ON CONFLICT (customer_id)
             DO UPDATE SET version = excluded.version, domains = excluded.domains WHERE tenant_domain.version < excluded.version"
        ),
        p![customer(scope), version, text],
    )
    .map(|n| n == 1)
}
