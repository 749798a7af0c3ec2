//! The job that sends the test mail.

use ::store::{OperationId, PartnerId, StaffId};
use jobs::{Job, JobCx, Retry};
use mail::{Address, Letter, Message, MessageId, Subject, Trial, trial};
use serde::{Deserialize, Serialize};
use web::Lang;

use super::{EndMailTest, NotSent, Tester, tester};
use crate::app::{App, smtp_settings};

/// Seconds to wait for any one answer: somebody is watching.
const PATIENCE: u64 = 10;

/// Sends a test mail and books each step. Told by `TestMail`.
#[derive(Debug, Serialize, Deserialize)]
pub struct RunMailTest {
    /// At which partner.
    pub partner: PartnerId,
    /// The operation that is watched.
    pub operation: OperationId,
    /// To whom.
    pub staff: StaffId,
}

impl RunMailTest {
    /// The job's kind.
    pub const KIND: &'static str = "operations.mail_test";
}

impl Job<App> for RunMailTest {
    const KIND: &'static str = RunMailTest::KIND;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let person = tester(job.house, self.staff).await.map_err(|e| Retry::Later(e.to_string()))?;
        let Some(person) = person else { return Err(Retry::Dead("the one who asked is gone".into())) };
        let message = message(job.app, &job.id.to_string(), &person).map_err(Retry::Dead)?;
        let walked = hand_over(job.app, &message).await?;
        let end = EndMailTest {
            partner: self.partner,
            operation: self.operation,
            done: walked.done.iter().map(|step| step.word()).collect(),
            failed: walked.failed.map(|(step, trouble)| NotSent::of(step, &trouble)),
        };
        job.execute_as_operator(end).await.map(drop)
    }
}

/// Hands a message over step by step, on a connection of its own; where no server is configured it is kept.
///
/// # Errors
/// [`Retry`], when not even the first step could be taken.
pub async fn hand_over(app: &App, message: &Message) -> Result<Trial, Retry> {
    let Some(smtp) = app.config.smtp.as_ref().filter(|_| !app.demo) else {
        app.mail.send(message).await.map_err(|e| Retry::Later(e.to_string()))?;
        return Ok(Trial::kept());
    };
    let mut settings = smtp_settings(smtp, &app.config).map_err(Retry::Dead)?;
    (settings.patience, settings.final_patience) = (PATIENCE, 3 * PATIENCE);
    Ok(trial(&settings, message).await)
}

fn message(app: &App, id: &str, to: &Tester) -> Result<Message, String> {
    let lang = to.language.as_deref().and_then(Lang::from_tag).unwrap_or_default();
    let letter = Letter {
        lang: lang.tag().to_owned(),
        product: "Tenantry".into(),
        brand_color: String::new(),
        greeting: lang.with("operations-mail-greeting", &[("name", to.name.as_str().into())]),
        paragraphs: vec![lang.t("operations-mail-text")],
        button: None,
        footer: lang.t("operations-mail-footer"),
    };
    let (text, html) = letter.render();
    let words = |e: &dyn std::fmt::Display| e.to_string();
    let from = Address::new(app.sender()).map_err(|e| format!("smtp.from: {e}"))?;
    Ok(Message {
        id: MessageId::new(id, from.domain()).map_err(|e| words(&e))?,
        at: app.house.now().0,
        bounce: None,
        to: Address::new(&to.email).map_err(|e| words(&e))?,
        subject: Subject::new(&lang.t("operations-mail-subject")).map_err(|e| words(&e))?,
        from,
        text,
        html: Some(html),
        headers: Vec::new(),
    })
}
