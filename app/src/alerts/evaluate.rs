//! Comparing what stands with what is open, customer by customer.

use access::{Scope, permissions::Operate};
use command::{Call, Command, Cx, Fail, House, Never, Query};
use futures_util::{StreamExt, stream};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{AlertId, Control, CustomerId, PartnerId, Region, Result, Timestamp, Uuid, View};

use super::{
    mail::AlertMail,
    rules::{Code, Wanted, wanted},
    store::{self as rows, Watched},
};
use crate::{
    app::App,
    hierarchy::standing::{STANDING_CHANGED, STANDINGS_CHANGED, StandingChanged, StandingsChanged},
};

/// What evaluating a customer would do.
struct Plan {
    open: Vec<Wanted>,
    clear: Vec<Watched>,
}

impl Plan {
    fn is_empty(&self) -> bool {
        self.open.is_empty() && self.clear.is_empty()
    }
}

fn plan(
    view: &mut View<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    waiting: Option<i64>,
    now: Timestamp,
) -> Result<(Plan, bool)> {
    let watched = rows::watched(view, partner, customer)?;
    let Some(mut facts) = rows::facts(view, partner, customer, now)? else {
        return Ok((Plan { open: Vec::new(), clear: Vec::new() }, false));
    };
    facts.waiting = waiting;
    let open: Vec<Code> = watched.iter().filter(|w| w.resolved_at.is_none()).map(|w| w.code).collect();
    let known = open.contains(&Code::MembersWaiting);
    // Only where seats run out can anybody begin to wait: then its region is worth asking.
    let ask = known || (facts.serving && facts.active_users >= facts.allocated);
    let wanted = wanted(&facts, &open);
    // An alert that somebody raised by hand about another subject is not this rule's to close.
    let clear = watched
        .iter()
        .filter(|w| w.subject == w.code.subject() && !wanted.iter().any(|n| n.code == w.code))
        .filter(|w| w.code != Code::MembersWaiting || waiting.is_some())
        .cloned()
        .collect();
    let fresh = wanted.into_iter().filter(|n| opens(n, &watched)).collect();
    Ok((Plan { open: fresh, clear }, ask))
}

/// Not while it is open, nor after a person resolved it, unless there is newer evidence.
fn opens(new: &Wanted, watched: &[Watched]) -> bool {
    watched.iter().filter(|w| w.code == new.code && w.subject == new.code.subject()).all(|w| match w.resolved_at {
        None => false,
        Some(resolved) => new.evidence.is_some_and(|e| e > resolved),
    })
}

/// Opens the alerts a customer's facts call for and closes those whose cause is gone.
#[derive(Debug, Serialize)]
pub struct EvaluateCustomer {
    /// Which customer.
    pub customer: CustomerId,
    /// Members who wait there, if its region was asked.
    pub waiting: Option<i64>,
}

impl Command for EvaluateCustomer {
    const NAME: &'static str = "alerts.evaluate";
    type Home = Control;
    type Needs = Operate;
    /// How many alerts opened or closed.
    type Done = i64;
    type Refusal = Never;

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<i64, Fail<Never>> {
        let partner = cx.scope.partner();
        let (plan, _) = plan(cx.tx, partner, self.customer, self.waiting, cx.now)?;
        let mut changed = 0;
        for old in &plan.clear {
            rows::clear(cx.tx, partner, old.id, cx.now)?;
            let was = if old.resolved_at.is_some() { "resolved" } else { "open" };
            cx.changed("alert", old.id, old.code.word(), was, "cleared");
            changed += 1;
        }
        for new in &plan.open {
            // What a person resolved before gives way to the new one.
            for old in rows::watched(cx.tx, partner, self.customer)? {
                if old.code == new.code && old.resolved_at.is_some() {
                    rows::clear(cx.tx, partner, old.id, cx.now)?;
                    cx.changed("alert", old.id, old.code.word(), "resolved", "reopened");
                }
            }
            if raise(cx, self.customer, new.code, new.code.subject(), &new.detail)?.is_some() {
                changed += 1;
            }
        }
        Ok(changed)
    }
}

/// Opens an alert inside a command and tells its subscribers; none when one is open already.
///
/// # Errors
/// The store's.
pub(super) fn raise<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    code: Code,
    subject: &str,
    detail: &serde_json::Value,
) -> Result<Option<AlertId>> {
    let (partner, id) = (cx.scope.partner(), cx.new_id());
    if !rows::open(cx.tx, partner, id, customer, code, subject, &detail.to_string(), cx.now)? {
        return Ok(None);
    }
    cx.changed("alert", id, code.word(), (), "open");
    for staff in rows::subscribers(cx.tx, partner, code.severity())? {
        cx.tell(<AlertMail as Job<App>>::KIND, &AlertMail { alert: id, customer, staff });
    }
    Ok(Some(id))
}

