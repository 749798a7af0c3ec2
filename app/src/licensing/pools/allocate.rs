//! Giving a customer additional seats from the pool (2.36, D3).

use access::{Scope, permissions};
use command::{Command, Cx, Fail, Node};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, LedgerId};

use super::{claim::unclaim, pool::PoolRefusal, release::FinishRelease, store as rows};
use crate::{
    app::App,
    hierarchy::standing,
    licensing::policy::{ApplySeats, Obeyed, StillInUse},
};

/// Allocates additional seats: a difference, never a total.
#[derive(Debug, Serialize, Deserialize)]
pub struct Allocate {
    /// Which customer.
    pub tenant_id: CustomerId,
    /// How many more, at least 1.
    pub seats: i64,
    /// Why, for the ledger.
    pub reason: Option<String>,
    /// Seats the customer holds as whoever asks saw them; with any other number nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<i64>,
}

/// What was allocated.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Allocated {
    /// Which customer.
    pub tenant_id: CustomerId,
    /// Seats it holds now.
    pub allocated: i64,
    /// Seats left in the pool.
    pub available: i64,
    /// The line of the ledger.
    pub ledger_entry_id: LedgerId,
}

impl Command for Allocate {
    const NAME: &'static str = "licensing.pools.allocate";
    const TELLS_AGAIN: bool = true;
    type Home = Control;
    type Needs = permissions::Allocate;
    type Done = Allocated;
    type Refusal = PoolRefusal;

    fn node(&self) -> Node {
        self.tenant_id.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Allocated, Fail<PoolRefusal>> {
        let given = give(cx, self.tenant_id, self.seats, self.reason.as_deref())?;
        let held = given.allocated - self.seats;
        // Asked on the changed row: of two who saw the same number the second finds another.
        match self.held {
            Some(seen) if seen != held => Err(PoolRefusal::SeatsChanged { allocated: held }.into()),
            _ => Ok(given),
        }
    }
}

/// Gives seats inside another command's transaction (creating a customer with seats, a bulk action).
///
/// # Errors
/// [`PoolRefusal`] when the pool has too few, or the customer lies outside it.
pub fn give<C>(cx: &mut Cx<'_, '_, C>, customer: CustomerId, seats: i64, reason: Option<&str>) -> Result<Allocated, Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    let id = cx.new_id();
    let Some(held) = rows::add_seats(cx.tx, cx.scope, customer, seats)? else { return Err(Fail::Denied(access::Denied::NotFound)) };
    if !held.pooled {
        return Err(PoolRefusal::NotPooled {}.into());
    }
    rows::enter(cx.tx, cx.scope, id, customer, seats, held, reason, cx.now)?;
    standing::publish_seats(cx.tx, cx.scope, customer, held.seats)?;
    cx.changed("customer", customer, "seats", held.seats - seats, held.seats);
    let available = take(cx, customer, seats)?;
    standing::tell(cx, customer, watched(&held, seats));
    cx.tell(PushSeats::KIND, &PushSeats { customer, seats: held.seats - held.releasing, version: held.version, giving_back: None });
    Ok(Allocated { tenant_id: customer, allocated: held.seats, available, ledger_entry_id: id })
}

/// Takes seats from the pool for a customer. What was put by for it is spent by that, in this transaction, so that neither it stands in
/// the way nor anybody comes in between. The pool's row is fought over: this is called last.
pub(super) fn take<C>(cx: &mut Cx<'_, '_, C>, customer: CustomerId, seats: i64) -> Result<i64, Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    unclaim(cx, customer.0)?;
    let Some(available) = rows::take(cx.tx, cx.scope, seats, cx.now)? else {
        let available = rows::available(cx.tx, cx.scope, cx.now)?.max(0);
        return Err(PoolRefusal::PoolExhausted { available, requested: seats }.into());
    };
    cx.changed("pool", pool_id(cx.scope), "available", available + seats, available);
    Ok(available)
}

