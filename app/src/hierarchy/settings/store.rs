//! Every SQL text of settings.

use access::Scope;
use store::{Control, PartnerId, Result, Timestamp, Tx, View, p, sql};

use super::Settings;

pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Option<Settings>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT name, product_name, accent, terms_url, privacy_url, logo_url, allowed_vendors, default_max_mau, low_pass_percent,
                    stale_campaign_days, near_limit_percent, zone, currency, region, version
             FROM partner WHERE partner_id = $1"
        ),
        p![scope.partner()],
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
            zone: r.get("zone")?,
            currency: r.get("currency")?,
            region: r.get("region")?,
            version: r.get("version")?,
        })
    })
    .transpose()
}

pub fn update(tx: &mut Tx<'_, Control>, partner: PartnerId, s: &Settings) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE partner SET name = $2, name_key = $3, product_name = $4, accent = $5, terms_url = $6, privacy_url = $7, logo_url = $8,
               allowed_vendors = $9, default_max_mau = $10, low_pass_percent = $11, stale_campaign_days = $12, near_limit_percent = $13,
               version = version + 1
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
            s.logo_url.as_deref(),
            s.allowed_vendors.as_deref(),
            s.default_max_mau,
            s.low_pass_percent,
            s.stale_campaign_days,
            s.near_limit_percent
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
