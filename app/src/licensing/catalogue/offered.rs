//! What a partner can order: what its distributor sells, at the price in the partner's own currency.

use access::Scope;
use serde::{Deserialize, Serialize};
use store::{Control, DistributorId, Money, Result, Timestamp, View};

use super::{
    sku::{Sku, SkuOffer},
    store as rows,
};

/// A SKU as a partner can order it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Offered {
    /// What the version says that is sold.
    #[serde(flatten)]
    pub sku: Sku,
    /// Price of one piece; absent for those who may not see prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// Nobody can order it from then on.
    pub end_of_sale_at: Option<Timestamp>,
}

impl Offered {
    fn of(offer: &SkuOffer, price: &Money) -> Offered {
        Offered { sku: offer.sku.clone(), price: Some(price.clone()), end_of_sale_at: offer.end_of_sale_at }
    }

    /// True when a piece grants as much, for as long and for the same price. What it is called is no condition.
    #[must_use]
    pub fn is_as(&self, other: &Offered) -> bool {
        let conditions = |o: &Offered| (o.sku.unit, o.sku.units, o.sku.term_months, o.price.clone());
        conditions(self) == conditions(other)
    }
}

/// What can be ordered by a partner now, and what has no price in its currency.
#[derive(Debug, Clone)]
pub struct Shelf {
    /// What is offered.
    pub offered: Vec<Offered>,
    /// What is sold, but not in this partner's currency.
    pub unpriced: Vec<Sku>,
    /// The partner's currency.
    pub currency: String,
}

/// What became of looking for a SKU.
#[derive(Debug)]
pub enum Found {
    /// It can be ordered.
    Offered(Offered),
    /// The seller has none of that code.
    Unknown,
    /// Its sale is over.
    Ended,
    /// It has no price in this currency.
    Unpriced(String),
}

/// Reads the catalogue of the distributor above the scope's partner.
fn at_seller<P, T>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    read: impl FnOnce(&mut View<'_, Control>, DistributorId, &str) -> Result<T>,
) -> Result<T> {
    let (seller, currency) = rows::seller(view, scope)?;
    // What follows is the seller's: its fence for as long as that takes.
    view.enter(seller.0);
    let found = read(view, seller, &currency);
    view.enter(scope.partner().0);
    found
}

/// What the scope's partner can order now.
///
/// # Errors
/// The store's.
pub fn shelf<P>(view: &mut View<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<Shelf> {
    at_seller(view, scope, |view, seller, currency| {
        let sold = rows::offers(view, seller, &[currency.to_owned()])?.into_iter().filter(|o| o.is_sold(now));
        let mut shelf = Shelf { offered: Vec::new(), unpriced: Vec::new(), currency: currency.to_owned() };
        for offer in sold {
            match offer.price_in(currency) {
                Some(price) => shelf.offered.push(Offered::of(&offer, price)),
                None => shelf.unpriced.push(offer.sku),
            }
        }
        Ok(shelf)
    })
}

/// Looks for a SKU by its code, for the scope's partner.
///
/// # Errors
/// The store's.
pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, code: &str, now: Timestamp) -> Result<Found> {
    at_seller(view, scope, |view, seller, currency| {
        let Some(offer) = rows::offer(view, seller, code, &[currency.to_owned()])? else { return Ok(Found::Unknown) };
        Ok(match offer.price_in(currency) {
            _ if !offer.is_sold(now) => Found::Ended,
            Some(price) => Found::Offered(Offered::of(&offer, price)),
            None => Found::Unpriced(currency.to_owned()),
        })
    })
}
