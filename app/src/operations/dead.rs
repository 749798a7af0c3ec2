//! Dead letters: background work that gave up. People see why, and can have it tried again.

use std::collections::BTreeMap;

use access::{Scope, permissions::ManageJobs};
use command::{Call, Command, Cx, Fail, House, Node, Query, Refusal};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, JobId, OperationId, PartnerId, Region, Result, Timestamp, Uuid, View};
use web::{
    caller::Caller,
    door::{self, Reply},
    problem::Problem,
};

use super::store as rows;

/// A job that gave up.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeadLetter {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: String,
    /// The customer it worked for, if one.
    pub customer_id: Option<CustomerId>,
    /// Its name.
    pub customer_name: Option<String>,
    /// The region that holds it; null for control.
    pub region: Option<String>,
    /// How often it ran.
    pub attempts: i64,
    /// What it said last.
    pub error: String,
    /// When it was enqueued.
    pub created_at: Timestamp,
}

/// Asks for the dead letters of a partner's chain, and for its customers by region.
struct DeadOf(PartnerId);

impl Query for DeadOf {
    type Home = Control;
    type Needs = ManageJobs;
    type Found = (Vec<jobs::Dead>, Vec<(CustomerId, String, String)>);

    fn node(&self) -> Node {
        self.0.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ManageJobs>, _: Timestamp) -> Result<Self::Found> {
        Ok((jobs::dead_letters(view, self.0.0)?, rows::customers(view, scope)?))
    }
}

/// The dead letters of a partner: its own chain's and its customers', newest first.
///
/// # Errors
/// A denial or the store's trouble.
pub async fn dead_letters(house: &House, call: &Call, partner: PartnerId) -> std::result::Result<Vec<DeadLetter>, Problem> {
    let (own, customers) = house.ask(call, DeadOf(partner)).await?;
    let names: BTreeMap<Uuid, (String, String)> = customers.into_iter().map(|(id, name, region)| (id.0, (name, region))).collect();
    let letter = |d: jobs::Dead, region: Option<&str>| {
        let customer = names.get(&d.node);
        DeadLetter {
            id: d.id,
            kind: d.kind,
            customer_id: customer.map(|_| CustomerId::new(d.node)),
            customer_name: customer.map(|(name, _)| name.clone()),
            region: region.map(str::to_owned),
            attempts: d.attempts,
            error: d.error,
            created_at: d.created_at,
        }
    };
    let mut all: Vec<DeadLetter> = own.into_iter().map(|d| letter(d, None)).collect();
    for (region, db) in house.regions() {
        let mine: Vec<Uuid> = names.iter().filter(|(_, (_, r))| r == region).map(|(id, _)| *id).collect();
        let found = db.read(move |view: &mut View<'_, Region>| {
            let mut found = Vec::new();
            for chain in rows::chains_with_dead(view)?.into_iter().filter(|c| mine.contains(c)) {
                found.extend(jobs::dead_letters(view, chain)?);
            }
            Ok(found)
        });
        all.extend(found.await?.into_iter().map(|d| letter(d, Some(region))));
    }
    all.sort_by_key(|d| std::cmp::Reverse((d.created_at, d.id.0)));
    Ok(all)
}

/// Why nothing is tried again.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotRetried {
    /// The operation has not failed, or no dead job belongs to it.
    NothingToRetry {},
}

impl Refusal for NotRetried {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        "nothing-to-retry"
    }
    fn title(&self) -> String {
        "There is nothing to try again".into()
    }
    fn detail(&self) -> String {
        "The work has not given up, or it ended with an answer that trying again cannot change. Nothing was changed.".into()
    }
}

macro_rules! retry {
    ($(#[$doc:meta])* $name:ident in $home:ident $command:literal: $node:ident $id:ident) => {
        $(#[$doc])*
        #[derive(Debug, Serialize)]
        pub struct $name {
            /// Whose.
            pub $node: $id,
            /// Which job.
            pub job: JobId,
        }

        impl Command for $name {
            const NAME: &'static str = $command;
            type Home = $home;
            type Needs = ManageJobs;
            type Done = ();
            type Refusal = NotRetried;

            fn node(&self) -> Node {
                self.$node.into()
            }

            fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<NotRetried>> {
                if !jobs::retry_dead(cx.tx, self.$node.0, self.job, cx.now)? {
                    return Err(Fail::Denied(access::Denied::NotFound));
                }
                cx.changed("job", self.job, "status", "dead", "queued");
                Ok(())
            }
        }
    };
}

retry!(
    /// Has a dead job of a partner's chain tried again.
    RetryJob in Control "operations.retry_job": partner PartnerId
);
retry!(
    /// Has a dead job of a customer's region tried again.
    RetryRegionJob in Region "operations.retry_region_job": customer CustomerId
);

/// Has a dead letter tried again, wherever it lies; or says what that would do.
///
/// # Errors
/// 404 when there is none such, a denial, or the store's trouble.
pub async fn retry(house: &House, caller: &Caller, partner: PartnerId, job: JobId) -> std::result::Result<Reply<()>, Problem> {
    let letters = dead_letters(house, &caller.call(), partner).await?;
    let letter = letters.iter().find(|l| l.id == job).ok_or_else(Problem::not_found)?;
    match (&letter.region, letter.customer_id) {
        (Some(_), Some(customer)) => door::change(house, caller, customer, Ok(RetryRegionJob { customer, job })).await,
        _ => door::change(house, caller, partner, Ok(RetryJob { partner, job })).await,
    }
}

/// Has the dead job of a failed operation tried again.
#[derive(Debug, Serialize)]
pub struct RetryOperation {
    /// The operation's node: its customer, or its partner.
    pub node: Node,
    /// Which.
    pub operation: OperationId,
}

impl Command for RetryOperation {
    const NAME: &'static str = "operations.retry";
    type Home = Control;
    type Needs = ManageJobs;
    type Done = ();
    type Refusal = NotRetried;

    fn node(&self) -> Node {
        self.node
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<NotRetried>> {
        let partner = cx.scope.partner();
        rows::find(cx.tx, cx.scope, self.operation)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        let dead = rows::dead_of(cx.tx, partner, self.operation)?;
        let mut again = false;
        for job in dead {
            again |= jobs::retry_dead(cx.tx, partner.0, job, cx.now)?;
            cx.changed("job", job, "status", "dead", "queued");
        }
        if !again {
            return Err(NotRetried::NothingToRetry {}.into());
        }
        rows::reopen(cx.tx, cx.scope, self.operation)?;
        cx.changed("operation", self.operation, "status", "failed", "running");
        Ok(())
    }
}

/// Asks for a partner's operations that run, failed, or have just ended.
#[derive(Debug)]
pub struct Recent {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for Recent {
    type Home = Control;
    type Needs = ManageJobs;
    type Found = Vec<(super::Operation, Option<String>)>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ManageJobs>, _: Timestamp) -> Result<Self::Found> {
        rows::recent(view, scope)
    }
}
