//! How a customer is paid for, and what time does to it: a trial that has ended is on the free plan from its last instant on,
//! whether or not anybody has booked that. [`EndTrial`] books it: lists, groups and history then say so by themselves, and the news
//! brings it to the customer's members. Whoever reads a list has it booked first ([`super::standing::settle`]).

use access::{Scope, permissions::Operate};
use command::{Command, Cx, Fail, Never, Node};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, Timestamp, View};

use super::{
    customers::{self, Customer},
    edit::{TERMS_CHANGED, TermsChanged},
    groups,
    noun::CustomerKind,
    standing, store as rows,
};
use crate::identity;

/// The job kind of [`TrialEnded`].
pub const TRIAL_ENDED: &str = "trial-ended";

/// News: a customer is on the free plan from now on. Its members are rooms above.
#[derive(Debug, Serialize, Deserialize)]
pub struct TrialEnded {
    /// Which customer.
    pub customer: CustomerId,
}

/// Books that a trial has ended. Nothing happens where it has not, or where somebody was faster.
#[derive(Debug, Serialize, Deserialize)]
pub struct EndTrial {
    /// Which customer.
    pub customer: CustomerId,
}

impl Command for EndTrial {
    const NAME: &'static str = "hierarchy.customers.end_trial";
    type Home = Control;
    type Needs = Operate;
    /// Whether it was this that ended it.
    type Done = bool;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<bool, Fail<Never>> {
        let find = |cx: &mut Cx<'_, '_, Self>| customers::find(cx.tx, cx.scope, self.customer);
        let over = |c: &Customer, now| c.kind == CustomerKind::Trial && c.trial_ends_at.is_some_and(|end| end <= now);
        let known = find(cx)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        if !over(&known, cx.now) {
            return Ok(false);
        }
        // Asked again as it is held: another server may have booked it, or an extension have come in between. Then nothing was written.
        if !rows::hold_over(cx.tx, cx.scope, self.customer, cx.now)? {
            return Ok(false);
        }
        let Some(customer) = find(cx)?.filter(|c| over(c, cx.now)) else { return Ok(false) };
        cx.changed("customer", self.customer, "kind", customer.kind, CustomerKind::Free);
        stand_as(cx, &customer, CustomerKind::Free, customer.trial_ends_at)?;
        cx.tell(TRIAL_ENDED, &TrialEnded { customer: self.customer });
        Ok(true)
    }
}

/// Holds a customer until the transaction ends and gives it as it is now; none when there is no such customer of the partner.
///
/// # Errors
/// The store's.
pub fn hold<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: CustomerId) -> store::Result<Option<Customer>> {
    rows::hold_customer(cx.tx, cx.scope, id)?;
    Ok(customers::find(cx.tx, cx.scope, id)?.map(|c| c.at(cx.now)))
}

/// Gives a trial another end inside another command; one that had ended runs again.
///
/// # Errors
/// The store's.
pub fn extend<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: &Customer, ends_at: Timestamp) -> store::Result<()> {
    cx.changed("customer", customer.id, "trial_ends_at", customer.trial_ends_at, ends_at);
    cx.changed("customer", customer.id, "kind", customer.kind, CustomerKind::Trial);
    let_in(cx, customer.id);
    stand_as(cx, customer, CustomerKind::Trial, Some(ends_at))
}

/// Lets a customer be paid for inside another command. Its seats are whoever's calls.
///
/// # Errors
/// The store's.
pub fn pay<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: &Customer) -> store::Result<()> {
    cx.changed("customer", customer.id, "kind", customer.kind, CustomerKind::Paid);
    let_in(cx, customer.id);
    stand_as(cx, customer, CustomerKind::Paid, None)
}

/// Told before that the customer stands otherwise, and heard in that order: whoever waited for the free plan's sake is in again when
/// alerts are weighed.
fn let_in<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId) {
    cx.tell(TERMS_CHANGED, &TermsChanged { customer });
}

/// True when a customer of the scope's partner was on the free plan at an instant of its present trial, or after it: no sync, no
/// campaigns, no tokens, no brand of its own (D17).
///
/// # Errors
/// The store's.
pub fn is_free<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, at: Timestamp) -> store::Result<bool> {
    rows::is_free(view, scope, customer, at)
}

/// Writes it in its row, its history, its line of the list, its groups.
fn stand_as<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: &Customer,
    kind: CustomerKind,
    ends_at: Option<Timestamp>,
) -> store::Result<()> {
    let (partner, id) = (cx.scope.partner(), customer.id);
    rows::set_kind(cx.tx, partner, id, kind, ends_at)?;
    rows::append_state(cx.tx, partner, id, cx.now)?;
    identity::tokens::rest(cx.tx, id, ends_at)?;
    standing::store::change(cx.tx, cx.scope, id, cx.now, |standing| {
        standing.kind = kind.word().into();
        standing.trial_ends_at = ends_at;
    })?;
    // Whatever an alert said of the trial, another end or none makes it another.
    standing::tell(cx, id, true);
    groups::settle_customer(cx, id)
}
