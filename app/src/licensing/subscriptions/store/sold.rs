//! What was sold to whom, of a time that may be over.

use std::collections::{HashMap, HashSet};

use access::Scope;
use store::{Control, CustomerId, Result, SubscriptionId, Timestamp, View, p, sql};

use super::{booked_of, plan_of};
use crate::licensing::subscriptions::{plan::Plan, terms::Booked};

/// What the history of subscriptions says of an instant.
#[derive(Debug, Default)]
pub struct Past {
    /// Whose, the plan whose term had begun, and the end of that term as it was booked.
    pub sold: HashMap<SubscriptionId, (CustomerId, Plan, Timestamp)>,
    /// Those that came here after it, from another partner: what has been booked since says nothing of it.
    pub came_later: HashSet<SubscriptionId>,
}

/// The plan of each subscription whose term had begun by an instant: whatever was decided last here counts, up to a later arrival from
/// another partner. A plan that is to follow is none yet.
pub fn sold_before<P>(view: &mut View<'_, Control>, scope: &Scope<P>, at: Timestamp) -> Result<Past> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT e.subscription_id, e.customer_id, e.at, e.what, e.terms, e.ends_at FROM subscription_event e
                 WHERE e.partner_id = $1 AND e.what <> 'planned' AND (e.starts_at <= $5 OR e.what = 'arrived') AND ",
                access::visible!("e", "$2", "$3", "$4"),
                " ORDER BY e.at, e.event_id"
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), at],
    )?;
    let mut past = Past::default();
    let mut last: HashMap<SubscriptionId, (CustomerId, String, Timestamp)> = HashMap::new();
    for r in &rows {
        let (id, when, what): (SubscriptionId, Timestamp, String) = (r.get("subscription_id")?, r.get("at")?, r.get("what")?);
        if what == "arrived" && when > at {
            past.came_later.insert(id);
        }
        if !past.came_later.contains(&id) {
            last.insert(id, (r.get("customer_id")?, r.get("terms")?, r.get("ends_at")?));
        }
    }
    for (id, (customer, terms, ends_at)) in last {
        past.sold.insert(id, (customer, plan_of(&terms)?, ends_at));
    }
    Ok(past)
}

/// The subscriptions of seats as they were booked last; of a trial without its end.
pub fn booked_seats<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<(SubscriptionId, CustomerId, Booked)>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT s.subscription_id, s.customer_id, s.plan, s.terms, s.stops_at, s.next_plan, s.next_terms, s.next_stops_at, s.anchor_at, s.months, s.starts_at,
                   s.ends_at, s.renew_months FROM subscription s
                 WHERE s.partner_id = $1 AND s.product = 'seats' AND ",
                access::visible!("s", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()],
    )?;
    rows.iter().map(|r| Ok((r.get("subscription_id")?, r.get("customer_id")?, booked_of(r)?))).collect()
}
