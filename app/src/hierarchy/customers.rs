//! Customers as the hierarchy knows them: name, domain, tier, lifecycle. Making one is a command of `provisioning`, which
//! also allocates its seats and prepares its region; this room only writes its own rows.

use access::{
    NodeKind, Scope,
    permissions::CreateCustomers,
    tree::{self, NewNode},
};
use command::{Node, Query};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, ImportId, PartnerId, Result, Timestamp, Tx, View};

use super::{
    domains, groups,
    noun::{AccountNumber, CustomerKind, DomainName, Email, Lifecycle, Name, Subdomain, Tier},
    standing,
    standing::Standing,
    store as rows,
};

/// What a new customer is.
#[derive(Debug, Clone, Serialize)]
pub struct NewCustomer {
    /// Its name.
    pub name: Name,
    /// What it is called in contracts, where that is another name.
    pub legal_name: Option<Name>,
    /// How it is paid for.
    pub kind: CustomerKind,
    /// What it bought.
    pub tier: Tier,
    /// Its primary domain.
    pub domain: Option<DomainName>,
    /// The label reserved for it in the whole installation; never changes.
    pub subdomain: Option<Subdomain>,
    /// The partner's region when absent; never changes.
    pub region: Option<String>,
    /// MAX MAU: the hard cap on onboarding.
    pub max_mau: i64,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Its line of business.
    pub sector: Option<String>,
    /// IANA zone; the partner's when absent.
    pub time_zone: Option<String>,
    /// The partner's when absent.
    pub language: Option<String>,
    /// The partner's own reference.
    pub reference: Option<String>,
    /// Its primary administrator.
    pub admin_email: Option<Email>,
    /// The import that made it.
    pub import_id: Option<ImportId>,
}

impl NewCustomer {
    /// A paid Pro customer with that name and nothing else said.
    #[must_use]
    pub fn named(name: Name) -> NewCustomer {
        NewCustomer {
            name,
            legal_name: None,
            kind: CustomerKind::Paid,
            tier: Tier::Pro,
            domain: None,
            subdomain: None,
            region: None,
            max_mau: 1_000_000,
            country: None,
            sector: None,
            time_zone: None,
            language: None,
            reference: None,
            admin_email: None,
            import_id: None,
        }
    }
}

/// A customer's contract object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Customer {
    /// Its id, also its tenant id.
    pub id: CustomerId,
    /// The number people use.
    pub account_number: String,
    /// How it is paid for.
    pub kind: CustomerKind,
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
    /// Its name.
    pub name: String,
    /// What it is called in contracts, where that is another name.
    pub legal_name: Option<String>,
    /// Its primary domain.
    pub domain: Option<String>,
    /// When the domain was verified by DNS.
    pub domain_verified_at: Option<Timestamp>,
    /// The label reserved for it in the whole installation; never changes.
    pub subdomain: Option<String>,
    /// What it bought.
    pub tier: Tier,
    /// Where its data lies; never changes.
    pub region: String,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Its line of business.
    pub sector: Option<String>,
    /// IANA zone.
    pub time_zone: String,
    /// Language tag.
    pub language: String,
    /// The partner's own reference.
    pub reference: Option<String>,
    /// Its primary administrator.
    pub admin_email: Option<String>,
    /// MAX MAU.
    pub max_mau: i64,
    /// What its people read instead of its name.
    pub display_name: Option<String>,
    /// Accent colour, inherited when it was made.
    pub accent: Option<String>,
    /// Terms of service, inherited when it was made.
    pub terms_url: Option<String>,
    /// Privacy notice, inherited when it was made.
    pub privacy_url: Option<String>,
    /// Logo, inherited when it was made.
    pub logo_url: Option<String>,
    /// Allowed vendors, inherited when it was made.
    pub allowed_vendors: Option<String>,
    /// Days after which its inactive members are removed: 0 with the next run, null never. Inherited when it was made.
    pub member_retention_days: Option<i64>,
    /// When its trial ends.
    pub trial_ends_at: Option<Timestamp>,
    /// When it was launched.
    pub launched_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Rises with every change.
    pub version: i64,
}

impl Customer {
    /// As it is at an instant: a trial that has ended is on the free plan, whether or not anybody booked that.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Customer {
        if self.kind == CustomerKind::Trial && self.trial_ends_at.is_some_and(|end| end <= now) {
            self.kind = CustomerKind::Free;
        }
        self
    }
}

/// What its region obeys besides seats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// MAX MAU.
    pub max_mau: i64,
    /// The zone in which its partner cuts months.
    pub zone: String,
    /// From when on it is on the free plan.
    pub free_at: Timestamp,
    /// The address of its primary administrator.
    pub administrator: Option<String>,
    /// Rises with every change of the customer, a move included.
    pub version: i64,
}

