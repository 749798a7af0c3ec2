//! What the installation books of its own work: how far it is, and how it ended.

use access::permissions::Operate;
use command::{Command, Cx, Fail, Never, Node};
use serde::Serialize;
use serde_json::json;
use store::{Control, CustomerId, ImportId, OperationId, PartnerId};

use super::{TransferStatus, commands::STEPS, refusal::TransferRefusal, store as rows};
use crate::{operations, removal};

/// Which transfer works, for whom.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Work {
    pub partner: PartnerId,
    pub transfer: ImportId,
    pub customer: CustomerId,
    pub operation: OperationId,
}

/// Books how a step stands.
#[derive(Debug, Serialize)]
pub struct BookStep {
    pub work: Work,
    /// Its place in [`STEPS`].
    pub position: usize,
    /// Whether it is over.
    pub over: bool,
    /// Members brought in so far.
    pub members: i64,
}

impl Command for BookStep {
    const NAME: &'static str = "offboarding.book_transfer";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.work.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let Work { transfer, operation, .. } = self.work;
        let Some(name) = STEPS.get(self.position).copied() else { return Ok(()) };
        let status = if self.over { "succeeded" } else { "running" };
        let step = operations::Booked { position: self.position, name, status, result: None, error: None };
        operations::book_step(cx, operation, &step)?;
        operations::progress(cx, operation, i64::try_from(self.position + usize::from(self.over)).unwrap_or(0))?;
        rows::set_done(cx.tx, cx.scope, transfer, self.members)?;
        Ok(())
    }
}

/// How the work ended.
#[derive(Debug, Serialize)]
pub enum How {
    /// All of it is there.
    Made,
    /// It cannot be done.
    Failed {
        /// In which step.
        position: usize,
        /// Why.
        why: String,
    },
    /// Somebody called it off.
    CalledOff,
}

/// Ends a transfer, once. Whatever was not brought in whole is taken back: the customer is removed as any other.
#[derive(Debug, Serialize)]
pub struct Finish {
    pub work: Work,
    pub how: How,
}

impl Command for Finish {
    const NAME: &'static str = "offboarding.finish_transfer";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.work.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let Work { transfer, customer, operation, .. } = self.work;
        let to = if matches!(self.how, How::Made) { TransferStatus::Done } else { TransferStatus::Failed };
        if !rows::turn(cx.tx, cx.scope, transfer, TransferStatus::Running, to)? {
            return Ok(());
        }
        cx.changed("transfer", transfer, "status", TransferStatus::Running, to);
        match &self.how {
            How::Made => {
                let stood = rows::standing(cx.tx, cx.scope, customer)?.unwrap_or_default();
                rows::set_stood(cx.tx, cx.scope, transfer, &stood)?;
                operations::succeed(cx, operation, &json!({ "transfer_id": transfer, "tenant_id": customer }))?;
            }
            How::Failed { position, why } => {
                self.take_back(cx)?;
                let name = STEPS.get(*position).copied().unwrap_or(STEPS[0]);
                let step = operations::Booked { position: *position, name, status: "failed", result: None, error: Some(why) };
                operations::book_step(cx, operation, &step)?;
                operations::fail(cx, operation, &TransferRefusal::Broken { reason: why.clone() })?;
            }
            How::CalledOff => {
                self.take_back(cx)?;
                operations::cancel(cx, operation)?;
            }
        }
        Ok(())
    }
}

impl Finish {
    /// Nothing where it is removed already: its preparation failed.
    fn take_back(&self, cx: &mut Cx<'_, '_, Self>) -> store::Result<()> {
        removal::withdraw(cx, self.work.customer, Some("transfer stopped")).map(drop)
    }
}
