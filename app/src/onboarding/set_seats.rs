//! Step 2: how many seats a customer has (D15). Going back and changing the number moves the difference.

use access::permissions::Allocate;
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, OperationId};

use crate::licensing::pools::{self, PoolRefusal};

/// Gives a customer so many seats in all. What its draft has put by is spent in the same transaction, so that nobody else can get
/// it in between.
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

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<SeatsSet, Fail<PoolRefusal>> {
        let set = pools::set(cx, self.customer, self.seats, Some("onboarding"), false)?;
        // Also where it held as many before: nothing is put by for a step that was decided.
        pools::unclaim(cx, self.customer.0)?;
        Ok(match set {
            pools::SeatsSet::Done(_) => SeatsSet { release: None },
            pools::SeatsSet::Lowering(operation) => SeatsSet { release: Some(operation) },
        })
    }
}
