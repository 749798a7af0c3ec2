//! Ending a SKU's sale. What was ordered keeps its term.

use access::permissions::ManagePartners;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, DistributorId, Timestamp};

use super::{edit_sku::newest, refusal::SkuRefusal, sku::SkuOffer, store as rows};

/// Says when a SKU's sale ends, in all its versions.
#[derive(Debug, Serialize)]
pub struct EndSku {
    /// Who sells it.
    pub distributor: DistributorId,
    /// Which.
    pub sku: String,
    /// Nobody can order it from then on; none: it is sold.
    pub end_of_sale_at: Option<Timestamp>,
}

impl Command for EndSku {
    const NAME: &'static str = "licensing.catalogue.end_sku";
    type Home = Control;
    type Needs = ManagePartners;
    type Done = SkuOffer;
    type Refusal = SkuRefusal;

    fn node(&self) -> Node {
        self.distributor.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<SkuOffer, Fail<SkuRefusal>> {
        let old = newest(cx, self.distributor, &self.sku)?;
        if old.end_of_sale_at != self.end_of_sale_at {
            rows::set_end(cx.tx, self.distributor, &self.sku, self.end_of_sale_at)?;
            cx.changed("sku", &self.sku, "end_of_sale_at", old.end_of_sale_at, self.end_of_sale_at);
        }
        Ok(SkuOffer { end_of_sale_at: self.end_of_sale_at, ..old })
    }
}
