//! Comparing what stands with what is open, customer by customer.

use access::{Scope, permissions::Operate};
use command::{Call, Command, Cx, Fail, House, Never, Node, Query};
use futures_util::{StreamExt, stream};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{AlertId, Control, CustomerId, PartnerId, Result, Timestamp, View};

use super::{
    mail::AlertMail,
    plan::{Plan, louder, same},
    rules::{Code, Severity},
    store as rows,
};
use crate::{
    app::App,
    hierarchy::standing::{STANDING_CHANGED, STANDINGS_CHANGED, StandingChanged, StandingsChanged},
};

fn plan(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId, now: Timestamp) -> Result<Plan> {
    let watched = rows::watched(view, partner, customer)?;
    Ok(rows::facts(view, partner, customer, now)?.map_or_else(Plan::default, |facts| Plan::of(&facts, watched)))
}

/// Opens the alerts a customer's facts call for and closes those whose cause is gone.
#[derive(Debug, Serialize)]
pub struct EvaluateCustomer {
    /// Which customer.
    pub customer: CustomerId,
}

impl Command for EvaluateCustomer {
    const NAME: &'static str = "alerts.evaluate";
    type Home = Control;
    type Needs = Operate;
    /// How many alerts opened or closed.
    type Done = i64;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<i64, Fail<Never>> {
        let partner = cx.scope.partner();
        let plan = plan(cx.tx, partner, self.customer, cx.now)?;
        let mut changed = 0;
        for old in &plan.clear {
            rows::clear(cx.tx, partner, old.id, cx.now)?;
            let was = if old.resolved_at.is_some() { "resolved" } else { "open" };
            cx.changed("alert", old.id, old.code.word(), was, "cleared");
            changed += 1;
        }
        for (old, now) in &plan.retell {
            let detail = now.detail.to_string();
            rows::retell(cx.tx, partner, old.id, now.code, &detail)?;
            cx.changed("alert", old.id, "code", old.code.word(), now.code.word());
            cx.changed("alert", old.id, "detail", &old.detail, &detail);
            if louder(old, now) && old.resolved_at.is_none() {
                tell(cx, self.customer, old.id, now.code.severity())?;
            }
            changed += 1;
        }
        for new in &plan.open {
            // What a person resolved before gives way to the new one.
            for old in rows::watched(cx.tx, partner, self.customer)? {
                if same(&old, new) && old.resolved_at.is_some() {
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
pub fn raise<C: Command<Home = Control>>(
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
    tell(cx, customer, id, code.severity())?;
    Ok(Some(id))
}

/// Mails those who want to hear of what is so bad.
fn tell<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId, alert: AlertId, severity: Severity) -> Result<()> {
    for staff in rows::subscribers(cx.tx, cx.scope.partner(), severity)? {
        cx.tell(<AlertMail as Job<App>>::KIND, &AlertMail { alert, customer, staff, severity });
    }
    Ok(())
}

/// Asks whether evaluating a customer would change anything.
struct PlanOf {
    customer: CustomerId,
}

impl Query for PlanOf {
    type Home = Control;
    type Needs = Operate;
    type Found = bool;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, now: Timestamp) -> Result<bool> {
        Ok(!plan(view, scope.partner(), self.customer, now)?.is_empty())
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
    if stored(house.ask(&operator, PlanOf { customer }).await)?.unwrap_or_default() {
        stored(house.execute(operator, EvaluateCustomer { customer }).await)?;
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

/// Brings up to date what time alone changes: called before alerts are read. Whatever a command changes is news that was
/// evaluated before its answer, so this does not look at every customer.
///
/// # Errors
/// The store's. A full disk is no error: then what is known is shown.
pub async fn freshen(house: &House, partner: PartnerId) -> Result<()> {
    crate::hierarchy::standing::settle(house, partner).await?;
    crate::agents::settle(house, partner).await?;
    crate::licensing::subscriptions::settle(house, partner).await?;
    let now = house.now();
    // An order that ends can leave the pool over-allocated: that is told of the partner's own tenant. A month that begins frees MAX MAU.
    let due = house.control().read(move |view: &mut View<'_, Control>| {
        view.enter(partner.0);
        let mut due = rows::caps_turned(view, partner, now)?;
        due.extend(rows::internal(view, partner)?);
        Ok(due)
    });
    evaluate_all(house, due.await?).await
}

/// Looks at every customer of a partner that may need an alert or has one.
///
/// # Errors
/// The store's. A full disk is no error: then what is known is shown.
async fn settle(house: &House, partner: PartnerId) -> Result<()> {
    crate::hierarchy::standing::settle(house, partner).await?;
    crate::agents::settle(house, partner).await?;
    crate::licensing::subscriptions::settle(house, partner).await?;
    let now = house.now();
    let due: Vec<CustomerId> = house
        .control()
        .read(move |view: &mut View<'_, Control>| {
            view.enter(partner.0);
            let mut due = Vec::new();
            for customer in rows::candidates(view, partner, now)? {
                if !plan(view, partner, customer, now)?.is_empty() {
                    due.push(customer);
                }
            }
            Ok(due)
        })
        .await?;
    evaluate_all(house, due).await
}

async fn evaluate_all(house: &House, due: Vec<CustomerId>) -> Result<()> {
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
    let partners = app.house.control().read(crate::hierarchy::all_partners).await.map_err(|e| e.to_string())?;
    for partner in partners {
        settle(&app.house, partner).await.map_err(|e| e.to_string())?;
    }
    Ok(())
}
