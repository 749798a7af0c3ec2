//! Where people see how far a customer's provisioning is, and how it ended.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Never, Node, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Control, CustomerId, OperationId};

use super::provision::PREPARED;
use crate::operations::{self, Booked};

/// Books the state of a step.
#[derive(Debug, Serialize)]
pub(super) struct BookStep {
    pub customer: CustomerId,
    pub operation: OperationId,
    pub position: usize,
    pub name: String,
    pub status: String,
    pub result: Option<Value>,
    pub error: Option<String>,
}

impl Command for BookStep {
    const NAME: &'static str = "provisioning.book_step";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let (status, error) = (self.status.as_str(), self.error.as_deref());
        operations::book_step(
            cx,
            self.operation,
            &Booked { position: self.position, name: &self.name, status, result: self.result.as_ref(), error },
        )?;
        let made = self.position + usize::from(status == "succeeded");
        operations::progress(cx, self.operation, i64::try_from(made).unwrap_or(0))?;
        Ok(())
    }
}

/// How provisioning ended.
#[derive(Debug, Serialize)]
pub(super) enum How {
    Made,
    Failed(Failed),
    CalledOff,
}

/// Why provisioning ended badly.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Failed {
    pub step: String,
    pub why: String,
}

impl Refusal for Failed {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        "provisioning-failed"
    }
    fn title(&self) -> String {
        format!("The step \"{}\" failed", self.step)
    }
    fn detail(&self) -> String {
        let back = "Everything made before it was taken back: the customer is removed, its domain is free, its seats return to the pool.";
        format!("{} {back} Create the customer again when the cause is mended.", self.why)
    }
}

/// Ends the operation; false when somebody has called it off meanwhile, so that it must be taken back first.
#[derive(Debug, Serialize)]
pub(super) struct End {
    pub customer: CustomerId,
    pub operation: OperationId,
    pub how: How,
    pub then: Option<Value>,
}

impl Command for End {
    const NAME: &'static str = "provisioning.end";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = bool;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<bool, Fail<Never>> {
        match &self.how {
            How::Made if operations::called_off(cx, self.operation)? => return Ok(false),
            How::Made => operations::succeed(cx, self.operation, &serde_json::json!({ "tenant_id": self.customer }))?,
            How::Failed(failed) => operations::fail(cx, self.operation, failed)?,
            How::CalledOff => operations::cancel(cx, self.operation)?,
        }
        if let Some(then) = &self.then {
            cx.tell(PREPARED, then);
        }
        Ok(true)
    }
}
