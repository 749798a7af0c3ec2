//! Step 2: how many seats a customer has (D15). Going back and changing the number moves the difference.

use std::cmp::Ordering;

use access::permissions::Allocate;
use command::{Command, Cx, Fail};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, OperationId, Uuid};

use super::store as rows;
use crate::licensing::pools::{self, PoolRefusal};

/// Gives a customer so many seats in all. What its draft has put by is given up in the same transaction, so that nobody else can
/// get it in between.
#[derive(Debug, Serialize)]
pub struct SetSeats {
    /// Which customer.
    pub customer: CustomerId,
    /// Seats it shall hold.
    pub seats: i64,
}

/// What was begun.
#[derive(Debug, Serialize, Deserialize)]
pub struct SeatsSet {
    /// The release under way, when it is to hold fewer: its region answers.
    pub release: Option<OperationId>,
}

impl Command for SetSeats {
    const NAME: &'static str = "onboarding.set_seats";
    type Home = Control;
    type Needs = Allocate;
    type Done = SeatsSet;
    type Refusal = PoolRefusal;

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<SeatsSet, Fail<PoolRefusal>> {
        let reason = "onboarding";
        if let Some(draft) = rows::of_customer(cx.tx, cx.scope, self.customer)? {
            pools::unclaim(cx, draft.0)?;
        }
        let (held, _) = pools::held(cx.tx, cx.scope, self.customer)?;
        let release = match self.seats.cmp(&held) {
            Ordering::Greater => pools::give(cx, self.customer, self.seats - held, Some(reason)).map(|_| None)?,
            Ordering::Less => Some(pools::lower(cx, self.customer, held - self.seats, Some(reason.to_owned()))?),
            Ordering::Equal => None,
        };
        Ok(SeatsSet { release })
    }
}
