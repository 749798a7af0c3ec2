//! Saying whether an article helped.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{Control, StaffId, Uuid};

use super::{queries::Vote, store as rows};

/// Stores a person's word on an article, in place of the one before. Run on behalf of the person.
#[derive(Debug, Serialize)]
pub struct CastVote {
    /// The person's home.
    pub home: Uuid,
    /// Who.
    pub staff: StaffId,
    /// On which article.
    pub article: &'static str,
    /// What they say.
    pub vote: Vote,
}

impl Command for CastVote {
    const NAME: &'static str = "help.cast_vote";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        Node::known(self.home)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let before = rows::vote(cx.tx, self.article, self.staff)?;
        if before.as_ref() == Some(&self.vote) {
            return Ok(());
        }
        rows::put(cx.tx, self.article, self.staff, &self.vote, cx.now)?;
        // The comment itself stays out of the chain: it can be taken back, what is written there cannot.
        let said = |v: &Vote| (v.helpful, v.comment.is_some());
        cx.changed("help", self.article, "vote", before.as_ref().map(said), said(&self.vote));
        if before.as_ref().map(said) == Some(said(&self.vote)) {
            cx.changed("help", self.article, "comment", (), "changed");
        }
        Ok(())
    }
}
