//! Making a plan.

use access::permissions::Purchase;
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{Control, Money, PartnerId};

use super::{
    meter::Meter,
    plan::{BUILT_IN, Offer, Plan, PlanKind},
    refusal::PlanRefusal,
    store as rows,
};
use crate::{
    licensing::{
        policy::{GRACE_DAYS, UsagePolicy},
        versions::OutOfRange,
    },
    noun::Name,
};

/// What a plan says, as somebody wrote it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// What people call it.
    pub name: Name,
    /// Units that one licence stands for.
    pub units: i64,
    /// Calendar months a term lasts.
    pub term_months: i64,
    /// Calendar months by which it renews itself.
    pub renew_months: Option<i64>,
    /// Days of notice before its end.
    pub notice_days: i64,
    /// Days of grace after its end.
    pub grace_days: i64,
    /// What becomes of people beyond the seats.
    pub usage_policy: UsagePolicy,
    /// Which units of a month are charged.
    pub meter: Meter,
    /// Price of a term in minor units of the partner's currency.
    #[serde(default, skip_serializing)]
    pub price_minor: Option<i64>,
}

/// The field of the days of grace for people beyond the seats.
pub const USAGE_DAYS: &str = "usage_policy/days";

/// The range of a field, when its value lies without.
pub(super) fn out_of_range(field: &'static str, value: Option<i64>) -> Option<OutOfRange> {
    let (least, most) = match field {
        "units" => (1, 1_000_000),
        "term_months" | "renew_months" => (1, 120),
        "notice_days" => (0, 365),
        "grace_days" => (0, 90),
        USAGE_DAYS => GRACE_DAYS,
        _ => (0, 1_000_000_000_000),
    };
    value.filter(|v| !(least..=most).contains(v)).map(|_| (field, least, most))
}

impl Wording {
    /// The first field that is out of its range.
    #[must_use]
    pub fn fault(&self) -> Option<OutOfRange> {
        let all = [
            ("units", Some(self.units)),
            ("term_months", Some(self.term_months)),
            ("renew_months", self.renew_months),
            ("notice_days", Some(self.notice_days)),
            ("grace_days", Some(self.grace_days)),
            (USAGE_DAYS, self.usage_policy.days()),
            ("price_minor", self.price_minor),
        ];
        all.into_iter().find_map(|(field, value)| out_of_range(field, value))
    }

    pub(super) fn plan(&self, code: &str, product: &str, version: i64, currency: &str) -> Plan {
        Plan {
            code: code.to_owned(),
            version,
            name: self.name.as_str().to_owned(),
            product: product.to_owned(),
            kind: PlanKind::Full,
            units: self.units,
            term_months: self.term_months,
            renew_months: self.renew_months,
            notice_days: self.notice_days,
            grace_days: self.grace_days,
            usage_policy: self.usage_policy,
            meter: self.meter,
            price: self.price_minor.map(|minor| Money { minor, currency: currency.to_owned() }),
        }
    }
}

/// Makes a plan.
#[derive(Debug, Serialize)]
pub struct MakePlan {
    /// Whose.
    pub partner: PartnerId,
    /// Its code, unique in the partner; never changes.
    pub code: String,
    /// What it is a plan of; never changes.
    pub product: String,
    /// What it says.
    pub wording: Wording,
}

impl Command for MakePlan {
    const NAME: &'static str = "licensing.subscriptions.make_plan";
    type Home = Control;
    type Needs = Purchase;
    type Done = Offer;
    type Refusal = PlanRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    /// The trail is read by people who may not see prices.
    fn hidden(&self) -> Vec<u8> {
        format!("{:?}", self.wording.price_minor).into_bytes()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Offer, Fail<PlanRefusal>> {
        let currency = rows::currency(cx.tx, self.partner)?;
        let plan = self.wording.plan(&self.code, &self.product, 1, &currency);
        let offer = Offer { plan, built_in: false, end_of_sale_at: None, end_of_life_at: None, made_at: Some(cx.now) };
        let free = !BUILT_IN.contains(&self.code.as_str()) && rows::insert_plan(cx.tx, self.partner, &offer, &currency, cx.now)?;
        if !free {
            return Err(PlanRefusal::PlanTaken {}.into());
        }
        cx.changed("plan", &self.code, "version", (), 1);
        Ok(offer)
    }
}
