//! What happens to a test by itself: it is readied, the mail server's word is booked, its time passes.

use ::store::{Control, CustomerId, FactId, PartnerId};
use access::permissions::Operate;
use command::{Command, Cx, Fail, Never, Node, Secret};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Stands,
    begin::{host, is_served},
    store as rows,
};
use crate::hierarchy::{branding, customers, domains, settings};

/// What the mail is made of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Outgoing {
    pub to: String,
    pub language: String,
    /// Who looks after the customer.
    pub company: String,
    /// What the customer's people call it, and its colour.
    pub brand: String,
    pub accent: Option<String>,
}

/// Readies a test for sending, however often it is tried: notes its link, and judges once more whether the mail may go. None
/// when there is nothing to send any more.
#[derive(Debug, Serialize)]
pub(super) struct Ready {
    pub partner: PartnerId,
    pub customer: CustomerId,
    pub test: FactId,
    pub link: Secret<[u8; 32]>,
}

impl Command for Ready {
    const NAME: &'static str = "provisioning.delivery.ready";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = Option<Outgoing>;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Option<Outgoing>, Fail<Never>> {
        // It has moved to another partner: the test is not theirs.
        if cx.scope.partner() != self.partner {
            return Ok(None);
        }
        let test = rows::test(cx.tx, cx.scope, self.customer, self.test)?.map(|t| t.at(cx.now));
        let Some(test) = test.filter(|t| t.status == Stands::Waiting) else { return Ok(None) };
        let Some(customer) = customers::find(cx.tx, cx.scope, self.customer)? else { return Ok(None) };
        let verified = domains::verified(cx.tx, self.customer)?;
        if !is_served(customer.lifecycle) || !verified.iter().any(|v| v == host(&test.to)) {
            let gone = json!({ "title": "The domain is no longer verified, or the customer is no longer served.", "trouble": "provisioning-delivery-gone", "values": [] });
            rows::end(cx.tx, cx.scope, self.customer, &test, Stands::Failed, Some(&gone.to_string()), cx.now)?;
            return Ok(None);
        }
        rows::set_link(cx.tx, cx.scope, self.customer, self.test, self.link.0)?;
        let look = branding::look(cx.tx, cx.scope, &customer.clone().at(cx.now))?;
        let partner = settings::of(cx.tx, cx.scope)?;
        Ok(partner.map(|partner| Outgoing {
            to: test.to,
            language: customer.language,
            company: partner.name,
            brand: look.name,
            accent: look.accent,
        }))
    }
}

/// What the mail server said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Word {
    /// It took the mail.
    Taken,
    /// Not now: it is asked again while the test waits.
    NotNow(Value),
    /// No.
    Refused(Value),
}

/// Books what the mail server said. Asked at the partner, so that a customer that leaves meanwhile does not hold it up.
#[derive(Debug, Serialize)]
pub(super) struct BookWord {
    pub partner: PartnerId,
    pub customer: CustomerId,
    pub test: FactId,
    pub word: Word,
}

impl Command for BookWord {
    const NAME: &'static str = "provisioning.delivery.book";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let test = rows::test(cx.tx, cx.scope, self.customer, self.test)?;
        let Some(test) = test.filter(|t| t.status == Stands::Waiting) else { return Ok(()) };
        match &self.word {
            Word::Taken => {
                rows::set_sent(cx.tx, cx.scope, self.customer, self.test, Some(cx.now), None)?;
                cx.changed("delivery_test", self.test, "sent_at", test.sent_at, cx.now);
            }
            Word::NotNow(answer) => {
                rows::set_sent(cx.tx, cx.scope, self.customer, self.test, None, Some(&answer.to_string()))?;
                cx.changed("delivery_test", self.test, "answer", test.answer, answer);
            }
            Word::Refused(answer) => {
                rows::end(cx.tx, cx.scope, self.customer, &test, Stands::Failed, Some(&answer.to_string()), cx.now)?;
                cx.changed("delivery_test", self.test, "status", test.status, Stands::Failed);
            }
        }
        Ok(())
    }
}

/// Books that a test's time is over: little of the address is kept from here on. Everybody who looks has seen it without.
#[derive(Debug, Serialize)]
pub(super) struct Expire {
    pub partner: PartnerId,
    pub customer: CustomerId,
    pub test: FactId,
}

impl Command for Expire {
    const NAME: &'static str = "provisioning.delivery.expire";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let test = rows::test(cx.tx, cx.scope, self.customer, self.test)?;
        let Some(test) = test.filter(|t| t.status == Stands::Waiting && t.expires_at <= cx.now) else { return Ok(()) };
        rows::end(cx.tx, cx.scope, self.customer, &test, Stands::Expired, None, test.expires_at)?;
        cx.changed("delivery_test", self.test, "status", test.status, Stands::Expired);
        Ok(())
    }
}
