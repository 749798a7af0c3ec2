//! Deleting a draft.

use access::permissions::CreateCustomers;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, DraftId, PartnerId};

use super::{draft::Found, refusal::Refused, store as rows};
use crate::licensing::pools;

/// Deletes a draft; seats it has put by are free again.
#[derive(Debug, Serialize)]
pub struct DiscardDraft {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which.
    pub draft: DraftId,
    /// The version it is deleted at.
    pub version: Option<i64>,
}

impl Command for DiscardDraft {
    const NAME: &'static str = "onboarding.discard_draft";
    type Home = Control;
    type Needs = CreateCustomers;
    type Done = ();
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Refused>> {
        let Some(Found::Open(draft)) = rows::hold(cx.tx, cx.scope, self.draft)? else {
            return Err(Fail::Denied(access::Denied::NotFound));
        };
        if self.version.is_some_and(|asked| asked != draft.version) {
            return Err(Refused::Stale { version: draft.version }.into());
        }
        pools::unclaim(cx, self.draft.0)?;
        rows::delete(cx.tx, cx.scope, self.draft)?;
        cx.changed("draft", self.draft, "deleted", false, true);
        Ok(())
    }
}
