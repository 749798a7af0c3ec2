//! "Send a test mail": whether mail leaves this installation, step by step, told to whoever asks for it. The mail goes to
//! their own address and to nobody else. It is an operation like any other: begun by a command (so it is granted, audited
//! and limited), done by a job, watched by its id.

mod job;
mod pages;

pub use job::{RunMailTest, hand_over};
pub use pages::{routes as pages, why};

use ::store::{Control, OperationId, PartnerId, StaffId, Timestamp};
use access::permissions::{ManageSettings, Operate};
use command::{Command, Cx, Fail, Never, Node, Refusal};
use mail::{Step, Trouble};
use serde::{Deserialize, Serialize};

use super::{Booked, store as rows};

/// The kind of its operations.
pub const KIND: &str = "mail_test";

/// Tests one partner may begin within [`WITHIN`] seconds: each connects to a server that is not ours.
const MOST: usize = 3;
const WITHIN: i64 = 60;

/// Sends a test mail to the one who asks.
#[derive(Debug, Serialize)]
pub struct TestMail {
    /// At which partner.
    pub partner: PartnerId,
}

/// A test was begun.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MailTest {
    /// The operation that tells how it went.
    pub operation_id: OperationId,
}

/// Why none was begun.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotTested {
    /// Several were begun a moment ago.
    TooSoon {
        /// Seconds until the next one.
        retry_after: i64,
    },
    /// The installation itself has no address.
    Nobody {},
}

impl Refusal for NotTested {
    fn status(&self) -> u16 {
        match self {
            NotTested::TooSoon { .. } => 429,
            NotTested::Nobody {} => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            NotTested::TooSoon { .. } => "too-many-requests",
            NotTested::Nobody {} => "no-address",
        }
    }
    fn title(&self) -> String {
        match self {
            NotTested::TooSoon { retry_after } => format!("Several test mails were sent just now; try again in {retry_after} s"),
            NotTested::Nobody {} => "A test mail goes to the person who asks for it".into(),
        }
    }
    fn detail(&self) -> String {
        "No mail was sent.".into()
    }
}

impl Command for TestMail {
    const NAME: &'static str = "operations.test_mail";
    type Home = Control;
    type Needs = ManageSettings;
    type Done = MailTest;
    type Refusal = NotTested;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<MailTest, Fail<NotTested>> {
        let Some(staff) = cx.scope.actor().staff else { return Err(NotTested::Nobody {}.into()) };
        let begun = rows::begun_since(cx.tx, cx.scope, KIND, cx.now.plus_seconds(-WITHIN))?;
        if let Some(oldest) = begun.iter().nth_back(MOST - 1) {
            let left = oldest.plus_seconds(WITHIN).0 - cx.now.0;
            return Err(NotTested::TooSoon { retry_after: left.div_euclid(Timestamp::SECOND) + 1 }.into());
        }
        let operation_id = super::begin(cx, None, KIND, 1)?;
        cx.changed("operation", operation_id, KIND, (), "begun");
        cx.tell(RunMailTest::KIND, &RunMailTest { partner: self.partner, operation: operation_id, staff });
        Ok(MailTest { operation_id })
    }
}

/// Books how a test went.
#[derive(Debug, Serialize)]
struct EndMailTest {
    partner: PartnerId,
    operation: OperationId,
    /// The steps that succeeded.
    done: Vec<&'static str>,
    failed: Option<NotSent>,
}

/// At which step, and why. What the server said is among the values; user name and password never are.
#[derive(Debug, Clone, Serialize)]
pub struct NotSent {
    step: &'static str,
    /// The id of the sentence in the console.
    trouble: &'static str,
    values: Vec<(&'static str, String)>,
    #[serde(skip)]
    sentence: String,
}

impl NotSent {
    /// What a trial ended with.
    #[must_use]
    pub fn of(step: Step, trouble: &Trouble) -> NotSent {
        NotSent { step: step.word(), trouble: trouble.key(), values: trouble.values(), sentence: trouble.to_string() }
    }

    /// As it is kept, and as [`why`] reads it.
    #[must_use]
    pub fn kept(&self) -> serde_json::Value {
        serde_json::json!({ "title": self.sentence, "step": self.step, "trouble": self.trouble, "values": self.values })
    }
}

impl Refusal for NotSent {
    fn status(&self) -> u16 {
        502
    }
    fn code(&self) -> &'static str {
        "mail-not-sent"
    }
    fn title(&self) -> String {
        self.sentence.clone()
    }
}

impl Command for EndMailTest {
    const NAME: &'static str = "operations.end_mail_test";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        for (position, step) in self.done.iter().enumerate() {
            super::book_step(cx, self.operation, &Booked { position, name: step, status: "succeeded", result: None, error: None })?;
        }
        let ended = match &self.failed {
            None => "succeeded",
            Some(no) => {
                let (position, error) = (self.done.len(), Some(no.sentence.as_str()));
                super::book_step(cx, self.operation, &Booked { position, name: no.step, status: "failed", result: None, error })?;
                super::fail(cx, self.operation, no)?;
                no.trouble
            }
        };
        if self.failed.is_none() {
            super::succeed(cx, self.operation, &serde_json::json!({ "steps": self.done }))?;
        }
        cx.changed("operation", self.operation, KIND, "begun", ended);
        Ok(())
    }
}

/// Somebody who gets a test mail.
#[derive(Debug, Clone)]
pub(super) struct Tester {
    pub email: String,
    pub name: String,
    pub language: Option<String>,
}

/// The person with this id.
///
/// # Errors
/// The store's.
async fn tester(house: &command::House, staff: StaffId) -> ::store::Result<Option<Tester>> {
    house.control().read(move |view| rows::tester(view, staff)).await
}
