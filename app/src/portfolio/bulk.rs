//! One change for many customers: each item is its own command, decided on its own, shown before it happens, and undone by
//! the inverse commands. What can be undone travels with the answer, and with it how things stood: an undo takes back what nobody has
//! touched since (ADR 0017).

use access::Denied;
use command::{Call, Command, Effect, Fail, House};
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use store::{CustomerId, GroupId, OperationId, PartnerId, StaffId};
use web::problem::Problem;

use super::technician::{self, Assignment};
use crate::{
    hierarchy::{
        Tier,
        edit::{CustomerChange, EditCustomer},
        groups::{AddToGroup, RemoveFromGroup},
    },
    licensing::pools::{Allocate, BeginRelease, outcome},
    operations::Outcome,
};

/// Customers one request may change.
pub const MOST: usize = 10_000;

/// Commands under way at once: enough to share a commit, few enough to leave room for others.
const ABREAST: usize = 16;

/// What is done to each customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Puts it into a group.
    GroupAdd(GroupId),
    /// Takes it out of a group.
    GroupRemove(GroupId),
    /// Sets its tier.
    Tier(Tier),
    /// Gives so many seats more; negative: takes them back.
    Seats(i64),
    /// Assigns it to a technician.
    Technician(StaffId),
    /// Takes it from a technician.
    TechnicianRemove(StaffId),
}

impl Action {
    /// The word in the API and in forms.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Action::GroupAdd(_) => "group_add",
            Action::GroupRemove(_) => "group_remove",
            Action::Tier(_) => "tier",
            Action::Seats(_) => "seats",
            Action::Technician(_) => "technician",
            Action::TechnicianRemove(_) => "technician_remove",
        }
    }

    /// Reads a word and its value.
    ///
    /// # Errors
    /// Which of the two is wrong, and what it should be.
    pub fn parse(word: &str, value: &str) -> Result<Action, (&'static str, &'static str)> {
        let group = || GroupId::parse(value).ok_or(("/value", "The value must be the id of a group (grp_…)."));
        let staff = || StaffId::parse(value).ok_or(("/value", "The value must be the id of a technician (stf_…)."));
        match word {
            "group_add" => group().map(Action::GroupAdd),
            "group_remove" => group().map(Action::GroupRemove),
            "tier" => Tier::parse(value).map(Action::Tier).ok_or(("/value", "The value must be starter, pro or enterprise.")),
            "seats" => {
                let seats = value.parse().ok().filter(|n: &i64| *n != 0 && n.unsigned_abs() <= 1_000_000_000);
                seats.map(Action::Seats).ok_or(("/value", "The value must be a whole number of seats to add, negative to release, not 0."))
            }
            "technician" => staff().map(Action::Technician),
            "technician_remove" => staff().map(Action::TechnicianRemove),
            _ => Err(("/action", "The action must be group_add, group_remove, tier, seats, technician or technician_remove.")),
        }
    }

    /// What undoes this for one customer, given what it did there.
    fn inverse(self, customer: CustomerId, effects: &[Effect]) -> Option<Step> {
        let effect = |field: &str| effects.iter().find(|e| e.on == "customer" && e.field == field);
        let (action, stood) = match self {
            Action::GroupAdd(group) => (Action::GroupRemove(group), None),
            Action::GroupRemove(group) => (Action::GroupAdd(group), None),
            Action::Technician(staff) => (Action::TechnicianRemove(staff), None),
            Action::TechnicianRemove(staff) => (Action::Technician(staff), None),
            Action::Seats(seats) => (Action::Seats(-seats), Some(Stood::Seats(effect("seats")?.after.as_i64()?))),
            Action::Tier(_) => {
                let set = effect("tier")?;
                (Action::Tier(Tier::parse(set.before.as_str()?)?), Some(Stood::Tier(Tier::parse(set.after.as_str()?)?)))
            }
        };
        Some((customer, action, stood))
    }
}

/// What a step rests on: where the customer stands otherwise, somebody was faster, and nothing is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stood {
    /// Its tier.
    Tier(Tier),
    /// The seats it holds.
    Seats(i64),
}

/// What is to be done to one customer, and on what that rests.
pub type Step = (CustomerId, Action, Option<Stood>);

/// A step, and the name of its customer; none where there is none to be seen here.
pub type Target = (Step, Option<String>);

/// What became of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It was changed (in a preview: it would be).
    Done,
    /// It was begun, and its region has not answered yet: the operation tells how it ends.
    Pending,
    /// It was so already.
    Unchanged,
    /// It was refused; the problem says why.
    Refused,
}

/// One item of a bulk action.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Item {
    /// The customer.
    pub customer_id: CustomerId,
    /// Its name; null when there is none to be seen here.
    pub name: Option<String>,
    /// What became of it.
    pub status: Fate,
    /// What changed, or would.
    pub effects: Vec<Effect>,
    /// The operation to watch while it is `pending`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<OperationId>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// What undoes it, where it was done.
    #[serde(skip)]
    #[schema(ignore)]
    pub undo: Option<Step>,
}

impl Item {
    /// An item, and what undoes it where it was done.
    #[must_use]
    pub fn of(step: &Step, name: Option<String>, status: Fate, effects: Vec<Effect>) -> Item {
        let (customer_id, action, _) = *step;
        // What is still under way may end as nothing: there is nothing to take back yet.
        let undo = if status == Fate::Done { action.inverse(customer_id, &effects) } else { None };
        Item { customer_id, name, status, effects, operation_id: None, problem: None, undo }
    }

