//! Telling subscribers of a new alert by mail: one job a person, so that one bad address holds up nobody else.

use access::Credential;
use command::{Call, Fail};
use jobs::{Job, JobCx, Retry};
use mail::{Address, Failure, Letter, Message, MessageId, Subject};
use serde::{Deserialize, Serialize};
use store::{AlertId, Control, CustomerId, StaffId, View};
use web::Lang;

use super::{
    queries::{Alert, AlertOf},
    store::{self as rows, Recipient},
};
use crate::app::App;

/// Work: mail one person about one alert.
#[derive(Debug, Serialize, Deserialize)]
pub struct AlertMail {
    /// Which alert.
    pub alert: AlertId,
    /// About which customer.
    pub customer: CustomerId,
    /// To whom.
    pub staff: StaffId,
}

impl Job<App> for AlertMail {
    const KIND: &'static str = "alerts.mail";

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        // Asked as the person: who may not see the customer any more hears nothing of it.
        let call = Call::by(Credential::Holder(self.staff.into()));
        let alert = match job.house.ask(&call, AlertOf { customer: self.customer, alert: self.alert }).await {
            Ok(Some(alert)) if alert.resolved_at.is_none() => alert,
            Ok(_) | Err(Fail::Denied(_)) => return Ok(()),
            Err(fail) => return Err(fail.into()),
        };
        let (customer, staff) = (self.customer, self.staff);
        let found = job.house.control().read(move |view: &mut View<'_, Control>| {
            let Some(partner) = access::tree::partner_of(view, customer.0)? else { return Ok(None) };
            view.enter(partner);
            let partner = store::PartnerId::new(partner);
            Ok(rows::recipient(view, partner, staff)?.map(|r| (partner, r)))
        });
        let Some((partner, to)) = found.await.map_err(|e| Retry::Later(e.to_string()))? else { return Ok(()) };
        let link = format!("{}/msp/{partner}/alerts", job.app.config.origin());
        let message = message(job.app, &self, &alert, &to, &link).map_err(Retry::Dead)?;
        match job.app.mail.send(&message).await {
            Ok(_) => Ok(()),
            // It may have arrived: a second copy carries the same Message-ID.
            Err(failure @ (Failure::Temporary { .. } | Failure::Unknown { .. })) => Err(Retry::Later(failure.to_string())),
            Err(failure) => Err(Retry::Dead(failure.to_string())),
        }
    }
}

fn message(app: &App, job: &AlertMail, alert: &Alert, to: &Recipient, link: &str) -> Result<Message, String> {
    let lang = to.language.as_deref().and_then(Lang::from_tag).unwrap_or(Lang::En);
    let product = to.product.clone().unwrap_or_else(|| "Tenantry".into());
    let title = lang.t(&format!("alerts-code-{}", alert.code.word()));
    let letter = Letter {
        lang: lang.tag().into(),
        product: product.clone(),
        brand_color: to.accent.clone().unwrap_or_default(),
        greeting: lang.with("alerts-mail-greeting", &[("name", to.name.as_str().into())]),
        paragraphs: vec![format!("{}: {title}", alert.customer_name), super::pages::told(lang, alert)],
        button: Some((lang.t("alerts-mail-button"), link.to_owned())),
        footer: lang.with("alerts-mail-footer", &[("partner", to.partner.as_str().into())]),
    };
    let (text, html) = letter.render();
    let from = sender(app, &product)?;
    let words = |e: &dyn std::fmt::Display| e.to_string();
    // A line break in a name must not become a header.
    let subject = format!("{}: {title}", alert.customer_name).replace(|c: char| c.is_control(), " ");
    Ok(Message {
        id: MessageId::new(&format!("{}-{}", job.alert, job.staff), from.domain()).map_err(|e| words(&e))?,
        at: alert.opened_at.0,
        bounce: None,
        to: Address::new(&to.email).map_err(|e| words(&e))?,
        subject: Subject::new(&subject).map_err(|e| words(&e))?,
        from,
        text,
        html: Some(html),
        headers: Vec::new(),
    })
}

fn sender(app: &App, product: &str) -> Result<Address, String> {
    let address = Address::new(app.sender()).map_err(|e| e.to_string())?;
    Ok(address.clone().named(product).unwrap_or(address))
}
