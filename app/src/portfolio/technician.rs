//! Assigning customers to a technician: one change of the person's reach for all of them, told per customer.

use std::collections::HashSet;

use command::{Call, Effect, House};
use store::{CustomerId, PartnerId, StaffId};
use web::problem::Problem;

use super::bulk::{Fate, Item, Target};
use crate::identity::{AssignCustomers, queries::OneStaff, reassigned};

/// Whom, and whether they get or lose the customers.
#[derive(Debug, Clone, Copy)]
pub struct Assignment {
    /// At which partner.
    pub partner: PartnerId,
    /// Whom.
    pub staff: StaffId,
    /// Gets (true) or loses.
    pub gets: bool,
}

/// Executes (or previews) an assignment: all of it or none of it.
pub async fn assign(house: &House, call: &Call, what: Assignment, targets: Vec<Target>, preview: bool) -> Vec<Item> {
    let wanted: Vec<CustomerId> = targets.iter().filter(|(_, name)| name.is_some()).map(|(step, _)| step.0).collect();
    let outcome = change(house, call, what, wanted, preview).await;
    let item = |(step, name): Target| {
        let known = name.is_some();
        match &outcome {
            _ if !known => Item::refused(&step, name, Problem::not_found()),
            Err(problem) => Item::refused(&step, name, problem.clone()),
            Ok(moved) if moved.contains(&step.0) => Item::of(&step, name, Fate::Done, vec![effect(what, step.0)]),
            Ok(_) => Item::of(&step, name, Fate::Unchanged, Vec::new()),
        }
    };
    targets.into_iter().map(item).collect()
}

fn effect(what: Assignment, customer: CustomerId) -> Effect {
    let (none, some) = (serde_json::Value::Null, serde_json::Value::from(customer.to_string()));
    let (before, after) = if what.gets { (none, some) } else { (some, none) };
    Effect { on: "staff".into(), id: what.staff.to_string(), field: "customer".into(), before, after }
}

/// Gives the customers whose assignment changes.
async fn change(
    house: &House,
    call: &Call,
    what: Assignment,
    customers: Vec<CustomerId>,
    preview: bool,
) -> Result<HashSet<CustomerId>, Problem> {
    let Assignment { partner, staff, gets } = what;
    let found = house.ask(call, OneStaff { partner, staff }).await?;
    let member = found.ok_or_else(|| Problem::invalid("/value", "unknown", "There is no such person here."))?.member;
    let (_, moves) = reassigned(&member.reach, &customers, gets);
    let assign = AssignCustomers { partner, staff, gets, customers };
    if preview {
        house.preview(call.clone(), assign).await?;
        return Ok(moves);
    }
    Ok(house.execute(call.clone(), assign).await?.value)
}
