//! Sending a test's mail, and ending a test whose time is over.

use access::secret;
use command::{Call, Fail, Secret};
use jobs::{Job, JobCx, Retry};
use mail::{Address, Header, Letter, MARK, Message, MessageId, Subject, Trial, Trouble};
use serde::{Deserialize, Serialize};
use store::{CustomerId, FactId, PartnerId};
use web::Lang;

use super::book::{BookWord, Expire, Outgoing, Ready, Word};
use crate::{
    app::App,
    operations::mail_test::{NotSent, hand_over},
};

/// Sends a test's mail, again and again while the server says "not now". Told by `BeginTest`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SendTest {
    pub partner: PartnerId,
    pub customer: CustomerId,
    pub test: FactId,
}

impl Job<App> for SendTest {
    const KIND: &'static str = "provisioning.delivery_test";

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let SendTest { partner, customer, test } = self;
        let text = link(job.app, test);
        let hash = secret::hash(secret::LINK, &text).map_or([0; 32], |h| h.0);
        let ready = match job.house.execute(Call::operator(), Ready { partner, customer, test, link: Secret(hash) }).await {
            Ok(answer) => answer.value,
            // The customer is gone: nobody is mailed.
            Err(Fail::Denied(_)) => None,
            Err(fail) => return Err(fail.into()),
        };
        let Some(outgoing) = ready else { return Ok(()) };
        let address = format!("{}/delivery/{customer}/{text}", job.app.config.origin());
        let message = message(job.app, customer, test, &outgoing, address).map_err(Retry::Dead)?;
        let word = judged(&hand_over(job.app, &message).await?);
        let later = matches!(word, Word::NotNow(_));
        job.house.execute(Call::operator(), BookWord { partner, customer, test, word }).await?;
        if later { Err(Retry::Later("the mail server says: not now".into())) } else { Ok(()) }
    }
}

/// The text of a test's link: worked out from the installation's key, so that a mail that is sent twice says the same and
/// nothing but a hash is stored.
fn link(app: &App, test: FactId) -> String {
    secret::spell(secret::LINK, app.keys.proof("delivery-test", &test.to_string()))
}

/// What a trial came to. A server that answers 4xx (greylisting) wants to be asked again.
fn judged(trial: &Trial) -> Word {
    match &trial.failed {
        None => Word::Taken,
        Some((step, trouble)) => {
            let why = NotSent::of(*step, trouble).kept();
            match trouble {
                Trouble::Rejected { code: Some(400..=499), .. } | Trouble::Silent => Word::NotNow(why),
                _ => Word::Refused(why),
            }
        }
    }
}

fn message(app: &App, customer: CustomerId, test: FactId, mail: &Outgoing, address: String) -> Result<Message, String> {
    let lang = Lang::from_tag(&mail.language).unwrap_or_default();
    let say = |id: &str| lang.with(id, &[("customer", mail.brand.as_str().into()), ("company", mail.company.as_str().into())]);
    let letter = Letter {
        lang: lang.tag().to_owned(),
        product: mail.brand.clone(),
        brand_color: mail.accent.clone().unwrap_or_default(),
        greeting: say("provisioning-delivery-mail-greeting"),
        paragraphs: vec![say("provisioning-delivery-mail-text"), say("provisioning-delivery-mail-validity")],
        button: Some((say("provisioning-delivery-mail-button"), address)),
        footer: say("provisioning-delivery-mail-footer"),
    };
    let (text, html) = letter.render();
    let words = |e: &dyn std::fmt::Display| e.to_string();
    let from = Address::new(app.sender()).map_err(|e| format!("smtp.from: {e}"))?;
    Ok(Message {
        // The same at every attempt: whoever got it twice shows it once.
        id: MessageId::new(&test.to_string(), from.domain()).map_err(|e| words(&e))?,
        at: app.house.now().0,
        bounce: None,
        to: Address::new(&mail.to).map_err(|e| words(&e))?,
        subject: Subject::new(&say("provisioning-delivery-mail-subject")).map_err(|e| words(&e))?,
        from: from.clone().named(&mail.company).unwrap_or(from),
        text,
        html: Some(html),
        headers: vec![Header::new(MARK, &app.keys.mark(customer)).map_err(|e| words(&e))?],
    })
}

/// Ends a test whose time is over. Told by `BeginTest`, for that instant.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ExpireTest {
    pub partner: PartnerId,
    pub customer: CustomerId,
    pub test: FactId,
}

impl Job<App> for ExpireTest {
    const KIND: &'static str = "provisioning.delivery_test_over";

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let ExpireTest { partner, customer, test } = self;
        job.execute_as_operator(Expire { partner, customer, test }).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use mail::Step;

    use super::*;

    fn after(code: u16) -> Word {
        let trouble = Trouble::Rejected { code: Some(code), text: "said".into() };
        judged(&Trial { done: vec![Step::Connect], failed: Some((Step::Accept, trouble)) })
    }

    #[test]
    fn not_now_is_asked_again_and_no_is_no() {
        assert_eq!(judged(&Trial::kept()), Word::Taken);
        assert!(matches!(after(451), Word::NotNow(_)));
        let Word::Refused(why) = after(550) else { panic!("550 is a no") };
        assert_eq!((why["trouble"].as_str(), why["step"].as_str()), (Some("mail-trouble-rejected"), Some("accept")));
        assert!(why["title"].as_str().is_some_and(|t| t.contains("said")), "{why}");
    }
}
