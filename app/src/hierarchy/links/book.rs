//! What came of a request to which all had consented.

use access::{permissions::Operate, tree};
use command::{Command, Cx, Fail, Never};
use serde::Serialize;
use store::{Control, LinkRequestId, PartnerId, Uuid};

use super::{
    answer::{ANSWER, TellAsker},
    request::Stage,
    store as rows,
};

/// What came of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The customer has come.
    Linked,
    /// It could not; whoever asked may try again.
    Stopped {
        /// The refusal's word.
        code: String,
        /// Its numbers.
        values: serde_json::Value,
    },
    /// There is no such customer any more at the partner that gave it.
    Gone,
}

/// Books what came of a request.
#[derive(Debug, Serialize)]
pub struct BookLink {
    /// Whose request.
    pub partner: PartnerId,
    /// Which.
    pub request: LinkRequestId,
    /// What came of it.
    pub outcome: Outcome,
}

impl Command for BookLink {
    const NAME: &'static str = "hierarchy.links.book";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let (partner, id) = (self.partner, self.request);
        let Some(kept) = rows::find(cx.tx, partner, id)?.filter(|k| k.stage == Stage::Approved) else { return Ok(()) };
        let stage = match &self.outcome {
            Outcome::Linked => Stage::Linked,
            Outcome::Gone => Stage::Ended,
            Outcome::Stopped { .. } => Stage::Stopped,
        };
        match &self.outcome {
            Outcome::Stopped { code, values } => {
                rows::stop(cx.tx, partner, id, &serde_json::json!({ "code": code, "values": values }).to_string())?;
            }
            _ => rows::end(cx.tx, partner, id, stage, cx.now)?,
        }
        cx.changed("link_request", id, "status", Stage::Approved, stage);
        cx.tell(ANSWER, &TellAsker::of(partner, &kept));
        Ok(())
    }
}

/// Ends a request whose customer could not come, and is now removed or another partner's: its consents went with it. One that a
/// refusal ended is only put on record here, where it was made.
#[derive(Debug, Serialize)]
pub(super) struct EndStopped {
    pub partner: PartnerId,
    pub request: LinkRequestId,
    pub refused: bool,
}

impl Command for EndStopped {
    const NAME: &'static str = "hierarchy.links.end_stopped";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let (partner, id) = (self.partner, self.request);
        let from = if self.refused { Stage::Ended } else { Stage::Stopped };
        let Some(kept) = rows::hold(cx.tx, partner, id)?.filter(|k| k.stage == from) else { return Ok(()) };
        let mut to = Stage::Ended;
        if let Some(customer) = kept.customer.filter(|_| !self.refused) {
            // Somebody above may have moved it here by hand.
            if tree::partner_of(cx.tx, customer.0)? == Some(partner.0) {
                to = Stage::Linked;
            }
            rows::end(cx.tx, partner, id, to, cx.now)?;
        }
        cx.changed("link_request", id, "status", Stage::Stopped, to);
        // Where its time is over, they know.
        if cx.now < kept.expires_at {
            cx.tell(ANSWER, &TellAsker::of(partner, &kept));
        }
        Ok(())
    }
}
