//! One change for many customers: each item is its own command, decided on its own, shown before it happens, and undone by
//! the inverse commands. Nothing new is stored: what can be undone travels with the answer.

use access::Denied;
use command::{Call, Command, Effect, Fail, House};
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use store::{CustomerId, GroupId, PartnerId, StaffId};
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
    fn inverse(self, effects: &[Effect]) -> Option<Action> {
        match self {
            Action::GroupAdd(group) => Some(Action::GroupRemove(group)),
            Action::GroupRemove(group) => Some(Action::GroupAdd(group)),
            Action::Seats(seats) => Some(Action::Seats(-seats)),
            Action::Technician(staff) => Some(Action::TechnicianRemove(staff)),
            Action::TechnicianRemove(staff) => Some(Action::Technician(staff)),
            Action::Tier(_) => {
                let before = effects.iter().find(|e| e.field == "tier")?;
                Tier::parse(before.before.as_str()?).map(Action::Tier)
            }
        }
    }
}

/// What became of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It was changed (in a preview: it would be).
    Done,
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
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// A step of an undo.
pub type Step = (CustomerId, Action);

/// Executes (or previews) an action for each target; each is decided on its own, but a person's reach at once.
pub async fn each(
    house: &House,
    call: &Call,
    partner: PartnerId,
    targets: Vec<(CustomerId, Option<String>, Action)>,
    preview: bool,
) -> Vec<Item> {
    let (staff, gets) = match targets.first() {
        Some((.., Action::Technician(staff))) => (*staff, true),
        Some((.., Action::TechnicianRemove(staff))) => (*staff, false),
        _ => return one_by_one(house, call, partner, targets, preview).await,
    };
    let targets = targets.into_iter().map(|(id, name, _)| (id, name)).collect();
    technician::assign(house, call, Assignment { partner, staff, gets }, targets, preview).await
}

async fn one_by_one(
    house: &House,
    call: &Call,
    partner: PartnerId,
    targets: Vec<(CustomerId, Option<String>, Action)>,
    preview: bool,
) -> Vec<Item> {
    stream::iter(targets)
        .map(|(customer, name, action)| async move {
            let Some(name) = name else {
                return Item {
                    customer_id: customer,
                    name: None,
                    status: Fate::Refused,
                    effects: Vec::new(),
                    problem: Some(Problem::not_found()),
                };
            };
            let call = Call { key: call.key.as_ref().map(|key| format!("{key}:{customer}")), ..call.clone() };
            let (status, effects, problem) = match one(house, call, partner, customer, action, preview).await {
                Ok(effects) if effects.is_empty() => (Fate::Unchanged, effects, None),
                Ok(effects) => (Fate::Done, effects, None),
                Err(problem) => (Fate::Refused, Vec::new(), Some(problem)),
            };
            Item { customer_id: customer, name: Some(name), status, effects, problem }
        })
        .buffered(ABREAST)
        .collect()
        .await
}

async fn one(
    house: &House,
    call: Call,
    partner: PartnerId,
    customer: CustomerId,
    action: Action,
    preview: bool,
) -> Result<Vec<Effect>, Problem> {
    let reason = || Some("bulk".to_owned());
    match action {
        Action::GroupAdd(group) => act(house, call, AddToGroup { partner, group, customers: vec![customer] }, preview).await,
        Action::GroupRemove(group) => match run(house, call, RemoveFromGroup { partner, group, customer }, preview).await {
            // The customer and the group were seen a moment ago: it is not in it.
            Err(Fail::Denied(Denied::NotFound)) => Ok(Vec::new()),
            other => Ok(other?),
        },
        Action::Tier(tier) => {
            let change = CustomerChange { tier: Some(tier), ..CustomerChange::default() };
            act(house, call, EditCustomer { customer, version: None, change }, preview).await
        }
        Action::Seats(seats) if seats > 0 => {
            act(house, call, Allocate { tenant_id: customer, seats, reason: reason(), held: None }, preview).await
        }
        Action::Seats(seats) => release(house, call, BeginRelease { tenant_id: customer, seats: -seats, reason: reason() }, preview).await,
        // A person's reach is changed once for all of them.
        Action::Technician(_) | Action::TechnicianRemove(_) => Ok(Vec::new()),
    }
}

async fn run<C: Command>(house: &House, call: Call, command: C, preview: bool) -> Result<Vec<Effect>, Fail<C::Refusal>> {
    if preview {
        return house.preview(call, command).await.map(|p| p.effects);
    }
    house.execute(call, command).await.map(|a| a.effects)
}

async fn act<C: Command>(house: &House, call: Call, command: C, preview: bool) -> Result<Vec<Effect>, Problem> {
    Ok(run(house, call, command, preview).await?)
}

/// A release is done when the region has answered, which it usually has by now.
async fn release(house: &House, call: Call, command: BeginRelease, preview: bool) -> Result<Vec<Effect>, Problem> {
    if preview {
        return Ok(house.preview(call, command).await?.effects);
    }
    let answer = house.execute(call, command).await?;
    match outcome(house, answer.value).await? {
        Outcome::Failed(problem) => {
            let text = |name: &str| problem.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            let status = problem.get("status").and_then(serde_json::Value::as_u64).and_then(|s| u16::try_from(s).ok()).unwrap_or(409);
            let status = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::CONFLICT);
            Err(Problem::new(status, &text("code"), text("title")).detail(text("detail")))
        }
        _ => Ok(answer.effects),
    }
}

/// The steps that undo what was done.
#[must_use]
pub fn undo(action: Action, items: &[Item]) -> Vec<Step> {
    let done = items.iter().filter(|i| i.status == Fate::Done);
    done.filter_map(|i| action.inverse(&i.effects).map(|step| (i.customer_id, step))).collect()
}
