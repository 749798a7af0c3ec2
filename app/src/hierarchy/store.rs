//! The room's SQL: partners and customers.

use access::Scope;
use store::{Control, CustomerId, DistributorId, PartnerId, Result, Row, Timestamp, Tx, View, p, sql};

use super::{
    customers::{Customer, NewCustomer, Terms},
    noun::{AccountNumber, CustomerKind, Lifecycle, Tier},
};

/// Days a trial lasts.
pub const TRIAL_DAYS: i64 = 30;

/// A partner's row, as far as rules and defaults need it.
#[derive(Debug, Clone)]
pub struct PartnerRow {
    pub zone: String,
    pub region: String,
    pub language: String,
    pub max_customers: i64,
    pub accent: Option<String>,
    pub terms_url: Option<String>,
    pub privacy_url: Option<String>,
    pub logo_url: Option<String>,
    pub allowed_vendors: Option<String>,
    pub member_retention_days: Option<i64>,
}

pub fn insert_distributor(tx: &mut Tx<'_, Control>, id: DistributorId, name: &str, now: Timestamp) -> Result<()> {
    tx.exec(sql!(Control, "INSERT INTO distributor (distributor_id, name, created_at) VALUES ($1, $2, $3)"), p![id, name, now]).map(drop)
}

pub fn insert_partner(
    tx: &mut Tx<'_, Control>,
    id: PartnerId,
    new: &super::create_partner::CreatePartner,
    distributor: DistributorId,
    internal: CustomerId,
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO partner (partner_id, distributor_id, name, name_key, zone, currency, region, language, max_customers, max_members,
               default_max_mau, internal_customer_id, next_number, low_pass_percent, stale_campaign_days, near_limit_percent, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, 60, 30, 90, $13, 1)"
        ),
        p![
            id,
            distributor,
            &new.name,
            store::fold(new.name.as_str()),
            &new.zone,
            &new.currency,
            &new.region,
            &new.language,
            new.max_customers,
            new.max_members,
            new.default_max_mau,
            internal,
            now
        ],
    )?;
    tx.exec(
        sql!(
            Control,
            "INSERT INTO partner_threshold (partner_id, since, until, low_pass_percent, stale_campaign_days, near_limit_percent) VALUES ($1, $2, $3, 60, 30, 90)"
        ),
        p![id, now, Timestamp::FOREVER],
    )
    .map(drop)
}

/// Customers a partner may have, and how many of those places are left: none or fewer when a limit was lowered.
pub fn places<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<(i64, i64)> {
    let row = view.one(
        sql!(
            Control,
            "SELECT p.max_customers, p.max_customers - t.listed AS free FROM partner p JOIN totals t ON t.partner_id = p.partner_id
             WHERE p.partner_id = $1"
        ),
        p![scope.partner()],
    )?;
    Ok((row.get("max_customers")?, row.get("free")?))
}

/// Every partner of the installation, for what the clock does.
///
/// # Errors
/// The store's.
pub fn all_partners(view: &mut View<'_, Control>) -> Result<Vec<PartnerId>> {
    let rows = view.rows(sql!(Control, "SELECT node_id FROM org_node WHERE kind = 'partner'"), p![])?;
    rows.iter().map(|r| r.get("node_id")).collect()
}

pub fn partner<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<PartnerRow> {
    partner_by_id(view, scope.partner())
}

/// As [`partner`], where the partner has just been made and nobody can hold a scope over it yet.
pub fn partner_by_id(view: &mut View<'_, Control>, partner: PartnerId) -> Result<PartnerRow> {
    let r = view.one(
        sql!(
            Control,
            "SELECT zone, region, language, max_customers, accent, terms_url, privacy_url, logo_url, allowed_vendors, member_retention_days
             FROM partner WHERE partner_id = $1"
        ),
        p![partner],
    )?;
    Ok(PartnerRow {
        zone: r.get("zone")?,
        region: r.get("region")?,
        language: r.get("language")?,
        max_customers: r.get("max_customers")?,
        accent: r.get("accent")?,
        terms_url: r.get("terms_url")?,
        privacy_url: r.get("privacy_url")?,
        logo_url: r.get("logo_url")?,
        allowed_vendors: r.get("allowed_vendors")?,
        member_retention_days: r.get("member_retention_days")?,
    })
}

