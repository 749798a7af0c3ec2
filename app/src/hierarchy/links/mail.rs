//! Telling the administrator that somebody asks for the customer. The mail leads to a page where one has to sign in: whoever reads
//! the mail can consent to nothing by it.

use access::{Scope, permissions::Operate};
use command::{Call, Fail, Node, Query};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, LinkRequestId, PartnerId, Result, StaffId, Timestamp, View};

use super::{request::LinkConsent, store as rows};
use crate::{
    app::App,
    hierarchy::customers,
    identity::{self, Recipient, Words, administrator},
};

pub(super) const MAIL: &str = "hierarchy.links.mail";

/// Mails an administrator that their customer is asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct MailLink {
    pub customer: CustomerId,
    pub staff: StaffId,
    pub request: LinkRequestId,
}

impl Job<App> for MailLink {
    const KIND: &'static str = MAIL;

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        let (customer, request) = (self.customer, self.request);
        let told = match job.house.ask(&Call::operator(), Told { customer, staff: self.staff, request }).await {
            Ok(Some(told)) => told,
            // Somebody else's customer by now, refused, over: or the person went.
            Ok(None) | Err(Fail::Denied(_)) => return Ok(()),
            Err(fail) => return Err(fail.into()),
        };
        let page = format!("{}/msp/{}/customers/{customer}/link-requests", job.app.config.origin(), told.partner);
        let id = format!("{request}-{}", self.staff);
        told.to.send(job.app, &id, words(&told, page)).await
    }
}

/// Asks what there is to tell.
struct Told {
    customer: CustomerId,
    staff: StaffId,
    request: LinkRequestId,
}

/// What is told, and to whom.
struct Telling {
    partner: PartnerId,
    to: Recipient,
    customer: String,
    consent: LinkConsent,
}

impl Query for Told {
    type Home = Control;
    type Needs = Operate;
    type Found = Option<Telling>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, now: Timestamp) -> Result<Option<Telling>> {
        let asked = rows::consent(view, scope, self.customer, self.request)?.filter(|a| a.consent.is_live(now));
        let person = administrator::at_work(view, self.customer, self.staff)?;
        let (to, customer) = (identity::recipient(view, scope.partner(), self.staff)?, customers::find(view, scope, self.customer)?);
        let (Some(asked), Some(person), Some(to), Some(customer)) = (asked, person, to, customer) else { return Ok(None) };
        // Who chose no language is written to in the customer's.
        let to = Recipient { language: person.language.or(Some(customer.language)), ..to };
        Ok(Some(Telling { partner: scope.partner(), to, customer: customer.name, consent: asked.consent }))
    }
}

fn words(told: &Telling, page: String) -> Words {
    let lang = told.to.lang();
    let until = lang.date(told.consent.expires_at, &store::Zone::utc());
    let values = [
        ("name", told.to.name.as_str().into()),
        ("customer", told.customer.as_str().into()),
        ("company", told.to.partner.as_str().into()),
        ("asker", told.consent.asked_by.as_str().into()),
        ("until", until.as_str().into()),
    ];
    let say = |id: &str| lang.with(id, &values);
    Words {
        subject: say("links-mail-subject"),
        greeting: say("links-mail-greeting"),
        paragraphs: vec![say("links-mail-text"), say("links-mail-until")],
        button: (say("links-mail-button"), page),
        footer: say("links-mail-footer"),
    }
}
