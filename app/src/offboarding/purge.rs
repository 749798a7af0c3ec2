//! Purging a removed customer: nothing of it is left but its name, its number and its metered history. Each step finds what the
//! one before has left, so a purge that is killed anywhere goes on where it was.

use access::permissions::{Operate, PurgeCustomers};
use command::{Call, Command, Cx, Fail, Never, Node, Query, Refusal};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, OperationId, PartnerId, Region};

use super::{
    erasures::{self, Erasure},
    export, left, purge_store as takes,
};
use crate::{
    app::App,
    files::{self, RegionOf},
    hierarchy::{Lifecycle, Name, customers, leave},
    operations, removal,
};

/// Begins to purge a removed customer: by hand at once, or by the schedule when its time is over.
#[derive(Debug, Serialize)]
pub struct PurgeCustomer {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which customer.
    pub customer: CustomerId,
    /// Its name as it was typed; none for the schedule.
    pub name: Option<Name>,
}

/// What was begun.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Purging {
    /// The work to watch.
    pub operation_id: OperationId,
}

/// Why a customer is not purged.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotPurged {
    /// What was typed is not its name.
    NameDiffers {},
    /// Its region is not closed yet.
    StillLeaving {},
    /// It is purged, or just being.
    PurgedAlready {},
}

impl Refusal for NotPurged {
    fn status(&self) -> u16 {
        if matches!(self, NotPurged::NameDiffers {}) { 422 } else { 409 }
    }
    fn code(&self) -> &'static str {
        match self {
            NotPurged::NameDiffers {} => "name-differs",
            NotPurged::StillLeaving {} => "still-leaving",
            NotPurged::PurgedAlready {} => "purged-already",
        }
    }
    fn title(&self) -> String {
        match self {
            NotPurged::NameDiffers {} => "That is not the customer's name",
            NotPurged::StillLeaving {} => "The removal has not reached the customer's region yet",
            NotPurged::PurgedAlready {} => "The customer is purged already, or just being",
        }
        .into()
    }
    fn detail(&self) -> String {
        let next = match self {
            NotPurged::NameDiffers {} => "Type it exactly as it is written: a purge cannot be undone.",
            NotPurged::StillLeaving {} => "Try again in a minute.",
            NotPurged::PurgedAlready {} => "Look among the removed customers.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        matches!(self, NotPurged::NameDiffers {}).then_some("/name")
    }
}

impl Command for PurgeCustomer {
    const NAME: &'static str = "offboarding.purge_customer";
    type Home = Control;
    type Needs = PurgeCustomers;
    type Done = Purging;
    type Refusal = NotPurged;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Purging, Fail<NotPurged>> {
        let not_found = || Fail::Denied(access::Denied::NotFound);
        let state = removal::purgeable(cx, self.customer)?.ok_or_else(not_found)?;
        let customer = customers::find(cx.tx, cx.scope, self.customer)?.ok_or_else(not_found)?;
        if state.purging || customer.lifecycle != Lifecycle::Removed {
            return Err(NotPurged::PurgedAlready {}.into());
        }
        if self.name.as_ref().is_some_and(|typed| typed.as_str() != customer.name.trim()) {
            return Err(NotPurged::NameDiffers {}.into());
        }
        if state.leaving {
            return Err(NotPurged::StillLeaving {}.into());
        }
        // At the partner: the customer is a node of nobody any more.
        let operation = operations::begin(cx, None, "offboarding.purge", 1)?;
        removal::begin_purge(cx, self.customer, operation)?;
        cx.changed("customer", self.customer, "purge", (), "begun");
        cx.tell(<Purge as Job<App>>::KIND, &Purge { partner: self.partner, customer: self.customer, operation });
        Ok(Purging { operation_id: operation })
    }
}

/// The work of a purge.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Purge {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which customer.
    pub customer: CustomerId,
    /// The operation people watch.
    pub operation: OperationId,
}

impl Job<App> for Purge {
    const KIND: &'static str = "offboarding.purge";

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        // Before anything goes: whoever restores an older backup purges again.
        erasures::note(job.app, Erasure::Customer { customer: self.customer }).await.map_err(Retry::Later)?;
        everything(job.app, self.customer).await?;
        job.house.execute(Call::operator(), FinishPurge { purge: self }).await?;
        Ok(())
    }
}

