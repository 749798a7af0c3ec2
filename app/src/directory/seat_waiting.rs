//! Members who wait come in as soon as they can, oldest first: in the transaction that frees a seat here, as news when control
//! gives more seats, raises MAX MAU or lets the tenant serve again, and when a month begins with its first change or by the
//! clock, whichever is first.

use access::{
    Scope,
    permissions::{Operate, Read},
};
use command::{Call, Command, Cx, Fail, Never, Node, Query};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, MemberId, PartnerId, Region, Timestamp, View};

use super::{admission, import::CHUNK, member::MemberStatus, set_status::publish, store as rows};
use crate::{
    app::App,
    hierarchy,
    licensing::policy::{self, Gate, SEATS_FREED, SeatsFreed},
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
    /// How many came in.
    type Done = i64;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<i64, Fail<Never>> {
        // Looked at before the gate is taken: most who wait have to go on waiting.
        if !somebody_may(cx.tx, cx.scope, cx.now)? {
            return Ok(0);
        }
        let mut gate = admission::quiet_gate(cx)?;
        let seated = seat_waiting(cx, &mut gate)?;
        // Another server may have let them in while this one waited for the gate: then there is nothing to keep.
        if seated > 0 {
            gate.save(cx.tx, cx.scope)?;
            publish(cx)?;
        }
        Ok(seated)
    }
}

fn somebody_may<P>(view: &mut View<'_, Region>, scope: &Scope<P>, now: Timestamp) -> store::Result<bool> {
    let Some(gate) = Gate::look(view, scope, now)? else { return Ok(false) };
    Ok(!next(view, scope, &gate, 1)?.is_empty())
}

/// Who is next, and whether the month holds them already: a seat is free for each, and MAX MAU is kept.
fn next<P>(view: &mut View<'_, Region>, scope: &Scope<P>, gate: &Gate, most: i64) -> store::Result<Vec<(MemberId, bool)>> {
    let (any, new) = gate.room();
    if gate.waiting == 0 || any == 0 {
        return Ok(Vec::new());
    }
    let again = rows::first_waiting(view, scope, gate.month_start, true, any.min(most))?;
    let others = rows::first_waiting(view, scope, gate.month_start, false, new.min(most))?;
    let mut found: Vec<(MemberId, bool)> = again.into_iter().map(|id| (id, true)).chain(others.into_iter().map(|id| (id, false))).collect();
    found.sort_by_key(|(id, _)| id.0);
    found.truncate(usize::try_from(any.min(most)).unwrap_or(CHUNK));
    Ok(found)
}

/// Lets in members who wait inside another command, as far as the gate allows; gives how many. Whoever calls saves the gate and
/// publishes.
pub(super) fn seat_waiting<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>, gate: &mut Gate) -> store::Result<i64> {
    let most = i64::try_from(CHUNK).unwrap_or(1_000);
    let mut seated = Vec::new();
    for (member, counted) in next(cx.tx, cx.scope, gate, most)? {
        if gate.enter(counted).is_ok() {
            seated.push(member);
            cx.changed("member", member, "status", MemberStatus::Waiting, MemberStatus::Active);
        }
    }
    let n = i64::try_from(seated.len()).unwrap_or(most);
    if n > 0 {
        rows::seat(cx.tx, cx.scope, &seated, cx.now)?;
        policy::note_members(cx.tx, cx.scope, 0, -n)?;
        gate.waiting -= n;
    }
    if n == most {
        cx.tell(SEATS_FREED, &SeatsFreed { customer: rows::customer(cx.scope) });
    }
    Ok(n)
}

/// News that somebody may come in: everybody who can does, a chunk at a time.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NewSeats(SeatsFreed);

impl Job<App> for NewSeats {
    const KIND: &'static str = policy::SEATS_FREED;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let customer = self.0.customer;
        // Without a key: done again, it finds nobody left to seat.
        while job.house.execute(Call::operator(), SeatWaiting { customer }).await?.value > 0 {}
        Ok(())
    }
}

/// Asks whether anybody who waits may come in.
struct MayComeIn {
    customer: CustomerId,
}

impl Query for MayComeIn {
    type Home = Region;
    type Needs = Operate;
    type Found = bool;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<Operate>, now: Timestamp) -> store::Result<bool> {
        somebody_may(view, scope, now)
    }
}

/// Asks for the customers of a partner that have members who wait.
struct Waited {
    partner: PartnerId,
}

impl Query for Waited {
    type Home = Control;
    type Needs = Read;
    type Found = Vec<CustomerId>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> store::Result<Vec<CustomerId>> {
        rows::waited(view, scope)
    }
}

/// Lets in whoever waits and may come in, of all customers; the schedule. Only the turn of a month leaves anybody to it, and a request
/// about activity that was cut short.
///
/// # Errors
/// In words; the others were looked at all the same.
pub async fn let_in_those_who_wait(app: &App) -> Result<(), String> {
    let mut trouble = None;
    for partner in app.house.control().read(hierarchy::all_partners).await.map_err(|e| e.to_string())? {
        let waited = app.house.ask(&Call::operator(), Waited { partner }).await.map_err(|e| format!("{e:?}"))?;
        for customer in waited {
            if let Err(why) = let_in(app, customer).await {
                trouble.get_or_insert(why);
            }
        }
    }
    trouble.map_or(Ok(()), Err)
}

async fn let_in(app: &App, customer: CustomerId) -> Result<(), String> {
    let gone = |fail: Fail<Never>| match fail {
        // Removed just now: nobody of it comes in.
        Fail::Denied(_) => Ok(false),
        other => Err(format!("{customer}: {other:?}")),
    };
    while app.house.ask(&Call::operator(), MayComeIn { customer }).await.or_else(gone)? {
        let seated = app.house.execute(Call::operator(), SeatWaiting { customer }).await;
        if !seated.map(|a| a.value > 0).or_else(gone)? {
            break;
        }
    }
    Ok(())
}
