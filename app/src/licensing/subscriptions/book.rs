//! Booking what time brought: terms that followed by themselves, and news that a licence nears its end.

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, House, Never, Node};
use serde::Serialize;
use store::{Control, PartnerId, Result, SubscriptionId, Timestamp, View, Zone};

use super::{
    plan::SEATS,
    queries::{Held, Subscription},
    refusal::PlanRefusal,
    store::{self as rows, What},
    terms::Booked,
};
use crate::{
    app::App,
    hierarchy::{Lifecycle, edit::tell_terms, standing},
};

const CHUNK: i64 = 200;

/// A removed customer's terms are booked when it comes back; what they are follows from the clock meanwhile.
const RESTING: Lifecycle = Lifecycle::Removed;

/// A subscription that a command decides about: its row is held.
pub(super) struct Deciding {
    pub held: Held,
    /// The term of now.
    pub term: Booked,
    pub zone: Zone,
}

/// Takes a subscription of a customer up for a decision about its plan or its renewal.
///
/// # Errors
/// Denied when the customer has none of that id; refused while another plan is asked for it, or when it is not of the version that was
/// seen.
pub(super) fn decide<C>(
    cx: &mut Cx<'_, '_, C>,
    customer: store::CustomerId,
    id: SubscriptionId,
    seen: Option<i64>,
) -> std::result::Result<Deciding, Fail<PlanRefusal>>
where
    C: Command<Home = Control>,
{
    let d = take_up(cx, customer, id)?;
    match &d.held.asked {
        Some(asked) => Err(asked.locks().into()),
        None if seen.is_some_and(|seen| seen != d.held.version) => Err(PlanRefusal::Stale { version: d.held.version }.into()),
        None => Ok(d),
    }
}

/// The same for a decision about what is asked for it.
///
/// # Errors
/// Denied when the customer has none of that id.
pub(super) fn take_up<C>(
    cx: &mut Cx<'_, '_, C>,
    customer: store::CustomerId,
    id: SubscriptionId,
) -> std::result::Result<Deciding, Fail<PlanRefusal>>
where
    C: Command<Home = Control>,
{
    let partner = cx.scope.partner();
    if cx.scope.customer() != Some(customer) || rows::hold(cx.tx, cx.scope, customer, id)?.is_none() {
        return Err(Fail::Denied(access::Denied::NotFound));
    }
    let held = rows::one(cx.tx, partner, customer, id)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
    let zone = rows::zone(cx.tx, partner)?;
    let term = held.booked.at(cx.now, &zone);
    Ok(Deciding { held, term, zone })
}

/// Appends the terms that began since a subscription was booked, and gives the last.
pub(super) fn roll<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, held: &Held, zone: &Zone) -> Result<Booked> {
    let partner = cx.scope.partner();
    for term in held.booked.since(cx.now, zone) {
        let event = cx.new_id::<()>();
        let what = if term.plan == held.booked.plan { What::Renewed } else { What::Changed };
        rows::append(cx.tx, partner, (held.customer, held.id), event.0, term.starts_at, what, &term)?;
    }
    Ok(held.booked.at(cx.now, zone))
}

/// Writes what time brought, then a decision, and tells it.
pub(super) fn decided<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    d: &Deciding,
    booked: Booked,
    what: What,
) -> Result<Subscription> {
    let (partner, customer, id) = (cx.scope.partner(), d.held.customer, d.held.id);
    roll(cx, &d.held, &d.zone)?;
    let event = cx.new_id::<()>();
    rows::update(cx.tx, cx.scope, customer, id, &booked, d.held.settled_until(&booked, cx.now, &d.zone))?;
    rows::append(cx.tx, partner, (customer, id), event.0, cx.now, what, &booked)?;
    let code = |b: &Booked| b.next.as_ref().map(|n| n.plan.code.clone());
    cx.changed("subscription", id, "version", d.held.version, d.held.version + 1);
    cx.changed("subscription", id, "plan", &d.term.plan.code, &booked.plan.code);
    cx.changed("subscription", id, "plan_version", d.term.plan.version, booked.plan.version);
    cx.changed("subscription", id, "starts_at", d.term.starts_at, booked.starts_at);
    cx.changed("subscription", id, "ends_at", d.term.ends_at, booked.ends_at);
    cx.changed("subscription", id, "renew_months", d.term.renew_months, booked.renew_months);
    cx.changed("subscription", id, "next_plan", code(&d.term), code(&booked));
    standing::tell(cx, customer, true);
    if booked.plan.product == SEATS && booked.usage_terms(cx.now, &d.zone) != d.term.usage_terms(cx.now, &d.zone) {
        tell_terms(cx, customer)?;
    }
    let held = Held { booked, version: d.held.version + 1, ..d.held.clone() };
    Ok(held.at(cx.now, &d.zone, true))
}

