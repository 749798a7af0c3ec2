//! Telling subscribers of a new alert by mail: one job a person, so that one bad address holds up nobody else.

use access::Credential;
use command::{Call, Fail};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{AlertId, Control, CustomerId, StaffId, View};

use super::{
    queries::{Alert, AlertOf},
    rules::Severity,
};
use crate::{
    app::App,
    identity::{self, Recipient, Words},
};

/// Work: mail one person about one alert.
#[derive(Debug, Serialize, Deserialize)]
pub struct AlertMail {
    /// Which alert.
    pub alert: AlertId,
    /// About which customer.
    pub customer: CustomerId,
    /// To whom.
    pub staff: StaffId,
    /// How bad it was when it was told: an alert that becomes worse is told once more.
    pub severity: Severity,
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
            Ok(identity::recipient(view, partner, staff)?.map(|r| (partner, r)))
        });
        let Some((partner, to)) = found.await.map_err(|e| Retry::Later(e.to_string()))? else { return Ok(()) };
        let link = format!("{}/msp/{partner}/alerts", job.app.config.origin());
        let id = format!("{}-{}-{}", self.alert, self.severity.word(), self.staff);
        to.send(job.app, &id, words(&alert, &to, link)).await
    }
}

fn words(alert: &Alert, to: &Recipient, link: String) -> Words {
    let lang = to.lang();
    let title = lang.t(&format!("alerts-code-{}", alert.code.word()));
    Words {
        subject: format!("{}: {title}", alert.customer_name),
        greeting: lang.with("alerts-mail-greeting", &[("name", to.name.as_str().into())]),
        paragraphs: vec![format!("{}: {title}", alert.customer_name), super::pages::told(lang, alert)],
        button: (lang.t("alerts-mail-button"), link),
        footer: lang.with("alerts-mail-footer", &[("partner", to.partner.as_str().into())]),
    }
}
