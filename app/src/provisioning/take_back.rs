//! Taking back a customer whose provisioning failed or was called off.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{Control, CustomerId};

use crate::removal;

/// Removes a customer that was never finished: it is in no list and no count, its domain is free, its seats go back to the pool
/// once its region agrees. Doing it twice does it once.
#[derive(Debug, Serialize)]
pub(super) struct TakeBack {
    pub customer: CustomerId,
}

impl Command for TakeBack {
    const NAME: &'static str = "provisioning.take_back";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        removal::withdraw(cx, self.customer, Some("never finished"))?;
        Ok(())
    }
}
