//! What people do with a transfer: have an archive booked, start it. Taking it back is `undo`.

use access::{
    Denied, Permission as _,
    permissions::{CreateCustomers, ManageCustomers},
};
use command::{Command, Cx, Fail, Never, Node};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, ImportId, OperationId, PartnerId};

use super::{TransferStatus, contents::Contents, job::Prepared, refusal, refusal::TransferRefusal, store as rows};
use crate::{hierarchy::customers::NewCustomer, operations, provisioning};

/// The steps of the work, in order.
pub const STEPS: [&str; 4] = ["customer", "settings", "members", "results"];

/// Refuses whoever may create customers and not change them: a transfer does both.
pub(super) fn may<C, R>(cx: &Cx<'_, '_, C>) -> Result<(), Fail<R>>
where
    C: Command<Needs = CreateCustomers>,
{
    if cx.scope.also::<ManageCustomers>() { Ok(()) } else { Err(Fail::Denied(Denied::Forbidden(ManageCustomers::RIGHT.0))) }
}

/// Books an archive that was examined.
#[derive(Debug, Serialize)]
pub struct RecordTransfer {
    /// At which partner.
    pub partner: PartnerId,
    /// Its id, chosen when the archive was stored; a repeated upload answers with the first one.
    #[serde(skip)]
    pub id: ImportId,
    /// Its name, as it was sent: it may name somebody, and the trail is kept for long. The hash says which file it was.
    #[serde(skip)]
    pub file_name: String,
    /// SHA-256 of its bytes.
    pub file_hash: [u8; 32],
    /// Its size.
    pub bytes: i64,
    /// What is in it.
    #[serde(skip)]
    pub contents: Contents,
}

impl Command for RecordTransfer {
    const NAME: &'static str = "offboarding.upload_transfer";
    type Home = Control;
    type Needs = CreateCustomers;
    type Done = ImportId;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<ImportId, Fail<Never>> {
        may(cx)?;
        let new =
            rows::New { id: self.id, file_name: &self.file_name, file_hash: &self.file_hash, bytes: self.bytes, contents: &self.contents };
        rows::insert(cx.tx, cx.scope, &new, cx.now)?;
        cx.changed("transfer", self.id, "status", (), TransferStatus::Uploaded);
        Ok(self.id)
    }
}

/// Work that was begun.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Carrying {
    /// Which transfer.
    pub transfer_id: ImportId,
    /// The new customer.
    pub tenant_id: CustomerId,
    /// The work to watch.
    pub operation_id: OperationId,
}

/// Creates the customer of an archive; what it owned follows when it is prepared.
#[derive(Debug, Serialize)]
pub struct StartTransfer {
    /// At which partner.
    pub partner: PartnerId,
    /// Which.
    pub transfer: ImportId,
    /// What the customer is.
    pub new: NewCustomer,
    /// Seats from the pool.
    pub seats: i64,
}

impl Command for StartTransfer {
    const NAME: &'static str = "offboarding.start_transfer";
    type Home = Control;
    type Needs = CreateCustomers;
    type Done = Carrying;
    type Refusal = TransferRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Carrying, Fail<TransferRefusal>> {
        may(cx)?;
        let before = rows::find(cx.tx, cx.scope, self.transfer)?.ok_or(Fail::Denied(Denied::NotFound))?;
        if before.status != TransferStatus::Uploaded {
            return Err(TransferRefusal::WrongState { state: before.status }.into());
        }
        let news = Prepared { partner: self.partner, transfer: self.transfer, holder: cx.scope.actor().holder };
        let then = serde_json::to_value(news).map_err(|e| store::Error::Corrupt(e.to_string()))?;
        let made = provisioning::create_then(cx, &self.new, self.seats, Some(then)).map_err(refusal::not_created)?;
        let (customer, steps) = (made.tenant_id, i64::try_from(STEPS.len()).unwrap_or(0));
        let operation = operations::begin(cx, Some(customer), "offboarding.transfer", steps)?;
        let step = operations::Booked { position: 0, name: STEPS[0], status: "running", result: None, error: None };
        operations::book_step(cx, operation, &step)?;
        if !rows::start(cx.tx, cx.scope, self.transfer, customer, operation)? {
            // Somebody started it in the same moment.
            return Err(TransferRefusal::WrongState { state: TransferStatus::Running }.into());
        }
        cx.changed("transfer", self.transfer, "status", before.status, TransferStatus::Running);
        let from = serde_json::json!({ "tenant_id": before.contents.came_from, "account_number": before.contents.customer.account_number });
        cx.changed("customer", customer, "came_from", (), from);
        Ok(Carrying { transfer_id: self.transfer, tenant_id: customer, operation_id: operation })
    }
}
