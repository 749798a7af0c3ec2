//! Preparing a new tenant as steps: each idempotent, its state and result stored, all of them taken back when one fails for
//! good or somebody calls the operation off. So there is a whole customer in the end, or none.

use command::{Call, Fail, House};
use jobs::{
    Job, JobCx, Retry,
    steps::{self, Ended, Ledger, Step, StepState},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{CustomerId, OperationId};

use super::{
    book::{BookStep, End, Failed, How},
    obey::open_tenant,
    take_back::TakeBack,
};
use crate::{
    app::App,
    files,
    hierarchy::{
        Lifecycle,
        lifecycle::{MakeReady, WrongTurn},
    },
    licensing::policy::SetServing,
    operations,
};

/// Work that prepares a tenant; told by `CreateCustomer`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Provision {
    /// Which tenant.
    pub customer: CustomerId,
    /// The operation people watch.
    pub operation: OperationId,
    /// What is told when it has ended, to whoever waits for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<Value>,
}

/// The kind of the news that a customer's preparation has ended. Only told where somebody waits for it.
pub const PREPARED: &str = "provisioning.prepared";

impl Provision {
    /// The job's kind.
    pub const KIND: &'static str = "provisioning.provision";
}

/// What the steps work on.
pub struct Tenant<'a> {
    app: &'a App,
    house: &'a House,
    job: &'a Provision,
}

/// The steps' names, in order. The first is made by `CreateCustomer` itself, in its own transaction.
pub const STEPS: [&str; 4] = ["customer", "region", "storage", "ready"];

async fn take_back(tenant: &Tenant<'_>) -> Result<(), Retry> {
    tenant.house.execute(Call::operator(), TakeBack { customer: tenant.job.customer }).await?;
    Ok(())
}

async fn open_region(tenant: &Tenant<'_>) -> Result<Value, Retry> {
    let (max_mau, _) = open_tenant(tenant.house, tenant.job.customer).await?;
    Ok(json!({ "max_mau": max_mau }))
}

/// The tenant's row stays as a gravestone that serves nobody: a decision about seats that arrives late finds a newer one there.
async fn close_region(tenant: &Tenant<'_>) -> Result<(), Retry> {
    tenant.house.execute(Call::operator(), SetServing { customer: tenant.job.customer, serving: false }).await?;
    Ok(())
}

/// The tenant's place in its region's object storage. That it can be written to is found out now, not with the first export.
async fn open_storage(tenant: &Tenant<'_>) -> Result<Value, Retry> {
    let customer = tenant.job.customer;
    let mark = json!({ "tenant_id": customer, "operation_id": tenant.job.operation });
    files::of(tenant.app, customer).await?.put(files::MARK, mark.to_string().into_bytes()).await.map_err(files::trouble)?;
    Ok(json!({ "object": files::MARK }))
}

async fn clear_storage(tenant: &Tenant<'_>) -> Result<(), Retry> {
    files::of(tenant.app, tenant.job.customer).await?.clear().await.map_err(files::trouble)
}

async fn make_ready(tenant: &Tenant<'_>) -> Result<Value, Retry> {
    let made = json!({ "lifecycle": Lifecycle::Setup });
    match tenant.house.execute(Call::operator(), MakeReady { customer: tenant.job.customer }).await {
        Ok(_) => Ok(made),
        // Made ready by an earlier run of this job, whose booking was lost.
        Err(Fail::Refused(WrongTurn::NotFrom { lifecycle: Lifecycle::Setup | Lifecycle::Active })) => Ok(made),
        Err(fail) => Err(fail.into()),
    }
}

impl Job<App> for Provision {
    const KIND: &'static str = Provision::KIND;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let tenant = Tenant { app: job.app, house: job.house, job: &self };
        loop {
            let how = match run_steps(&tenant).await? {
                Ended::Made => How::Made,
                Ended::CalledOff => How::CalledOff,
                Ended::Unwound { step, why } => How::Failed(Failed { step: step.to_owned(), why }),
            };
            let end = End { customer: self.customer, operation: self.operation, how, then: self.then.clone() };
            // Called off at the last moment: once more, backwards.
            if job.house.execute(Call::operator(), end).await?.value {
                return Ok(());
            }
        }
    }
}

async fn run_steps(tenant: &Tenant<'_>) -> Result<Ended, Retry> {
    let steps: [Step<Tenant<'_>>; 4] = [
        Step { name: STEPS[0], make: |_| Box::pin(async { Ok(Value::Null) }), undo: |t, _| Box::pin(take_back(t)) },
        Step { name: STEPS[1], make: |t| Box::pin(open_region(t)), undo: |t, _| Box::pin(close_region(t)) },
        Step { name: STEPS[2], make: |t| Box::pin(open_storage(t)), undo: |t, _| Box::pin(clear_storage(t)) },
        // Nothing of its own to take back: the first step takes the customer from wherever it stands.
        Step { name: STEPS[3], make: |t| Box::pin(make_ready(t)), undo: |_, _| Box::pin(async { Ok(()) }) },
    ];
    steps::run(&steps, tenant, tenant).await
}

fn later(error: store::Error) -> Retry {
    Retry::Later(error.to_string())
}

impl Ledger for Tenant<'_> {
    async fn states(&self) -> Result<Vec<StepState>, Retry> {
        let known = operations::progress_of(self.house, self.job.operation).await.map_err(later)?;
        let state = |step: operations::Step| match step.status.as_str() {
            "running" => StepState::Running(step.error),
            "succeeded" => StepState::Made(step.result.unwrap_or_default()),
            "failed" => StepState::Failed(step.error.unwrap_or_default()),
            "undone" => StepState::Undone,
            _ => StepState::Pending,
        };
        Ok(known.steps.into_iter().map(state).collect())
    }

    async fn called_off(&self) -> Result<bool, Retry> {
        Ok(operations::progress_of(self.house, self.job.operation).await.map_err(later)?.called_off)
    }

    async fn book(&self, position: usize, state: &StepState) -> Result<(), Retry> {
        let (status, result, error) = match state {
            StepState::Pending => return Ok(()),
            StepState::Running(why) => ("running", None, why.clone()),
            StepState::Made(given) => ("succeeded", Some(given.clone()), None),
            StepState::Failed(why) => ("failed", None, Some(why.clone())),
            StepState::Undone => ("undone", None, None),
        };
        let Provision { customer, operation, .. } = *self.job;
        let book = BookStep { customer, operation, position, name: STEPS[position].to_owned(), status: status.to_owned(), result, error };
        self.house.execute(Call::operator(), book).await?;
        Ok(())
    }
}
