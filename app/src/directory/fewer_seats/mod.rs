//! Fewer seats than members are active (1.03): refused, or those who came last wait for a seat. The order is that of every
//! release: control marks the seats, the region makes room and lowers its number in one transaction, the seats return to the pool.
//! Killed anywhere, it goes on where it was: a region never holds more active members than seats, control never gives out seats
//! a region still uses.

mod api;
mod pages;

pub use api::routes as api;
pub use pages::routes as pages;

use access::{
    Scope,
    permissions::{Operate, ReadMembers},
};
use command::{Call, Command, Cx, Fail, Never, Node, Query};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberId, Region, Result, Timestamp, View};
use web::{caller::Caller, problem::Problem};

use super::{admission, import::CHUNK, member::MemberStatus, reading, set_status::publish, store as rows};
use crate::{
    app::App,
    licensing::{
        policy::{self, Gate},
        pools::{PushSeats, SEATS_FORCED},
    },
};

/// Members of a preview that are named.
const NAMED: i64 = 200;

/// Somebody who would wait.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Waits {
    /// Its id.
    pub id: MemberId,
    /// Its mail address.
    pub email: String,
    /// Its name.
    pub name: String,
}

/// Who would wait.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Surplus {
    /// Members active now.
    pub active_users: i64,
    /// How many of them would wait.
    pub total: i64,
    /// Up to 200 of them, whoever came last first.
    pub members: Vec<Waits>,
}

impl Surplus {
    /// Puts on record that somebody reads them, where anybody is named.
    async fn note(&self, app: &App, caller: &Caller, customer: CustomerId) -> std::result::Result<(), Problem> {
        if self.members.is_empty() { Ok(()) } else { reading::note(app, caller, customer).await }
    }
}

/// Asks who would wait if a customer held so many seats.
#[derive(Debug)]
pub struct WhoWaits {
    /// Which customer.
    pub customer: CustomerId,
    /// How many.
    pub seats: i64,
}

impl Query for WhoWaits {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = Surplus;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, now: Timestamp) -> Result<Surplus> {
        let active_users = policy::usage(view, scope)?.map_or(0, |usage| usage.active_users);
        let stay = Gate::look(view, scope, now)?.is_some_and(|gate| gate.unbounded());
        let total = if stay { 0 } else { (active_users - self.seats).max(0) };
        let members = if total > 0 { rows::newest_active(view, scope, total.min(NAMED))? } else { Vec::new() };
        let members = members.into_iter().map(|m| Waits { id: m.id, email: m.email, name: m.name }).collect();
        Ok(Surplus { active_users, total, members })
    }
}

/// Lets up to a chunk of the members wait who are active beyond a lower number of seats and came last, and lowers the number
/// with them.
#[derive(Debug, Serialize)]
pub struct LowerSeats {
    /// Of which customer.
    pub customer: CustomerId,
    /// Seats it may use from now on.
    pub seats: i64,
    /// The decision's number: where a newer one is known, nothing happens.
    pub version: i64,
}

impl Command for LowerSeats {
    const NAME: &'static str = "directory.lower_seats";
    type Home = Region;
    type Needs = Operate;
    /// True when nobody is active beyond them any more, or a newer decision is known.
    type Done = bool;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<bool, Fail<Never>> {
        // Where the plan lets anybody in beyond the seats nobody makes room: the number is obeyed like any other.
        if Gate::look(cx.tx, cx.scope, cx.now)?.is_some_and(|gate| gate.unbounded()) {
            return Ok(true);
        }
        // A tenant that is still prepared has nobody active.
        let Some(mut gate) = admission::hold(cx)? else { return Ok(true) };
        // Asked on the held row: a decision that arrives meanwhile waits for this one.
        if policy::knows(cx.tx, cx.scope, self.version)? {
            cx.changed("tenant", self.customer, "seats_known", (), self.version);
            return Ok(true);
        }
        let most = i64::try_from(CHUNK).unwrap_or(1_000);
        let surplus = (gate.active - self.seats).max(0);
        let going: Vec<MemberId> = match surplus {
            0 => Vec::new(),
            _ => rows::newest_active(cx.tx, cx.scope, surplus.min(most))?.into_iter().map(|m| m.id).collect(),
        };
        let n = i64::try_from(going.len()).unwrap_or(most);
        if surplus > 0 && n == 0 {
            return Err(store::Error::Corrupt(format!("{} counts {} active members, and none is there", self.customer, gate.active)).into());
        }
        if n > 0 {
            rows::park(cx.tx, cx.scope, &going, "seats", cx.now)?;
            policy::note_members(cx.tx, cx.scope, 0, n)?;
            gate.leave(n);
            going.iter().for_each(|id| cx.changed("member", *id, "status", MemberStatus::Active, MemberStatus::Waiting));
        }
        let active = gate.active;
        gate.save(cx.tx, cx.scope)?;
        policy::make_room(cx.tx, cx.scope, self.seats, self.version, active, cx.now)?;
        cx.changed("tenant", self.customer, "seats", (), self.seats.max(active));
        publish(cx)?;
        Ok(active <= self.seats)
    }
}

/// News of a lower number of seats, whoever is active on them: members make room first, then it is obeyed like any other.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ForceSeats(PushSeats);

impl Job<App> for ForceSeats {
    const KIND: &'static str = SEATS_FORCED;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        let PushSeats { customer, seats, version, .. } = self.0;
        // Without a key: done again, it goes on with whoever is left.
        while !job.house.execute(Call::operator(), LowerSeats { customer, seats, version }).await?.value {}
        self.0.run(job).await
    }
}
