//! Mail of this room: one job a person, so that one bad address holds up nobody else.

use access::Credential;
use command::{Call, Fail};
use jobs::{Job, JobCx, Retry};
use mail::{Address, Failure, Letter, Message, MessageId, Subject};
use serde::{Deserialize, Serialize};
use store::{AlertId, Control, CustomerId, StaffId, Timestamp, View};
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
        send(job.app, &to, words(&self, &alert, &to, link)).await
    }
}

fn words(job: &AlertMail, alert: &Alert, to: &Recipient, link: String) -> Words {
    let lang = language(to);
    let title = lang.t(&format!("alerts-code-{}", alert.code.word()));
    Words {
        id: format!("{}-{}", job.alert, job.staff),
        at: alert.opened_at,
        subject: format!("{}: {title}", alert.customer_name),
        paragraphs: vec![format!("{}: {title}", alert.customer_name), super::pages::told(lang, alert)],
        button: (lang.t("alerts-mail-button"), link),
        footer: lang.with("alerts-mail-footer", &[("partner", to.partner.as_str().into())]),
    }
}

/// What a mail of this room says.
pub(super) struct Words {
    /// The same whenever the same mail is sent again.
    pub id: String,
    /// When it was true.
    pub at: Timestamp,
    /// Its subject.
    pub subject: String,
    /// What it says, one paragraph each.
    pub paragraphs: Vec<String>,
    /// Label and address of the page that shows more.
    pub button: (String, String),
    /// Why it was sent.
    pub footer: String,
}

/// The language in which somebody is written to.
pub(super) fn language(to: &Recipient) -> Lang {
    to.language.as_deref().and_then(Lang::from_tag).unwrap_or(Lang::En)
}

/// Sends a mail to one person, under their partner's name.
///
/// # Errors
/// What is to be tried again, and what is in vain.
pub(super) async fn send(app: &App, to: &Recipient, words: Words) -> Result<(), Retry> {
    let message = message(app, to, words).map_err(Retry::Dead)?;
    match app.mail.send(&message).await {
        Ok(_) => Ok(()),
        // It may have arrived: a second copy carries the same Message-ID.
        Err(failure @ (Failure::Temporary { .. } | Failure::Unknown { .. })) => Err(Retry::Later(failure.to_string())),
        Err(failure) => Err(Retry::Dead(failure.to_string())),
    }
}

fn message(app: &App, to: &Recipient, words: Words) -> Result<Message, String> {
    let lang = language(to);
    let product = to.product.clone().unwrap_or_else(|| "Tenantry".into());
    let letter = Letter {
        lang: lang.tag().into(),
        product: product.clone(),
        brand_color: to.accent.clone().unwrap_or_default(),
        greeting: lang.with("alerts-mail-greeting", &[("name", to.name.as_str().into())]),
        paragraphs: words.paragraphs,
        button: Some(words.button),
        footer: words.footer,
    };
    let (text, html) = letter.render();
    let from = sender(app, &product)?;
    let failed = |e: &dyn std::fmt::Display| e.to_string();
    // A line break in a name must not become a header.
    let subject = words.subject.replace(|c: char| c.is_control(), " ");
    Ok(Message {
        id: MessageId::new(&words.id, from.domain()).map_err(|e| failed(&e))?,
        at: words.at.0,
        bounce: None,
        to: Address::new(&to.email).map_err(|e| failed(&e))?,
        subject: Subject::new(&subject).map_err(|e| failed(&e))?,
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
