//! Beginning a draft.

use access::permissions::CreateCustomers;
use command::{Command, Cx, Fail, Node, Secret};
use serde::Serialize;
use store::{Control, CustomerId, DraftId, PartnerId, TemplateId};

use super::{
    draft::{Answers, MOST},
    refusal::Refused,
    store as rows,
};

/// Begins a draft.
#[derive(Debug, Serialize)]
pub struct OpenDraft {
    /// Of which partner.
    pub partner: PartnerId,
    /// What is known already.
    pub answers: Secret<Answers>,
    /// The customer whose settings it begins with.
    pub copy_of: Option<CustomerId>,
    /// The template it begins with.
    pub template: Option<TemplateId>,
    /// Those settings, as they are now.
    pub like: Secret<Answers>,
}

impl Command for OpenDraft {
    const NAME: &'static str = "onboarding.open_draft";
    type Home = Control;
    type Needs = CreateCustomers;
    // Its id alone: a saved answer outlives what was typed into a form.
    type Done = DraftId;
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn hidden(&self) -> Vec<u8> {
        self.answers.0.said()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<DraftId, Fail<Refused>> {
        let id = cx.new_id();
        begin(cx, id, &self.answers.0.over(&self.like.0))?;
        Ok(id)
    }
}

/// Begins a draft under an id.
pub(super) fn begin<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: DraftId, answers: &Answers) -> Result<(), Fail<Refused>> {
    if rows::count_open(cx.tx, cx.scope)? >= MOST {
        return Err(Refused::DraftLimit { max: MOST }.into());
    }
    rows::insert(cx.tx, cx.scope, id, &answers.over(&Answers::default()), cx.now)?;
    cx.changed("draft", id, "begun", false, true);
    Ok(())
}
