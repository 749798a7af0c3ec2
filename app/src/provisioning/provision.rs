//! Preparing a new tenant as steps: each idempotent, progress stored, unwound when one fails for good.

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, House, Never, Refusal};
use jobs::{
    Job, JobCx, Retry,
    steps::{self, Ended, Ledger, Step, StepState},
};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, OperationId, Uuid};

use crate::{app::App, hierarchy::lifecycle::MakeReady, licensing::policy::OpenTenant, operations};

/// Work that prepares a tenant; told by `CreateCustomer`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Provision {
    /// Which tenant.
    pub customer: CustomerId,
    /// The operation people watch.
    pub operation: OperationId,
    /// Its MAX MAU.
    pub max_mau: i64,
}

impl Provision {
    /// The job's kind.
    pub const KIND: &'static str = "provisioning.provision";
}

/// What the steps work on.
pub struct Tenant<'a> {
    house: &'a House,
    job: &'a Provision,
}

/// The steps' names, in order.
pub const STEPS: [&str; 2] = ["region", "ready"];

async fn open_region(tenant: &Tenant<'_>) -> Result<(), Retry> {
    let command = OpenTenant { customer: tenant.job.customer, max_mau: tenant.job.max_mau };
    tenant.house.execute(Call::operator(), command).await?;
    Ok(())
}

async fn make_ready(tenant: &Tenant<'_>) -> Result<(), Retry> {
    match tenant.house.execute(Call::operator(), MakeReady { customer: tenant.job.customer }).await {
        // Made ready by an earlier run of this job.
        Ok(_) | Err(Fail::Refused(_)) => Ok(()),
        Err(fail) => Err(fail.into()),
    }
}

impl Job<App> for Provision {
    const KIND: &'static str = Provision::KIND;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let tenant = Tenant { house: job.house, job: &self };
        let end = match run_steps(&tenant).await? {
            Ended::Made => End { customer: self.customer, operation: self.operation, failed: None },
            Ended::Unwound { step, why } => {
                End { customer: self.customer, operation: self.operation, failed: Some(Failed { step: step.to_owned(), why }) }
            }
        };
        job.execute_as_operator(end).await.map(drop)
    }
}

async fn run_steps(tenant: &Tenant<'_>) -> Result<Ended, Retry> {
    let steps: [Step<Tenant<'_>>; 2] = [
        Step { name: STEPS[0], make: |t| Box::pin(open_region(t)), undo: |_| Box::pin(async { Ok(()) }) },
        Step { name: STEPS[1], make: |t| Box::pin(make_ready(t)), undo: |_| Box::pin(async { Ok(()) }) },
    ];
    steps::run(&steps, tenant, tenant).await
}

impl Ledger for Tenant<'_> {
    async fn made(&self) -> Result<usize, Retry> {
        // Both steps are idempotent and cheap: a run after a crash makes them again.
        Ok(0)
    }

    async fn book(&self, position: usize, state: StepState) -> Result<(), Retry> {
        let (status, error) = match state {
            StepState::Running => ("running", None),
            StepState::Made => ("succeeded", None),
            StepState::Failed(why) => ("failed", Some(why)),
            StepState::Undone => ("undone", None),
        };
        let name = STEPS[position].to_owned();
        let book =
            BookStep { customer: self.job.customer, operation: self.job.operation, position, name, status: status.to_owned(), error };
        self.house.execute(Call::operator(), book).await?;
        Ok(())
    }
}

/// Books the state of a step where people see it.
#[derive(Debug, Serialize)]
struct BookStep {
    customer: CustomerId,
    operation: OperationId,
    position: usize,
    name: String,
    status: String,
    error: Option<String>,
}

impl Command for BookStep {
    const NAME: &'static str = "provisioning.book_step";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        operations::book_step(cx, self.operation, self.position, &self.name, &self.status, self.error.as_deref())?;
        operations::progress(cx, self.operation, i64::try_from(self.position).unwrap_or(0))?;
        Ok(())
    }
}

/// Why provisioning ended badly.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Failed {
    step: String,
    why: String,
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
        format!("{} Nothing is lost; retry when the cause is mended: steps already made are not made twice.", self.why)
    }
}

/// Ends the operation.
#[derive(Debug, Serialize)]
struct End {
    customer: CustomerId,
    operation: OperationId,
    failed: Option<Failed>,
}

impl Command for End {
    const NAME: &'static str = "provisioning.end";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        match &self.failed {
            None => operations::succeed(cx, self.operation, &serde_json::json!({ "tenant_id": self.customer }))?,
            Some(failed) => operations::fail(cx, self.operation, failed)?,
        }
        Ok(())
    }
}
