//! After a restore: a region may have been copied later than control, and then know terms and domains that control does not. Control
//! numbers them anew, beyond what any region can have seen, and tells them again.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{Control, CustomerId};

use super::{
    customers, domains,
    edit::{TERMS_CHANGED, TermsChanged},
    lifecycle::{SERVING_CHANGED, ServingChanged},
    noun::Lifecycle,
    store as rows,
};

/// Tells a region the terms, the domains and the state of a customer again. One that is being made is told nothing; one that is removed
/// hears that it may not serve, and the rest when it comes back.
#[derive(Debug, Serialize)]
pub struct TellAgain {
    /// Which customer.
    pub customer: CustomerId,
}

impl Command for TellAgain {
    const NAME: &'static str = "hierarchy.customers.tell_again";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let id = self.customer;
        let stands = customers::find(cx.tx, cx.scope, id)?.map(|c| c.lifecycle);
        let removed = stands == Some(Lifecycle::Removed);
        if !removed && !stands.is_some_and(|l| matches!(l, Lifecycle::Setup | Lifecycle::Active | Lifecycle::Disabled)) {
            return Ok(());
        }
        let before = rows::version(cx.tx, cx.scope.partner(), id)?;
        rows::leap(cx.tx, cx.scope.partner(), id)?;
        let after = rows::version(cx.tx, cx.scope.partner(), id)?;
        cx.changed("customer", id, "version", before, after);
        cx.tell(SERVING_CHANGED, &ServingChanged { customer: id });
        if !removed {
            cx.tell(TERMS_CHANGED, &TermsChanged { customer: id });
            domains::tell(cx, id)?;
        }
        Ok(())
    }
}
