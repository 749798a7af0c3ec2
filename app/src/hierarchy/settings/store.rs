//! Every SQL text of settings.

use access::Scope;
use store::{Control, CustomerId, PartnerId, Result, Timestamp, Tx, View, p, sql};

use super::{Settings, USUAL_DRAFT_DAYS};
use crate::hierarchy::store::hold_partner;

pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Option<Settings>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT name, product_name, accent, terms_url, privacy_url, logo_url, allowed_vendors, default_max_mau, low_pass_percent,
                    stale_campaign_days, near_limit_percent, member_retention_days, agent_silent_days, agent_active_days, expiring_months, zone, currency, region, version,
                    COALESCE((SELECT d.draft_days FROM partner_draft d WHERE d.partner_id = $1 ORDER BY d.since DESC LIMIT 1), $2) AS draft_days
             FROM partner WHERE partner_id = $1"
        ),
        p![scope.partner(), USUAL_DRAFT_DAYS],
    )?;
    row.map(|r| {
        Ok(Settings {
            name: r.get("name")?,
            product_name: r.get("product_name")?,
            accent: r.get("accent")?,
            terms_url: r.get("terms_url")?,
            privacy_url: r.get("privacy_url")?,
            logo_url: r.get("logo_url")?,
            allowed_vendors: r.get("allowed_vendors")?,
            default_max_mau: r.get("default_max_mau")?,
            low_pass_percent: r.get("low_pass_percent")?,
            stale_campaign_days: r.get("stale_campaign_days")?,
            near_limit_percent: r.get("near_limit_percent")?,
            member_retention_days: r.get("member_retention_days")?,
            agent_silent_days: r.get("agent_silent_days")?,
            agent_active_days: r.get("agent_active_days")?,
            expiring_months: r.get("expiring_months")?,
            draft_days: r.get("draft_days")?,
            zone: r.get("zone")?,
            currency: r.get("currency")?,
            region: r.get("region")?,
            version: r.get("version")?,
        })
    })
    .transpose()
}

/// As [`find`], held until the transaction ends.
pub fn hold<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>) -> Result<Option<Settings>> {
    hold_partner(tx, scope)?;
    find(tx, scope)
}

pub fn update(tx: &mut Tx<'_, Control>, partner: PartnerId, s: &Settings) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE partner SET name = $2, name_key = $3, product_name = $4, accent = $5, terms_url = $6, privacy_url = $7,
               allowed_vendors = $8, default_max_mau = $9, low_pass_percent = $10, stale_campaign_days = $11, near_limit_percent = $12,
               member_retention_days = $13, agent_silent_days = $14, agent_active_days = $15, expiring_months = $16, version = version + 1
             WHERE partner_id = $1"
        ),
        p![
            partner,
            &s.name,
            store::fold(&s.name),
            s.product_name.as_deref(),
            s.accent.as_deref(),
            s.terms_url.as_deref(),
            s.privacy_url.as_deref(),
            s.allowed_vendors.as_deref(),
            s.default_max_mau,
            s.low_pass_percent,
            s.stale_campaign_days,
            s.near_limit_percent,
            s.member_retention_days,
            s.agent_silent_days,
            s.agent_active_days,
            s.expiring_months
        ],
    )
    .map(drop)
}

/// Closes the interval of the thresholds in force and opens the next.
pub fn append_thresholds(tx: &mut Tx<'_, Control>, partner: PartnerId, s: &Settings, now: Timestamp) -> Result<()> {
    // Two changes at one instant are one interval: the later wins.
    tx.exec(sql!(Control, "DELETE FROM partner_threshold WHERE partner_id = $1 AND since = $2"), p![partner, now])?;
    tx.exec(sql!(Control, "UPDATE partner_threshold SET until = $2 WHERE partner_id = $1 AND until > $2"), p![partner, now])?;
    tx.exec(
        sql!(
            Control,
            "INSERT INTO partner_threshold (partner_id, since, until, low_pass_percent, stale_campaign_days, near_limit_percent) VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        p![partner, now, Timestamp::FOREVER, s.low_pass_percent, s.stale_campaign_days, s.near_limit_percent],
    )
    .map(drop)
}

/// For how many days a month stays a draft, since when.
pub fn draft_days<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<(Timestamp, i64)>> {
    let rows =
        view.rows(sql!(Control, "SELECT since, draft_days FROM partner_draft WHERE partner_id = $1 ORDER BY since"), p![scope.partner()])?;
    rows.iter().map(|r| Ok((r.get("since")?, r.get("draft_days")?))).collect()
}

/// Writes for how many days a month stays a draft from now on. Of two changes at one instant the later wins.
pub fn append_draft_days(tx: &mut Tx<'_, Control>, partner: PartnerId, days: i64, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO partner_draft (partner_id, since, draft_days) VALUES ($1, $2, $3)
             ON CONFLICT (partner_id, since) DO UPDATE SET draft_days = excluded.draft_days"
        ),
        p![partner, now, days],
    )
    .map(drop)
}

/// Keeps a logo; the same picture twice is kept once.
pub fn keep_logo(tx: &mut Tx<'_, Control>, partner: PartnerId, hash: &str, png: &[u8], now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO logo (partner_id, hash, png, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (partner_id, hash) DO NOTHING"
        ),
        p![partner, hash, png.to_vec(), now],
    )
    .map(drop)
}

/// Says which logo is the partner's.
pub fn set_logo_url(tx: &mut Tx<'_, Control>, partner: PartnerId, url: Option<&str>) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE partner SET logo_url = $2, version = version + 1 WHERE partner_id = $1"), p![partner, url]).map(drop)
}

/// Drops the logos that neither the partner nor a customer that inherited one shows. `front` is what their addresses begin with.
pub fn drop_unshown_logos(tx: &mut Tx<'_, Control>, partner: PartnerId, front: &str) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "DELETE FROM logo WHERE partner_id = $1
               AND NOT EXISTS (SELECT 1 FROM partner p WHERE p.partner_id = $1 AND p.logo_url = CAST($2 AS TEXT) || logo.hash || '.png')
               AND NOT EXISTS (SELECT 1 FROM customer c WHERE c.partner_id = $1 AND c.logo_url = CAST($2 AS TEXT) || logo.hash || '.png')"
        ),
        p![partner, front],
    )
    .map(drop)
}

/// Copies a logo to another partner.
pub fn copy_logo(tx: &mut Tx<'_, Control>, from: PartnerId, to: PartnerId, hash: &str) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO logo (partner_id, hash, png, created_at) SELECT $2, hash, png, created_at FROM logo WHERE partner_id = $1 AND hash = $3
             ON CONFLICT (partner_id, hash) DO NOTHING"
        ),
        p![from, to, hash],
    )
    .map(drop)
}

/// Says which logo a customer shows.
pub fn set_customer_logo_url(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, url: &str) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE customer SET logo_url = $3 WHERE partner_id = $1 AND customer_id = $2"), p![partner, customer, url])
        .map(drop)
}

/// A kept logo.
pub fn logo(view: &mut View<'_, Control>, partner: PartnerId, hash: &str) -> Result<Option<Vec<u8>>> {
    view.enter(partner.0);
    let row = view.opt(sql!(Control, "SELECT png FROM logo WHERE partner_id = $1 AND hash = $2"), p![partner, hash])?;
    row.map(|r| r.get("png")).transpose()
}
