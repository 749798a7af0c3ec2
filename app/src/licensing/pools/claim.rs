//! Putting seats by for a while, for a draft and for the customer it becomes (D15). Nobody else gets them meanwhile; when its time is
//! over a claim holds nothing, without anything having to run. The customer's first seats of the pool spend it; a launch, a removal and a
//! move to another partner give it up.

use std::collections::BTreeMap;

use access::{Scope, permissions::Operate};
use command::{Command, Cx, Fail, Never, Node};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, Result, Timestamp, Uuid, View};

use super::{allocate::pool_id, pool::PoolRefusal, store as rows};
use crate::{
    app::App,
    hierarchy::lifecycle::{LAUNCHED, Launched},
};

/// Days a claim holds.
pub const CLAIM_DAYS: i64 = 7;

/// Seats put by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Claim {
    /// How many.
    pub seats: i64,
    /// Until when.
    pub until: Timestamp,
}

/// Puts seats by for a week from now, in place of what this claim held before.
///
/// # Errors
/// [`PoolRefusal::PoolExhausted`] when the pool has too few.
pub fn claim<C>(cx: &mut Cx<'_, '_, C>, id: Uuid, seats: i64) -> std::result::Result<Claim, Fail<PoolRefusal>>
where
    C: Command<Home = Control>,
{
    rows::settle_claims(cx.tx, cx.scope, cx.now)?;
    let before = rows::claimed_by(cx.tx, cx.scope, id, cx.now)?;
    let until = cx.now.plus_days(CLAIM_DAYS);
    rows::put_claim(cx.tx, cx.scope, id, seats, until)?;
    let left = rows::available(cx.tx, cx.scope, cx.now)?;
    if left < 0 {
        return Err(PoolRefusal::PoolExhausted { available: (left + seats).max(0), requested: seats }.into());
    }
    cx.changed("pool", pool_id(cx.scope), "available", left + seats - before, left);
    Ok(Claim { seats, until })
}

/// Gives a claim up, and gives the seats it held until now.
///
/// # Errors
/// The store's.
pub fn unclaim<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: Uuid) -> Result<i64> {
    let before = give_up(cx, id)?;
    if before > 0 {
        let left = rows::available(cx.tx, cx.scope, cx.now)?;
        cx.changed("pool", pool_id(cx.scope), "available", left - before, left);
    }
    Ok(before)
}

/// As [`unclaim`]; what the pool has then is said by whoever calls. The pool's row is held from here on, where there was a claim.
pub(super) fn give_up<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: Uuid) -> Result<i64> {
    if rows::claimed_by(cx.tx, cx.scope, id, cx.now)? == 0 {
        return Ok(0);
    }
    rows::hold_pool(cx.tx, cx.scope)?;
    // Whoever was waited for may have spent it.
    let before = rows::claimed_by(cx.tx, cx.scope, id, cx.now)?;
    if before > 0 {
        rows::drop_claim(cx.tx, cx.scope, id)?;
    }
    Ok(before)
}

/// Lets a draft's claim be that of the customer it became: its first seats spend it, and it is given up with the customer.
///
/// # Errors
/// The store's.
pub fn claim_for<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, draft: Uuid, customer: CustomerId) -> Result<()> {
    if rows::claimed_by(cx.tx, cx.scope, draft, cx.now)? == 0 {
        return Ok(());
    }
    rows::hold_pool(cx.tx, cx.scope)?;
    rows::carry_claim(cx.tx, cx.scope, draft, customer.0)
}

/// The claims that hold seats now, by their id.
///
/// # Errors
/// The store's.
pub fn claims<P>(view: &mut View<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<BTreeMap<Uuid, Claim>> {
    Ok(rows::claims(view, scope, now)?.into_iter().map(|(id, seats, until)| (id, Claim { seats, until })).collect())
}

/// Gives up what is still put by for a customer.
#[derive(Debug, Serialize)]
struct GiveUpClaim {
    customer: CustomerId,
}

impl Command for GiveUpClaim {
    const NAME: &'static str = "licensing.pools.give_up_claim";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<Never>> {
        unclaim(cx, self.customer.0)?;
        Ok(())
    }
}

/// News of a launch: set-up is over, and seats that were put by for it and not used are for everybody.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EndClaim(Launched);

impl Job<App> for EndClaim {
    const KIND: &'static str = LAUNCHED;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        job.execute_as_operator(GiveUpClaim { customer: self.0.customer }).await.map(drop)
    }
}
