//! What the partner that asks does: ask, give up, try again. None of it touches anything of the customer's.

use access::permissions::CreateCustomers;
use command::{Command, Cx, Fail, Node, Secret};
use serde::Serialize;
use store::{Control, LinkRequestId, PartnerId};

use super::{
    DAYS, MOST,
    answer::{ANSWER, TellAsker},
    book::note_stop,
    forget::KEPT_DAYS,
    jobs::{CARRY_LINK, CarryLink, SEEK, Seek, TAKE_BACK, TakeBack},
    refusal::LinkRefusal,
    request::{Kept, LinkRequest, Stage},
    store as rows,
};
use crate::hierarchy::{AccountNumber, standing};

/// Asks for a customer of another partner.
#[derive(Debug, Serialize)]
pub struct AskLink {
    /// Who asks.
    pub partner: PartnerId,
    /// The customer's number where it is.
    pub account_number: AccountNumber,
    /// The address of one of its administrators. The trail keeps nothing of it.
    pub administrator: Secret<String>,
}

impl Command for AskLink {
    const NAME: &'static str = "hierarchy.links.ask";
    type Home = Control;
    type Needs = CreateCustomers;
    type Done = LinkRequest;
    type Refusal = LinkRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn hidden(&self) -> Vec<u8> {
        self.administrator.0.clone().into_bytes()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<LinkRequest, Fail<LinkRefusal>> {
        // One at a time, so that of two who ask at once the second is counted after the first.
        standing::store::listed_held(cx.tx, self.partner)?;
        if rows::asked_since(cx.tx, cx.scope, cx.now.plus_days(-DAYS))? >= MOST {
            return Err(LinkRefusal::TooManyLinks { max: MOST, days: DAYS }.into());
        }
        rows::forget(cx.tx, cx.scope, cx.now.plus_days(-KEPT_DAYS))?;
        let id: LinkRequestId = cx.new_id();
        let named = (self.account_number.0.as_str(), self.administrator.0.as_str());
        rows::insert(cx.tx, cx.scope, id, named, cx.now, cx.now.plus_days(DAYS))?;
        cx.changed("link_request", id, "account_number", (), &self.account_number);
        // Whether there is such a customer is looked up after the answer, which so cannot tell by anything.
        cx.tell(SEEK, &Seek { partner: self.partner, request: id });
        let kept = found(cx, id)?;
        cx.tell_at(ANSWER, &TellAsker::lapsed(self.partner, &kept), kept.expires_at);
        Ok(kept.seen(cx.now))
    }
}

fn found<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: LinkRequestId) -> Result<Kept, Fail<LinkRefusal>> {
    rows::find(cx.tx, cx.scope.partner(), id)?.ok_or(Fail::Denied(access::Denied::NotFound))
}

/// Holds a request of the scope's partner that is in one of these stages.
fn held<C>(cx: &mut Cx<'_, '_, C>, id: LinkRequestId, stages: &[Stage]) -> Result<Kept, Fail<LinkRefusal>>
where
    C: Command<Home = Control>,
{
    let kept = rows::hold(cx.tx, cx.scope.partner(), id)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
    if stages.contains(&kept.stage) && cx.now < kept.expires_at {
        return Ok(kept);
    }
    Err(LinkRefusal::NotOpen { stands: kept.stage.seen(kept.expires_at, cx.now) }.into())
}

/// Gives a request up.
#[derive(Debug, Serialize)]
pub struct WithdrawLink {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub request: LinkRequestId,
}

impl Command for WithdrawLink {
    const NAME: &'static str = "hierarchy.links.withdraw";
    type Home = Control;
    type Needs = CreateCustomers;
    type Done = LinkRequest;
    type Refusal = LinkRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<LinkRequest, Fail<LinkRefusal>> {
        let kept = held(cx, self.request, &[Stage::Open, Stage::Stopped])?;
        rows::end(cx.tx, self.partner, self.request, Stage::Withdrawn, cx.now)?;
        cx.changed("link_request", self.request, "status", kept.stage, Stage::Withdrawn);
        cx.tell(TAKE_BACK, &TakeBack { partner: self.partner, request: self.request });
        Ok(found(cx, self.request)?.seen(cx.now))
    }
}

/// Lets a customer come that all have consented to, and that something kept from coming.
#[derive(Debug, Serialize)]
pub struct RetryLink {
    /// Whose request.
    pub partner: PartnerId,
    /// Which.
    pub request: LinkRequestId,
}

impl Command for RetryLink {
    const NAME: &'static str = "hierarchy.links.retry";
    type Home = Control;
    type Needs = CreateCustomers;
    type Done = LinkRequest;
    type Refusal = LinkRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<LinkRequest, Fail<LinkRefusal>> {
        let kept = held(cx, self.request, &[Stage::Stopped])?;
        let (Some(giver), Some(customer)) = (kept.giver, kept.customer) else {
            return Err(store::Error::Corrupt(format!("{} stopped and names no customer", self.request)).into());
        };
        rows::approve(cx.tx, self.partner, self.request, giver, customer)?;
        note_stop(cx, self.partner, &kept, None)?;
        cx.changed("link_request", self.request, "status", kept.stage, Stage::Approved);
        cx.tell(CARRY_LINK, &CarryLink { partner: self.partner, request: self.request });
        Ok(found(cx, self.request)?.seen(cx.now))
    }
}
