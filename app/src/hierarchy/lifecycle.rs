//! Where a customer is in its life: ready after provisioning, launched, suspended, resumed.

use access::permissions::{LaunchCustomers, ManageCustomers, Operate};
use command::{Command, Cx, Fail, Node, Refusal};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, Timestamp};

use super::{
    customers::{self, Customer},
    groups,
    noun::Lifecycle,
    standing, store as rows, trial,
};

/// Why a customer's life does not take that turn.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WrongTurn {
    /// It stands elsewhere.
    NotFrom {
        /// Where it stands.
        lifecycle: Lifecycle,
    },
}

impl Refusal for WrongTurn {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        "wrong-lifecycle"
    }
    fn title(&self) -> String {
        let WrongTurn::NotFrom { lifecycle } = self;
        format!("The customer is {}", lifecycle.word())
    }
    fn detail(&self) -> String {
        "This step does not follow from there. Nothing was changed.".into()
    }
}

macro_rules! turn {
    ($(#[$doc:meta])* $name:ident $command:literal $needs:ident [$($from:ident)|*] -> $to:ident) => {
        $(#[$doc])*
        #[derive(Debug, Serialize, Deserialize)]
        pub struct $name {
            /// Which customer.
            pub customer: CustomerId,
        }

        impl Command for $name {
            const NAME: &'static str = $command;
            type Home = Control;
            type Needs = $needs;
            type Done = Customer;
            type Refusal = WrongTurn;

            fn node(&self) -> Node {
                self.customer.into()
            }

            fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Customer, Fail<WrongTurn>> {
                let from = [$(Lifecycle::$from),*];
                let launched = (Lifecycle::$to == Lifecycle::Active).then_some(cx.now);
                let customer = held(cx, self.customer)?;
                turn(cx, &customer, &from, Lifecycle::$to, launched)
            }
        }
    };
}

turn!(
    /// Its region is prepared: set-up can begin.
    MakeReady "hierarchy.customers.make_ready" Operate [Provisioning] -> Setup
);
turn!(
    /// Set-up is finished: it serves from now on.
    Launch "hierarchy.customers.launch" LaunchCustomers [Setup] -> Active
);
turn!(
    /// Suspends a customer: no access, nothing lost.
    Suspend "hierarchy.customers.suspend" ManageCustomers [Setup | Active] -> Disabled
);

/// The customer as it stands, held: at another server nobody turns it elsewhere meanwhile.
fn held<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, id: CustomerId) -> Result<Customer, Fail<WrongTurn>> {
    trial::hold(cx, id)?.ok_or(Fail::Denied(access::Denied::NotFound))
}

fn turn<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: &Customer,
    from: &[Lifecycle],
    to: Lifecycle,
    launched: Option<Timestamp>,
) -> Result<Customer, Fail<WrongTurn>> {
    let id = customer.id;
    if !from.contains(&customer.lifecycle) {
        return Err(WrongTurn::NotFrom { lifecycle: customer.lifecycle }.into());
    }
    stand(cx, customer, to, launched)?;
    if is_suspension(customer.lifecycle, to) {
        cx.tell(SERVING_CHANGED, &ServingChanged { customer: id });
    }
    if launched.is_some() {
        cx.tell(LAUNCHED, &Launched { customer: id });
    }
    customers::find(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(access::Denied::NotFound))
}

/// True for the turn into a suspension, and for the one out of it.
fn is_suspension(from: Lifecycle, to: Lifecycle) -> bool {
    from == Lifecycle::Disabled || to == Lifecycle::Disabled
}

/// Writes where a customer stands from now on, in its row, its history, its line of the list, its groups.
pub(super) fn stand<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: &Customer,
    to: Lifecycle,
    launched: Option<Timestamp>,
) -> store::Result<()> {
    let (partner, id) = (cx.scope.partner(), customer.id);
    rows::set_lifecycle(cx.tx, partner, id, to, launched)?;
    rows::append_state(cx.tx, partner, id, cx.now)?;
    let news = standing::store::change(cx.tx, cx.scope, id, cx.now, |standing| {
        standing.lifecycle = to.word().into();
        standing.launched_at = standing.launched_at.or(launched);
        standing.setup_done |= launched.is_some();
    })?;
    // While it is suspended no alert is open of it, however near an end has come: whether it serves is news to them.
    standing::tell(cx, id, news || is_suspension(customer.lifecycle, to));
    cx.changed("customer", id, "lifecycle", customer.lifecycle, to);
    groups::settle_customer(cx, id)
}

/// The job kind of [`ServingChanged`].
pub const SERVING_CHANGED: &str = "serving-changed";

/// News: a customer was suspended, or is no longer. Rooms above bring it to the customer's region.
#[derive(Debug, Serialize, Deserialize)]
pub struct ServingChanged {
    /// Which customer.
    pub customer: CustomerId,
}

/// The job kind of [`Launched`].
pub const LAUNCHED: &str = "customer-launched";

/// News: a customer was launched. Rooms above let go of what was kept for its set-up.
#[derive(Debug, Serialize, Deserialize)]
pub struct Launched {
    /// Which customer.
    pub customer: CustomerId,
}

/// Ends a suspension: back to where it was, launched or in set-up.
#[derive(Debug, Serialize, Deserialize)]
pub struct Resume {
    /// Which customer.
    pub customer: CustomerId,
}

impl Command for Resume {
    const NAME: &'static str = "hierarchy.customers.resume";
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = Customer;
    type Refusal = WrongTurn;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Customer, Fail<WrongTurn>> {
        let customer = held(cx, self.customer)?;
        let to = if customer.launched_at.is_some() { Lifecycle::Active } else { Lifecycle::Setup };
        turn(cx, &customer, &[Lifecycle::Disabled], to, None)
    }
}