/// What a customer's region obeys besides seats.
pub fn terms(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Option<Terms>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT c.max_mau, c.admin_email, p.zone, c.version, CASE WHEN c.kind IN ('trial', 'free') THEN c.trial_ends_at END AS free_at FROM customer c JOIN partner p ON p.partner_id = c.partner_id
             WHERE c.partner_id = $1 AND c.customer_id = $2"
        ),
        p![partner, customer],
    )?;
    row.map(|r| {
        Ok(Terms {
            max_mau: r.get("max_mau")?,
            zone: r.get("zone")?,
            free_at: r.get::<Option<Timestamp>>("free_at")?.unwrap_or(Timestamp::FOREVER),
            administrator: r.get("admin_email")?,
            version: r.get("version")?,
        })
    })
    .transpose()
}

/// Takes the partner's next account number.
pub fn next_number(tx: &mut Tx<'_, Control>, partner: PartnerId) -> Result<AccountNumber> {
    let row = tx.change(
        sql!(Control, "UPDATE partner SET next_number = next_number + 1 WHERE partner_id = $1 RETURNING next_number"),
        p![partner],
    )?;
    let next: i64 = row.map_or(Ok(2), |r| r.get("next_number"))?;
    Ok(AccountNumber::nth(next - 1))
}

/// True when another customer of this partner, other than `but`, is called the same in any case and width.
pub fn name_taken<P>(view: &mut View<'_, Control>, scope: &Scope<P>, name: &str, but: Option<CustomerId>) -> Result<bool> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT customer_id, name FROM customer WHERE partner_id = $1 AND name_key = $2 AND kind <> 'internal'
             AND lifecycle <> 'removed' AND lifecycle <> 'purged'"
        ),
        p![scope.partner(), store::fold(name)],
    )?;
    let wanted = store::alike(name);
    for row in rows {
        let (id, other): (CustomerId, String) = (row.get("customer_id")?, row.get("name")?);
        if Some(id) != but && store::alike(&other) == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

/// When the trial of a customer that is made now ends.
pub fn trial_end(kind: CustomerKind, now: Timestamp) -> Option<Timestamp> {
    (kind == CustomerKind::Trial).then(|| now.plus_days(TRIAL_DAYS))
}

pub fn insert_customer(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    id: CustomerId,
    number: &AccountNumber,
    new: &NewCustomer,
    from: &PartnerRow,
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO customer (partner_id, customer_id, account_number, kind, lifecycle, name, name_key, domain, tier, region, country, sector,
               time_zone, language, reference, admin_email, max_mau, accent, terms_url, privacy_url, logo_url, allowed_vendors, import_id, created_at, trial_ends_at, member_retention_days, legal_name, subdomain, version)
             VALUES ($1, $2, $3, $4, 'provisioning', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, 1)"
        ),
        p![
            partner,
            id,
            &number.0,
            new.kind.word(),
            &new.name,
            store::fold(new.name.as_str()),
            new.domain.as_ref().map(|d| d.as_str()),
            new.tier.word(),
            new.region.as_deref().unwrap_or(&from.region),
            new.country.as_deref(),
            new.sector.as_deref(),
            new.time_zone.as_deref().unwrap_or(&from.zone),
            new.language.as_deref().unwrap_or(&from.language),
            new.reference.as_deref(),
            new.admin_email.as_ref().map(|e| e.as_str()),
            new.max_mau,
            from.accent.as_deref(),
            from.terms_url.as_deref(),
            from.privacy_url.as_deref(),
            from.logo_url.as_deref(),
            from.allowed_vendors.as_deref(),
            new.import_id,
            now,
            trial_end(new.kind, now),
            from.member_retention_days,
            new.legal_name.as_ref().map(|n| n.as_str()),
            new.subdomain.as_ref().map(|s| s.as_str())
        ],
    )
    .map(drop)
}

/// Closes the open interval of a customer's slow facts and appends the next, copied from the customer's row.
pub fn append_state(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, now: Timestamp) -> Result<()> {
    close_state(tx, partner, customer, now)?;
    tx.exec(
        sql!(
            Control,
            "INSERT INTO customer_state (partner_id, customer_id, since, until, account_number, name, domain, kind, lifecycle, tier, launched_at, trial_ends_at)
             SELECT partner_id, customer_id, $3, $4, account_number, name, domain, kind, lifecycle, tier, launched_at, trial_ends_at FROM customer
             WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![partner, customer, now, Timestamp::FOREVER],
    )
    .map(drop)
}

/// Closes the open interval of a customer's slow facts.
pub fn close_state(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, now: Timestamp) -> Result<()> {
    // Two changes at one instant are one interval: the later wins.
    tx.exec(
        sql!(Control, "DELETE FROM customer_state WHERE partner_id = $1 AND customer_id = $2 AND since = $3"),
        p![partner, customer, now],
    )?;
    tx.exec(
        sql!(Control, "UPDATE customer_state SET until = $3 WHERE partner_id = $1 AND customer_id = $2 AND until > $3"),
        p![partner, customer, now],
    )
    .map(drop)
}

fn word<T>(row: &Row, column: &str, parse: fn(&str) -> Option<T>) -> Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| store::Error::Corrupt(format!("{column}: {text}")))
}

