//! People beyond the seats (3.25, ADR 0040): what the plan of a customer says about them, and how it stands. The region that admits
//! them says since when they are too many; until when that is tolerated follows from the plan and the clock.

use access::Scope;
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, PartnerId, Result, Timestamp, Tx, View, Zone};

use super::{
    plan::SEATS,
    queries::Held,
    store as rows,
    terms::{self, Booked},
};
use crate::licensing::policy::{UsagePolicy, UsageTerms};

/// How many of a customer are active beyond its seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Overage {
    /// Members active beyond the seats.
    pub members: i64,
    /// What the plan of now says about them.
    pub policy: UsagePolicy,
    /// Since when there are any.
    pub since: Timestamp,
    /// When the grace ends, or ended; null where the plan has none.
    pub grace_ends_at: Option<Timestamp>,
    /// Whether more may come in.
    pub open: bool,
}

impl Booked {
    /// What a region is told: the policy of the term of an instant, and that of a plan which follows.
    #[must_use]
    pub fn usage_terms(&self, now: Timestamp, zone: &Zone) -> UsageTerms {
        let term = self.at(now, zone);
        let next = term.following(zone).filter(|next| next.plan.usage_policy != term.plan.usage_policy);
        UsageTerms { now: term.plan.usage_policy, then: next.map(|next| (next.starts_at, next.plan.usage_policy)) }
    }
}

impl Held {
    /// How many are active beyond the seats; none while they fit, and of a subscription of something else.
    #[must_use]
    pub fn overage(&self, now: Timestamp, zone: &Zone) -> Option<Overage> {
        let members = self.active_users - self.allocated;
        let since = self.exceeded_at.filter(|_| members > 0 && self.booked.plan.product == SEATS)?;
        let policy = self.booked.at(now, zone).plan.usage_policy;
        Some(Overage { members, policy, since, grace_ends_at: policy.grace_ends_at(since), open: policy.lets_in(Some(since), now) })
    }

    /// Until when nothing about it is news by the clock alone, the end of a grace for people beyond the seats included.
    #[must_use]
    pub fn settled_until(&self, term: &Booked, now: Timestamp, zone: &Zone) -> Timestamp {
        let grace = self.exceeded_at.filter(|_| term.plan.product == SEATS).and_then(|since| term.plan.usage_policy.grace_ends_at(since));
        let until = terms::settled_until(term, now, zone);
        grace.filter(|end| *end > now).map_or(until, |end| end.min(until))
    }
}

fn seats(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Option<(Held, Zone)>> {
    let held = rows::of_customer(view, partner, customer)?.into_iter().find(|held| held.booked.plan.product == SEATS);
    let Some(held) = held else { return Ok(None) };
    Ok(Some((held, rows::zone(view, partner)?)))
}

/// What a customer's region is told about people beyond the seats. Without a subscription: nobody is let in beyond them.
///
/// # Errors
/// The store's.
pub fn usage_terms(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId, now: Timestamp) -> Result<UsageTerms> {
    Ok(seats(view, partner, customer)?.map_or_else(UsageTerms::default, |(held, zone)| held.booked.usage_terms(now, &zone)))
}

/// How a customer stands at the limit of its seats.
#[derive(Debug, Clone, Default)]
pub struct Beyond {
    /// Whether one more may come in though every seat is taken.
    pub open: bool,
    /// Those who are active beyond the seats; none while all fit.
    pub overage: Option<Overage>,
    /// The day on which the grace ends, in the partner's zone, as YYYY-MM-DD.
    pub day: Option<String>,
}

/// How a customer stands at the limit of its seats.
///
/// # Errors
/// The store's.
pub fn beyond(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId, now: Timestamp) -> Result<Beyond> {
    let Some((held, zone)) = seats(view, partner, customer)? else { return Ok(Beyond::default()) };
    let overage = held.overage(now, &zone);
    let open = overage.as_ref().map_or_else(|| held.booked.at(now, &zone).plan.usage_policy.lets_in(None, now), |o| o.open);
    let day = overage.as_ref().and_then(|o| o.grace_ends_at).map(|end| zone.date(end).to_string());
    Ok(Beyond { open, overage, day })
}

/// Since when a customer's members exceed its seats has changed: when that is news next is judged anew.
///
/// # Errors
/// The store's.
pub fn judge_again<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<()> {
    rows::unsettle(tx, scope, customer)
}
