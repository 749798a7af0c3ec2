//! The installation looks whether there is such a customer, and asks those who would have to consent. What it finds is written at the
//! customer's partner; at the partner that asked the same is written whatever it found.

use access::{Scope, permissions::Operate};
use command::{Command, Cx, Fail, Never, Node, Query};
use serde::Serialize;
use store::{Control, CustomerId, LinkRequestId, PartnerId, Result, StaffId, Timestamp, View};

use super::{
    mail::{MAIL, MailLink},
    request::Stage,
    store as rows,
};
use crate::{
    hierarchy::standing,
    identity::administrator::{self, Post},
    noun::{PLATFORM, masked},
};

/// Asks what a request is about, until it was looked up.
#[derive(Debug)]
pub(super) struct WantedBy {
    pub partner: PartnerId,
    pub request: LinkRequestId,
}

/// What a request is about.
#[derive(Debug)]
pub(super) struct Wanted {
    pub account_number: String,
    pub administrator: String,
    pub asker_name: String,
    pub expires_at: Timestamp,
}

impl Query for WantedBy {
    type Home = Control;
    type Needs = Operate;
    type Found = Option<Wanted>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, _: Timestamp) -> Result<Option<Wanted>> {
        let kept = rows::find(view, self.partner, self.request)?.filter(|k| !k.looked_up && k.stage == Stage::Open);
        let Some(kept) = kept else { return Ok(None) };
        let (account_number, administrator, expires_at) = (kept.account_number, kept.administrator, kept.expires_at);
        Ok(Some(Wanted { account_number, administrator, asker_name: rows::own_name(view, scope)?, expires_at }))
    }
}

/// Asks who administers the customer of a number.
#[derive(Debug)]
pub(super) struct PostOf {
    pub account_number: String,
    pub administrator: String,
}

impl Query for PostOf {
    type Home = Control;
    type Needs = Operate;
    type Found = Option<Post>;

    fn node(&self) -> Node {
        Node::known(PLATFORM)
    }

    fn run(&self, view: &mut View<'_, Control>, _: &Scope<Operate>, _: Timestamp) -> Result<Option<Post>> {
        for post in administrator::posts(view, &self.administrator)? {
            if rows::is_called(view, post.partner, post.customer, &self.account_number)? {
                return Ok(Some(post));
            }
        }
        Ok(None)
    }
}

/// Asks a customer's partner and its administrator for their consent.
#[derive(Debug, Serialize)]
pub(super) struct OpenConsent {
    pub customer: CustomerId,
    pub administrator: StaffId,
    pub asker: PartnerId,
    pub asker_name: String,
    pub request: LinkRequestId,
    pub expires_at: Timestamp,
}

impl Command for OpenConsent {
    const NAME: &'static str = "hierarchy.links.open_consent";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<Never>> {
        // One's own is not asked for; and who was asked by this partner already is not asked again before that is over.
        let last = rows::last_of(cx.tx, cx.scope, self.customer, self.asker)?;
        if cx.scope.partner() == self.asker || last.is_some_and(|l| cx.now < l.expires_at) {
            return Ok(());
        }
        let asker = (self.asker, self.asker_name.as_str());
        rows::ask(cx.tx, cx.scope, self.customer, asker, self.request, (cx.now, self.expires_at))?;
        cx.changed("customer", self.customer, "asked_for_by", (), &self.asker_name);
        standing::tell(cx, self.customer, true);
        cx.tell(MAIL, &MailLink { customer: self.customer, staff: self.administrator, request: self.request });
        Ok(())
    }
}

/// Notes that a request was looked up, whatever was found, and forgets the address.
#[derive(Debug, Serialize)]
pub(super) struct NoteLookedUp {
    pub partner: PartnerId,
    pub request: LinkRequestId,
}

impl Command for NoteLookedUp {
    const NAME: &'static str = "hierarchy.links.look_up";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<Never>> {
        let Some(kept) = rows::find(cx.tx, self.partner, self.request)?.filter(|k| !k.looked_up) else { return Ok(()) };
        rows::looked_up(cx.tx, self.partner, self.request, &masked(&kept.administrator), cx.now)?;
        cx.changed("link_request", self.request, "looked_up", false, true);
        Ok(())
    }
}

/// Asks to whom a request went.
#[derive(Debug)]
pub(super) struct Whereabouts {
    pub request: LinkRequestId,
}

impl Query for Whereabouts {
    type Home = Control;
    type Needs = Operate;
    type Found = Option<CustomerId>;

    fn node(&self) -> Node {
        Node::known(PLATFORM)
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, _: Timestamp) -> Result<Option<CustomerId>> {
        rows::whereabouts(view, scope.node(), self.request)
    }
}

/// Takes a request that was given up away from those who were asked.
#[derive(Debug, Serialize)]
pub(super) struct DropConsent {
    pub customer: CustomerId,
    pub request: LinkRequestId,
}

impl Command for DropConsent {
    const NAME: &'static str = "hierarchy.links.drop_consent";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<Never>> {
        if rows::take_back(cx.tx, cx.scope, self.customer, self.request)? {
            cx.changed("link_request", self.request, "status", Stage::Open, Stage::Withdrawn);
            standing::tell(cx, self.customer, true);
        }
        Ok(())
    }
}