pub fn customer<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: CustomerId) -> Result<Option<Customer>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT account_number, kind, lifecycle, name, legal_name, domain, domain_verified_at, subdomain, tier, region, country, sector, time_zone, language, reference,
                    admin_email, max_mau, display_name, accent, terms_url, privacy_url, logo_url, allowed_vendors, member_retention_days, trial_ends_at, launched_at, created_at, version
             FROM customer WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![scope.partner(), id],
    )?;
    row.as_ref()
        .map(|r| {
            Ok(Customer {
                id,
                account_number: r.get("account_number")?,
                kind: word(r, "kind", CustomerKind::parse)?,
                lifecycle: word(r, "lifecycle", Lifecycle::parse)?,
                name: r.get("name")?,
                legal_name: r.get("legal_name")?,
                domain: r.get("domain")?,
                domain_verified_at: r.get("domain_verified_at")?,
                subdomain: r.get("subdomain")?,
                tier: word(r, "tier", Tier::parse)?,
                region: r.get("region")?,
                country: r.get("country")?,
                sector: r.get("sector")?,
                time_zone: r.get("time_zone")?,
                language: r.get("language")?,
                reference: r.get("reference")?,
                admin_email: r.get("admin_email")?,
                max_mau: r.get("max_mau")?,
                display_name: r.get("display_name")?,
                accent: r.get("accent")?,
                terms_url: r.get("terms_url")?,
                privacy_url: r.get("privacy_url")?,
                logo_url: r.get("logo_url")?,
                allowed_vendors: r.get("allowed_vendors")?,
                member_retention_days: r.get("member_retention_days")?,
                trial_ends_at: r.get("trial_ends_at")?,
                launched_at: r.get("launched_at")?,
                created_at: r.get("created_at")?,
                version: r.get("version")?,
            })
        })
        .transpose()
}

pub fn set_lifecycle(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    id: CustomerId,
    to: Lifecycle,
    launched_at: Option<Timestamp>,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE customer SET lifecycle = $3, launched_at = COALESCE(launched_at, $4), version = version + 1 WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![partner, id, to.word(), launched_at],
    )
    .map(drop)
}

/// Takes a customer's version beyond all that was told of it.
pub fn leap(tx: &mut Tx<'_, Control>, partner: PartnerId, id: CustomerId) -> Result<()> {
    let text = sql!(Control, "UPDATE customer SET version = version + 1000000 WHERE partner_id = $1 AND customer_id = $2");
    tx.exec(text, p![partner, id]).map(drop)
}

/// Writes that a customer's primary domain is proved.
pub fn set_domain_verified(tx: &mut Tx<'_, Control>, partner: PartnerId, id: CustomerId, at: Timestamp) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE customer SET domain_verified_at = $3, version = version + 1 WHERE partner_id = $1 AND customer_id = $2"),
        p![partner, id, at],
    )
    .map(drop)
}

/// Raises a customer's version: something that belongs to it changed elsewhere.
pub fn rise(tx: &mut Tx<'_, Control>, partner: PartnerId, id: CustomerId) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE customer SET version = version + 1 WHERE partner_id = $1 AND customer_id = $2"), p![partner, id])
        .map(drop)
}

/// Writes what an edit may change of a customer.
pub fn update_customer(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: &Customer) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE customer SET name = $3, name_key = $4, domain = $5, domain_verified_at = $6, tier = $7, country = $8, sector = $9, time_zone = $10,
               language = $11, reference = $12, admin_email = $13, max_mau = $14, member_retention_days = $15, legal_name = $16, version = version + 1
             WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![
            partner,
            customer.id,
            &customer.name,
            store::fold(&customer.name),
            customer.domain.as_deref(),
            customer.domain_verified_at,
            customer.tier.word(),
            customer.country.as_deref(),
            customer.sector.as_deref(),
            &customer.time_zone,
            &customer.language,
            customer.reference.as_deref(),
            customer.admin_email.as_deref(),
            customer.max_mau,
            customer.member_retention_days,
            customer.legal_name.as_deref()
        ],
    )
    .map(drop)
}

