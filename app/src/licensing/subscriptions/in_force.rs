//! Which plan meters a month that may be over, customer by customer: what was sold for it, whatever was sold since.

use std::collections::HashMap;

use access::Scope;
use store::{Control, CustomerId, Result, Timestamp, View};

use super::{
    plan::{Plan, PlanKind, SEATS},
    store as rows,
};

/// The paid plan of each customer's seats that was in force at the last instant of a stretch of time (`start` to `end`, exclusive), or is
/// now while it runs. One whose term ended within it and was followed by none counts still; one that ended before does not.
///
/// # Errors
/// The store's.
pub fn in_force<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    (start, end): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<HashMap<CustomerId, Plan>> {
    let at = Timestamp(end.0 - 1).min(now);
    let zone = rows::zone(view, scope.partner())?;
    let mut terms: HashMap<CustomerId, (Plan, Timestamp)> = HashMap::new();
    for (customer, plan, ends_at) in rows::sold_before(view, scope, at)? {
        if plan.product == SEATS {
            terms.insert(customer, (plan, ends_at));
        }
    }
    // What was booked last knows the terms that followed by themselves; of what was before it the history tells.
    for (customer, booked) in rows::booked_seats(view, scope)? {
        if booked.starts_at <= at {
            let term = booked.at(at, &zone);
            terms.insert(customer, (term.plan, term.ends_at));
        }
    }
    let paid = terms.into_iter().filter(|(_, (plan, ends_at))| plan.kind == PlanKind::Full && *ends_at > start);
    Ok(paid.map(|(customer, (plan, _))| (customer, plan)).collect())
}
