//! Every SQL text of distributors. The partners are those the tree names below the distributor.

use access::{Scope, Wide};
use store::{Control, DistributorId, PartnerId, Result, Row, Tx, Uuid, View, p, sql};

use super::{Limits, Partner, Sums};

pub fn name(view: &mut View<'_, Control>, id: DistributorId) -> Result<Option<String>> {
    let row = view.opt(sql!(Control, "SELECT name FROM distributor WHERE distributor_id = $1"), p![id])?;
    row.map(|r| r.get("name")).transpose()
}

pub fn limits<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Option<Limits>> {
    let text =
        sql!(Control, "SELECT max_customers, max_members, trial_extensions, trial_extension_days FROM partner WHERE partner_id = $1");
    let limits = |r: Row| {
        Ok(Limits {
            max_customers: r.get("max_customers")?,
            max_members: r.get("max_members")?,
            trial_extensions: r.get("trial_extensions")?,
            trial_extension_days: r.get("trial_extension_days")?,
        })
    };
    view.opt(text, p![scope.partner()])?.map(limits).transpose()
}

pub fn set_limits<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, limits: &Limits) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE partner SET max_customers = $2, max_members = $3, trial_extensions = $4, trial_extension_days = $5,
               version = version + 1 WHERE partner_id = $1"
        ),
        p![scope.partner(), limits.max_customers, limits.max_members, limits.trial_extensions, limits.trial_extension_days],
    )
    .map(drop)
}

/// Which partners: the node $1, a pattern of their names $2 or null.
macro_rules! wanted {
    () => {
        "WHERE sp.node_id = $1 AND (CAST($2 AS TEXT) IS NULL OR p.name_key LIKE CAST($2 AS TEXT) ESCAPE '\\')"
    };
}

/// How many partners fit.
pub fn count<P>(view: &mut View<'_, Control>, wide: &Wide<P>, q: Option<&str>) -> Result<i64> {
    let text =
        sql!(Control, concat!("SELECT COUNT(*) AS n FROM scope_partner sp JOIN partner p ON p.partner_id = sp.partner_id ", wanted!()));
    view.one(text, p![wide.node(), q.map(store::like)])?.get("n")
}

/// What all partners come to together.
pub fn sums<P>(view: &mut View<'_, Control>, wide: &Wide<P>) -> Result<Sums> {
    let row = view.one(
        sql!(
            Control,
            "SELECT COUNT(*) AS partners, CAST(COALESCE(SUM(t.counted), 0) AS BIGINT) AS customers,
                    CAST(COALESCE(SUM(t.sync_failed + t.email_unverified + t.low_engagement), 0) AS BIGINT) AS attention,
                    CAST(COALESCE(SUM(l.allocated), 0) AS BIGINT) AS seats
             FROM scope_partner sp JOIN partner p ON p.partner_id = sp.partner_id
             LEFT JOIN totals t ON t.partner_id = p.partner_id LEFT JOIN pool l ON l.partner_id = p.partner_id WHERE sp.node_id = $1"
        ),
        p![wide.node()],
    )?;
    Ok(Sums {
        partners: row.get("partners")?,
        customers: row.get("customers")?,
        attention: row.get("attention")?,
        seats: row.get("seats")?,
    })
}

/// A page of partners by name.
pub fn partners<P>(
    view: &mut View<'_, Control>,
    wide: &Wide<P>,
    q: Option<&str>,
    after: Option<&(String, Uuid)>,
    limit: i64,
) -> Result<Vec<Partner>> {
    let (key, id) = after.map_or((None, Uuid::nil()), |(n, id)| (Some(n.clone()), *id));
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT p.partner_id, p.name, p.name_key, p.zone, p.currency, p.internal_customer_id, p.created_at,
                    COALESCE(t.counted, 0) AS counted, COALESCE(t.sync_failed + t.email_unverified + t.low_engagement + t.setup_incomplete, 0) AS attention,
                    COALESCE(l.allocated, 0) AS allocated, COALESCE(l.active_users, 0) AS active_users,
                    (SELECT COUNT(*) FROM alert a WHERE a.partner_id = p.partner_id AND a.resolved_at IS NULL) AS open_alerts
             FROM scope_partner sp JOIN partner p ON p.partner_id = sp.partner_id
             LEFT JOIN totals t ON t.partner_id = p.partner_id LEFT JOIN pool l ON l.partner_id = p.partner_id ",
                wanted!(),
                " AND (CAST($3 AS TEXT) IS NULL OR p.name_key > $3 OR (p.name_key = $3 AND p.partner_id > $4))
                 ORDER BY p.name_key, p.partner_id LIMIT $5"
            )
        ),
        p![wide.node(), q.map(store::like), key, id, limit],
    )?;
    let partner = |r: &Row| {
        Ok(Partner {
            id: r.get("partner_id")?,
            name: r.get("name")?,
            name_key: r.get("name_key")?,
            customers: r.get("counted")?,
            attention: r.get("attention")?,
            open_alerts: r.get("open_alerts")?,
            seats_allocated: r.get("allocated")?,
            active_users: r.get("active_users")?,
            zone: r.get("zone")?,
            currency: r.get("currency")?,
            internal_tenant_id: r.get("internal_customer_id")?,
            created_at: r.get("created_at")?,
        })
    };
    rows.iter().map(partner).collect()
}

/// Names of a distributor's partners.
pub fn names(view: &mut View<'_, Control>, distributor: DistributorId) -> Result<Vec<(PartnerId, String)>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT p.partner_id, p.name FROM scope_partner sp JOIN partner p ON p.partner_id = sp.partner_id WHERE sp.node_id = $1"
        ),
        p![distributor],
    )?;
    rows.iter().map(|r| Ok((r.get("partner_id")?, r.get("name")?))).collect()
}

/// The distributor of a partner.
pub fn of_partner<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Option<DistributorId>> {
    let row = view.opt(sql!(Control, "SELECT distributor_id FROM partner WHERE partner_id = $1"), p![scope.partner()])?;
    row.map(|r| r.get("distributor_id")).transpose()
}

/// The name of a partner and its distributor; none when the scope is no partner's.
pub fn name_and_distributor<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Option<(String, DistributorId)>> {
    let row = view.opt(sql!(Control, "SELECT name, distributor_id FROM partner WHERE partner_id = $1"), p![scope.partner()])?;
    row.map(|r| Ok((r.get("name")?, r.get("distributor_id")?))).transpose()
}

/// Writes the distributor of a partner.
pub fn set<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, to: DistributorId) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE partner SET distributor_id = $2, version = version + 1 WHERE partner_id = $1"), p![scope.partner(), to])
        .map(drop)
}