/// The terms of a customer of the scope's partner.
///
/// # Errors
/// The store's.
pub fn terms<P>(view: &mut View<'_, Control>, scope: &access::Scope<P>, customer: CustomerId) -> Result<Option<Terms>> {
    rows::terms(view, scope.partner(), customer)
}

/// Why a customer cannot be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAdded {
    /// The partner has as many customers as it may.
    Limit(i64),
    /// Another customer of the partner claims the domain.
    DomainTaken,
    /// Another customer of the partner is called the same.
    NameTaken,
}

/// How many more customers a partner may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// Customers it may have.
    pub most: i64,
    /// Places left; 0 when none is.
    pub free: i64,
}

/// How many more customers the scope's partner may have (0.07).
///
/// # Errors
/// The store's.
pub fn places<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Places> {
    let (most, free) = rows::places(view, scope)?;
    Ok(Places { most, free: free.max(0) })
}

/// Asks how many more customers a partner may have.
#[derive(Debug)]
pub struct PlacesOf {
    /// Which partner.
    pub partner: PartnerId,
}

impl Query for PlacesOf {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Places;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, _: Timestamp) -> Result<Places> {
        places(view, scope)
    }
}

/// True when a customer of the scope's partner is called that, in any case and width (3.08).
///
/// # Errors
/// The store's.
pub fn name_taken<P>(view: &mut View<'_, Control>, scope: &Scope<P>, name: &str) -> Result<bool> {
    rows::name_taken(view, scope, name, None)
}

/// Adds a customer's rows, with the partner's limit and the domain claim checked under the totals' lock.
///
/// # Errors
/// The store's; the inner result is the domain's no.
pub fn add<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: CustomerId,
    new: &NewCustomer,
    now: Timestamp,
) -> Result<std::result::Result<AccountNumber, NotAdded>> {
    let partner = scope.partner();
    let row = rows::partner(tx, scope)?;
    if standing::store::listed_held(tx, partner)? >= row.max_customers {
        return Ok(Err(NotAdded::Limit(row.max_customers)));
    }
    if rows::name_taken(tx, scope, new.name.as_str(), None)? {
        return Ok(Err(NotAdded::NameTaken));
    }
    if let Some(domain) = &new.domain
        && domains::taken(tx, scope, domain.as_str(), None)?
    {
        return Ok(Err(NotAdded::DomainTaken));
    }
    insert(tx, partner, id, new, now).map(Ok)
}

/// Reserves a new customer's subdomain; false when another customer of the installation has it.
///
/// # Errors
/// The store's.
pub fn reserve_subdomain(tx: &mut Tx<'_, Control>, id: CustomerId, subdomain: &Subdomain) -> Result<bool> {
    rows::reserve_subdomain(tx, id, subdomain.as_str())
}

/// Writes the rows of a new customer: its node, itself, its first interval, its standing.
pub(super) fn insert(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    id: CustomerId,
    new: &NewCustomer,
    now: Timestamp,
) -> Result<AccountNumber> {
    let from = rows::partner_by_id(tx, partner)?;
    let region = new.region.as_deref().unwrap_or(&from.region);
    tree::add(
        tx,
        &NewNode {
            node: id.0,
            parent: Some(partner.0),
            kind: NodeKind::Customer,
            partner: Some(partner.0),
            customer: Some(id.0),
            region: Some(region),
        },
    )?;
    let number = rows::next_number(tx, partner)?;
    rows::insert_customer(tx, partner, id, &number, new, &from, now)?;
    rows::append_state(tx, partner, id, now)?;
    let domain = new.domain.as_ref().map_or("", |d| d.as_str());
    let standing = Standing {
        name_key: store::fold(new.name.as_str()),
        search_key: search_key(new.name.as_str(), domain, &number.0, new.reference.as_deref()),
        kind: new.kind.word().into(),
        lifecycle: Lifecycle::Provisioning.word().into(),
        tier: new.tier.word().into(),
        trial_ends_at: rows::trial_end(new.kind, now),
        ..Standing::default()
    };
    standing::store::open(tx, partner, id, standing, now)?;
    groups::settle(tx, partner, id)?;
    Ok(number)
}

/// What a search in the customer list looks through.
#[must_use]
pub fn search_key(name: &str, domain: &str, number: &str, reference: Option<&str>) -> String {
    format!("{}\n{domain}\n{}\n{}", store::fold(name), store::fold(number), store::fold(reference.unwrap_or_default()))
}

/// A customer of the scope's partner.
///
/// # Errors
/// The store's.
pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: CustomerId) -> Result<Option<Customer>> {
    rows::customer(view, scope, id)
}
