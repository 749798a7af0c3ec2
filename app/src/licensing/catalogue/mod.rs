//! The SKUs that a distributor sells to its partners: orders fill pools and allowances by them (0.21, ADR 0044).
//!
//! Words: a *SKU* is what is ordered by the piece; what it says is a *version*, and none of its versions ever changes. A partner is
//! *offered* a SKU that is sold and has a price in its currency. Tables: `sku_version`, `sku_end`. Called by `pools`, which keeps with
//! each order and request what it was sold or asked for as.

pub mod api;
mod edit_sku;
mod end_sku;
mod make_sku;
mod offered;
pub mod pages;
mod queries;
mod refusal;
mod sku;
mod store;

pub use edit_sku::{EditSku, SkuChange};
pub use end_sku::EndSku;
pub use make_sku::{MakeSku, SkuWording};
pub use offered::{Found, Offered, Shelf, find, shelf};
pub use pages::called;
pub use queries::{SkuOf, Skus, SkusOf};
pub use refusal::SkuRefusal;
pub use sku::{Sku, SkuOffer, Unit, is_sku};
