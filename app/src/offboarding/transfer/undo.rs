//! Taking a transfer back, while nobody has done anything with its customer: it is removed as any other, and can be restored for 30
//! days.

use access::permissions::CreateCustomers;
use command::{Call, Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{Control, CustomerId, ImportId, PartnerId};

use super::{TransferStatus, commands::may, refusal::TransferRefusal, store as rows};
use crate::{
    app::App,
    directory::{BroughtBy, Members, Order, Which},
    operations, removal,
};

/// Removes the customer of a transfer.
#[derive(Debug, Serialize)]
pub struct UndoTransfer {
    /// At which partner.
    pub partner: PartnerId,
    /// Which.
    pub transfer: ImportId,
    /// Whether its region says that its members are as they came.
    #[serde(skip)]
    pub untouched: bool,
}

impl Command for UndoTransfer {
    const NAME: &'static str = "offboarding.undo_transfer";
    type Home = Control;
    type Needs = CreateCustomers;
    type Done = ();
    type Refusal = TransferRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<TransferRefusal>> {
        may(cx)?;
        let before = rows::find(cx.tx, cx.scope, self.transfer)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        let customer = before.customer_id.filter(|_| before.status == TransferStatus::Done);
        let customer = customer.ok_or(TransferRefusal::WrongState { state: before.status })?;
        match operations::under_way(cx.tx, cx.scope, customer)? {
            0 => {}
            operations => return Err(TransferRefusal::WorkUnderWay { operations }.into()),
        }
        if !self.untouched || rows::standing(cx.tx, cx.scope, customer)? != before.stood {
            return Err(TransferRefusal::WorkedOn {}.into());
        }
        if removal::withdraw(cx, customer, Some("transfer undone"))?.is_none() {
            return Err(TransferRefusal::WorkedOn {}.into());
        }
        rows::turn(cx.tx, cx.scope, self.transfer, before.status, TransferStatus::Undone)?;
        cx.changed("transfer", self.transfer, "status", before.status, TransferStatus::Undone);
        Ok(())
    }
}

/// Whether the members of a transfer's customer are those it brought, as it brought them.
///
/// # Errors
/// The store's.
pub async fn untouched(app: &App, transfer: ImportId, customer: CustomerId, members: i64) -> Result<bool, Fail<Never>> {
    let house = &app.house;
    let weighed = match house.ask(&Call::operator(), BroughtBy { customer, import: transfer, limit: 1 }).await {
        Ok(weighed) => weighed,
        // It was removed since: whoever did that has worked on it.
        Err(Fail::Denied(_)) => return Ok(false),
        Err(fail) => return Err(fail),
    };
    let all = Members {
        customer,
        which: Which::default(),
        group: None,
        q: None,
        order: Order::Name,
        falls: false,
        after: None,
        limit: 1,
        offset: 0,
    };
    let total = house.ask(&Call::operator(), all).await?.total;
    Ok(weighed.stays == 0 && weighed.goes == members && total == members)
}
