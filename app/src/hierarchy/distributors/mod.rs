//! A distributor's partners: the list, adding one, and the way into each.

mod api;
mod limits;
mod pages;
mod pages_limits;
mod pages_move;
mod store;

pub use api::routes as api;
pub use limits::{EXTENSION_DAYS, Limits, LimitsOf, SetLimits};
pub use pages::routes as pages;
pub(super) use store::{of_partner, set};

use ::store::{Control, CustomerId, DistributorId, PartnerId, Result, Timestamp, Uuid, View};
use access::{
    Actor, NodeKind, Scope,
    permissions::{ManagePartners, MoveNodes},
};
use command::{Node, Query};
use serde::{Deserialize, Serialize};

/// A partner as its distributor sees it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Partner {
    /// Its id.
    pub id: PartnerId,
    /// Its name.
    pub name: String,
    #[serde(skip)]
    pub(super) name_key: String,
    /// Active customers (not disabled, not removed).
    pub customers: i64,
    /// Customers whose status is not active.
    pub attention: i64,
    /// Alerts that are open.
    pub open_alerts: i64,
    /// Seats allocated from its pool.
    pub seats_allocated: i64,
    /// Members active on them.
    pub active_users: i64,
    /// IANA zone.
    pub zone: String,
    /// ISO 4217.
    pub currency: String,
    /// Its own tenant.
    pub internal_tenant_id: CustomerId,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What all partners of a distributor come to together.
#[derive(Debug, Clone, Copy)]
pub struct Sums {
    /// How many there are.
    pub partners: i64,
    /// Their active customers.
    pub customers: i64,
    /// Those of them that need attention.
    pub attention: i64,
    /// Seats allocated from their pools.
    pub seats: i64,
}

/// A page of a distributor's partners.
#[derive(Debug)]
pub struct PartnersPage {
    /// The distributor's name.
    pub name: String,
    /// The rows.
    pub rows: Vec<Partner>,
    /// How many fit the search.
    pub total: i64,
    /// Of all partners, whatever is searched for.
    pub sums: Sums,
}

/// Asks for a distributor's partners by name.
#[derive(Debug)]
pub struct PartnersOf {
    /// Whose.
    pub distributor: DistributorId,
    /// Only those with these words in their name.
    pub q: Option<String>,
    /// The last row seen.
    pub after: Option<(String, Uuid)>,
    /// Rows wanted.
    pub limit: i64,
}

impl Query for PartnersOf {
    type Home = Control;
    type Needs = ManagePartners;
    /// None above or below a distributor.
    type Found = Option<PartnersPage>;

    fn node(&self) -> Node {
        self.distributor.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ManagePartners>, _: Timestamp) -> Result<Self::Found> {
        let Some(wide) = scope.wide() else { return Ok(None) };
        let Some(name) = store::name(view, self.distributor)? else { return Ok(None) };
        let q = self.q.as_deref();
        Ok(Some(PartnersPage {
            name,
            rows: store::partners(view, &wide, q, self.after.as_ref(), self.limit)?,
            total: store::count(view, &wide, q)?,
            sums: store::sums(view, &wide)?,
        }))
    }
}

/// The distributors whose partners an actor may move, by name.
///
/// # Errors
/// The store's.
pub fn held(view: &mut View<'_, Control>, actor: Actor) -> Result<Vec<(DistributorId, String)>> {
    let mut held = Vec::new();
    for id in access::nodes_held::<MoveNodes>(view, actor, NodeKind::Distributor)?.into_iter().map(DistributorId::new) {
        held.extend(store::name(view, id)?.map(|name| (id, name)));
    }
    held.sort_by_cached_key(|(id, name)| (::store::fold(name), id.0));
    Ok(held)
}

/// The partners an actor may move customers from and to, by name.
///
/// # Errors
/// The store's.
pub fn partners_held(view: &mut View<'_, Control>, actor: Actor) -> Result<Vec<(PartnerId, String)>> {
    let mut partners = Vec::new();
    for (distributor, _) in held(view, actor)? {
        view.enter(distributor.0);
        partners.extend(store::names(view, distributor)?);
    }
    partners.sort_by_cached_key(|(id, name)| (::store::fold(name), id.0));
    Ok(partners)
}
