//! How far the customers of an import are: each with the step its preparation stands at.

use access::{Scope, permissions::CreateCustomers};
use command::{Node, Query};
use serde::Serialize;
use store::{Control, CustomerId, ImportId, OperationId, PartnerId, Result, Timestamp, View};

use super::store as rows;
use crate::hierarchy::Lifecycle;

/// A customer that an import made, on its way.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Making {
    /// Its id.
    pub customer_id: CustomerId,
    /// Its name.
    pub name: String,
    /// The number people use.
    pub account_number: String,
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
    /// The work that prepares it.
    pub operation_id: Option<OperationId>,
    /// How that stands: `pending`, `running`, `succeeded`, `failed` or `canceled`.
    pub status: Option<String>,
    /// The step it stands at: the one under way, or the one that failed; null once all are made.
    pub step: Option<String>,
    /// Why that step is tried again, or failed.
    pub error: Option<String>,
}

/// How many are how far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Made {
    /// Being prepared.
    pub under_way: i64,
    /// Prepared, launched ones too.
    pub ready: i64,
    /// Taken back: their preparation failed or was called off, or they were removed since.
    pub failed: i64,
}

/// Asks how far the customers of an import are: those under way first, then those that failed.
#[derive(Debug)]
pub struct MadeBy {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which import.
    pub import: ImportId,
    /// How many.
    pub limit: i64,
    /// How many to skip.
    pub offset: i64,
}

impl Query for MadeBy {
    type Home = Control;
    type Needs = CreateCustomers;
    /// The customers, and how many are how far.
    type Found = (Vec<Making>, Made);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, _: Timestamp) -> Result<Self::Found> {
        Ok((rows::making(view, scope, self.import, self.limit, self.offset)?, rows::made(view, scope, self.import)?))
    }
}
