//! What was sold to whom, of a time that may be over.

use access::Scope;
use store::{Control, CustomerId, Result, Timestamp, View, p, sql};

use super::{booked_of, plan_of};
use crate::licensing::subscriptions::{plan::Plan, terms::Booked};

/// By subscription the plan whose term had begun by an instant, with the end of that term as it was booked: whatever was decided last
/// counts. A plan that is to follow is none yet.
pub fn sold_before<P>(view: &mut View<'_, Control>, scope: &Scope<P>, at: Timestamp) -> Result<Vec<(CustomerId, Plan, Timestamp)>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT e.customer_id, e.terms, e.ends_at FROM subscription_event e
                 WHERE e.partner_id = $1 AND e.starts_at <= $5 AND e.what <> 'planned' AND NOT EXISTS (SELECT 1 FROM subscription_event n
                     WHERE n.partner_id = e.partner_id AND n.customer_id = e.customer_id AND n.subscription_id = e.subscription_id
                       AND n.starts_at <= $5 AND n.what <> 'planned' AND (n.at > e.at OR (n.at = e.at AND n.event_id > e.event_id))) AND ",
                access::visible!("e", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), at],
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, plan_of(&r.get::<String>("terms")?)?, r.get("ends_at")?))).collect()
}

/// The subscriptions of seats as they were booked last; of a trial without its end.
pub fn booked_seats<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<(CustomerId, Booked)>> {
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT s.customer_id, s.plan, s.terms, s.stops_at, s.next_plan, s.next_terms, s.next_stops_at, s.anchor_at, s.months, s.starts_at,
                   s.ends_at, s.renew_months FROM subscription s
                 WHERE s.partner_id = $1 AND s.product = 'seats' AND ",
                access::visible!("s", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()],
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, booked_of(r)?))).collect()
}