    /// An item that was refused.
    #[must_use]
    pub fn refused(step: &Step, name: Option<String>, problem: Problem) -> Item {
        Item { problem: Some(problem), ..Item::of(step, name, Fate::Refused, Vec::new()) }
    }
}

/// Executes (or previews) each step; each is decided on its own, but a person's reach at once.
pub async fn each(house: &House, call: &Call, partner: PartnerId, targets: Vec<Target>, preview: bool) -> Vec<Item> {
    let (staff, gets) = match targets.first() {
        Some(((_, Action::Technician(staff), _), _)) => (*staff, true),
        Some(((_, Action::TechnicianRemove(staff), _), _)) => (*staff, false),
        _ => return one_by_one(house, call, partner, targets, preview).await,
    };
    technician::assign(house, call, Assignment { partner, staff, gets }, targets, preview).await
}

async fn one_by_one(house: &House, call: &Call, partner: PartnerId, targets: Vec<Target>, preview: bool) -> Vec<Item> {
    stream::iter(targets)
        .map(|(step, name)| async move {
            if name.is_none() {
                return Item::refused(&step, name, Problem::not_found());
            }
            let call = Call { key: call.key.as_ref().map(|key| format!("{key}:{}", step.0)), ..call.clone() };
            match one(house, call, partner, step, preview).await {
                Ok((effects, Some(operation))) => Item { operation_id: Some(operation), ..Item::of(&step, name, Fate::Pending, effects) },
                Ok((effects, None)) if effects.is_empty() => Item::of(&step, name, Fate::Unchanged, effects),
                Ok((effects, None)) => Item::of(&step, name, Fate::Done, effects),
                Err(problem) => Item::refused(&step, name, problem),
            }
        })
        .buffered(ABREAST)
        .collect()
        .await
}

/// What was changed, and the operation that goes on, where one does.
type Came = (Vec<Effect>, Option<OperationId>);

async fn one(house: &House, call: Call, partner: PartnerId, (customer, action, stood): Step, preview: bool) -> Result<Came, Problem> {
    let reason = || Some("bulk".to_owned());
    let held = match stood {
        Some(Stood::Seats(held)) => Some(held),
        _ => None,
    };
    match action {
        Action::GroupAdd(group) => act(house, call, AddToGroup { partner, group, customers: vec![customer] }, preview).await,
        Action::GroupRemove(group) => match run(house, call, RemoveFromGroup { partner, group, customer }, preview).await {
            // The customer and the group were seen a moment ago: it is not in it.
            Err(Fail::Denied(Denied::NotFound)) => Ok((Vec::new(), None)),
            other => Ok((other?, None)),
        },
        Action::Tier(tier) => {
            let change = CustomerChange { tier: Some(tier), ..CustomerChange::default() };
            let tier = match stood {
                Some(Stood::Tier(tier)) => Some(tier),
                _ => None,
            };
            act(house, call, EditCustomer { customer, version: None, tier, change }, preview).await
        }
        Action::Seats(seats) if seats > 0 => {
            act(house, call, Allocate { tenant_id: customer, seats, reason: reason(), held }, preview).await
        }
        Action::Seats(seats) => {
            release(house, call, BeginRelease { tenant_id: customer, seats: -seats, reason: reason(), held }, preview).await
        }
        // A person's reach is changed once for all of them.
        Action::Technician(_) | Action::TechnicianRemove(_) => Ok((Vec::new(), None)),
    }
}

async fn run<C: Command>(house: &House, call: Call, command: C, preview: bool) -> Result<Vec<Effect>, Fail<C::Refusal>> {
    if preview {
        return house.preview(call, command).await.map(|p| p.effects);
    }
    house.execute(call, command).await.map(|a| a.effects)
}

async fn act<C: Command>(house: &House, call: Call, command: C, preview: bool) -> Result<Came, Problem> {
    Ok((run(house, call, command, preview).await?, None))
}

/// A release is done when the region has answered, which it usually has by now.
async fn release(house: &House, call: Call, command: BeginRelease, preview: bool) -> Result<Came, Problem> {
    if preview {
        return act(house, call, command, preview).await;
    }
    let (customer, seats) = (command.tenant_id, command.seats);
    let answer = house.execute(call, command).await?;
    match outcome(house, answer.value).await? {
        Outcome::Failed(problem) => Err(refused(&problem)),
        Outcome::Pending => Ok((answer.effects, Some(answer.value))),
        Outcome::Succeeded(released) => {
            let gone = released.get("allocated").and_then(serde_json::Value::as_i64).map(|left| Effect {
                on: "customer".into(),
                id: customer.to_string(),
                field: "seats".into(),
                before: (left + seats).into(),
                after: left.into(),
            });
            Ok((gone.map_or(answer.effects, |gone| vec![gone]), None))
        }
    }
}

/// The region's "no" as it was kept, with what belongs to its code.
fn refused(problem: &serde_json::Value) -> Problem {
    let text = |name: &str| problem.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    let status = problem.get("status").and_then(serde_json::Value::as_u64).and_then(|s| u16::try_from(s).ok());
    let status = status.and_then(|s| http::StatusCode::from_u16(s).ok()).unwrap_or(http::StatusCode::CONFLICT);
    let mut refused = Problem::new(status, text("code"), text("title")).detail(text("detail"));
    let own = ["type", "title", "status", "detail", "code", "instance", "errors"];
    let more = problem.as_object().into_iter().flatten().filter(|(name, _)| !own.contains(&name.as_str()));
    refused.more.extend(more.map(|(name, value)| (name.clone(), value.clone())));
    refused
}
