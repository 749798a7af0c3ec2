//! The free plan after a trial (3.13, D17): three members stay active, the others wait with all that is known of them. Who stays is
//! what somebody chose, beforehand or while the plan holds ([`ChooseWhoStays`]); else the primary administrator, then whoever has been
//! there longest. An extension or an upgrade lets in again who waits, as any freed seat does.
//!
//! The gate knows by the clock from when on the plan holds. Those who are active beyond it go with the news that the trial has ended,
//! with the first question that needs to know ([`settle`]), or before the next change of a member ([`super::admission`]), whichever is
//! first. They go at the instant at which the trial ended, whoever finds it when: nobody beyond three was active after it (ADR 0038).

mod api;
mod choose;

pub use api::routes as api;
pub use choose::{ChooseWhoStays, NotChosen};

use access::{
    Scope,
    permissions::{Operate, ReadMembers},
};
use command::{Call, Command, Cx, Fail, House, Never, Node, Query};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberId, Region, Result, Timestamp, View};

use super::{
    import::CHUNK,
    member::{Member, MemberStatus},
    store as rows,
};
use crate::{
    app::App,
    hierarchy::trial::{TRIAL_ENDED, TrialEnded},
    licensing::{
        policy::{self, FREE_MEMBERS, Gate},
        pools::PublishUsage,
    },
};

/// Members that can be chosen.
const MOST: usize = 3;

/// Who stays active, first who was chosen.
fn keepers<P>(view: &mut View<'_, Region>, scope: &Scope<P>) -> Result<Vec<Member>> {
    let mut first = policy::stays(view, scope)?;
    if let Some(email) = policy::administrator(view, scope)? {
        first.extend(rows::email_holder(view, scope, &email, None)?);
    }
    let mut all = Vec::new();
    for id in first {
        all.extend(rows::find(view, scope, id)?.filter(|m| m.status == MemberStatus::Active));
    }
    all.extend(rows::oldest_active(view, scope, FREE_MEMBERS)?);
    let mut kept: Vec<Member> = Vec::with_capacity(MOST);
    for member in all {
        if kept.len() < MOST && kept.iter().all(|k| k.id != member.id) {
            kept.push(member);
        }
    }
    Ok(kept)
}

/// Lets up to a chunk of those wait who are active beyond the free plan.
#[derive(Debug, Serialize)]
pub struct KeepThree {
    /// Of which customer.
    pub customer: CustomerId,
}

impl Command for KeepThree {
    const NAME: &'static str = "directory.keep_three";
    type Home = Region;
    type Needs = Operate;
    /// True when nobody is active beyond it any more.
    type Done = bool;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<bool, Fail<Never>> {
        // Asked as the row is held: an extension that came meanwhile keeps everybody, and somebody may have been faster. Then nothing
        // was written.
        match policy::hold_crowded(cx.tx, cx.scope, cx.now)? {
            None => Ok(true),
            Some(free_at) => Ok(begin(cx, free_at)?),
        }
    }
}

/// The free plan begins, however late it is found: up to a chunk of those who do not stay waits from the instant at which the trial
/// ended. On the row of before that instant, so that the months that end after it end without them. True when nobody is active beyond
/// the plan any more.
pub(super) fn begin<C: Command<Home = Region>>(cx: &mut Cx<'_, '_, C>, free_at: Timestamp) -> Result<bool> {
    // Terms of the past that came late find whoever came in since: nobody ends before it began.
    let at = rows::last_begun(cx.tx, cx.scope)?.map_or(free_at, |last| last.max(free_at));
    let Some(mut gate) = Gate::hold(cx.tx, cx.scope, at)? else { return Ok(true) };
    let (at, customer) = (gate.now, rows::customer(cx.scope));
    cx.changed("tenant", customer, "active_on_free_plan", gate.active, FREE_MEMBERS);
    let kept: Vec<MemberId> = keepers(cx.tx, cx.scope)?.into_iter().map(|m| m.id).collect();
    let most = i64::try_from(CHUNK).unwrap_or(1_000);
    let mut going = rows::active(cx.tx, cx.scope, most + FREE_MEMBERS)?;
    going.retain(|id| !kept.contains(id));
    let n = i64::try_from(going.len()).unwrap_or(most);
    if n == 0 {
        return Err(store::Error::Corrupt(format!("{customer} counts {} active members, and they are not there", gate.active)));
    }
    rows::park(cx.tx, cx.scope, &going, "free", at)?;
    policy::note_members(cx.tx, cx.scope, 0, n)?;
    gate.leave(n);
    going.iter().for_each(|id| cx.changed("member", *id, "status", MemberStatus::Active, MemberStatus::Waiting));
    let done = gate.active <= FREE_MEMBERS;
    gate.save(cx.tx, cx.scope)?;
    // Told as it was then: the day and the month of that instant end with three.
    if let Some(usage) = policy::usage(cx.tx, cx.scope)? {
        cx.tell(PublishUsage::KIND, &PublishUsage::of(customer, &usage, at));
    }
    if done && at < cx.now {
        // And by a newer word as it is now: what was told of the days between was told before this was known.
        policy::note_members(cx.tx, cx.scope, 0, 0)?;
        if let Some(usage) = policy::usage(cx.tx, cx.scope)? {
            cx.tell(PublishUsage::KIND, &PublishUsage::of(customer, &usage, cx.now));
        }
    }
    Ok(done)
}

