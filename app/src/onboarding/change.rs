//! Changing a draft: what is filled in, whose it is, which seats it has put by.

use access::permissions::{Allocate, CreateCustomers};
use command::{Command, Cx, Fail, Node, Secret};
use serde::Serialize;
use store::{Control, DraftId, PartnerId, StaffId};

use super::{
    draft::{Answers, Found},
    open, queries,
    refusal::{Refused, exhausted},
    store as rows,
};
use crate::{identity, licensing::pools};

/// The version of a draft that was just begun.
const FIRST: i64 = 1;

/// Changes a draft. The trail names the answers that changed and not what they say: they may be taken back before they are anybody's.
#[derive(Debug, Serialize)]
pub struct ChangeDraft {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which.
    pub draft: DraftId,
    /// The version it is changed against; 0 for one that nobody has saved before.
    pub version: i64,
    /// Answers to change; those it does not name stay.
    pub answers: Secret<Answers>,
    /// Whose it is from now on.
    pub staff: Option<StaffId>,
    /// Seats to put by for a week from now; none inside gives them up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserve: Option<Option<i64>>,
}

impl ChangeDraft {
    /// A change of nothing, to be filled.
    #[must_use]
    pub fn of(partner: PartnerId, draft: DraftId, version: i64) -> ChangeDraft {
        ChangeDraft { partner, draft, version, answers: Secret(Answers::default()), staff: None, reserve: None }
    }
}

impl Command for ChangeDraft {
    const NAME: &'static str = "onboarding.change_draft";
    type Home = Control;
    type Needs = CreateCustomers;
    /// The version it has then.
    type Done = i64;
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn hidden(&self) -> Vec<u8> {
        self.answers.0.said()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<i64, Fail<Refused>> {
        let before = match queries::find(cx.tx, cx.scope, self.draft, cx.now)? {
            Some(Found::Open(draft)) => *draft,
            None if self.version == 0 => return open::begin(cx, self.draft, &self.answers.0).map(|()| FIRST),
            _ => return Err(Fail::Denied(access::Denied::NotFound)),
        };
        let answers = self.answers.0.over(&before.answers);
        let staff = self.colleague(cx)?.or(before.staff_id);
        let names = answers.differing(&before.answers);
        let keeps_seats = self.reserve.is_none_or(|wanted| wanted.is_none() && before.reserved.is_none());
        if self.version == before.version && names.is_empty() && staff == before.staff_id && keeps_seats {
            return Ok(before.version);
        }
        // Whoever was quicker has changed the version.
        match rows::hold(cx.tx, cx.scope, self.draft)? {
            Some(Found::Open(draft)) if draft.version == self.version => {}
            Some(Found::Open(draft)) => return Err(Refused::Stale { version: draft.version }.into()),
            _ => return Err(Fail::Denied(access::Denied::NotFound)),
        }
        self.reserve(cx)?;
        let none: [&str; 0] = [];
        cx.changed("draft", self.draft, "answers", none, names);
        cx.changed("draft", self.draft, "staff_id", before.staff_id, staff);
        rows::save(cx.tx, cx.scope, self.draft, &answers, staff, cx.now)?;
        Ok(before.version + 1)
    }
}

impl ChangeDraft {
    fn colleague(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Option<StaffId>, Fail<Refused>> {
        match self.staff {
            Some(staff) if !identity::may_here(cx.tx, cx.scope, staff, "create_customers")? => Err(Refused::UnknownColleague {}.into()),
            staff => Ok(staff),
        }
    }

    /// Puts seats by or gives them up.
    fn reserve(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Refused>> {
        let Some(wanted) = self.reserve else { return Ok(()) };
        if !cx.scope.also::<Allocate>() {
            return Err(Refused::MayNotReserve {}.into());
        }
        match wanted {
            Some(seats) => {
                let claim = pools::claim(cx, self.draft.0, seats).map_err(exhausted)?;
                cx.changed("draft", self.draft, "reserved", (), claim);
            }
            None => {
                let seats = pools::unclaim(cx, self.draft.0)?;
                cx.changed("draft", self.draft, "reserved", seats, 0);
            }
        }
        Ok(())
    }
}
