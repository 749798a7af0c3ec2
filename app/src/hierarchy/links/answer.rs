//! Telling whoever asked what became of it. Linked and stopped are told when they happen: both know the customer by then. Refused,
//! unknown and not answered are told when the time is over, by one mail that is the same for all three.

use access::{Credential, Scope, permissions::CreateCustomers};
use command::{Call, Fail, Node, Query};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, LinkRequestId, PartnerId, Result, StaffId, Timestamp, View};

use super::{
    pages::why,
    request::{Kept, LinkRequest, LinkStatus, Stage},
    store as rows,
};
use crate::{
    app::App,
    identity::{self, Recipient, Words},
};

pub(super) const ANSWER: &str = "hierarchy.links.answer";

/// Work: mail whoever asked what became of their request.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TellAsker {
    partner: PartnerId,
    request: LinkRequestId,
    staff: StaffId,
    /// Its time is over; nothing happened just now.
    lapsed: bool,
}

impl TellAsker {
    /// Something has just come of a request.
    pub fn of(partner: PartnerId, kept: &Kept) -> TellAsker {
        TellAsker { partner, request: kept.id, staff: kept.asked_by, lapsed: false }
    }

    /// The time of a request is over: told only where nothing came of it before.
    pub fn lapsed(partner: PartnerId, kept: &Kept) -> TellAsker {
        TellAsker { lapsed: true, ..TellAsker::of(partner, kept) }
    }
}

impl Job<App> for TellAsker {
    const KIND: &'static str = ANSWER;

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        // Asked as the person: who may not ask for customers any more hears nothing of it.
        let call = Call::by(Credential::Holder(self.staff.into()));
        let page = format!("{}/msp/{}/links", job.app.config.origin(), self.partner);
        match job.house.ask(&call, Became(self)).await {
            Ok(Some((to, became))) => to.send(job.app, &job.id.to_string(), words(&to, &became, page)).await,
            Ok(None) | Err(Fail::Denied(_)) => Ok(()),
            Err(fail) => Err(fail.into()),
        }
    }
}

/// Asks what there is to tell.
struct Became(TellAsker);

impl Query for Became {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Option<(Recipient, LinkRequest)>;

    fn node(&self) -> Node {
        self.0.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, _: &Scope<CreateCustomers>, now: Timestamp) -> Result<Self::Found> {
        let TellAsker { partner, request, staff, lapsed } = self.0;
        let kept = rows::find(view, partner, request)?.filter(|k| tells(k.stage, k.expires_at, lapsed, now));
        let (Some(kept), Some(to)) = (kept, identity::recipient(view, partner, staff)?) else { return Ok(None) };
        Ok(Some((to, kept.seen(now))))
    }
}

/// Whether a request has something to tell: of one that lapsed only what was not told when it happened.
fn tells(stage: Stage, expires_at: Timestamp, lapsed: bool, now: Timestamp) -> bool {
    if lapsed {
        return matches!(stage, Stage::Open | Stage::Stopped) && stage.seen(expires_at, now) == LinkStatus::NotApproved;
    }
    matches!(stage, Stage::Linked | Stage::Stopped | Stage::Ended)
}

/// What the mail says. It names the customer as whoever asked did, and nothing else of it.
fn words(to: &Recipient, became: &LinkRequest, page: String) -> Words {
    let lang = to.lang();
    let asked = lang.date(became.asked_at, &store::Zone::utc());
    let values = [
        ("name", to.name.as_str().into()),
        ("company", to.partner.as_str().into()),
        ("number", became.account_number.as_str().into()),
        ("administrator", became.administrator.as_str().into()),
        ("asked", asked.as_str().into()),
    ];
    let say = |id: &str| lang.with(id, &values);
    let word = became.status.word().replace('_', "-");
    Words {
        subject: say(&format!("links-answer-{word}-subject")),
        greeting: say("links-mail-greeting"),
        paragraphs: std::iter::once(say(&format!("links-answer-{word}"))).chain(why(lang, became)).collect(),
        button: (say("links-answer-button"), page),
        footer: say("links-answer-footer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_when_it_happened_is_not_told_again_at_the_end() {
        let (ends, before, after) = (Timestamp(100), Timestamp(99), Timestamp(100));
        for stage in [Stage::Linked, Stage::Ended, Stage::Withdrawn, Stage::Approved] {
            assert!(!tells(stage, ends, true, after), "{stage:?}");
        }
        assert!(
            tells(Stage::Open, ends, true, after) && tells(Stage::Stopped, ends, true, after) && !tells(Stage::Open, ends, true, before)
        );
        assert!(tells(Stage::Linked, ends, false, before) && !tells(Stage::Open, ends, false, after), "a refusal is not told");
    }
}
