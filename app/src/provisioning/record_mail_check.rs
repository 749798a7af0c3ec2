//! An e-mail check ended: a fact about the customer, from which its health follows (D6).

use access::permissions::RecordFacts;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, CustomerId, FactId, Timestamp};

use crate::{
    directory::{Recorded, SyncRefused, rules::is_sane},
    hierarchy::standing,
    noun::Note,
};

/// Records how an e-mail check ended.
#[derive(Debug, Clone, Serialize)]
pub struct RecordMailCheck {
    /// Of which customer.
    pub customer: CustomerId,
    /// Whether mail is set up as it should be.
    pub ok: bool,
    /// What was found.
    pub detail: Option<Note>,
    /// When it ended; now when absent. A sender's clock may run ahead a little: then it counts from now.
    pub at: Option<Timestamp>,
}

impl Command for RecordMailCheck {
    const NAME: &'static str = "provisioning.record_mail_check";
    type Home = Control;
    type Needs = RecordFacts;
    type Done = Recorded;
    type Refusal = SyncRefused;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Recorded, Fail<SyncRefused>> {
        let at = self.at.unwrap_or(cx.now);
        if !is_sane(at, cx.now) {
            return Err(SyncRefused::NotATime { at }.into());
        }
        Ok(record(cx, self.customer, self.ok, self.detail.as_ref().map(Note::as_str), at.min(cx.now))?)
    }
}

/// Records how an e-mail check ended, inside the command of whoever made it.
///
/// # Errors
/// The store's.
pub(super) fn record<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    ok: bool,
    detail: Option<&str>,
    at: Timestamp,
) -> store::Result<Recorded> {
    let id: FactId = cx.new_id();
    let news = standing::publish_mail_check(cx.tx, cx.scope, customer, id.0, at, ok, detail, cx.now)?;
    standing::tell(cx, customer, news);
    cx.changed("customer", customer, "mail_check", (), if ok { "ok" } else { "failed" });
    Ok(Recorded { id, at })
}
