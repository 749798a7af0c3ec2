//! What a plan is, and the plans an installation comes with.

use serde::{Deserialize, Serialize};
use store::{Money, Timestamp};

use super::meter::Meter;
use crate::{
    licensing::{policy::UsagePolicy, versions},
    noun::word_noun,
};

word_noun!(
    /// What a plan gives.
    PlanKind { /// Everything, for pay.
        Full "full", /// For a while, for nothing.
        Trial "trial", /// A little, for nothing and without end.
        Free "free" }
);

/// What a customer's seats are subscribed to: every customer has one subscription of this product.
pub const SEATS: &str = "seats";
/// The plan of every new paid customer.
pub const STANDARD: &str = "standard";
/// The plan of every trial.
pub const TRIAL: &str = "trial";
/// The plan of customers that pay nothing.
pub const FREE: &str = "free";

/// One version of a plan. A subscription keeps a copy of the one it was sold: nothing that is done to the catalogue changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Plan {
    /// What programs call it, the same in all its versions.
    pub code: String,
    /// The number of the version.
    pub version: i64,
    /// What people call it.
    pub name: String,
    /// What it is a plan of; a customer has one subscription of each product.
    pub product: String,
    /// What it gives.
    pub kind: PlanKind,
    /// Units that one licence stands for.
    pub units: i64,
    /// Calendar months a term lasts; 0 for a trial, whose end stands with its customer, and for the free plan, which has none.
    pub term_months: i64,
    /// Calendar months by which it renews itself; null: it ends with its term.
    pub renew_months: Option<i64>,
    /// Days before its end from which a licence counts as expiring soon.
    pub notice_days: i64,
    /// Days after its end until it counts as expired.
    pub grace_days: i64,
    /// What becomes of people beyond the seats; of other products nothing does.
    #[serde(default)]
    pub usage_policy: UsagePolicy,
    /// Which units of a customer's month are charged.
    #[serde(default = "Meter::usual")]
    pub meter: Meter,
    /// Price of a term; absent without one, and for those who may not see prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}

/// A plan as the catalogue offers it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Offer {
    /// Its newest version.
    #[serde(flatten)]
    pub plan: Plan,
    /// True for a plan the installation comes with, of which no version was made here.
    pub built_in: bool,
    /// Nobody new is assigned to it from then on.
    pub end_of_sale_at: Option<Timestamp>,
    /// No term of it begins from then on.
    pub end_of_life_at: Option<Timestamp>,
    /// When this version was made.
    pub made_at: Option<Timestamp>,
}

impl Offer {
    /// A plan the installation comes with.
    #[must_use]
    pub fn built_in(plan: Plan) -> Offer {
        Offer { plan, built_in: true, end_of_sale_at: None, end_of_life_at: None, made_at: None }
    }

    /// True when a term of it comes to the same. Its name and the number of its version are no conditions (ADR 0044).
    #[must_use]
    pub fn is_as(&self, other: &Offer) -> bool {
        let terms = |o: &Offer| Plan { version: 0, name: String::new(), ..o.plan.clone() };
        self.end_of_life_at == other.end_of_life_at && terms(self) == terms(other)
    }

    /// True when it may be assigned.
    #[must_use]
    pub fn is_sold(&self, now: Timestamp) -> bool {
        let before = |end: Option<Timestamp>| end.is_none_or(|end| now < end);
        self.plan.kind == PlanKind::Full && before(self.end_of_sale_at) && before(self.end_of_life_at)
    }
}

/// The codes of the plans an installation comes with.
pub const BUILT_IN: [&str; 3] = [STANDARD, TRIAL, FREE];

/// The first version of the plans an installation comes with.
#[must_use]
pub fn built_in(code: &str) -> Option<Plan> {
    let (name, kind, term_months, renew_months) = match code {
        STANDARD => ("Standard", PlanKind::Full, 12, Some(12)),
        TRIAL => ("Trial", PlanKind::Trial, 0, None),
        FREE => ("Free", PlanKind::Free, 0, None),
        _ => return None,
    };
    Some(Plan {
        code: code.to_owned(),
        version: 1,
        name: name.to_owned(),
        product: SEATS.to_owned(),
        kind,
        units: 1,
        term_months,
        renew_months,
        notice_days: 30,
        grace_days: 0,
        usage_policy: UsagePolicy::Hard,
        meter: Meter::usual(),
        price: None,
    })
}

/// True for a text that can be a plan's code.
#[must_use]
pub fn is_code(text: &str) -> bool {
    versions::is_code(text, u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_of_another_name_is_the_same_and_one_of_another_price_is_not() {
        let offer = Offer::built_in(built_in(STANDARD).expect("a plan"));
        let like = |plan: Plan| Offer { plan, ..offer.clone() };
        let price = Some(Money { minor: 100, currency: "EUR".into() });
        assert!(offer.is_as(&like(Plan { version: 2, name: "Usual".into(), ..offer.plan.clone() })));
        assert!(!offer.is_as(&like(Plan { price, ..offer.plan.clone() })));
        assert!(!offer.is_as(&like(Plan { term_months: 1, ..offer.plan.clone() })));
        assert!(!offer.is_as(&Offer { end_of_life_at: Some(Timestamp(0)), ..offer.clone() }));
    }

    #[test]
    fn the_house_comes_with_three_plans_and_sells_one() {
        let sold = BUILT_IN.map(|code| built_in(code).map(Offer::built_in));
        let sold: Vec<bool> = sold.into_iter().flatten().map(|offer| offer.is_sold(Timestamp(0))).collect();
        assert_eq!(sold, [true, false, false]);
        assert!(built_in("gold").is_none());
    }
}