/// The version of a customer's row.
pub fn version(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Option<i64>> {
    let row = view.opt(sql!(Control, "SELECT version FROM customer WHERE partner_id = $1 AND customer_id = $2"), p![partner, customer])?;
    row.map(|r| r.get("version")).transpose()
}

/// Reserves a subdomain for a customer; false when another customer of the installation has it.
pub fn reserve_subdomain(tx: &mut Tx<'_, Control>, id: CustomerId, subdomain: &str) -> Result<bool> {
    let won = tx.exec(
        sql!(Control, "INSERT INTO reserved_subdomain (subdomain, customer_id) VALUES ($1, $2) ON CONFLICT (subdomain) DO NOTHING"),
        p![subdomain, id],
    )?;
    Ok(won > 0)
}

/// Gives up what is reserved for a customer that goes.
pub fn release_subdomain(tx: &mut Tx<'_, Control>, id: CustomerId) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM reserved_subdomain WHERE customer_id = $1"), p![id]).map(drop)
}

/// Takes a customer's subdomain from its row: another has it by now.
pub fn clear_subdomain(tx: &mut Tx<'_, Control>, partner: PartnerId, id: CustomerId) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE customer SET subdomain = NULL, version = version + 1 WHERE partner_id = $1 AND customer_id = $2"),
        p![partner, id],
    )
    .map(drop)
}

/// Sets a customer's domain, unverified.
pub fn set_domain(tx: &mut Tx<'_, Control>, partner: PartnerId, id: CustomerId, domain: Option<&str>) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE customer SET domain = $3, domain_verified_at = NULL, version = version + 1 WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![partner, id, domain],
    )
    .map(drop)
}

/// Writes how a customer is paid for from now on, and when its trial ends or ended.
pub fn set_kind(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    id: CustomerId,
    kind: CustomerKind,
    trial_ends_at: Option<Timestamp>,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE customer SET kind = $3, trial_ends_at = $4, version = version + 1 WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![partner, id, kind.word(), trial_ends_at],
    )
    .map(drop)
}

/// True when a customer's trial had ended at an instant, and it was not upgraded since.
pub fn is_free<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: CustomerId, at: Timestamp) -> Result<bool> {
    let text = sql!(
        Control,
        "SELECT customer_id FROM customer WHERE partner_id = $1 AND customer_id = $2 AND kind IN ('trial', 'free') AND trial_ends_at <= $3"
    );
    view.opt(text, p![scope.partner(), id, at]).map(|row| row.is_some())
}

/// Holds the partner's row until the transaction ends: whoever else changes it comes before, or waits.
pub fn hold_partner<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>) -> Result<()> {
    let text = sql!(Control, "UPDATE partner SET version = version WHERE partner_id = $1 RETURNING version");
    tx.held(text, p![scope.partner()]).map(drop)
}

/// Holds a customer's row until the transaction ends.
pub fn hold_customer<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: CustomerId) -> Result<()> {
    let text = sql!(Control, "UPDATE customer SET version = version WHERE partner_id = $1 AND customer_id = $2 RETURNING version");
    tx.held(text, p![scope.partner(), id]).map(drop)
}

/// Holds a customer whose trial is over until the transaction ends; false when it is not, which writes nothing.
pub fn hold_over<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: CustomerId, now: Timestamp) -> Result<bool> {
    let text = sql!(
        Control,
        "UPDATE customer SET version = version WHERE partner_id = $1 AND customer_id = $2 AND kind = 'trial' AND trial_ends_at <= $3"
    );
    tx.exec(text, p![scope.partner(), id, now]).map(|n| n == 1)
}

/// Writes a customer's row below another partner: a new account number, and nothing that was the former partner's own.
pub fn copy_customer(tx: &mut Tx<'_, Control>, from: PartnerId, to: PartnerId, id: CustomerId, number: &AccountNumber) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO customer (partner_id, customer_id, account_number, kind, lifecycle, name, legal_name, name_key, domain, domain_verified_at, subdomain, tier, region,
               country, sector, time_zone, language, admin_email, max_mau, display_name, accent, terms_url, privacy_url, logo_url, allowed_vendors,
               member_retention_days, trial_ends_at, launched_at, created_at, version)
             SELECT $3, customer_id, $4, kind, lifecycle, name, legal_name, name_key, domain, domain_verified_at, subdomain, tier, region,
               country, sector, time_zone, language, admin_email, max_mau, display_name, accent, terms_url, privacy_url, logo_url, allowed_vendors,
               member_retention_days, trial_ends_at, launched_at, created_at, version + 1 FROM customer WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![from, id, to, &number.0],
    )
    .map(drop)
}

/// Removes the row of a customer that another partner has now.
pub fn delete_customer(tx: &mut Tx<'_, Control>, partner: PartnerId, id: CustomerId) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM customer WHERE partner_id = $1 AND customer_id = $2"), p![partner, id]).map(drop)
}
