//! Somebody says, on the page behind a test's link, that the mail came.

use ::store::{Control, CustomerId, Result, Timestamp, View};
use access::{Scope, permissions::Operate};
use command::{Command, Cx, Fail, Node, Query, Refusal, Secret};
use serde::Serialize;

use super::{
    Stands,
    begin::{host, is_served},
    store as rows,
};
use crate::{
    hierarchy::{
        branding::{self, Look},
        customers, settings,
    },
    provisioning::record_mail_check::record,
};

/// Used, over, and never made look the same.
#[derive(Debug, Clone, Serialize)]
pub(super) struct LinkGone {}

impl Refusal for LinkGone {
    fn status(&self) -> u16 {
        410
    }
    fn code(&self) -> &'static str {
        "link-gone"
    }
    fn title(&self) -> String {
        "This link is no longer valid".into()
    }
    fn detail(&self) -> String {
        "It was used, or its time is over. Nothing was changed.".into()
    }
}

/// Passes a test, and records the mail check that this is. Whoever has the link has the mail.
#[derive(Debug, Serialize)]
pub(super) struct ConfirmDelivery {
    pub customer: CustomerId,
    pub link: Secret<[u8; 32]>,
}

impl Command for ConfirmDelivery {
    const NAME: &'static str = "provisioning.delivery.confirm";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = LinkGone;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<LinkGone>> {
        // The installation itself reaches a customer that was removed: its links lead nowhere all the same.
        if !customers::find(cx.tx, cx.scope, self.customer)?.is_some_and(|c| is_served(c.lifecycle)) {
            return Err(LinkGone {}.into());
        }
        let found = rows::by_link(cx.tx, cx.scope, self.customer, self.link.0)?.map(|t| t.at(cx.now));
        let Some(test) = found.filter(|t| t.status == Stands::Waiting) else { return Err(LinkGone {}.into()) };
        rows::end(cx.tx, cx.scope, self.customer, &test, Stands::Passed, None, cx.now)?;
        cx.changed("delivery_test", test.id, "status", test.status, Stands::Passed);
        record(cx, self.customer, true, Some(host(&test.to)), cx.now)?;
        Ok(())
    }
}

/// What the page behind a link shows.
#[derive(Debug)]
pub(super) struct Asked {
    /// How the customer looks to its people.
    pub look: Look,
    /// Who looks after it.
    pub company: String,
}

/// Asks what a link is for, while it can be used. Only looks.
#[derive(Debug)]
pub(super) struct LinkOf {
    pub customer: CustomerId,
    pub link: [u8; 32],
}

impl Query for LinkOf {
    type Home = Control;
    type Needs = Operate;
    type Found = Option<Asked>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, now: Timestamp) -> Result<Option<Asked>> {
        let found = rows::by_link(view, scope, self.customer, self.link)?.map(|t| t.at(now));
        if found.is_none_or(|t| t.status != Stands::Waiting) {
            return Ok(None);
        }
        let found = customers::find(view, scope, self.customer)?.filter(|c| is_served(c.lifecycle));
        let Some(customer) = found else { return Ok(None) };
        let look = branding::look(view, scope, &customer.at(now))?;
        Ok(settings::of(view, scope)?.map(|partner| Asked { look, company: partner.name }))
    }
}
