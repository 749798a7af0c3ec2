//! Moving a partner below another distributor: its customers, pools and history stay with it.

use access::{permissions::MoveNodes, tree};
use command::{Command, Cx, Fail, Node};
use serde::Serialize;
use store::{Control, DistributorId, PartnerId};

use super::{distributors, refusal::Refused};

/// Moves a partner. Who does it must hold the right at both ends.
#[derive(Debug, Serialize)]
pub struct MovePartner {
    /// Which partner.
    pub partner: PartnerId,
    /// Below which distributor.
    pub to: DistributorId,
}

impl Command for MovePartner {
    const NAME: &'static str = "hierarchy.partners.move";
    type Home = Control;
    type Needs = MoveNodes;
    type Done = ();
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Refused>> {
        let there = access::grant::<MoveNodes>(cx.tx, &cx.scope.actor().again(), self.to.into(), cx.now)?;
        if there.is_err() {
            return Err(Refused::UnknownDistributor {}.into());
        }
        // Asking for the other end has moved the fence there.
        cx.tx.enter(self.partner.0);
        let from = distributors::of_partner(cx.tx, cx.scope)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        if from == self.to {
            return Ok(());
        }
        tree::move_partner(cx.tx, self.partner.0, self.to.0)?;
        distributors::set(cx.tx, cx.scope, self.to)?;
        cx.changed("partner", self.partner, "distributor", from, self.to);
        Ok(())
    }
}
