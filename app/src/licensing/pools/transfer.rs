//! Seats from one customer to another (2.36): the region of the one that gives lowers them first, then the other gets them, in the
//! transaction that books the answer. Meanwhile they count as the giver's, so that nobody else gets them and the pool never moves.

use access::{Scope, permissions};
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, OperationId, Result, View};

use super::{
    allocate::{Allocated, book},
    pool::PoolRefusal,
    release::{Lowering, Released, Way, left, lower_so, returned, stands},
    store::{self as rows, Allocation},
};
use crate::operations;

/// Begins to carry seats from one customer to another of the same partner.
#[derive(Debug, Serialize, Deserialize)]
pub struct BeginTransfer {
    /// Who gives.
    pub from_tenant_id: CustomerId,
    /// Who gets.
    pub to_tenant_id: CustomerId,
    /// How many, at least 1.
    pub seats: i64,
    /// Why, for the ledger.
    pub reason: Option<String>,
}

impl Command for BeginTransfer {
    const NAME: &'static str = "licensing.pools.transfer";
    type Home = Control;
    type Needs = permissions::Allocate;
    type Done = OperationId;
    type Refusal = PoolRefusal;

    fn node(&self) -> Node {
        self.from_tenant_id.into()
    }

    fn stands(&self, view: &mut View<'_, Control>, scope: &Scope<permissions::Allocate>, begun: &OperationId) -> Result<bool> {
        stands(view, scope, *begun)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<OperationId, Fail<PoolRefusal>> {
        let to = self.to_tenant_id;
        if to == self.from_tenant_id {
            return Err(PoolRefusal::SameCustomer {}.into());
        }
        self.may_give_there(cx)?;
        let receiver = rows::receiver(cx.tx, cx.scope, to)?.ok_or(PoolRefusal::OtherPool {})?;
        let giver = rows::allocation(cx.tx, cx.scope, self.from_tenant_id)?;
        if !receiver.pooled || giver.is_some_and(|held| !held.pooled) {
            return Err(PoolRefusal::NotPooled {}.into());
        }
        let way = Way { receiver: Some(to), ..Way::default() };
        let operation = lower_so(cx, self.from_tenant_id, self.seats, self.reason.clone(), way)?;
        cx.changed("customer", to, "receiving", 0, self.seats);
        Ok(operation)
    }
}

impl BeginTransfer {
    /// The right at the other customer too, whose place in the tree is held. Whoever lacks it learns no more than that nobody is there.
    fn may_give_there(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<PoolRefusal>> {
        cx.tx.hold(self.to_tenant_id.0)?;
        let there = access::grant::<permissions::Allocate>(cx.tx, &cx.scope.actor().again(), self.to_tenant_id.into(), cx.now)?;
        // Asking for the other end may have moved the fence.
        cx.tx.enter(cx.scope.partner().0);
        match there {
            Ok(there) if there.partner() == cx.scope.partner() => Ok(()),
            _ => Err(PoolRefusal::OtherPool {}.into()),
        }
    }
}

/// What a transfer came to: what the giver holds, and what the other one does.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Transferred {
    /// Who gave.
    #[serde(flatten)]
    pub from: Released,
    /// Who got.
    pub to: Allocated,
}

/// Holds who is to get seats, before the giver's are booked: both in one order, so that two transfers that cross do not wait for
/// each other, and while it is held nobody removes it. None when it can hold none any more.
pub(super) fn hold<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, from: CustomerId, to: CustomerId) -> Result<Option<Allocation>> {
    cx.tx.hold(to.0)?;
    let mut both = [from, to];
    both.sort_unstable_by_key(|customer| customer.0);
    for customer in both {
        rows::hold_allocation(cx.tx, cx.scope, customer)?;
    }
    rows::receiver(cx.tx, cx.scope, to)
}

/// Books seats that the region gave up. Where nobody can get them they return to the pool, and the operation says so.
pub(super) fn end<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    from: CustomerId,
    held: &Allocation,
    receiver: Option<Allocation>,
    lowering: &Lowering,
) -> Result<()> {
    let (seats, reason) = (lowering.seats, lowering.reason.as_deref());
    let to = lowering.receiver.filter(|_| held.pooled && receiver.is_some_and(|r| r.pooled));
    let Some(to) = to else {
        returned(cx, from, seats, held, reason)?;
        return operations::fail(cx, lowering.operation, &PoolRefusal::TransferToPool { seats });
    };
    let gave = left(cx, from, seats, held, reason)?;
    let Some((holds, got)) = book(cx, to, seats, reason)? else {
        return Err(store::Error::Corrupt(format!("{to} was held and is gone")));
    };
    let available = rows::available(cx.tx, cx.scope, cx.now)?.max(0);
    let done = Transferred {
        from: Released { tenant_id: from, allocated: held.seats, available, ledger_entry_id: gave },
        to: Allocated { tenant_id: to, allocated: holds, available, ledger_entry_id: got },
    };
    operations::succeed(cx, lowering.operation, &done)
}
