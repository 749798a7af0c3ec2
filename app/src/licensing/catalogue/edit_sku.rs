//! Changing a SKU: a new version of it. What was ordered keeps the one it was sold as.

use access::{NodeKind, permissions::ManagePartners};
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{Control, DistributorId, Money};
use web::door;

use super::{
    make_sku::{Fault, SkuWording, priced, ranged},
    refusal::SkuRefusal,
    sku::{Sku, SkuOffer},
    store as rows,
};
use crate::{hierarchy::refusal::given, licensing::versions, noun::Name};

/// What changes; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SkuChange {
    /// What people call it.
    #[serde(default, deserialize_with = "given")]
    pub name: Option<Name>,
    /// Units one piece grants, 1 to 1,000,000.
    #[serde(default, deserialize_with = "given")]
    pub units: Option<i64>,
    /// Calendar months it lasts, 1 to 120.
    #[serde(default, deserialize_with = "given")]
    pub term_months: Option<i64>,
    /// Price of one piece, 1 to 20 of them, each in another currency: all of them anew.
    #[serde(
        default,
        deserialize_with = "door::some_objects",
        serialize_with = "versions::unsaid",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<Vec<Money>>)]
    pub prices: Option<Vec<Money>>,
}

impl SkuChange {
    /// The first field that is wrong.
    pub(super) fn fault(&self) -> Option<Fault> {
        let units = self.units.and_then(|n| ranged("units", n));
        let term = self.term_months.and_then(|n| ranged("term_months", n));
        units.or(term).or_else(|| self.prices.as_deref().and_then(priced))
    }

    fn of(&self, o: &SkuOffer) -> store::Result<SkuWording> {
        Ok(SkuWording {
            name: versions::name(self.name.as_ref(), &o.sku.name)?,
            units: self.units.unwrap_or(o.sku.units),
            term_months: self.term_months.unwrap_or(o.sku.term_months),
            prices: self.prices.clone().unwrap_or_else(|| o.prices.clone()),
        })
    }
}

/// Changes a SKU.
#[derive(Debug, Serialize)]
pub struct EditSku {
    /// Who sells it.
    pub distributor: DistributorId,
    /// Which.
    pub sku: String,
    /// The version that is changed.
    pub version: Option<i64>,
    /// What changes.
    pub change: SkuChange,
}

/// The newest version of a SKU; a denial where there is none, and above or below a distributor.
pub(super) fn newest<C>(cx: &mut Cx<'_, '_, C>, distributor: DistributorId, code: &str) -> Result<SkuOffer, Fail<SkuRefusal>>
where
    C: Command<Home = Control, Needs = ManagePartners>,
{
    let here = cx.scope.kind() == NodeKind::Distributor;
    let currencies = rows::currencies(cx.tx, distributor)?;
    let found = rows::offer(cx.tx, distributor, code, &currencies)?.filter(|_| here);
    found.ok_or(Fail::Denied(access::Denied::NotFound))
}

impl Command for EditSku {
    const NAME: &'static str = "licensing.catalogue.edit_sku";
    type Home = Control;
    type Needs = ManagePartners;
    type Done = SkuOffer;
    type Refusal = SkuRefusal;

    fn node(&self) -> Node {
        self.distributor.into()
    }

    fn hidden(&self) -> Vec<u8> {
        format!("{:?}", self.change.prices).into_bytes()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<SkuOffer, Fail<SkuRefusal>> {
        let old = newest(cx, self.distributor, &self.sku)?;
        let version = old.sku.version;
        if self.version.is_some_and(|asked| asked != version) {
            return Err(SkuRefusal::Stale { version }.into());
        }
        let wording = self.change.of(&old)?;
        // What comes with an installation has a price in each currency of the partners: these may be too many.
        if priced(&wording.prices).is_some() {
            return Err(SkuRefusal::SkuPrices {}.into());
        }
        let sku = wording.sku(&self.sku, old.sku.unit, version + 1);
        if (&sku, &wording.prices) == (&Sku { version: version + 1, ..old.sku.clone() }, &old.prices) {
            return Ok(old);
        }
        let new = SkuOffer { sku, prices: wording.prices, built_in: false, made_at: Some(cx.now), ..old.clone() };
        if !rows::insert(cx.tx, self.distributor, &new, cx.now)? {
            return Err(SkuRefusal::Stale { version: version + 1 }.into());
        }
        let (a, b) = (&old.sku, &new.sku);
        cx.changed("sku", &self.sku, "version", a.version, b.version);
        cx.changed("sku", &self.sku, "name", &a.name, &b.name);
        cx.changed("sku", &self.sku, "units", a.units, b.units);
        cx.changed("sku", &self.sku, "term_months", a.term_months, b.term_months);
        // Amounts are for those who may see prices: the trail says that they changed.
        if old.prices != new.prices {
            cx.changed("sku", &self.sku, "prices", (), "changed");
        }
        Ok(new)
    }
}
