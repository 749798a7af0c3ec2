//! Subscriptions that begin, change and move with their customer.

use access::Scope;
use command::{Command, Cx, Fail};
use store::{Control, CustomerId, Result, SubscriptionId};

use super::{
    book::roll,
    decide_request::let_go,
    plan::{FREE, Offer, SEATS, STANDARD, TRIAL},
    refusal::PlanRefusal,
    store::{self as rows, What},
    terms::{Booked, settled_until},
};
use crate::hierarchy::{CustomerKind, standing};

/// Begins the subscription of a new customer of the scope's partner: a paid one on the newest version of the standard plan, a trial on
/// the trial plan. A partner's own tenant has none.
///
/// # Errors
/// The store's.
pub fn begin<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId, kind: CustomerKind) -> Result<()> {
    let code = match kind {
        CustomerKind::Paid => STANDARD,
        CustomerKind::Trial => TRIAL,
        CustomerKind::Free => FREE,
        CustomerKind::Internal => return Ok(()),
    };
    let Some(offer) = rows::offer(cx.tx, cx.scope.partner(), code)? else { return Ok(()) };
    open(cx, customer, offer).map(drop)
}

/// A first term of a plan, from now on; none when the customer has a subscription of its product.
pub(super) fn open<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    offer: Offer,
) -> Result<Option<SubscriptionId>> {
    let zone = rows::zone(cx.tx, cx.scope.partner())?;
    let booked = Booked::begin(offer.plan, offer.end_of_life_at, cx.now, &zone);
    let (id, event) = (cx.new_id(), cx.new_id::<()>());
    if !rows::insert(cx.tx, cx.scope, customer, id, &booked, settled_until(&booked, cx.now, &zone), cx.now)? {
        return Ok(None);
    }
    rows::append(cx.tx, cx.scope.partner(), (customer, id), event.0, cx.now, What::Begun, &booked)?;
    Ok(Some(id))
}

/// The newest version of a plan that may be assigned now, and until the transaction ends.
pub(super) fn sold<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, code: &str) -> std::result::Result<Offer, Fail<PlanRefusal>> {
    let unknown = || PlanRefusal::UnknownPlan { plan: code.to_owned() };
    let offer = rows::hold_offer(cx.tx, cx.scope.partner(), code)?.ok_or_else(unknown)?;
    match offer.is_sold(cx.now) {
        true => Ok(offer),
        false if offer.end_of_sale_at.is_some() => Err(PlanRefusal::SaleEnded { plan: code.to_owned() }.into()),
        false => Err(PlanRefusal::TrialPlan {}.into()),
    }
}

/// Puts a customer's seats on a paid plan from now on: its trial or free plan ends here. Without a plan it is the standard one. What
/// the customer is (`customer.kind`, its seats) is the caller's to change.
///
/// # Errors
/// [`PlanRefusal`] when the plan is unknown, sold no more, or none of seats.
pub fn become_paid<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    plan: Option<&str>,
) -> std::result::Result<(), Fail<PlanRefusal>> {
    let offer = sold(cx, plan.unwrap_or(STANDARD))?;
    if offer.plan.product != SEATS {
        return Err(PlanRefusal::OtherProduct { product: SEATS.to_owned() }.into());
    }
    let partner = cx.scope.partner();
    let held = rows::of_customer(cx.tx, partner, customer)?.into_iter().find(|h| h.booked.plan.product == SEATS);
    let Some(held) = held else { return Ok(open(cx, customer, offer).map(drop)?) };
    let zone = rows::zone(cx.tx, partner)?;
    let booked = Booked::begin(offer.plan, offer.end_of_life_at, cx.now, &zone);
    let event = cx.new_id::<()>();
    rows::update(cx.tx, cx.scope, customer, held.id, &booked, held.settled_until(&booked, cx.now, &zone))?;
    rows::append(cx.tx, partner, (customer, held.id), event.0, cx.now, What::Upgraded, &booked)?;
    cx.changed("subscription", held.id, "plan", &held.booked.plan.code, &booked.plan.code);
    standing::tell(cx, customer, true);
    Ok(())
}

/// A customer moves from the scope's partner to that of `there`: its subscriptions go along as they were sold, and what was asked for
/// them here is withdrawn.
///
/// # Errors
/// The store's.
pub fn hand_over<C, P>(cx: &mut Cx<'_, '_, C>, there: &Scope<P>, customer: CustomerId) -> Result<()>
where
    C: Command<Home = Control>,
{
    let (from, to) = (cx.scope.partner(), there.partner());
    let_go(cx, customer)?;
    // What time brought here stays in the history of here.
    let zone = rows::zone(cx.tx, from)?;
    for held in rows::of_customer(cx.tx, from, customer)? {
        let term = roll(cx, &held, &zone)?;
        if term != held.booked {
            rows::update(cx.tx, cx.scope, customer, held.id, &term, cx.now)?;
        }
    }
    rows::carry(cx.tx, from, to, customer)?;
    for held in rows::of_customer(cx.tx, to, customer)? {
        let event = cx.new_id::<()>();
        rows::append(cx.tx, to, (customer, held.id), event.0, cx.now, What::Arrived, &held.booked)?;
    }
    Ok(())
}
