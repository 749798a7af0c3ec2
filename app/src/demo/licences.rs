//! What is on sale in the demo, and licences that nobody has renewed yet.

use command::Call;
use store::{CustomerId, PartnerId, StaffId};

use super::seed::said;
use crate::{
    app::App,
    licensing::{
        policy::UsagePolicy,
        subscriptions::{
            EditPlan, MakePlan, Meter, PlanChange, SetAutoRenew, SubscriptionsOf, Wording,
            plan::{SEATS, STANDARD},
        },
    },
    noun::Name,
};

/// What the plan everybody has costs a seat and year: before anybody has it, so that each month has its margin.
///
/// # Errors
/// A sentence.
pub async fn price(app: &App, partner: PartnerId, owner: StaffId) -> Result<(), String> {
    let change = PlanChange { price_minor: Some(Some(2_400)), ..PlanChange::default() };
    let plan = EditPlan { partner, code: STANDARD.to_owned(), version: None, change };
    app.house.execute(Call::on_behalf_of(owner), plan).await.map(drop).map_err(said("price"))
}

/// A plan beside the one everybody has.
///
/// # Errors
/// A sentence.
pub async fn sell(app: &App, partner: PartnerId, owner: StaffId) -> Result<(), String> {
    let wording = Wording {
        name: Name::parse("Pro, by the month")?,
        units: 1,
        term_months: 1,
        renew_months: Some(1),
        notice_days: 14,
        grace_days: 7,
        usage_policy: UsagePolicy::Hard,
        meter: Meter::usual(),
        price_minor: Some(19_900),
    };
    let plan = MakePlan { partner, code: "pro-monthly".into(), product: SEATS.to_owned(), wording };
    app.house.execute(Call::on_behalf_of(owner), plan).await.map(drop).map_err(said("plan"))
}

/// The customer's licence ends with its term: somebody decided to talk first.
///
/// # Errors
/// A sentence.
pub async fn let_end(app: &App, owner: StaffId, customer: CustomerId) -> Result<(), String> {
    let of = SubscriptionsOf { partner: None, customer };
    let found = app.house.ask(&Call::on_behalf_of(owner), of).await.map_err(said("subscriptions"))?;
    for held in found.map(|f| f.rows).unwrap_or_default() {
        let end = SetAutoRenew { customer, subscription: held.id, months: None, version: None };
        app.house.execute(Call::on_behalf_of(owner), end).await.map_err(said("renewal"))?;
    }
    Ok(())
}
