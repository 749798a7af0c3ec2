//! Sending step 1: the draft becomes a customer, once, however many send it.

use access::permissions::CreateCustomers;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, DraftId, PartnerId};

use super::{
    draft::{Answers, Found, Sent},
    refusal::{NotSent, not_created},
    store as rows,
};
use crate::{
    hierarchy::{CustomerKind, customers::NewCustomer},
    licensing::pools,
    provisioning::{self, Created},
};

/// Creates the customer of a draft. The draft holds its answers no longer, and from then on leads to the customer; a draft that
/// nobody has saved before is sent as well.
#[derive(Debug, Serialize)]
pub struct SendDraft {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which.
    pub draft: DraftId,
    /// The version that was read; none when the answers come along.
    pub version: Option<i64>,
    /// What the customer is.
    pub new: NewCustomer,
}

impl Command for SendDraft {
    const NAME: &'static str = "onboarding.send_draft";
    type Home = Control;
    type Needs = CreateCustomers;
    type Done = Created;
    type Refusal = NotSent;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Created, Fail<NotSent>> {
        if let Some(Found::Sent(sent)) = rows::find(cx.tx, cx.scope, self.draft)? {
            return Ok(sent.into());
        }
        rows::insert(cx.tx, cx.scope, self.draft, &Answers::default(), cx.now)?;
        match rows::hold(cx.tx, cx.scope, self.draft)? {
            Some(Found::Sent(sent)) => return Ok(quicker(cx, self.draft, sent)),
            Some(Found::Open(draft)) if self.version.is_some_and(|asked| asked != draft.version) => {
                return Err(NotSent::Stale { version: draft.version }.into());
            }
            Some(Found::Open(_)) => {}
            None => return Err(Fail::Denied(access::Denied::NotFound)),
        }
        let made = create(cx, self.draft, &self.new)?;
        if self.new.kind == CustomerKind::Paid {
            pools::claim_for(cx, self.draft.0, made.tenant_id)?;
        } else {
            // A trial's seats lie outside the pool: those put by are free for others.
            pools::unclaim(cx, self.draft.0)?;
        }
        Ok(made)
    }
}

/// Somebody sent it in the same moment: what they made is this one's answer too.
pub(super) fn quicker<C: Command>(cx: &mut Cx<'_, '_, C>, draft: DraftId, sent: Sent) -> Created {
    cx.changed("draft", draft, "sent_again", (), sent.customer);
    sent.into()
}

/// Makes the customer and lets the draft lead to it.
pub(super) fn create<C>(cx: &mut Cx<'_, '_, C>, draft: DraftId, new: &NewCustomer) -> Result<Created, Fail<NotSent>>
where
    C: Command<Home = Control>,
{
    let made = provisioning::create(cx, new, 0).map_err(not_created)?;
    rows::lead(cx.tx, cx.scope, draft, Sent { customer: made.tenant_id, operation: made.operation_id }, cx.now)?;
    cx.changed("draft", draft, "became", (), made.tenant_id);
    Ok(made)
}
