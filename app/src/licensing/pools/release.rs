//! Releasing seats: lower in the region first, give back to the pool on its answer (research: the other order oversells).

use access::{
    Scope,
    permissions::{self, Operate},
};
use command::{Command, Cx, Fail, House, Never, Node};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, JobId, LedgerId, OperationId, View};

use super::{
    allocate::{PushSeats, pool_id, watched},
    pool::PoolRefusal,
    store as rows, transfer,
};
use crate::{
    hierarchy::standing,
    licensing::{policy::UsagePolicy, subscriptions},
    operations,
};

/// The operation people watch.
const KIND: &str = "licensing.release";
/// The same, where another customer gets the seats.
const TRANSFER: &str = "licensing.transfer";

/// Begins to release seats of a customer.
#[derive(Debug, Serialize, Deserialize)]
pub struct BeginRelease {
    /// Which customer.
    pub tenant_id: CustomerId,
    /// How many fewer, at least 1.
    pub seats: i64,
    /// Why, for the ledger.
    pub reason: Option<String>,
    /// Seats the customer holds as whoever asks saw them; with any other number none are released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<i64>,
}

/// What travels with a lowering until the region has answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Lowering {
    /// Seats to give back.
    pub seats: i64,
    /// The operation people watch.
    pub operation: OperationId,
    /// Why, for the ledger.
    pub reason: Option<String>,
    /// The seats it shall hold, where they were asked for as such.
    pub to: Option<i64>,
    /// The number of the decision.
    pub version: i64,
    /// The customer that gets them; none: the pool does.
    #[serde(default)]
    pub receiver: Option<CustomerId>,
}

/// How seats are lowered.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Way {
    /// The seats it shall hold, where they were asked for as such.
    pub to: Option<i64>,
    /// The customer that gets them; none: the pool does.
    pub receiver: Option<CustomerId>,
    /// Whoever is active on them and came last waits.
    pub force: bool,
    /// Seats it holds as whoever asks saw them; with any other number none are lowered.
    pub held: Option<i64>,
}

/// The kind of the news that seats are lowered whoever is active on them; it carries a [`PushSeats`]. Members are a room above.
pub const SEATS_FORCED: &str = "licensing.force_seats";

impl Command for BeginRelease {
    const NAME: &'static str = "licensing.pools.release";
    const TELLS_AGAIN: bool = true;
    type Home = Control;
    type Needs = permissions::Allocate;
    type Done = OperationId;
    type Refusal = PoolRefusal;

    fn node(&self) -> Node {
        self.tenant_id.into()
    }

    fn stands(&self, view: &mut View<'_, Control>, scope: &Scope<permissions::Allocate>, begun: &OperationId) -> ::store::Result<bool> {
        stands(view, scope, *begun)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<OperationId, Fail<PoolRefusal>> {
        // A trial's seats lie outside the pool: given up, nobody could give them back.
        if rows::allocation(cx.tx, cx.scope, self.tenant_id)?.is_some_and(|held| !held.pooled) {
            return Err(PoolRefusal::NotPooled {}.into());
        }
        let way = Way { held: self.held, ..Way::default() };
        lower_so(cx, self.tenant_id, self.seats, self.reason.clone(), way)
    }
}

/// True unless the region refused what was begun: then no seat has moved, and who asks again is decided again. Seats that ended in
/// the pool in place of their receiver have moved.
pub(super) fn stands<P>(view: &mut View<'_, Control>, scope: &Scope<P>, begun: OperationId) -> ::store::Result<bool> {
    let failed = operations::find(view, scope, begun)?.filter(|o| o.status == operations::Status::Failed);
    let moved = |error: serde_json::Value| error["code"] == "transfer-to-pool";
    Ok(failed.is_none_or(|o| o.error.is_some_and(moved)))
}

/// Begins to lower a customer's seats inside another command's transaction.
///
/// # Errors
/// [`PoolRefusal`] when fewer are held or other ones than were seen, or a release is under way; in a preview also what the region
/// would refuse.
pub(super) fn lower_so<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    seats: i64,
    reason: Option<String>,
    way: Way,
) -> Result<OperationId, Fail<PoolRefusal>> {
    let begun = rows::begin_release(cx.tx, cx.scope, customer, seats)?;
    let now = if begun.is_some() { begun } else { rows::allocation(cx.tx, cx.scope, customer)? };
    let held = now.ok_or(Fail::Denied(access::Denied::NotFound))?;
    // Asked on the changed row: of two who saw the same number the second finds another.
    if way.held.is_some_and(|seen| seen != held.seats) {
        return Err(PoolRefusal::SeatsChanged { allocated: held.seats }.into());
    }
    if begun.is_none() {
        return Err(match held.releasing {
            0 => PoolRefusal::NotHeld { allocated: held.seats, requested: seats }.into(),
            _ => PoolRefusal::ReleaseUnderWay {}.into(),
        });
    }
    if cx.preview && !way.force {
        fits(cx, customer, &held, way.to)?;
    }
    let kind = if way.receiver.is_some() { TRANSFER } else { KIND };
    let operation = operations::begin(cx, Some(customer), kind, 1)?;
    cx.changed("customer", customer, "releasing", 0, seats);
    let giving_back = Some(Lowering { seats, operation, reason, to: way.to, version: held.version, receiver: way.receiver });
    let kind = if way.force { SEATS_FORCED } else { PushSeats::KIND };
    cx.tell(kind, &PushSeats { customer, seats: held.seats - seats, version: held.version, giving_back });
    Ok(operation)
}