/// News that a trial has ended: three stay.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NewlyFree(TrialEnded);

impl Job<App> for NewlyFree {
    const KIND: &'static str = TRIAL_ENDED;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        match keep_three(job.house, self.0.customer).await {
            // Removed meanwhile: nobody of it is active.
            Ok(()) | Err(Fail::Denied(_)) => Ok(()),
            Err(fail) => Err(fail.into()),
        }
    }
}

/// Without a key: done again, it finds nobody left beyond the plan.
async fn keep_three(house: &House, customer: CustomerId) -> std::result::Result<(), Fail<Never>> {
    while !house.execute(Call::operator(), KeepThree { customer }).await?.value {}
    Ok(())
}

/// Asks whether more members are active than the plan of this instant allows.
struct Crowded {
    customer: CustomerId,
}

impl Query for Crowded {
    type Home = Region;
    type Needs = Operate;
    type Found = bool;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<Operate>, now: Timestamp) -> Result<bool> {
        policy::is_crowded(view, scope, now)
    }
}

/// Brings a customer's members to what its plan allows now: called before they are read, so that they are right whatever the worker
/// does. One read by key when nothing is due.
///
/// # Errors
/// The store's. A full disk is no error, nor a customer that is not there: whoever asks is told.
pub async fn settle(house: &House, customer: CustomerId) -> Result<()> {
    let settled = match house.ask(&Call::operator(), Crowded { customer }).await {
        Ok(false) => Ok(()),
        Ok(true) => keep_three(house, customer).await,
        Err(fail) => Err(fail),
    };
    match settled {
        Err(Fail::Store(error)) if !matches!(error, store::Error::Full) => Err(error),
        _ => Ok(()),
    }
}

/// Somebody who stays active on the free plan.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Stays {
    /// Its id.
    pub id: MemberId,
    /// Its mail address.
    pub email: String,
    /// Its name.
    pub name: String,
}

/// Who stays active on the free plan.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Staying {
    /// How many may.
    pub most: i64,
    /// Who was chosen last, in order; empty where nobody chose.
    pub chosen: Vec<MemberId>,
    /// Who would stay if the trial ended now; on the free plan, who is active.
    pub members: Vec<Stays>,
    /// How many would wait.
    pub would_wait: i64,
    /// Members to choose from, whoever came first first: those who are active, and on the free plan those who wait. At most 200 of each.
    #[serde(skip)]
    #[schema(ignore)]
    pub from: Vec<Stays>,
}

/// Asks who stays active on the free plan.
#[derive(Debug)]
pub struct WhoStays {
    /// Of which customer.
    pub customer: CustomerId,
}

/// Members to choose from.
const CHOICES: i64 = 200;

impl Query for WhoStays {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = Staying;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, now: Timestamp) -> Result<Staying> {
        let shown = |m: Member| Stays { id: m.id, email: m.email, name: m.name };
        let mut from = rows::oldest_active(view, scope, CHOICES)?;
        if policy::is_free(view, scope, now)? {
            for id in rows::first_waiting(view, scope, Timestamp::FOREVER, false, CHOICES)? {
                from.extend(rows::find(view, scope, id)?);
            }
        }
        let active = policy::usage(view, scope)?.map_or(0, |u| u.active_users);
        Ok(Staying {
            most: FREE_MEMBERS,
            chosen: policy::stays(view, scope)?,
            members: keepers(view, scope)?.into_iter().map(shown).collect(),
            would_wait: (active - FREE_MEMBERS).max(0),
            from: from.into_iter().map(shown).collect(),
        })
    }
}
