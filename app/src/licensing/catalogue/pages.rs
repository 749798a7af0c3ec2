//! Console twin of the catalogue of SKUs.

mod form;
mod list;
mod one;

use maud::{Markup, html};
use store::{Money, Timestamp, Zone};
use web::{Lang, routes::Pages};

use super::sku::{SkuOffer, is_own_name};
use crate::{app::Shared, licensing::versions};

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/distributors/{id}/skus", list::list)
        .get("/distributors/{id}/skus/new", form::new)
        .post("/distributors/{id}/skus/new", form::create)
        .get("/distributors/{id}/skus/{sku}", one::show)
        .post("/distributors/{id}/skus/{sku}", one::save)
        .post("/distributors/{id}/skus/{sku}/end", one::end)
}

/// What a SKU is called: one that comes with the installation in the reader's language.
#[must_use]
pub fn called(lang: Lang, sku: &str, name: &str) -> String {
    if is_own_name(sku, name) { lang.t(&format!("sku-{}", sku.to_lowercase())) } else { name.to_owned() }
}

/// What one piece grants.
fn grants(lang: Lang, o: &SkuOffer) -> String {
    lang.with(&format!("licensing-units-{}", o.sku.unit.word()), &[("n", o.sku.units.into())])
}

fn prices(lang: Lang, prices: &[Money]) -> Markup {
    html! { @for (at, price) in prices.iter().enumerate() { @if at > 0 { " · " } (lang.money(price)) } }
}

/// Whether it is sold, and until when. A distributor has partners in several zones, and so none of its own.
fn sale(lang: Lang, o: &SkuOffer, now: Timestamp) -> Markup {
    versions::pages::sale(lang, o.end_of_sale_at, now, &Zone::utc())
}
