//! The people of the demo, one of each role, with a password and a token each.

use access::{Grants, NodeKind, Role};
use command::Call;
use store::{CustomerId, DistributorId, PartnerId, StaffId, Uuid};

use super::{credentials, seed::said};
use crate::{
    app::App,
    hierarchy::edit::{CustomerChange, EditCustomer},
    identity::{NewMembership, StaffReach, noun::node_text, scim_tokens, setup},
    noun::{Email, Name},
};

/// The first partner's mail domain.
pub const DOMAIN: &str = "meridian-msp.example";

/// The roles in the order in which they are listed.
pub const ROLES: [&str; 7] =
    ["distributor_owner", "partner_owner", "standard_admin", "technician", "auditor", "second_partner_owner", "customer_admin"];

/// A person of the demo.
#[derive(Debug, Clone)]
pub struct Hired {
    /// The role's word in the credentials.
    pub role: &'static str,
    /// Their id.
    pub staff: StaffId,
    /// Sign-in name.
    pub email: String,
    /// Their password.
    pub password: String,
    /// Where they work.
    pub node: Uuid,
    /// The same, with the prefix of its kind.
    pub node_id: String,
}

/// Where those who come later work.
pub struct Places {
    /// The first partner.
    pub partner: PartnerId,
    /// The technician's two customers.
    pub technician: Vec<CustomerId>,
    /// The customer with an administrator of its own.
    pub customer: CustomerId,
}

struct Opening {
    role: &'static str,
    email: String,
    name: &'static str,
    kind: NodeKind,
    home: Uuid,
    membership: NewMembership,
}

fn opening(role: &'static str, (email, name): (String, &'static str), kind: NodeKind, node: Uuid, given: Role) -> Opening {
    let membership = NewMembership { node, role: given, grants: Grants::default(), reach: StaffReach::all() };
    Opening { role, email, name, kind, home: node, membership }
}

/// The owners: there from the beginning.
///
/// # Errors
/// A sentence.
pub async fn owners(app: &App, distributor: DistributorId, first: PartnerId, second: PartnerId) -> Result<Vec<Hired>, String> {
    let openings = [
        opening(
            "distributor_owner",
            ("ingrid.solheim@nordic-distribution.example".into(), "Ingrid Solheim"),
            NodeKind::Distributor,
            distributor.0,
            Role::DistributorOwner,
        ),
        opening("partner_owner", (format!("anna.lindqvist@{DOMAIN}"), "Anna Lindqvist"), NodeKind::Partner, first.0, Role::Owner),
        opening("second_partner_owner", ("mikkel.holm@fjord-it.example".into(), "Mikkel Holm"), NodeKind::Partner, second.0, Role::Owner),
    ];
    hire_all(app, openings).await
}

/// Everybody else.
///
/// # Errors
/// A sentence.
pub async fn others(app: &App, places: &Places) -> Result<Vec<Hired>, String> {
    let at = places.partner.0;
    let here = |role, first: &str, name, given| opening(role, (format!("{first}@{DOMAIN}"), name), NodeKind::Partner, at, given);
    let mut technician = here("technician", "sara.nystrom", "Sara Nyström", Role::Technician);
    technician.membership.reach = StaffReach::only(places.technician.clone());
    let of_customer = ("lars.vestby@vestlandaccounting.no".to_owned(), "Lars Vestby");
    let mut customer = opening("customer_admin", of_customer, NodeKind::Customer, places.customer.0, Role::CustomerAdmin);
    customer.home = at;
    let admin = here("standard_admin", "johan.berg", "Johan Berg", Role::Admin);
    let administrator = Email::parse(customer.email.clone())?;
    let hired = hire_all(app, [admin, technician, here("auditor", "eva.korhonen", "Eva Korhonen", Role::Auditor), customer]).await?;
    let change = CustomerChange { admin_email: Some(Some(administrator)), ..CustomerChange::default() };
    let name = EditCustomer { customer: places.customer, version: None, tier: None, change };
    app.house.execute(Call::operator(), name).await.map_err(said("administrator"))?;
    Ok(hired)
}

async fn hire_all<const N: usize>(app: &App, openings: [Opening; N]) -> Result<Vec<Hired>, String> {
    // Together: most of it is deriving password hashes.
    futures_util::future::try_join_all(openings.into_iter().map(|o| hire(app, o))).await
}

async fn hire(app: &App, o: Opening) -> Result<Hired, String> {
    let password = data_encoding::BASE32_NOPAD.encode(&app.house.random()[..15]).to_lowercase();
    let node = o.membership.node;
    let (email, name) = (Email::parse(o.email)?, Name::parse(o.name)?);
    let staff = setup::create_active(app, o.home, email.clone(), name, &password, o.membership).await.map_err(said("staff"))?;
    Ok(Hired { role: o.role, staff, email: email.to_string(), password, node, node_id: node_text(o.kind, node) })
}

/// A person with a fresh API token, as the credentials list them.
///
/// # Errors
/// A sentence.
pub async fn with_token(app: &App, hired: &Hired) -> Result<credentials::Staff, String> {
    let token = setup::issue_token(app, hired.staff, hired.node, Name::parse("Demo")?).await.map_err(said("token"))?;
    Ok(credentials::Staff {
        role: hired.role.to_owned(),
        email: hired.email.clone(),
        password: hired.password.clone(),
        api_token: token,
        node_id: hired.node_id.clone(),
    })
}

/// A token for a customer's directory.
///
/// # Errors
/// A sentence.
pub async fn scim_token(app: &App, customer: CustomerId) -> Result<String, String> {
    let issued = scim_tokens::issue(&app.house, Call::operator(), customer, Name::parse("Demo")?, None).await;
    let (_, secret) = issued.map_err(said("directory's token"))?;
    secret.ok_or_else(|| "a directory's token has no secret".to_owned())
}
