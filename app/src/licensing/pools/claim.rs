//! Putting seats by for a while, for what is no customer yet (D15). Nobody else gets them meanwhile; when its time is over a claim
//! holds nothing, without anything having to run.

use std::collections::BTreeMap;

use access::Scope;
use command::{Command, Cx, Fail};
use serde::{Deserialize, Serialize};
use store::{Control, Result, Timestamp, Uuid, View};

use super::{allocate::pool_id, pool::PoolRefusal, store as rows};

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
    let before = held(cx.tx, cx.scope, id, cx.now)?;
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
    let before = held(cx.tx, cx.scope, id, cx.now)?;
    if before == 0 {
        return Ok(0);
    }
    rows::settle_claims(cx.tx, cx.scope, cx.now)?;
    rows::drop_claim(cx.tx, cx.scope, id)?;
    let left = rows::available(cx.tx, cx.scope, cx.now)?;
    cx.changed("pool", pool_id(cx.scope), "available", left - before, left);
    Ok(before)
}

fn held<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: Uuid, now: Timestamp) -> Result<i64> {
    Ok(claims(view, scope, now)?.get(&id).map_or(0, |claim| claim.seats))
}

/// The claims that hold seats now, by their id.
///
/// # Errors
/// The store's.
pub fn claims<P>(view: &mut View<'_, Control>, scope: &Scope<P>, now: Timestamp) -> Result<BTreeMap<Uuid, Claim>> {
    Ok(rows::claims(view, scope, now)?.into_iter().map(|(id, seats, until)| (id, Claim { seats, until })).collect())
}
