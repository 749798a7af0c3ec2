//! Assigning customers to a person: one change of the reach for all of them, told again where the request is sent again.

use std::collections::HashSet;

use access::permissions::ManageStaff;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, CustomerId, PartnerId, StaffId};

use super::{
    noun::{ReachMode, StaffReach, StaffRefusal},
    people::{ChangeStaff, change},
    store as rows,
};

/// Assigns customers to a person at a partner, or takes them away.
#[derive(Debug, Serialize)]
pub struct AssignCustomers {
    /// At which partner.
    pub partner: PartnerId,
    /// Whom.
    pub staff: StaffId,
    /// Gets (true) or loses.
    pub gets: bool,
    /// Which customers.
    pub customers: Vec<CustomerId>,
}

impl Command for AssignCustomers {
    const NAME: &'static str = "identity.assign_customers";
    type Home = Control;
    type Needs = ManageStaff;
    /// Those for whom that was a change.
    type Done = HashSet<CustomerId>;
    type Refusal = StaffRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<HashSet<CustomerId>, Fail<StaffRefusal>> {
        let Self { partner, staff, .. } = *self;
        let member = rows::member(cx.tx, partner, staff)?.ok_or(Fail::Denied(access::Denied::NotFound))?.member;
        let (reach, moved) = reassigned(&member.reach, &self.customers, self.gets);
        if !moved.is_empty() {
            let version = member.version;
            let it = ChangeStaff { partner, staff, version, name: None, role: None, grants: None, reach: Some(reach), disabled: None };
            change(cx, &it)?;
        }
        Ok(moved)
    }
}

/// The reach with these customers in (or out), and those for which that is a change.
#[must_use]
pub fn reassigned(reach: &StaffReach, wanted: &[CustomerId], gets: bool) -> (StaffReach, HashSet<CustomerId>) {
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
    use ::store::Uuid;

    use super::*;

    #[test]
    fn an_assignment_and_its_inverse_leave_the_reach_as_it_was() {
        let id = |n: u128| CustomerId::new(Uuid::from_u128(n));
        for mode in [ReachMode::All, ReachMode::Only, ReachMode::Except] {
            let customers = if mode == ReachMode::All { Vec::new() } else { vec![id(1), id(2)] };
            let before = StaffReach { mode, customers, groups: Vec::new() };
            for gets in [true, false] {
                let (after, changed) = reassigned(&before, &[id(2), id(3)], gets);
                let back: Vec<CustomerId> = changed.into_iter().collect();
                let (mut again, _) = reassigned(&after, &back, !gets);
                again.customers.sort_by_key(|c| c.0);
                assert_eq!(again, before, "{mode:?} {gets}");
            }
        }
    }
}