/// Gives seats without taking them from the pool (a trial's lie outside it), inside another command's transaction.
///
/// # Errors
/// The store's.
pub fn give_outside<C>(cx: &mut Cx<'_, '_, C>, customer: CustomerId, seats: i64, reason: &str) -> store::Result<()>
where
    C: Command<Home = Control>,
{
    book(cx, customer, seats, Some(reason)).map(drop)
}

/// Books seats that a customer gets from elsewhere than the pool; gives what it holds, and the line of the ledger.
pub(super) fn book<C>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    seats: i64,
    reason: Option<&str>,
) -> store::Result<Option<(i64, LedgerId)>>
where
    C: Command<Home = Control>,
{
    let id = cx.new_id();
    let Some(held) = rows::add_seats(cx.tx, cx.scope, customer, seats)? else { return Ok(None) };
    rows::enter(cx.tx, cx.scope, id, customer, seats, held, reason, cx.now)?;
    standing::publish_seats(cx.tx, cx.scope, customer, held.seats)?;
    cx.changed("customer", customer, "seats", held.seats - seats, held.seats);
    standing::tell(cx, customer, watched(&held, seats));
    cx.tell(PushSeats::KIND, &PushSeats { customer, seats: held.seats - held.releasing, version: held.version, giving_back: None });
    Ok(Some((held.seats, id)))
}

/// Gives a customer that comes back the seats it held, or none when the pool has too few of them by now. Says how many it got.
///
/// # Errors
/// The store's.
pub fn give_again<C>(cx: &mut Cx<'_, '_, C>, customer: CustomerId, seats: i64, reason: &str) -> store::Result<i64>
where
    C: Command<Home = Control>,
{
    let pooled = rows::allocation(cx.tx, cx.scope, customer)?.is_some_and(|held| held.pooled);
    if seats == 0 {
        return Ok(0);
    }
    if pooled {
        let Some(available) = rows::take(cx.tx, cx.scope, seats, cx.now)? else { return Ok(0) };
        cx.changed("pool", pool_id(cx.scope), "available", available + seats, available);
    }
    give_outside(cx, customer, seats, reason)?;
    Ok(seats)
}

/// True when a customer's seats are scarce, or were before it got these.
pub(super) fn watched(held: &rows::Allocation, got: i64) -> bool {
    let watched = |seats: i64| held.active_users > seats || standing::scarce(held.active_users, seats);
    watched(held.seats) || watched(held.seats - got)
}

pub(super) fn pool_id<P>(scope: &Scope<P>) -> String {
    scope.partner().to_string()
}

/// News for the region: the seats it may use from now on.
#[derive(Debug, Serialize, Deserialize)]
pub struct PushSeats {
    /// Which customer.
    pub customer: CustomerId,
    /// Seats it may use.
    pub seats: i64,
    /// The decision's number.
    pub version: i64,
    /// When lowering: the seats that return to the pool once the region agrees.
    pub giving_back: Option<super::release::Lowering>,
}

impl PushSeats {
    /// The job's kind.
    pub const KIND: &'static str = "licensing.push_seats";
}

impl Job<App> for PushSeats {
    const KIND: &'static str = PushSeats::KIND;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let apply = ApplySeats { customer: self.customer, seats: self.seats, version: self.version };
        let obeyed = match job.house.execute(command::Call::operator(), apply).await {
            Ok(answer) => Ok(answer.value),
            Err(Fail::Refused(StillInUse { active_users })) => Err(active_users),
            Err(fail) => return Err(fail.into()),
        };
        let Some(lowering) = self.giving_back else { return Ok(()) };
        let agreed = matches!(obeyed, Ok(Obeyed::Applied | Obeyed::Superseded));
        let finish = FinishRelease { customer: self.customer, lowering, agreed, active_users: obeyed.err().unwrap_or(0), job: job.id };
        job.execute_as_operator(finish).await.map(drop)
    }
}
