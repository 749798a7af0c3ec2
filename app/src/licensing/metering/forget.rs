//! After a restore: control and regions were copied one after the other, so a region may tell less than control has heard. What it
//! tells next counts, with everybody who was ever billed for the customer.

use access::{Scope, permissions::Operate};
use command::{Command, Cx, Fail, Never, Node};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, PartnerId, Result, Tx};

use super::store as rows;
use crate::licensing::month::Month;

/// Forgets with one partner which news of a customer was the last; who was billed before is the answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ForgetMonths {
    /// The partner.
    pub partner: PartnerId,
    /// The customer.
    pub customer: CustomerId,
    /// Only stretches that began before this month are meant: each step leads further back, so that it comes to an end.
    pub before: Month,
}

impl Command for ForgetMonths {
    const NAME: &'static str = "licensing.metering.forget_months";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = Option<ForgetMonths>;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Option<ForgetMonths>, Fail<Never>> {
        Ok(forget_before(cx.tx, cx.scope, self.customer, self.before)?)
    }
}

/// As [`ForgetMonths`] with the scope's partner, within another command.
///
/// # Errors
/// The store's.
pub fn forget<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<ForgetMonths>> {
    forget_before(tx, scope, customer, Month::LAST)
}

fn forget_before<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, before: Month) -> Result<Option<ForgetMonths>> {
    rows::forget(tx, scope, customer)?;
    let span = rows::span_before(tx, scope, customer, before)?;
    Ok(span.and_then(|s| s.came_from.map(|partner| ForgetMonths { partner, customer, before: s.since })))
}
