//! Free seats go to members who wait, oldest first: in the transaction that frees a seat here, as news when control gives more
//! seats or lets the tenant serve again.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Never};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{CustomerId, Region, Uuid};

use super::{import::CHUNK, member::MemberStatus, set_status::publish, store as rows};
use crate::{
    app::App,
    licensing::policy::{self, SeatsFreed},
};

/// Seats up to a chunk of the members who wait.
#[derive(Debug, Serialize)]
pub struct SeatWaiting {
    /// Of which customer.
    pub customer: CustomerId,
}

impl Command for SeatWaiting {
    const NAME: &'static str = "directory.seat_waiting";
    type Home = Region;
    type Needs = Operate;
    /// How many got a seat.
    type Done = i64;
    type Refusal = Never;

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<i64, Fail<Never>> {
        let seated = seat_waiting(cx)?;
        if seated > 0 {
            publish(cx)?;
        }
        Ok(seated)
    }
}

/// Seats members who wait inside another command that has freed seats; gives how many. Whoever calls publishes.
pub(super) fn seat_waiting<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>) -> store::Result<i64> {
    let most = i64::try_from(CHUNK).unwrap_or(1_000);
    let seated = policy::seat_waiting(cx.tx, cx.scope, most)?;
    if seated == 0 {
        return Ok(0);
    }
    let members = rows::longest_waiting(cx.tx, cx.scope, seated)?;
    rows::seat(cx.tx, cx.scope, &members, cx.now)?;
    for member in members {
        cx.changed("member", member, "status", MemberStatus::Waiting, MemberStatus::Active);
    }
    Ok(seated)
}

/// News of free seats: everybody they suffice for is seated, a chunk at a time.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NewSeats(SeatsFreed);

impl Job<App> for NewSeats {
    const KIND: &'static str = policy::SEATS_FREED;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let customer = self.0.customer;
        // Without a key: done again, it finds nobody left to seat.
        while job.house.execute(command::Call::operator(), SeatWaiting { customer }).await?.value > 0 {}
        Ok(())
    }
}
