//! After a restore: control and regions were copied one after the other, so a decision or a count may be known to only one
//! of them. Control decides again with a number no region can have seen, and regions publish their counts anew.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{Control, CustomerId, Region};

use super::{allocate::PushSeats, release, store as rows};
use crate::licensing::{metering, month::Month, policy};

/// Decides a customer's seats anew, as they stand in control. A release under way is called off.
#[derive(Debug, Serialize)]
pub struct DecideAgain {
    /// Which customer.
    pub customer: CustomerId,
}

impl Command for DecideAgain {
    const NAME: &'static str = "licensing.pools.decide_again";
    type Home = Control;
    type Needs = Operate;
    /// With whom else its months are to be told anew.
    type Done = Option<metering::ForgetMonths>;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Option<metering::ForgetMonths>, Fail<Never>> {
        let Some(held) = rows::decide_again(cx.tx, cx.scope, self.customer)? else { return Ok(None) };
        let before = metering::forget(cx.tx, cx.scope, self.customer)?;
        release::interrupt(cx, self.customer)?;
        cx.changed("customer", self.customer, "decision", (), held.version);
        cx.tell(PushSeats::KIND, &PushSeats { customer: self.customer, seats: held.seats, version: held.version, giving_back: None });
        Ok(before)
    }
}

/// Publishes a tenant's counts anew.
#[derive(Debug, Serialize)]
pub struct PublishAgain {
    /// Which customer.
    pub customer: CustomerId,
}

impl Command for PublishAgain {
    const NAME: &'static str = "licensing.pools.publish_again";
    const QUIET: bool = true;
    type Home = Region;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        policy::note_members(cx.tx, cx.scope, 0, 0)?;
        super::usage::tell_since(cx, self.customer, Month::FIRST, false)?;
        Ok(())
    }
}
