//! Assigning customers to a technician: one change of the person's reach for all of them, told per customer.

use std::collections::HashSet;

use command::{Call, Effect, House};
use store::{CustomerId, PartnerId, StaffId};
use web::problem::Problem;

use super::bulk::{Fate, Item};
use crate::identity::{ChangeStaff, ReachMode, StaffReach, queries::OneStaff};

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
pub async fn assign(house: &House, call: &Call, what: Assignment, targets: Vec<(CustomerId, Option<String>)>, preview: bool) -> Vec<Item> {
    let wanted: Vec<CustomerId> = targets.iter().filter(|(_, name)| name.is_some()).map(|(id, _)| *id).collect();
    let outcome = change(house, call, what, &wanted, preview).await;
    let item = |(customer, name): (CustomerId, Option<String>)| {
        let (status, effects, problem) = match (&name, &outcome) {
            (None, _) => (Fate::Refused, Vec::new(), Some(Problem::not_found())),
            (Some(_), Err(problem)) => (Fate::Refused, Vec::new(), Some(problem.clone())),
            (Some(_), Ok(moved)) if moved.contains(&customer) => (Fate::Done, vec![effect(what, customer)], None),
            (Some(_), Ok(_)) => (Fate::Unchanged, Vec::new(), None),
        };
        Item { customer_id: customer, name, status, effects, problem }
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
    wanted: &[CustomerId],
    preview: bool,
) -> Result<HashSet<CustomerId>, Problem> {
    let Assignment { partner, staff, gets } = what;
    let found = house.ask(call, OneStaff { partner, staff }).await?;
    let member = found.ok_or_else(|| Problem::invalid("/value", "unknown", "There is no such person here."))?.member;
    let (reach, moved) = moved(&member.reach, wanted, gets);
    if moved.is_empty() {
        return Ok(moved);
    }
    let change =
        ChangeStaff { partner, staff, version: member.version, name: None, role: None, grants: None, reach: Some(reach), disabled: None };
    if preview {
        house.preview(call.clone(), change).await?;
    } else {
        house.execute(call.clone(), change).await?;
    }
    Ok(moved)
}

/// The reach with these customers in (or out), and those for which that is a change.
fn moved(reach: &StaffReach, wanted: &[CustomerId], gets: bool) -> (StaffReach, HashSet<CustomerId>) {
    let mut next = reach.clone();
    // Who sees all but some loses a customer by having it listed.
    let lists = match reach.mode {
        ReachMode::Only => gets,
        ReachMode::All | ReachMode::Except => !gets,
    };
    let held: HashSet<CustomerId> = reach.customers.iter().copied().collect();
    let moved: HashSet<CustomerId> = wanted.iter().copied().filter(|id| held.contains(id) != lists).collect();
    if lists {
        next.customers.extend(wanted.iter().filter(|id| moved.contains(id)));
        if reach.mode == ReachMode::All && !moved.is_empty() {
            next.mode = ReachMode::Except;
        }
    } else {
        next.customers.retain(|id| !moved.contains(id));
        if next.mode == ReachMode::Except && next.customers.is_empty() && next.groups.is_empty() {
            next.mode = ReachMode::All;
        }
    }
    (next, moved)
}

#[cfg(test)]
mod tests {
    use store::Uuid;

    use super::*;

    #[test]
    fn an_assignment_and_its_inverse_leave_the_reach_as_it_was() {
        let id = |n: u128| CustomerId::new(Uuid::from_u128(n));
        for mode in [ReachMode::All, ReachMode::Only, ReachMode::Except] {
            let customers = if mode == ReachMode::All { Vec::new() } else { vec![id(1), id(2)] };
            let before = StaffReach { mode, customers, groups: Vec::new() };
            for gets in [true, false] {
                let (after, changed) = moved(&before, &[id(2), id(3)], gets);
                let back: Vec<CustomerId> = changed.into_iter().collect();
                let (mut again, _) = moved(&after, &back, !gets);
                again.customers.sort_by_key(|c| c.0);
                assert_eq!(again, before, "{mode:?} {gets}");
            }
        }
    }
}
