//! The catalogue's "no".

use command::Refusal;
use serde::Serialize;

/// Why the catalogue is not changed.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SkuRefusal {
    /// Another SKU has the code.
    SkuTaken {},
    /// It would have no price, or too many.
    SkuPrices {},
    /// Somebody changed it meanwhile.
    Stale {
        /// Its version now.
        version: i64,
    },
}

impl Refusal for SkuRefusal {
    fn status(&self) -> u16 {
        match self {
            SkuRefusal::SkuTaken {} => 409,
            SkuRefusal::SkuPrices {} => 422,
            SkuRefusal::Stale { .. } => 412,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            SkuRefusal::SkuTaken {} => "sku-taken",
            SkuRefusal::SkuPrices {} => "sku-prices",
            SkuRefusal::Stale { .. } => "version-stale",
        }
    }
    fn title(&self) -> String {
        match self {
            SkuRefusal::SkuTaken {} => "Another SKU has this code".into(),
            SkuRefusal::SkuPrices {} => "A SKU has 1 to 20 prices, each in another currency".into(),
            SkuRefusal::Stale { version } => format!("This was changed meanwhile; its version is now {version}"),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            SkuRefusal::SkuTaken {} => "Choose another code, or make a new version of that SKU.",
            SkuRefusal::SkuPrices {} => "Name the prices with the change.",
            SkuRefusal::Stale { .. } => "Read it again and repeat the change.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        match self {
            SkuRefusal::SkuTaken {} => Some("/sku"),
            SkuRefusal::SkuPrices {} => Some("/prices"),
            SkuRefusal::Stale { .. } => None,
        }
    }
}
