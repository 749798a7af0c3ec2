//! What a SKU is, and those an installation comes with.

use serde::{Deserialize, Serialize};
use store::{Money, Timestamp};

use crate::{licensing::versions, noun::word_noun};

word_noun! {
    /// What is counted.
    Unit {
        /// Seats of a pool.
        Seat "seat",
        /// Monthly active accounts of an allowance.
        Maa "maa",
    }
}

/// One version of a SKU. An order keeps what it was sold as: nothing that is done to the catalogue changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Sku {
    /// What programs call it, the same in all its versions.
    pub sku: String,
    /// The number of the version.
    pub version: i64,
    /// What people call it.
    pub name: String,
    /// What it counts, the same in all its versions.
    pub unit: Unit,
    /// Units one piece grants.
    pub units: i64,
    /// Calendar months it lasts.
    pub term_months: i64,
}

/// A SKU as it stands in the catalogue of its seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SkuOffer {
    /// What this version says.
    #[serde(flatten)]
    pub sku: Sku,
    /// Price of one piece by currency. A partner whose currency is not among them is not offered it.
    pub prices: Vec<Money>,
    /// True for one the installation comes with, of which no version was made here.
    pub built_in: bool,
    /// Nobody can order it from then on.
    pub end_of_sale_at: Option<Timestamp>,
    /// When this version was made.
    pub made_at: Option<Timestamp>,
}

impl SkuOffer {
    /// True when it can be ordered.
    #[must_use]
    pub fn is_sold(&self, now: Timestamp) -> bool {
        self.end_of_sale_at.is_none_or(|end| now < end)
    }

    /// What one piece costs in a currency; none where it is not sold in it.
    #[must_use]
    pub fn price_in(&self, currency: &str) -> Option<&Money> {
        self.prices.iter().find(|price| price.currency == currency)
    }

    /// By what lists are sorted: seats first, the longest term first, then the smallest.
    pub(super) fn order(&self) -> (bool, i64, i64, String) {
        let s = &self.sku;
        (s.unit != Unit::Seat, -s.term_months, s.units, s.sku.clone())
    }
}

/// A SKU that comes with the installation: code, name, unit, units, months, and the price in whole units of a currency.
type BuiltIn = (&'static str, &'static str, Unit, i64, i64, i64);

const BUILT_IN: [BuiltIn; 4] = [
    ("SEATS-100-Y", "100 seats, 12 months", Unit::Seat, 100, 12, 1_800),
    ("SEATS-1000-Y", "1,000 seats, 12 months", Unit::Seat, 1_000, 12, 15_600),
    ("SEATS-100-M", "100 seats, 1 month", Unit::Seat, 100, 1, 180),
    ("MAA-1K-Y", "1K MAA Allowance, 12 months", Unit::Maa, 1_000, 12, 960),
];

/// The codes of the SKUs an installation comes with.
pub(super) fn built_ins() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(code, ..)| *code)
}

/// The first version of a SKU the installation comes with. Until a seller makes its own, it costs the same number of euros, yen or
/// dinars: whole units of each of these currencies.
pub(super) fn built_in(code: &str, currencies: &[String]) -> Option<SkuOffer> {
    let (code, name, unit, units, term_months, price) = BUILT_IN.iter().find(|(built_in, ..)| *built_in == code)?;
    let prices = currencies.iter().map(|currency| Money::whole(*price, currency));
    Some(SkuOffer {
        sku: Sku { sku: (*code).to_owned(), version: 1, name: (*name).to_owned(), unit: *unit, units: *units, term_months: *term_months },
        prices: prices.collect(),
        built_in: true,
        end_of_sale_at: None,
        made_at: None,
    })
}

/// True for the name that a SKU of the installation came with: it is said in the reader's language.
#[must_use]
pub(super) fn is_own_name(code: &str, name: &str) -> bool {
    BUILT_IN.iter().any(|(built_in, own, ..)| *built_in == code && *own == name)
}

/// True for a text that can be a SKU's code.
#[must_use]
pub fn is_sku(text: &str) -> bool {
    versions::is_code(text, u8::is_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_loud() {
        assert!(built_ins().all(is_sku) && is_sku("A") && !is_sku("seats"));
    }

    #[test]
    fn the_house_comes_with_four_and_prices_them_where_it_is_asked() {
        let currencies = ["EUR", "USD", "JPY", "KWD"].map(str::to_owned);
        let mut all: Vec<SkuOffer> = built_ins().filter_map(|code| built_in(code, &currencies)).collect();
        all.sort_by_cached_key(SkuOffer::order);
        assert!(all.iter().map(|o| o.sku.sku.as_str()).eq(["SEATS-100-Y", "SEATS-1000-Y", "SEATS-100-M", "MAA-1K-Y"]));
        let seats = &all[0];
        let costs = |currency: &str| seats.price_in(currency).map(Money::typed);
        assert_eq!([costs("USD"), costs("JPY"), costs("KWD")].map(Option::unwrap_or_default), ["1800.00", "1800", "1800.000"]);
        assert_eq!(costs("SEK"), None);
        assert!(seats.is_sold(Timestamp(0)) && built_in("GOLD", &currencies).is_none());
        let ended = SkuOffer { end_of_sale_at: Some(Timestamp(5)), ..seats.clone() };
        assert!(ended.is_sold(Timestamp(4)) && !ended.is_sold(Timestamp(5)));
    }
}