/// The region would say no where more members are active than the lower number allows, and the plan does not let them stay: a
/// preview that leaves it out would promise too much.
fn fits<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    held: &rows::Allocation,
    to: Option<i64>,
) -> Result<(), Fail<PoolRefusal>> {
    let active_users = held.active_users;
    if held.seats - held.releasing >= active_users {
        return Ok(());
    }
    let policy = subscriptions::usage_terms(cx.tx, cx.scope.partner(), customer, cx.now)?.at(cx.now);
    match policy {
        UsagePolicy::SoftOverage => Ok(()),
        UsagePolicy::Hard | UsagePolicy::Grace { .. } => Err(refused(to, active_users).into()),
    }
}

/// What a region means that does not lower its seats.
fn refused(to: Option<i64>, active_users: i64) -> PoolRefusal {
    match to {
        Some(requested) => PoolRefusal::BelowActive { active_users, requested },
        None => PoolRefusal::SeatsInUse { active_users },
    }
}

/// Begins to release everything a removed customer holds. Nothing happens while a release is under way, or nothing is held.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReleaseAll {
    /// Which customer.
    pub customer: CustomerId,
}

impl Command for ReleaseAll {
    const NAME: &'static str = "licensing.pools.release_all";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = PoolRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<PoolRefusal>> {
        match rows::allocation(cx.tx, cx.scope, self.customer)? {
            Some(held) if held.seats > 0 && held.releasing == 0 => {
                lower_so(cx, self.customer, held.seats, Some("removed".to_owned()), Way::default()).map(drop)
            }
            _ => Ok(()),
        }
    }
}

/// The seats a customer holds, those on their way back included, and whether they come from the pool.
///
/// # Errors
/// The store's.
pub fn held<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> ::store::Result<(i64, bool)> {
    Ok(rows::allocation(view, scope, customer)?.map_or((0, false), |held| (held.seats, held.pooled)))
}

/// As [`held`], without the seats that are on their way back, or to another customer.
///
/// # Errors
/// The store's.
pub fn staying<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> ::store::Result<(i64, bool)> {
    Ok(rows::allocation(view, scope, customer)?.map_or((0, false), |held| (held.seats - held.releasing, held.pooled)))
}

/// Ends a release with the region's answer.
#[derive(Debug, Serialize, Deserialize)]
pub struct FinishRelease {
    /// Which customer.
    pub customer: CustomerId,
    /// What was begun.
    pub lowering: Lowering,
    /// Whether the region lowered its seats.
    pub agreed: bool,
    /// Members active there, when it did not.
    pub active_users: i64,
    /// The job that carries the answer.
    pub job: JobId,
}

/// What a release came to.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Released {
    /// Which customer.
    pub tenant_id: CustomerId,
    /// Seats it holds now.
    pub allocated: i64,
    /// Seats left in the pool.
    pub available: i64,
    /// The line of the ledger.
    pub ledger_entry_id: LedgerId,
}

