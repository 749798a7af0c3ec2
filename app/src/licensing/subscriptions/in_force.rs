//! Which plan meters a month that may be over, customer by customer: what was sold for it, whatever was sold since.

use std::collections::HashMap;

use access::Scope;
use store::{Control, CustomerId, Result, Timestamp, View};

use super::{
    plan::{Plan, PlanKind, SEATS},
    store as rows,
};

/// The paid plan of each customer's seats that was in force at the last instant of a stretch of time (`start` to `end`, exclusive), or is
/// now while it runs. Days of grace count as the term they follow: a renewal within them goes on from its end, so that whether they are
/// charged must not wait for it. One that was over within the stretch and was followed by none counts still; one that was before does not.
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
    let past = rows::sold_before(view, scope, at)?;
    for (customer, plan, ends_at) in past.sold.into_values() {
        if plan.product == SEATS {
            terms.insert(customer, (plan, ends_at));
        }
    }
    // What was booked last knows the terms that followed by themselves; of what was before it the history tells, and of a time before the
    // customer came back from another partner.
    for (id, customer, booked) in rows::booked_seats(view, scope)? {
        if booked.starts_at <= at && !past.came_later.contains(&id) {
            let term = booked.at(at, &zone);
            terms.insert(customer, (term.plan, term.ends_at));
        }
    }
    let held = |plan: &Plan, ends_at: Timestamp| ends_at.plus_days(plan.grace_days) > start;
    let paid = terms.into_iter().filter(|(_, (plan, ends_at))| plan.kind == PlanKind::Full && held(plan, *ends_at));
    Ok(paid.map(|(customer, (plan, _))| (customer, plan)).collect())
}