/// Books what time brought for a partner's subscriptions, up to a chunk.
#[derive(Debug, Serialize)]
struct SettleDue {
    partner: PartnerId,
}

impl Command for SettleDue {
    const NAME: &'static str = "licensing.subscriptions.settle";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = i64;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<i64, Fail<Never>> {
        Ok(book(cx, RESTING)?)
    }
}

/// Books what time brought for the scope's partner, up to a chunk; says how many were due.
fn book<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, resting: Lifecycle) -> Result<i64> {
    let partner = cx.scope.partner();
    let zone = rows::zone(cx.tx, partner)?;
    let mut settled = 0;
    for (customer, id) in rows::due(cx.tx, partner, cx.now, resting, CHUNK)? {
        settled += 1;
        // Since the list was read another server may have booked it, or somebody may have renewed it: only what is due once its row
        // is held is booked.
        if rows::hold(cx.tx, cx.scope, customer, id)?.is_none_or(|until| until > cx.now) {
            continue;
        }
        let Some(held) = rows::one(cx.tx, partner, customer, id)? else { continue };
        let term = roll(cx, &held, &zone)?;
        let until = held.settled_until(&term, cx.now, &zone);
        if term == held.booked {
            rows::settle(cx.tx, cx.scope, customer, id, until)?;
        } else {
            rows::update(cx.tx, cx.scope, customer, id, &term, until)?;
        }
        standing::tell(cx, customer, !term.goes_on(&zone) || held.exceeded_at.is_some());
    }
    Ok(settled)
}

/// Books all that time brought, within another command; for removed customers too, since what it decides is to hold for them when
/// they come back.
pub(super) fn catch_up<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>) -> Result<()> {
    while book(cx, Lifecycle::Purged)? == CHUNK {}
    Ok(())
}

/// Settles a partner's subscriptions if time has overtaken any: called before alerts are read. One indexed read when nothing is due.
///
/// # Errors
/// The store's. A full disk is no error: then what is known is shown.
pub async fn settle(house: &House, partner: PartnerId) -> Result<()> {
    loop {
        let now = house.now();
        if !is_due(house, partner, now).await? {
            return Ok(());
        }
        match house.execute(Call::operator(), SettleDue { partner }).await {
            Ok(answer) if answer.value < CHUNK => return Ok(()),
            Ok(_) => {}
            Err(Fail::Store(::store::Error::Full)) => return Ok(()),
            Err(Fail::Store(error)) => return Err(error),
            Err(_) => return Ok(()),
        }
    }
}

async fn is_due(house: &House, partner: PartnerId, now: Timestamp) -> Result<bool> {
    house
        .control()
        .read(move |view: &mut View<'_, Control>| {
            view.enter(partner.0);
            Ok(!rows::due(view, partner, now, RESTING, 1)?.is_empty())
        })
        .await
}

/// Settles every partner; the hourly schedule.
///
/// # Errors
/// The store's, in words.
pub async fn settle_everyone(app: &App) -> std::result::Result<(), String> {
    for partner in app.house.control().read(crate::hierarchy::all_partners).await.map_err(|e| e.to_string())? {
        settle(&app.house, partner).await.map_err(|e| e.to_string())?;
    }
    Ok(())
}
