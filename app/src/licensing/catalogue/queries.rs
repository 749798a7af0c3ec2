//! The questions about SKUs: of a distributor, and of a partner that orders them.

use access::{
    NodeKind, Scope,
    permissions::{ManagePartners, Read, SeePrices},
};
use command::{Node, Query};
use store::{Control, DistributorId, PartnerId, Result, Timestamp, View};

use super::{
    offered::{Shelf, shelf},
    sku::SkuOffer,
    store as rows,
};

/// A distributor's catalogue.
#[derive(Debug)]
pub struct Skus {
    /// The distributor's name.
    pub name: String,
    /// The newest version of each SKU, or all versions of one, newest first.
    pub offers: Vec<SkuOffer>,
    /// The currencies of its partners.
    pub currencies: Vec<String>,
}

/// Asks for the SKUs of a distributor: of all, or of one with all its versions.
#[derive(Debug)]
pub struct SkuOf {
    /// Who sells them.
    pub distributor: DistributorId,
    /// Its code; none: the newest version of each.
    pub sku: Option<String>,
}

impl Query for SkuOf {
    type Home = Control;
    type Needs = ManagePartners;
    /// None above or below a distributor, and where there is no such SKU.
    type Found = Option<Skus>;

    fn node(&self) -> Node {
        self.distributor.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ManagePartners>, _: Timestamp) -> Result<Option<Skus>> {
        let name = rows::name(view, self.distributor)?.filter(|_| scope.kind() == NodeKind::Distributor);
        let Some(name) = name else { return Ok(None) };
        let currencies = rows::currencies(view, self.distributor)?;
        let offers = match &self.sku {
            Some(code) => rows::versions(view, self.distributor, code, &currencies)?,
            None => rows::offers(view, self.distributor, &currencies)?,
        };
        Ok((!offers.is_empty()).then_some(Skus { name, offers, currencies }))
    }
}

/// Asks what a partner can order now. Prices only for those who may see them.
#[derive(Debug)]
pub struct SkusOf {
    /// Who orders.
    pub partner: PartnerId,
}

impl Query for SkusOf {
    type Home = Control;
    type Needs = Read;
    type Found = Shelf;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Shelf> {
        let mut shelf = shelf(view, scope, now)?;
        if !scope.also::<SeePrices>() {
            shelf.offered.iter_mut().for_each(|o| o.price = None);
        }
        Ok(shelf)
    }
}