/// Takes everything of a customer, and looks whether anything is left. Done twice it does nothing.
///
/// # Errors
/// The store's or the disk's trouble, to be tried again.
pub async fn everything(app: &App, customer: CustomerId) -> Result<(), Retry> {
    let house = &app.house;
    while house.execute(Call::operator(), EmptyRegion { customer }).await?.value > 0 {}
    let later = |e: store::Error| Retry::Later(e.to_string());
    for partner in house.control().read(move |view| takes::partners_of(view, customer)).await.map_err(later)? {
        let (imports, exports, transfers) = house.ask(&Call::operator(), FilesOf { partner, customer }).await?;
        for import in imports {
            crate::imports::discard(app, import).await;
        }
        for transfer in transfers {
            super::transfer::discard(app, transfer).await;
        }
        for made in exports {
            export::discard(app, customer, made).await?;
        }
        house.execute(Call::operator(), EmptyPartner { partner, customer }).await?;
    }
    house.execute(Call::operator(), EmptyUnfenced { customer }).await?;
    files::of(app, customer).await?.clear().await.map_err(files::trouble)?;
    scrub(app, customer).await?;
    let left = left::of(app, customer).await.map_err(later)?;
    if left.iter().any(|table| table.rows > 0) {
        return Err(Retry::Later("something of the customer came late and is taken in another turn".into()));
    }
    Ok(())
}

/// Makes the files forget: what a deleted row said stands in no page and in no log of the databases.
async fn scrub(app: &App, customer: CustomerId) -> Result<(), Retry> {
    let region = app.house.ask(&Call::operator(), RegionOf { customer }).await?;
    let places = [Some(app.config.control()), region.map(|name| app.config.region(&name))];
    let work = tokio::task::spawn_blocking(move || places.iter().flatten().try_for_each(store::scrub));
    work.await.map_err(|e| Retry::Later(e.to_string()))?.map_err(|e| Retry::Later(e.to_string()))
}

/// Asks for a customer's imports, exports and transfers at a partner.
struct FilesOf {
    partner: PartnerId,
    customer: CustomerId,
}

impl Query for FilesOf {
    type Home = Control;
    type Needs = Operate;
    type Found = (Vec<store::ImportId>, Vec<store::ExportId>, Vec<store::ImportId>);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut store::View<'_, Control>, _: &access::Scope<Operate>, _: store::Timestamp) -> store::Result<Self::Found> {
        Ok((
            takes::imports_of(view, self.partner, self.customer)?,
            export::store::of_customer(view, self.partner, self.customer)?,
            super::transfer::store::of_customer(view, self.partner, self.customer)?,
        ))
    }
}

macro_rules! quietly {
    ($(#[$doc:meta])* $name:ident in $home:ident $command:literal at $node:ident { $($field:ident: $type:ty),* } -> $done:ty, $run:expr) => {
        $(#[$doc])*
        #[derive(Debug, Serialize)]
        struct $name {
            $($field: $type),*
        }

        impl Command for $name {
            const NAME: &'static str = $command;
            // What it takes is named by the purge that has it done; an entry of its own would be one more to take.
            const QUIET: bool = true;
            type Home = $home;
            type Needs = Operate;
            type Done = $done;
            type Refusal = Never;

            fn node(&self) -> Node {
                self.$node.into()
            }

            fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<$done, Fail<Never>> {
                let run: fn(&Self, &mut Cx<'_, '_, Self>) -> store::Result<$done> = $run;
                Ok(run(self, cx)?)
            }
        }
    };
}

quietly!(
    /// Takes a chunk of a customer out of its region; says how many rows that were.
    EmptyRegion in Region "offboarding.empty_region" at customer { customer: CustomerId } -> u64,
    |this, cx| takes::empty_region(cx.tx, this.customer)
);
quietly!(
    /// Takes a customer out of a partner's rows.
    EmptyPartner in Control "offboarding.empty_partner" at partner { partner: PartnerId, customer: CustomerId } -> (),
    |this, cx| takes::empty_partner(cx.tx, this.partner, this.customer)
);
quietly!(
    /// Takes a customer out of what stands outside the partners' rows.
    EmptyUnfenced in Control "offboarding.empty_unfenced" at customer { customer: CustomerId } -> (),
    |this, cx| takes::empty_unfenced(cx.tx, this.customer)
);

/// Says that a customer is purged.
#[derive(Debug, Serialize)]
pub struct FinishPurge {
    /// The purge that has ended.
    pub purge: Purge,
}

impl Command for FinishPurge {
    const NAME: &'static str = "offboarding.finish_purge";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.purge.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let Purge { customer, operation, .. } = self.purge;
        if !leave::bury(cx, customer)? {
            return Ok(());
        }
        removal::end_purge(cx, customer)?;
        operations::succeed(cx, operation, &serde_json::json!({ "tenant_id": customer, "left": 0 }))?;
        Ok(())
    }
}
