//! Changing a plan: a new version of it. Who has an older one keeps that one.

use access::permissions::Purchase;
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{Control, PartnerId};

use super::{
    make_plan::{USAGE_DAYS, Wording, out_of_range},
    meter::Meter,
    plan::{Offer, PlanKind},
    refusal::PlanRefusal,
    store as rows,
};
use crate::{
    hierarchy::refusal::{clearable, given},
    licensing::{
        policy::UsagePolicy,
        versions::{self, OutOfRange},
    },
    noun::Name,
};

/// What changes; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanChange {
    /// What people call it.
    #[serde(default, deserialize_with = "given")]
    pub name: Option<Name>,
    /// Units that one licence stands for, 1 to 1,000,000.
    #[serde(default, deserialize_with = "given")]
    pub units: Option<i64>,
    /// Calendar months a term lasts, 1 to 120.
    #[serde(default, deserialize_with = "given")]
    pub term_months: Option<i64>,
    /// Calendar months by which it renews itself, 1 to 120; null: it ends with its term.
    #[serde(default, deserialize_with = "clearable")]
    #[schema(value_type = Option<i64>)]
    pub renew_months: Option<Option<i64>>,
    /// Days of notice before its end, 0 to 365.
    #[serde(default, deserialize_with = "given")]
    pub notice_days: Option<i64>,
    /// Days of grace after its end, 0 to 90.
    #[serde(default, deserialize_with = "given")]
    pub grace_days: Option<i64>,
    /// What becomes of people beyond the seats.
    #[serde(default, deserialize_with = "given")]
    pub usage_policy: Option<UsagePolicy>,
    /// Which units of a month are charged.
    #[serde(default, deserialize_with = "given")]
    pub meter: Option<Meter>,
    /// Price of a term in minor units of the MSP's currency; null: it has none.
    #[serde(default, deserialize_with = "clearable", serialize_with = "versions::unsaid", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub price_minor: Option<Option<i64>>,
}

/// Changes a plan.
#[derive(Debug, Serialize)]
pub struct EditPlan {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub code: String,
    /// The version that is changed.
    pub version: Option<i64>,
    /// What changes.
    pub change: PlanChange,
}

impl PlanChange {
    /// The first field that is out of its range.
    #[must_use]
    pub fn fault(&self) -> Option<OutOfRange> {
        let all = [
            ("units", self.units),
            ("term_months", self.term_months),
            ("renew_months", self.renew_months.flatten()),
            ("notice_days", self.notice_days),
            ("grace_days", self.grace_days),
            (USAGE_DAYS, self.usage_policy.and_then(UsagePolicy::days)),
            ("price_minor", self.price_minor.flatten()),
        ];
        all.into_iter().find_map(|(field, value)| out_of_range(field, value))
    }

    fn of(&self, o: &Offer) -> store::Result<Wording> {
        let p = &o.plan;
        Ok(Wording {
            name: versions::name(self.name.as_ref(), &p.name)?,
            units: self.units.unwrap_or(p.units),
            term_months: self.term_months.unwrap_or(p.term_months),
            renew_months: self.renew_months.unwrap_or(p.renew_months),
            notice_days: self.notice_days.unwrap_or(p.notice_days),
            grace_days: self.grace_days.unwrap_or(p.grace_days),
            usage_policy: self.usage_policy.unwrap_or(p.usage_policy),
            meter: self.meter.unwrap_or(p.meter),
            price_minor: self.price_minor.unwrap_or(p.price.as_ref().map(|m| m.minor)),
        })
    }
}

impl Command for EditPlan {
    const NAME: &'static str = "licensing.subscriptions.edit_plan";
    type Home = Control;
    type Needs = Purchase;
    type Done = Offer;
    type Refusal = PlanRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    /// The trail is read by people who may not see prices.
    fn hidden(&self) -> Vec<u8> {
        format!("{:?}", self.change.price_minor).into_bytes()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Offer, Fail<PlanRefusal>> {
        let Some(old) = rows::hold_offer(cx.tx, self.partner, &self.code)? else { return Err(Fail::Denied(access::Denied::NotFound)) };
        let version = old.plan.version;
        if self.version.is_some_and(|asked| asked != version) {
            return Err(PlanRefusal::Stale { version }.into());
        }
        if old.plan.kind != PlanKind::Full {
            return Err(PlanRefusal::TrialPlan {}.into());
        }
        let currency = rows::currency(cx.tx, self.partner)?;
        let plan = self.change.of(&old)?.plan(&self.code, &old.plan.product, version + 1, &currency);
        if plan == (super::plan::Plan { version: version + 1, ..old.plan.clone() }) {
            return Ok(old);
        }
        let new = Offer { plan, built_in: false, made_at: Some(cx.now), ..old.clone() };
        if !rows::insert_plan(cx.tx, self.partner, &new, &currency, cx.now)? {
            return Err(PlanRefusal::Stale { version: version + 1 }.into());
        }
        self.say(cx, &old, &new);
        Ok(new)
    }
}

impl EditPlan {
    fn say(&self, cx: &mut Cx<'_, '_, Self>, old: &Offer, new: &Offer) {
        let (a, b) = (&old.plan, &new.plan);
        cx.changed("plan", &self.code, "version", a.version, b.version);
        cx.changed("plan", &self.code, "name", &a.name, &b.name);
        cx.changed("plan", &self.code, "units", a.units, b.units);
        cx.changed("plan", &self.code, "term_months", a.term_months, b.term_months);
        cx.changed("plan", &self.code, "renew_months", a.renew_months, b.renew_months);
        cx.changed("plan", &self.code, "notice_days", a.notice_days, b.notice_days);
        cx.changed("plan", &self.code, "grace_days", a.grace_days, b.grace_days);
        cx.changed("plan", &self.code, "usage_policy", a.usage_policy, b.usage_policy);
        cx.changed("plan", &self.code, "meter", a.meter, b.meter);
        // The trail is read by people who may not see prices.
        if a.price != b.price {
            cx.changed("plan", &self.code, "price", (), "changed");
        }
    }
}
