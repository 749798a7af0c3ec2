//! Sites: places of a customer, each a node of the tree. The "networks" of the dashboard are the sites that exist (0.04).
//!
//! Table: `site`.

mod api;
mod store;

pub use api::routes as api;

use ::store::{Control, CustomerId, PartnerId, Result, SiteId, Timestamp, Tx, View};
use access::{
    NodeKind, Scope,
    permissions::{ManageCustomers, Read},
    tree::{self, NewNode},
};
use command::{Command, Cx, Fail, Node, Query};
use serde::{Deserialize, Serialize};

use super::{noun::Name, refusal::Refused};
use store as rows;

/// A place of a customer.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Its name, unique in the customer.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Adds a site.
#[derive(Debug, Serialize)]
pub struct AddSite {
    /// Whose.
    pub customer: CustomerId,
    /// Its name.
    pub name: Name,
}

impl Command for AddSite {
    const NAME: &'static str = "hierarchy.sites.add";
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = Site;
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Site, Fail<Refused>> {
        if cx.scope.customer() != Some(self.customer) {
            return Err(Fail::Denied(access::Denied::NotFound));
        }
        if rows::name_taken(cx.tx, cx.scope, self.customer, &::store::fold(self.name.as_str()))? {
            return Err(Refused::NameTaken {}.into());
        }
        let id: SiteId = cx.new_id();
        let node = NewNode {
            node: id.0,
            parent: Some(self.customer.0),
            kind: NodeKind::Site,
            partner: Some(cx.scope.partner().0),
            customer: Some(self.customer.0),
            region: cx.scope.region(),
        };
        tree::add(cx.tx, &node)?;
        let site = Site { id, name: self.name.as_str().to_owned(), created_at: cx.now };
        rows::insert(cx.tx, cx.scope.partner(), self.customer, &site)?;
        cx.changed("site", id, "name", (), &self.name);
        Ok(site)
    }
}

/// Removes a site. Its id stays known to history.
#[derive(Debug, Serialize)]
pub struct RemoveSite {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub site: SiteId,
}

impl Command for RemoveSite {
    const NAME: &'static str = "hierarchy.sites.remove";
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = ();
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Refused>> {
        let name = rows::remove(cx.tx, cx.scope.partner(), self.customer, self.site, cx.now)?;
        let name = name.ok_or(Fail::Denied(access::Denied::NotFound))?;
        cx.changed("site", self.site, "name", name, ());
        Ok(())
    }
}

/// Asks for the sites of a customer by name.
#[derive(Debug)]
pub struct SitesOf {
    /// Whose.
    pub customer: CustomerId,
}

impl Query for SitesOf {
    type Home = Control;
    type Needs = Read;
    type Found = Vec<Site>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Vec<Site>> {
        rows::list(view, scope, self.customer)
    }
}

/// The site a text names: by its id, or by its name without regard to case and accents.
#[must_use]
pub fn named<'s>(sites: &'s [Site], text: &str) -> Option<&'s Site> {
    let (id, key) = (SiteId::parse(text.trim()), ::store::fold(text.trim()));
    sites.iter().find(|s| Some(s.id) == id).or_else(|| sites.iter().find(|s| ::store::fold(&s.name) == key))
}

/// How many sites a scope sees, over all its customers: the number "networks".
///
/// # Errors
/// The store's.
pub fn count<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    rows::count(view, scope)
}

/// Carries a customer's sites to the partner it moves to.
///
/// # Errors
/// The store's.
pub(super) fn carry(tx: &mut Tx<'_, Control>, from: PartnerId, to: PartnerId, customer: CustomerId, now: Timestamp) -> Result<()> {
    rows::carry(tx, from, to, customer, now)
}

/// The sites of a customer, for pages that show them beside other things.
///
/// # Errors
/// The store's.
pub fn of<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<Site>> {
    rows::list(view, scope, customer)
}