impl Command for FinishRelease {
    const NAME: &'static str = "licensing.pools.finish_release";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let seats = self.lowering.seats;
        // Called off meanwhile: what is under way now, if anything, is another release, and not this answer's to end.
        if !operations::is_open(cx.tx, cx.scope, self.lowering.operation)? {
            return Ok(());
        }
        if !self.agreed {
            let held = rows::end_release(cx.tx, cx.scope, self.customer, 0)?;
            cx.changed("customer", self.customer, "releasing", seats, 0);
            operations::fail(cx, self.lowering.operation, &refused(self.lowering.to, self.active_users))?;
            held.map_or(Ok(()), |held| self.tell_later(cx, &held))?;
            return Ok(());
        }
        let receiver = match self.lowering.receiver {
            Some(to) => transfer::hold(cx, self.customer, to)?,
            None => None,
        };
        let Some(held) = rows::end_release(cx.tx, cx.scope, self.customer, seats)? else { return Ok(()) };
        self.tell_later(cx, &held)?;
        if self.lowering.receiver.is_some() {
            return Ok(transfer::end(cx, self.customer, &held, receiver, &self.lowering)?);
        }
        let released = returned(cx, self.customer, seats, &held, self.lowering.reason.as_deref())?;
        operations::succeed(cx, self.lowering.operation, &released)?;
        Ok(())
    }
}

impl FinishRelease {
    /// Seats decided while the release was under way may have come to nothing in the region, which did not know yet how it would
    /// end: they are told once more.
    fn tell_later(&self, cx: &mut Cx<'_, '_, Self>, held: &rows::Allocation) -> ::store::Result<()> {
        if held.version == self.lowering.version {
            return Ok(());
        }
        let Some(held) = rows::add_seats(cx.tx, cx.scope, self.customer, 0)? else { return Ok(()) };
        let seats = held.seats - held.releasing;
        cx.tell(PushSeats::KIND, &PushSeats { customer: self.customer, seats, version: held.version, giving_back: None });
        Ok(())
    }
}

/// Calls off the release under way, if there is one: the seats are decided anew.
pub(super) fn interrupt<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId) -> ::store::Result<()> {
    for kind in [KIND, TRANSFER] {
        for operation in operations::open_of(cx.tx, cx.scope, customer, kind)? {
            operations::fail(cx, operation, &PoolRefusal::ReleaseInterrupted {})?;
        }
    }
    Ok(())
}

/// Books seats that a customer holds no more: ledger and list. Gives the line of the ledger.
pub(super) fn left<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    seats: i64,
    held: &rows::Allocation,
    reason: Option<&str>,
) -> ::store::Result<LedgerId> {
    let id = cx.new_id();
    rows::enter(cx.tx, cx.scope, id, customer, -seats, *held, reason, cx.now)?;
    standing::publish_seats(cx.tx, cx.scope, customer, held.seats)?;
    cx.changed("customer", customer, "seats", held.seats + seats, held.seats);
    standing::tell(cx, customer, watched(held, -seats));
    Ok(id)
}

/// Books seats that return to the pool.
pub(super) fn returned<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    seats: i64,
    held: &rows::Allocation,
    reason: Option<&str>,
) -> ::store::Result<Released> {
    let id = left(cx, customer, seats, held, reason)?;
    let available = if held.pooled {
        let available = rows::give_back(cx.tx, cx.scope, seats, cx.now)?;
        cx.changed("pool", pool_id(cx.scope), "available", available - seats, available);
        available
    } else {
        rows::available(cx.tx, cx.scope, cx.now)?
    };
    if held.pooled && available < seats {
        let internal = rows::internal(cx.tx, cx.scope)?;
        standing::tell(cx, internal, true);
    }
    Ok(Released { tenant_id: customer, allocated: held.seats, available, ledger_entry_id: id })
}

/// What became of a release: the region usually answers before the request is.
///
/// # Errors
/// The store's.
pub async fn outcome(house: &House, operation: OperationId) -> ::store::Result<operations::Outcome> {
    operations::outcome(house, operation).await
}
