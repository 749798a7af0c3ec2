//! Calling off work that is made of steps: whatever it has made is taken back.

use access::permissions::ManageJobs;
use command::{Command, Cx, Fail, Node, Refusal};
use serde::Serialize;
use store::{Control, OperationId};

use super::store as rows;

/// Why nothing is called off.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotCanceled {
    /// It has ended.
    Ended {},
    /// It is not made of steps that can be taken back.
    NoSteps {},
}

impl Refusal for NotCanceled {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        match self {
            NotCanceled::Ended {} => "operation-ended",
            NotCanceled::NoSteps {} => "not-cancelable",
        }
    }
    fn title(&self) -> String {
        match self {
            NotCanceled::Ended {} => "The operation has ended".into(),
            NotCanceled::NoSteps {} => "This work cannot be called off".into(),
        }
    }
    fn detail(&self) -> String {
        "Nothing was changed.".into()
    }
}

/// Calls an operation off. Its job takes back what it has made and then ends it as canceled.
#[derive(Debug, Serialize)]
pub struct CancelOperation {
    /// The operation's node: its customer, or its partner.
    pub node: Node,
    /// Which.
    pub operation: OperationId,
}

impl Command for CancelOperation {
    const NAME: &'static str = "operations.cancel";
    type Home = Control;
    type Needs = ManageJobs;
    type Done = ();
    type Refusal = NotCanceled;

    fn node(&self) -> Node {
        self.node
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<NotCanceled>> {
        let found = rows::find(cx.tx, cx.scope, self.operation)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        if found.steps.is_empty() {
            return Err(NotCanceled::NoSteps {}.into());
        }
        if !rows::ask_cancel(cx.tx, cx.scope, self.operation, cx.now)? {
            return Err(NotCanceled::Ended {}.into());
        }
        cx.changed("operation", self.operation, "called_off", false, true);
        // Work that gave up has nobody left to take it back: its job runs again.
        let partner = cx.scope.partner();
        for job in rows::dead_of(cx.tx, partner, self.operation)? {
            if jobs::retry_dead(cx.tx, partner.0, job, cx.now)? {
                cx.changed("job", job, "status", "dead", "queued");
            }
        }
        Ok(())
    }
}
