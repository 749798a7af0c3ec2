//! Telling the administrator that somebody asks for the customer. The mail leads to a page where one has to sign in: whoever reads
//! the mail can consent to nothing by it.

use access::{Scope, permissions::Operate};
use command::{Call, Fail, Query};
use jobs::{Job, JobCx, Retry};
use mail::{Address, Failure, Letter, Message, MessageId, Subject};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, LinkRequestId, PartnerId, Result, StaffId, Timestamp, Uuid, View};
use web::Lang;

use super::{request::LinkConsent, store as rows};
use crate::{
    app::App,
    hierarchy::{customers, settings},
    identity::administrator,
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
        let message = message(job.app, &self, &told, page).map_err(Retry::Dead)?;
        match job.app.mail.send(&message).await {
            Ok(_) => Ok(()),
            // It may have arrived: a second copy carries the same Message-ID.
            Err(failure @ (Failure::Temporary { .. } | Failure::Unknown { .. })) => Err(Retry::Later(failure.to_string())),
            Err(failure) => Err(Retry::Dead(failure.to_string())),
        }
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
    email: String,
    name: String,
    language: Option<String>,
    customer: String,
    company: String,
    product: Option<String>,
    accent: Option<String>,
    consent: LinkConsent,
}

impl Query for Told {
    type Home = Control;
    type Needs = Operate;
    type Found = Option<Telling>;

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, now: Timestamp) -> Result<Option<Telling>> {
        let asked = rows::consent(view, scope, self.customer, self.request)?.filter(|a| a.consent.is_live(now));
        let person = administrator::at_work(view, self.customer, self.staff)?;
        let (partner, customer) = (settings::of(view, scope)?, customers::find(view, scope, self.customer)?);
        let (Some(asked), Some(person), Some(partner), Some(customer)) = (asked, person, partner, customer) else { return Ok(None) };
        Ok(Some(Telling {
            partner: scope.partner(),
            email: person.email,
            name: person.name,
            language: person.language.or(Some(customer.language)),
            customer: customer.name,
            company: partner.name,
            product: partner.product_name,
            accent: partner.accent,
            consent: asked.consent,
        }))
    }
}

fn message(app: &App, job: &MailLink, told: &Telling, page: String) -> std::result::Result<Message, String> {
    let lang = told.language.as_deref().and_then(Lang::from_tag).unwrap_or_default();
    let product = told.product.clone().unwrap_or_else(|| "Tenantry".to_owned());
    let until = lang.date(told.consent.expires_at, &store::Zone::utc());
    let say = |id: &str| {
        lang.with(
            id,
            &[
                ("name", told.name.as_str().into()),
                ("customer", told.customer.as_str().into()),
                ("company", told.company.as_str().into()),
                ("asker", told.consent.asked_by.as_str().into()),
                ("until", until.as_str().into()),
            ],
        )
    };
    let letter = Letter {
        lang: lang.tag().to_owned(),
        product: product.clone(),
        brand_color: told.accent.clone().unwrap_or_default(),
        greeting: say("links-mail-greeting"),
        paragraphs: vec![say("links-mail-text"), say("links-mail-until")],
        button: Some((say("links-mail-button"), page)),
        footer: say("links-mail-footer"),
    };
    let (text, html) = letter.render();
    let words = |e: &dyn std::fmt::Display| e.to_string();
    let from = Address::new(app.sender()).map_err(|e| words(&e))?;
    Ok(Message {
        id: MessageId::new(&format!("{}-{}", job.request, job.staff), from.domain()).map_err(|e| words(&e))?,
        at: app.house.now().0,
        bounce: None,
        to: Address::new(&told.email).map_err(|e| words(&e))?,
        subject: Subject::new(&say("links-mail-subject").replace(|c: char| c.is_control(), " ")).map_err(|e| words(&e))?,
        from: from.clone().named(&product).unwrap_or(from),
        text,
        html: Some(html),
        headers: Vec::new(),
    })
}
