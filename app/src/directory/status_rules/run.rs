//! Applying rules: by the clock every hour, or at once when somebody asks.

use access::{
    Scope,
    permissions::{ManageMembers, Read},
};
use command::{Call, Command, Cx, Fail, House, Never, Node, Query};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, MemberId, PartnerId, Region, Timestamp, View};

use super::{
    queries::ChangesOf,
    rule::{StatusRule, Turn, decide},
    store as rows,
};
use crate::{
    app::App,
    directory::{
        Member, MemberStatus, admission,
        held::{Domains, Want},
        seat_waiting::seat_waiting,
        set_status::publish,
        store as members,
    },
    hierarchy,
    licensing::policy::{self, Gate},
};

/// Members looked at by one command: it shares its lane with others.
const LOOKS_AT: i64 = 2_000;

/// What brings members a person answers for. A directory may name anybody: its people come in by a proved address only.
const VOUCHED_FOR: [&str; 4] = ["console", "api", "import", "demo"];

/// Applies a customer's rules to up to so many members.
#[derive(Debug, Serialize)]
pub struct RunStatusRules {
    /// Of which customer.
    pub customer: CustomerId,
    /// Behind whom to go on.
    pub after: Option<MemberId>,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// Members whose status changed.
    pub changed: i64,
    /// The last one looked at; none behind the last of all.
    pub next: Option<MemberId>,
}

impl Command for RunStatusRules {
    const NAME: &'static str = "directory.status_rules.run";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Ran;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Ran, Fail<Never>> {
        let rules = rows::list(cx.tx, cx.scope)?;
        if rules.is_empty() {
            return Ok(Ran { changed: 0, next: None });
        }
        let (due, next) = self.due(cx, &rules)?;
        if due.is_empty() {
            return Ok(Ran { changed: 0, next });
        }
        let mut gate = admission::quiet_gate(cx)?;
        let came = admission::enter_month(cx, &mut gate)?;
        // Asked again: a month that has just begun may have let somebody in, and another server may have been faster.
        let (due, _) = self.due(cx, &rules)?;
        if due.is_empty() && came == 0 {
            return Ok(Ran { changed: 0, next });
        }
        for (member, rule) in &due {
            turn(cx, &mut gate, member, rule)?;
        }
        seat_waiting(cx, &mut gate)?;
        gate.save(cx.tx, cx.scope)?;
        publish(cx)?;
        Ok(Ran { changed: i64::try_from(due.len()).unwrap_or(i64::MAX), next })
    }
}

type Due<'r> = (Vec<(Member, &'r StatusRule)>, Option<MemberId>);

impl RunStatusRules {
    fn due<'r>(&self, cx: &mut Cx<'_, '_, Self>, rules: &'r [StatusRule]) -> store::Result<Due<'r>> {
        let (now, mut due, mut seen, mut last) = (cx.now, Vec::new(), 0, None);
        let free = policy::is_free(cx.tx, cx.scope, now)?;
        rows::people(cx.tx, cx.scope, self.after, LOOKS_AT, |member, person| {
            (seen, last) = (seen + 1, Some(member.id));
            if let Some(rule) = decide(rules, member.status, &person, free, now) {
                due.push((member, rule));
            }
        })?;
        Ok((due, last.filter(|_| seen == LOOKS_AT)))
    }
}

fn turn(cx: &mut Cx<'_, '_, RunStatusRules>, gate: &mut Gate, member: &Member, rule: &StatusRule) -> store::Result<()> {
    let want = match rule.then {
        Turn::Inactive => Want::Out,
        Turn::Active if VOUCHED_FOR.contains(&member.source.as_str()) => Want::In,
        Turn::Active => Want::of(true, &member.email, &Domains::of(cx.tx, cx.scope)?),
    };
    admission::uncount(cx, member.status)?;
    if member.status == MemberStatus::Active {
        gate.leave(1);
    }
    let to = admission::admit(cx, gate, want, Some(member.id))?;
    members::set_status(cx.tx, cx.scope, member.id, [member.status, to], &rule.word(), cx.now)?;
    cx.changed("member", member.id, "status", member.status, to);
    cx.changed("member", member.id, "rule", (), rule.id);
    Ok(())
}

/// Applies a customer's rules to all its members, a chunk at a time; gives how many changed.
///
/// # Errors
/// As [`House::execute`]. Without a key: done again, it finds nobody left to change.
pub(super) async fn run(house: &House, call: &Call, customer: CustomerId) -> Result<i64, Fail<Never>> {
    let (mut after, mut changed) = (None, 0);
    loop {
        let call = Call { key: None, ..call.clone() };
        let ran = house.execute(call, RunStatusRules { customer, after }).await?.value;
        changed += ran.changed;
        after = ran.next;
        if after.is_none() {
            return Ok(changed);
        }
    }
}

/// Asks for the customers of a partner that are set up or live.
struct Living {
    partner: PartnerId,
}

impl Query for Living {
    type Home = Control;
    type Needs = Read;
    type Found = Vec<CustomerId>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> store::Result<Vec<CustomerId>> {
        members::living(view, scope)
    }
}

/// Applies the rules of every customer; the schedule. Most have none, or nobody to change: then nothing is written.
///
/// # Errors
/// In words; the others were looked at all the same.
pub async fn run_everywhere(app: &App) -> Result<(), String> {
    let mut trouble = None;
    for partner in app.house.control().read(hierarchy::all_partners).await.map_err(|e| e.to_string())? {
        let living = app.house.ask(&Call::operator(), Living { partner }).await.map_err(|e| format!("{e:?}"))?;
        for customer in living {
            if let Err(why) = run_at(&app.house, customer).await {
                trouble.get_or_insert(format!("{customer}: {why:?}"));
            }
        }
    }
    trouble.map_or(Ok(()), Err)
}

async fn run_at(house: &House, customer: CustomerId) -> Result<(), Fail<Never>> {
    let ended = async {
        let (due, _) = house.ask(&Call::operator(), ChangesOf { customer, limit: 1 }).await?;
        if due.is_empty() { Ok(0) } else { run(house, &Call::operator(), customer).await }
    };
    match ended.await {
        // Removed just now: its members go with it.
        Ok(_) | Err(Fail::Denied(_)) => Ok(()),
        Err(fail) => Err(fail),
    }
}
