//! Making a SKU.

use access::{NodeKind, permissions::ManagePartners};
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{Control, DistributorId, Money};

use super::{
    refusal::SkuRefusal,
    sku::{Sku, SkuOffer, Unit, built_ins},
    store as rows,
};
use crate::{licensing::versions::OutOfRange, noun::Name};

/// What a SKU says, as somebody wrote it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkuWording {
    /// What people call it.
    pub name: Name,
    /// Units one piece grants.
    pub units: i64,
    /// Calendar months it lasts.
    pub term_months: i64,
    /// Price of one piece, in minor units, by currency.
    #[serde(default, skip_serializing)]
    pub prices: Vec<Money>,
}

/// Currencies a SKU may have prices in.
const CURRENCIES: usize = 20;

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// It lies without its range.
    Range(OutOfRange),
    /// It has no price, or more than one in a currency, or a currency that is none.
    Prices,
}

pub(super) fn ranged(field: &'static str, value: i64) -> Option<Fault> {
    let (least, most) = match field {
        "units" => (1, 1_000_000),
        _ => (1, 120),
    };
    (!(least..=most).contains(&value)).then_some(Fault::Range((field, least, most)))
}

pub(super) fn priced(prices: &[Money]) -> Option<Fault> {
    let known = |c: &str| c.len() == 3 && c.bytes().all(|b| b.is_ascii_uppercase());
    let once = |at: usize, c: &str| !prices[..at].iter().any(|other| other.currency == c);
    let good = |(at, p): (usize, &Money)| known(&p.currency) && once(at, &p.currency) && (0..=1_000_000_000_000).contains(&p.minor);
    let all = (1..=CURRENCIES).contains(&prices.len()) && prices.iter().enumerate().all(good);
    (!all).then_some(Fault::Prices)
}

impl SkuWording {
    /// The first field that is wrong.
    pub(super) fn fault(&self) -> Option<Fault> {
        ranged("units", self.units).or_else(|| ranged("term_months", self.term_months)).or_else(|| priced(&self.prices))
    }

    pub(super) fn sku(&self, code: &str, unit: Unit, version: i64) -> Sku {
        Sku { sku: code.to_owned(), version, name: self.name.as_str().to_owned(), unit, units: self.units, term_months: self.term_months }
    }
}

/// Makes a SKU.
#[derive(Debug, Serialize)]
pub struct MakeSku {
    /// Who sells it.
    pub distributor: DistributorId,
    /// Its code, unique in the distributor; never changes.
    pub sku: String,
    /// What it counts; never changes.
    pub unit: Unit,
    /// What it says.
    pub wording: SkuWording,
}

impl Command for MakeSku {
    const NAME: &'static str = "licensing.catalogue.make_sku";
    type Home = Control;
    type Needs = ManagePartners;
    type Done = SkuOffer;
    type Refusal = SkuRefusal;

    fn node(&self) -> Node {
        self.distributor.into()
    }

    /// The trail is read by people who may not see prices.
    fn hidden(&self) -> Vec<u8> {
        format!("{:?}", self.wording.prices).into_bytes()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<SkuOffer, Fail<SkuRefusal>> {
        if cx.scope.kind() != NodeKind::Distributor {
            return Err(Fail::Denied(access::Denied::NotFound));
        }
        let sku = self.wording.sku(&self.sku, self.unit, 1);
        let prices = self.wording.prices.clone();
        let offer = SkuOffer { sku, prices, built_in: false, end_of_sale_at: None, made_at: Some(cx.now) };
        let free = !built_ins().any(|code| code == self.sku) && rows::insert(cx.tx, self.distributor, &offer, cx.now)?;
        if !free {
            return Err(SkuRefusal::SkuTaken {}.into());
        }
        cx.changed("sku", &self.sku, "version", (), 1);
        Ok(offer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, currency: &str) -> Money {
        Money { minor, currency: currency.to_owned() }
    }

    #[test]
    fn a_price_is_named_once_in_a_currency_that_can_be_one() {
        assert_eq!(priced(&[money(0, "EUR"), money(5, "USD")]), None);
        for wrong in [vec![], vec![money(1, "EUR"), money(2, "EUR")], vec![money(-1, "EUR")], vec![money(1, "eur")], vec![money(1, "EURO")]]
        {
            assert_eq!(priced(&wrong), Some(Fault::Prices), "{wrong:?}");
        }
        assert_eq!((ranged("units", 0), ranged("term_months", 120)), (Some(Fault::Range(("units", 1, 1_000_000))), None));
    }
}
