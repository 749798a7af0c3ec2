//! The two who consent: the partner that would give the customer away, and the customer's administrator. The last yes sets the
//! customer in motion, in the transaction in which it is said.

use access::{
    Denied,
    permissions::{ConsentToMove, ManageCustomers},
};
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, CustomerId, LinkRequestId};

use super::{
    jobs::{CARRY_LINK, CarryLink, LET_GO, LetGo},
    refusal::LinkRefusal,
    request::{LinkConsent, Side, Stage, Word},
    store as rows,
};
use crate::hierarchy::standing;

/// What both sides send, so that the handlers of one are those of the other.
pub(super) trait Says: Command<Home = Control, Done = LinkConsent, Refusal = LinkRefusal> {
    /// On which side they stand.
    const SIDE: Side;

    /// What is said to a request for a customer.
    fn to(customer: CustomerId, request: LinkRequestId, approve: bool) -> Self;
}

/// The partner of a customer lets another one have it, or does not.
#[derive(Debug, Serialize)]
pub struct GiveCustomer {
    /// Which customer.
    pub customer: CustomerId,
    /// Which request for it.
    pub request: LinkRequestId,
    /// Whether it may go.
    pub approve: bool,
}

impl Command for GiveCustomer {
    const NAME: &'static str = "hierarchy.links.give";
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = LinkConsent;
    type Refusal = LinkRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<LinkConsent, Fail<LinkRefusal>> {
        said(cx, self.customer, self.request, Self::SIDE, self.approve)
    }
}

impl Says for GiveCustomer {
    const SIDE: Side = Side::Partner;

    fn to(customer: CustomerId, request: LinkRequestId, approve: bool) -> Self {
        GiveCustomer { customer, request, approve }
    }
}

/// A customer's administrator consents to its leaving for another partner, or does not.
#[derive(Debug, Serialize)]
pub struct ConsentForCustomer {
    /// Which customer.
    pub customer: CustomerId,
    /// Which request for it.
    pub request: LinkRequestId,
    /// Whether it wants to go.
    pub approve: bool,
}

impl Command for ConsentForCustomer {
    const NAME: &'static str = "hierarchy.links.consent";
    type Home = Control;
    type Needs = ConsentToMove;
    type Done = LinkConsent;
    type Refusal = LinkRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<LinkConsent, Fail<LinkRefusal>> {
        said(cx, self.customer, self.request, Self::SIDE, self.approve)
    }
}

impl Says for ConsentForCustomer {
    const SIDE: Side = Side::Administrator;

    fn to(customer: CustomerId, request: LinkRequestId, approve: bool) -> Self {
        ConsentForCustomer { customer, request, approve }
    }
}

fn said<C>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    request: LinkRequestId,
    side: Side,
    approve: bool,
) -> Result<LinkConsent, Fail<LinkRefusal>>
where
    C: Command<Home = Control>,
{
    let giver = cx.scope.partner();
    let asker = find(cx, customer, request)?.asker;
    // The request first, whoever says something: both sides and the one that asked take turns at its row.
    cx.tx.enter(asker.0);
    let stage = rows::hold(cx.tx, asker, request)?.map(|k| k.stage);
    cx.tx.enter(giver.0);
    let asked = find(cx, customer, request)?;
    let before = match side {
        Side::Administrator => asked.consent.administrator_said,
        Side::Partner => asked.consent.msp_said,
    };
    match stage {
        Some(Stage::Open | Stage::Stopped) if asked.consent.is_live(cx.now) => {}
        Some(Stage::Approved) => return Err(LinkRefusal::LinkMoving {}.into()),
        _ => return Err(LinkRefusal::LinkOver {}.into()),
    }
    if approve && before == Some(Word::Yes) {
        return Err(LinkRefusal::AlreadySaid {}.into());
    }
    let word = if approve { Word::Yes } else { Word::No };
    rows::say(cx.tx, cx.scope, customer, request, side, word, cx.now)?;
    let field = if side == Side::Administrator { "administrator_said" } else { "msp_said" };
    cx.changed("link_request", request, field, before, word);
    cx.changed("link_request", request, "asked_by", (), &asked.consent.asked_by);
    standing::tell(cx, customer, true);
    let consent = find(cx, customer, request)?.consent;
    cx.tx.enter(asker.0);
    if consent.is_given() && stage == Some(Stage::Open) {
        rows::approve(cx.tx, asker, request, giver, customer)?;
        cx.tell(CARRY_LINK, &CarryLink { partner: asker, request });
    } else if !approve && stage == Some(Stage::Stopped) {
        rows::end(cx.tx, asker, request, Stage::Ended, cx.now)?;
        // Said at the partner that asked, and not here: neither trail nor trouble of its mail is the giver's.
        cx.tell(LET_GO, &LetGo { partner: asker, request, refused: true });
    }
    cx.tx.enter(giver.0);
    Ok(consent)
}

fn find<C>(cx: &mut Cx<'_, '_, C>, customer: CustomerId, request: LinkRequestId) -> Result<rows::Asked, Fail<LinkRefusal>>
where
    C: Command<Home = Control>,
{
    rows::consent(cx.tx, cx.scope, customer, request)?.ok_or(Fail::Denied(Denied::NotFound))
}