/// Asks a region how many members of a tenant wait.
struct WaitingOf(CustomerId);

impl Query for WaitingOf {
    type Home = Region;
    type Needs = Operate;
    type Found = i64;

    fn node(&self) -> Uuid {
        self.0.0
    }

    fn run(&self, view: &mut View<'_, Region>, _: &Scope<Operate>, _: Timestamp) -> Result<i64> {
        rows::waiting(view, self.0)
    }
}

/// Asks whether evaluating a customer would change anything, and whether its region is worth asking.
struct PlanOf {
    customer: CustomerId,
    waiting: Option<i64>,
}

impl Query for PlanOf {
    type Home = Control;
    type Needs = Operate;
    type Found = (bool, bool);

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, now: Timestamp) -> Result<(bool, bool)> {
        let (plan, ask) = plan(view, scope.partner(), self.customer, self.waiting, now)?;
        Ok((!plan.is_empty(), ask))
    }
}

/// Work: evaluate a customer whose facts changed, before the one who changed them is answered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Evaluate(StandingChanged);

impl Job<App> for Evaluate {
    const KIND: &'static str = STANDING_CHANGED;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        evaluate(job.house, self.0.customer).await.map_err(|e| Retry::Later(e.to_string()))
    }
}

/// Work: evaluate all customers of a partner, whose thresholds changed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EvaluateAll(StandingsChanged);

impl Job<App> for EvaluateAll {
    const KIND: &'static str = STANDINGS_CHANGED;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        settle(job.house, self.0.partner).await.map_err(|e| Retry::Later(e.to_string()))
    }
}

/// Most news changes no alert: a transaction is opened only when one is to open or to close.
async fn evaluate(house: &House, customer: CustomerId) -> Result<()> {
    let operator = Call::operator();
    let (mut changes, ask) = stored(house.ask(&operator, PlanOf { customer, waiting: None }).await)?.unwrap_or_default();
    // A tenant whose region cannot be reached, or that is not open yet, has nobody we know to wait.
    let waiting = if ask { house.ask(&operator, WaitingOf(customer)).await.ok() } else { None };
    if !changes && waiting.is_some() {
        (changes, _) = stored(house.ask(&operator, PlanOf { customer, waiting }).await)?.unwrap_or_default();
    }
    if changes {
        stored(house.execute(operator, EvaluateCustomer { customer, waiting }).await)?;
    }
    Ok(())
}

/// The store's trouble; a customer that is gone is none.
fn stored<T>(answer: std::result::Result<T, Fail<Never>>) -> Result<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(Fail::Store(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Customers evaluated at once: their commits are shared.
const AT_ONCE: usize = 32;

/// Brings a partner's alerts up to date: called before they are read, so that they are right whatever the worker does.
///
/// # Errors
/// The store's. A full disk is no error: then what is known is shown.
pub async fn settle(house: &House, partner: PartnerId) -> Result<()> {
    crate::hierarchy::standing::settle(house, partner).await?;
    let now = house.now();
    let due: Vec<CustomerId> = house
        .control()
        .read(move |view: &mut View<'_, Control>| {
            view.enter(partner.0);
            let mut due = Vec::new();
            for customer in rows::candidates(view, partner)? {
                let (plan, ask) = plan(view, partner, customer, None, now)?;
                if ask || !plan.is_empty() {
                    due.push(customer);
                }
            }
            Ok(due)
        })
        .await?;
    let ended: Vec<Result<()>> = stream::iter(due).map(|customer| evaluate(house, customer)).buffer_unordered(AT_ONCE).collect().await;
    match ended.into_iter().find_map(Result::err) {
        None | Some(store::Error::Full) => Ok(()),
        Some(error) => Err(error),
    }
}

/// Brings every partner's alerts up to date; the schedule.
///
/// # Errors
/// The store's, in words.
pub async fn sweep(app: &App) -> std::result::Result<(), String> {
    let partners = app.house.control().read(rows::partners).await.map_err(|e| e.to_string())?;
    for partner in partners {
        settle(&app.house, partner).await.map_err(|e| e.to_string())?;
    }
    Ok(())
}
