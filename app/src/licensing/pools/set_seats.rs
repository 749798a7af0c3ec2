//! How many seats a customer holds in all (1.03): more are allocated, fewer released, whichever way leads there.

use std::cmp::Ordering;

use access::{Scope, permissions};
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, LedgerId, OperationId, View};

use super::{
    allocate::give,
    pool::PoolRefusal,
    release::{Way, lower_so, stands},
    store as rows,
};

/// Gives a customer so many seats in all.
#[derive(Debug, Serialize)]
pub struct SetSeats {
    /// Which customer.
    pub tenant_id: CustomerId,
    /// Seats it shall hold, at least 0.
    pub seats: i64,
    /// Why, for the ledger.
    pub reason: Option<String>,
    /// Members who are active beyond them and came last wait; otherwise their being there refuses it.
    pub force: bool,
}

/// What a customer holds.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Holds {
    /// Which customer.
    pub tenant_id: CustomerId,
    /// Seats it holds now.
    pub allocated: i64,
    /// Seats left in the pool.
    pub available: i64,
    /// The line of the ledger; null when nothing changed.
    pub ledger_entry_id: Option<LedgerId>,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum SeatsSet {
    /// It holds them.
    Done(Holds),
    /// It is to hold fewer: its region answers.
    Lowering(OperationId),
}

impl Command for SetSeats {
    const NAME: &'static str = "licensing.pools.set_seats";
    type Home = Control;
    type Needs = permissions::Allocate;
    type Done = SeatsSet;
    type Refusal = PoolRefusal;

    fn node(&self) -> Node {
        self.tenant_id.into()
    }

    fn stands(&self, view: &mut View<'_, Control>, scope: &Scope<permissions::Allocate>, set: &SeatsSet) -> store::Result<bool> {
        match set {
            SeatsSet::Done(_) => Ok(true),
            SeatsSet::Lowering(begun) => stands(view, scope, *begun),
        }
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<SeatsSet, Fail<PoolRefusal>> {
        set(cx, self.tenant_id, self.seats, self.reason.as_deref(), self.force)
    }
}

/// Gives a customer so many seats in all, inside another command's transaction.
///
/// # Errors
/// [`PoolRefusal`] when its seats lie outside the pool, the pool has too few, or a release is under way.
pub fn set<C>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    seats: i64,
    reason: Option<&str>,
    force: bool,
) -> Result<SeatsSet, Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    let Some(known) = rows::allocation(cx.tx, cx.scope, customer)? else { return Err(Fail::Denied(access::Denied::NotFound)) };
    if known.pooled && known.releasing == 0 && known.seats == seats {
        return holds(cx, customer, seats);
    }
    // Held, so that the difference is still the difference when it is booked.
    let Some((held, _)) = rows::hold_allocation(cx.tx, cx.scope, customer)? else { return Err(Fail::Denied(access::Denied::NotFound)) };
    if !held.pooled {
        return Err(PoolRefusal::NotPooled {}.into());
    }
    if held.releasing > 0 {
        return Err(PoolRefusal::ReleaseUnderWay {}.into());
    }
    match seats.cmp(&held.seats) {
        Ordering::Greater => {
            let given = give(cx, customer, seats - held.seats, reason)?;
            let (allocated, available) = (given.allocated, given.available);
            Ok(SeatsSet::Done(Holds { tenant_id: customer, allocated, available, ledger_entry_id: Some(given.ledger_entry_id) }))
        }
        Ordering::Less => {
            let way = Way { to: Some(seats), force, ..Way::default() };
            lower_so(cx, customer, held.seats - seats, reason.map(str::to_owned), way).map(SeatsSet::Lowering)
        }
        // Somebody was faster with the same number.
        Ordering::Equal => {
            cx.changed("customer", customer, "seats", known.seats, seats);
            holds(cx, customer, seats)
        }
    }
}

/// The answer where nothing is to be done.
fn holds<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId, seats: i64) -> Result<SeatsSet, Fail<PoolRefusal>> {
    let available = rows::available(cx.tx, cx.scope, cx.now)?.max(0);
    Ok(SeatsSet::Done(Holds { tenant_id: customer, allocated: seats, available, ledger_entry_id: None }))
}
