//! Every SQL text of the catalogue of SKUs.

use std::collections::BTreeMap;

use access::Scope;
use store::{Control, DistributorId, Money, Result, Row, Timestamp, Tx, View, p, sql};

use super::sku::{Sku, SkuOffer, Unit, built_in, built_ins};
use crate::licensing::versions::newest;

/// Who sells to the scope's partner, and its currency.
pub fn seller<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<(DistributorId, String)> {
    let row = view.one(sql!(Control, "SELECT distributor_id, currency FROM partner WHERE partner_id = $1"), p![scope.partner()])?;
    Ok((row.get("distributor_id")?, row.get("currency")?))
}

/// A distributor's name; none of what is none.
pub fn name(view: &mut View<'_, Control>, distributor: DistributorId) -> Result<Option<String>> {
    let row = view.opt(sql!(Control, "SELECT name FROM distributor WHERE distributor_id = $1"), p![distributor])?;
    row.map(|r| r.get("name")).transpose()
}

/// The currency of a distributor that has no partner yet: the one new partners begin with.
const USUAL: &str = "EUR";

/// The currencies of a distributor's partners.
pub fn currencies(view: &mut View<'_, Control>, distributor: DistributorId) -> Result<Vec<String>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT DISTINCT p.currency FROM scope_partner sp JOIN partner p ON p.partner_id = sp.partner_id WHERE sp.node_id = $1 ORDER BY p.currency"
        ),
        p![distributor],
    )?;
    let all: Vec<String> = rows.iter().map(|r| r.get("currency")).collect::<Result<_>>()?;
    Ok(if all.is_empty() { vec![USUAL.to_owned()] } else { all })
}

/// What a version is read by.
macro_rules! versions {
    ($rest:literal) => {
        concat!(
            "SELECT v.sku, v.version, v.name, v.unit, v.units, v.term_months, v.prices, v.made_at FROM sku_version v WHERE v.distributor_id = $1 ",
            $rest
        )
    };
}

fn offer_of(row: &Row) -> Result<SkuOffer> {
    let (unit, prices): (String, String) = (row.get("unit")?, row.get("prices")?);
    let prices: Vec<Money> = serde_json::from_str(&prices).map_err(|e| store::Error::Corrupt(format!("prices of a SKU: {e}")))?;
    Ok(SkuOffer {
        sku: Sku {
            sku: row.get("sku")?,
            version: row.get("version")?,
            name: row.get("name")?,
            unit: Unit::parse(&unit).ok_or_else(|| store::Error::Corrupt(format!("unit {unit}")))?,
            units: row.get("units")?,
            term_months: row.get("term_months")?,
        },
        prices,
        built_in: false,
        end_of_sale_at: None,
        made_at: row.get("made_at")?,
    })
}

/// When the sale of each SKU ends whose sale does.
fn ends(view: &mut View<'_, Control>, distributor: DistributorId) -> Result<BTreeMap<String, Option<Timestamp>>> {
    let rows = view.rows(sql!(Control, "SELECT e.sku, e.end_of_sale_at FROM sku_end e WHERE e.distributor_id = $1"), p![distributor])?;
    rows.iter().map(|r| Ok((r.get("sku")?, r.get("end_of_sale_at")?))).collect()
}

/// All versions of a SKU, newest first; none of one that is none.
pub fn versions(view: &mut View<'_, Control>, distributor: DistributorId, code: &str, currencies: &[String]) -> Result<Vec<SkuOffer>> {
    let rows = view.rows(sql!(Control, versions!("AND v.sku = $2 ORDER BY v.version DESC")), p![distributor, code])?;
    let mut all: Vec<SkuOffer> = rows.iter().map(offer_of).collect::<Result<_>>()?;
    all.extend(built_in(code, currencies));
    let end = ends(view, distributor)?.get(code).copied().flatten();
    all.iter_mut().for_each(|o| o.end_of_sale_at = end);
    Ok(all)
}

/// The newest version of a SKU: the distributor's own, else the one the installation comes with.
pub fn offer(view: &mut View<'_, Control>, distributor: DistributorId, code: &str, currencies: &[String]) -> Result<Option<SkuOffer>> {
    Ok(versions(view, distributor, code, currencies)?.into_iter().next())
}

/// The newest version of each SKU, seats first.
pub fn offers(view: &mut View<'_, Control>, distributor: DistributorId, currencies: &[String]) -> Result<Vec<SkuOffer>> {
    let rows = view.rows(sql!(Control, versions!("ORDER BY v.sku, v.version DESC")), p![distributor])?;
    let mut all: Vec<SkuOffer> = rows.iter().map(offer_of).collect::<Result<_>>()?;
    all.extend(built_ins().filter_map(|code| built_in(code, currencies)));
    let mut all = newest(all, |o| &o.sku.sku);
    let ends = ends(view, distributor)?;
    all.iter_mut().for_each(|o| o.end_of_sale_at = ends.get(&o.sku.sku).copied().flatten());
    all.sort_by_cached_key(SkuOffer::order);
    Ok(all)
}

/// Inserts a version; false when somebody made it first.
pub fn insert(tx: &mut Tx<'_, Control>, distributor: DistributorId, offer: &SkuOffer, now: Timestamp) -> Result<bool> {
    let sku = &offer.sku;
    let prices = serde_json::to_string(&offer.prices).map_err(|e| store::Error::Corrupt(format!("prices of a SKU: {e}")))?;
    tx.exec(
        sql!(
            Control,
            "INSERT INTO sku_version (distributor_id, sku, version, name, unit, units, term_months, prices, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (distributor_id, sku, version) DO NOTHING"
        ),
        p![distributor, &sku.sku, sku.version, &sku.name, sku.unit.word(), sku.units, sku.term_months, prices, now],
    )
    .map(|n| n == 1)
}

/// Writes when the sale of a SKU ends, of all its versions.
pub fn set_end(tx: &mut Tx<'_, Control>, distributor: DistributorId, code: &str, end: Option<Timestamp>) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO sku_end (distributor_id, sku, end_of_sale_at) VALUES ($1, $2, $3)
             ON CONFLICT (distributor_id, sku) DO UPDATE SET end_of_sale_at = excluded.end_of_sale_at"
        ),
        p![distributor, code, end],
    )
    .map(drop)
}
