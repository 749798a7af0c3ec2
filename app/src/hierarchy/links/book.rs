//! What came of a request to which all had consented.

use access::{permissions::Operate, tree};
use command::{Command, Cx, Fail, Never, Node};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Control, LinkRequestId, PartnerId, Timestamp};

use super::{
    answer::{ANSWER, TellAsker},
    request::{Kept, Stage},
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
        values: Value,
    },
    /// There is no such customer any more at the partner that gave it.
    Gone,
    /// The work gave up: nobody carries it over any more.
    GaveUp,
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

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let (partner, id) = (self.partner, self.request);
        let Some(kept) = rows::hold(cx.tx, partner, id)?.filter(|k| k.stage == Stage::Approved) else { return Ok(()) };
        let stage = match &self.outcome {
            Outcome::Linked => Stage::Linked,
            Outcome::Gone => gone(cx, partner, &kept)?,
            Outcome::Stopped { code, values } => stopped(cx, partner, &kept, code, values)?,
            // It may have come, and only that was not booked.
            Outcome::GaveUp if whose(cx, &kept)? == kept.giver => stopped(cx, partner, &kept, "move-gave-up", &json!({}))?,
            Outcome::GaveUp => gone(cx, partner, &kept)?,
        };
        if stage != Stage::Stopped {
            rows::end(cx.tx, partner, id, stage, cx.now)?;
        }
        cx.changed("link_request", id, "status", Stage::Approved, stage);
        cx.tell(ANSWER, &TellAsker::of(partner, &kept));
        Ok(())
    }
}

/// Keeps why the customer could not come; at the partner that gives it, only that it could not.
fn stopped<C>(cx: &mut Cx<'_, '_, C>, partner: PartnerId, kept: &Kept, code: &str, values: &Value) -> store::Result<Stage>
where
    C: Command<Home = Control>,
{
    rows::stop(cx.tx, partner, kept.id, &json!({ "code": code, "values": values }).to_string())?;
    note_stop(cx, partner, kept, Some(cx.now))?;
    Ok(Stage::Stopped)
}

/// Notes at the partner that gives the customer since when it could not come; nothing where it is tried again.
pub(super) fn note_stop<C>(cx: &mut Cx<'_, '_, C>, partner: PartnerId, kept: &Kept, at: Option<Timestamp>) -> store::Result<()>
where
    C: Command<Home = Control>,
{
    let (Some(giver), Some(customer)) = (kept.giver, kept.customer) else { return Ok(()) };
    cx.tx.enter(giver.0);
    rows::note_stop(cx.tx, giver, customer, kept.id, at)?;
    cx.tx.enter(partner.0);
    Ok(())
}

/// Whose the customer is.
fn whose<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, kept: &Kept) -> store::Result<Option<PartnerId>> {
    let Some(customer) = kept.customer else { return Ok(None) };
    Ok(tree::partner_of(cx.tx, customer.0)?.map(PartnerId::new))
}

/// How a request ends whose customer left the partner that gave it: somebody above may have moved it here by hand.
fn gone<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, partner: PartnerId, kept: &Kept) -> store::Result<Stage> {
    Ok(if whose(cx, kept)? == Some(partner) { Stage::Linked } else { Stage::Ended })
}

/// Ends a request whose customer had not come, and is now removed or another partner's: its consents went with it. One that a
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

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let (partner, id) = (self.partner, self.request);
        let Some(kept) = rows::hold(cx.tx, partner, id)? else { return Ok(()) };
        let (from, to) = match kept.stage {
            Stage::Ended if self.refused => (Stage::Stopped, Stage::Ended),
            Stage::Approved | Stage::Stopped if !self.refused => {
                let to = gone(cx, partner, &kept)?;
                rows::end(cx.tx, partner, id, to, cx.now)?;
                (kept.stage, to)
            }
            _ => return Ok(()),
        };
        cx.changed("link_request", id, "status", from, to);
        // Of one that was stopped they know when its time is over.
        if from == Stage::Approved || cx.now < kept.expires_at {
            cx.tell(ANSWER, &TellAsker::of(partner, &kept));
        }
        Ok(())
    }
}
