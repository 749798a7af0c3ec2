//! Creating a customer: its rows, its seats and the work that prepares its region, in one transaction (0.08, 2.17).

use access::permissions::CreateCustomers;
use command::{Command, Cx, Fail, Node, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Control, CustomerId, OperationId, PartnerId};

use super::provision::{Provision, STEPS};
use crate::{
    app::App,
    hierarchy::{
        CustomerKind,
        customers::{self, NewCustomer, NotAdded},
    },
    identity::administrator::{self, EmailTaken},
    licensing::{
        metering,
        pools::{self, PoolRefusal},
        subscriptions,
    },
    operations,
};

/// Creates a customer.
#[derive(Debug, Serialize)]
pub struct CreateCustomer {
    /// Of which partner.
    pub partner: PartnerId,
    /// What it is.
    pub new: NewCustomer,
    /// Seats from the pool, at least 0.
    pub seats: i64,
}

/// Seats of a trial: outside the pool (D12).
pub const TRIAL_SEATS: i64 = 50;

/// What was begun.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Created {
    /// The customer's id, also its tenant's.
    pub tenant_id: CustomerId,
    /// The work to watch.
    pub operation_id: OperationId,
}

/// Why no customer was created.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotCreated {
    /// The partner has as many customers as it may.
    CustomerLimit {
        /// How many it may have.
        max: i64,
    },
    /// Another customer claims the domain.
    DomainTaken {},
    /// Another customer of the installation has the subdomain.
    SubdomainTaken {},
    /// Another customer is called the same.
    NameTaken {},
    /// The administrator's address is somebody's already.
    EmailTaken {},
    /// The pool has too few seats.
    PoolExhausted {
        /// Seats left.
        available: i64,
        /// Seats asked for.
        requested: i64,
    },
    /// Seats were asked for a customer outside the pool.
    NotPooled {},
}

impl Refusal for NotCreated {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        match self {
            NotCreated::CustomerLimit { .. } => "customer-limit",
            NotCreated::DomainTaken {} => "domain-taken",
            NotCreated::SubdomainTaken {} => "subdomain-taken",
            NotCreated::NameTaken {} => "name-taken",
            NotCreated::EmailTaken {} => "email-taken",
            NotCreated::PoolExhausted { .. } => "pool-exhausted",
            NotCreated::NotPooled {} => "not-pooled",
        }
    }
    fn title(&self) -> String {
        match self {
            NotCreated::CustomerLimit { max } => format!("You may have {max} customers, and have them"),
            NotCreated::DomainTaken {} => "Another of your customers claims this domain".into(),
            NotCreated::SubdomainTaken {} => "This subdomain is reserved for another customer".into(),
            NotCreated::NameTaken {} => "Another of your customers is called the same".into(),
            NotCreated::EmailTaken {} => "This mail address is already in use".into(),
            NotCreated::PoolExhausted { available, requested } => format!("{requested} seats were asked for, {available} are available"),
            NotCreated::NotPooled {} => "Trial and free seats lie outside the pool".into(),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            NotCreated::CustomerLimit { .. } => "Remove a customer, or ask your distributor for a higher limit.",
            NotCreated::DomainTaken {} => "Use another domain, or change the other customer's.",
            NotCreated::SubdomainTaken {} => "Choose another, or leave it out.",
            NotCreated::NameTaken {} => "Use a name your team tells apart; case and width do not count.",
            NotCreated::EmailTaken {} => {
                "An address belongs to one person. Use another, such as an alias; name+something@… is another address."
            }
            NotCreated::PoolExhausted { .. } => "Ask for fewer seats, release seats of another customer, or order more.",
            NotCreated::NotPooled {} => "Create it without seats.",
        };
        format!("{next} No customer was created.")
    }
    fn pointer(&self) -> Option<&'static str> {
        match self {
            NotCreated::CustomerLimit { .. } => None,
            NotCreated::DomainTaken {} => Some("/domain"),
            NotCreated::SubdomainTaken {} => Some("/subdomain"),
            NotCreated::NameTaken {} => Some("/name"),
            NotCreated::EmailTaken {} => Some("/admin_email"),
            NotCreated::PoolExhausted { .. } | NotCreated::NotPooled {} => Some("/seats"),
        }
    }
}

impl Command for CreateCustomer {
    const NAME: &'static str = "provisioning.create_customer";
    type Home = Control;
    type Needs = CreateCustomers;
    type Done = Created;
    type Refusal = NotCreated;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Created, Fail<NotCreated>> {
        create(cx, &self.new, self.seats)
    }
}

/// Creates a customer of the scope's partner inside another command's transaction.
///
/// # Errors
/// [`NotCreated`].
pub fn create<C>(cx: &mut Cx<'_, '_, C>, new: &NewCustomer, seats: i64) -> Result<Created, Fail<NotCreated>>
where
    C: Command<Home = Control>,
{
    create_then(cx, new, seats, None)
}

/// As [`create`]; `then` is told as news of the kind [`PREPARED`](super::PREPARED) when the customer's preparation has ended, well
/// or badly.
///
/// # Errors
/// [`NotCreated`].
pub fn create_then<C>(cx: &mut Cx<'_, '_, C>, new: &NewCustomer, seats: i64, then: Option<Value>) -> Result<Created, Fail<NotCreated>>
where
    C: Command<Home = Control>,
{
    let id: CustomerId = cx.new_id();
    let number = match customers::add(cx.tx, cx.scope, id, new, cx.now)? {
        Ok(number) => number,
        Err(NotAdded::Limit(max)) => return Err(NotCreated::CustomerLimit { max }.into()),
        Err(NotAdded::DomainTaken) => return Err(NotCreated::DomainTaken {}.into()),
        Err(NotAdded::NameTaken) => return Err(NotCreated::NameTaken {}.into()),
    };
    if let Some(subdomain) = &new.subdomain
        && !customers::reserve_subdomain(cx.tx, id, subdomain)?
    {
        return Err(NotCreated::SubdomainTaken {}.into());
    }
    if let Some(email) = &new.admin_email {
        // Nobody is mailed because of a list: whoever imported it sends the links.
        let notify = new.import_id.is_none();
        administrator::appoint(cx, id, email, notify)?.map_err(|EmailTaken| NotCreated::EmailTaken {})?;
    }
    let pooled = matches!(new.kind, CustomerKind::Paid | CustomerKind::Internal);
    pools::open_allocation(cx.tx, cx.scope.partner(), id, pooled)?;
    metering::begin(cx.tx, cx.scope, id, cx.now)?;
    subscriptions::begin(cx, id, new.kind)?;
    cx.changed("customer", id, "name", (), &new.name);
    cx.changed("customer", id, "account_number", (), &number);
    if new.kind == CustomerKind::Trial {
        pools::give_outside(cx, id, TRIAL_SEATS, "trial")?;
    } else if seats > 0 {
        pools::give(cx, id, seats, Some("created")).map_err(seats_refused)?;
    }
    let operation = operations::begin(cx, Some(id), "provisioning", i64::try_from(STEPS.len()).unwrap_or(0))?;
    // The first step is this very transaction: whatever fails later, it is known what there is to take back.
    let made = serde_json::json!({ "tenant_id": id });
    let step = operations::Booked { position: 0, name: STEPS[0], status: "succeeded", result: Some(&made), error: None };
    operations::book_step(cx, operation, &step)?;
    cx.tell(Provision::KIND, &Provision { customer: id, operation, then });
    Ok(Created { tenant_id: id, operation_id: operation })
}

fn seats_refused(fail: Fail<PoolRefusal>) -> Fail<NotCreated> {
    match fail {
        Fail::Refused(PoolRefusal::PoolExhausted { available, requested }) => NotCreated::PoolExhausted { available, requested }.into(),
        Fail::Refused(_) => NotCreated::NotPooled {}.into(),
        Fail::Denied(denied) => Fail::Denied(denied),
        Fail::KeyReused => Fail::KeyReused,
        Fail::Store(error) => Fail::Store(error),
    }
}

/// True when the installation has that region.
#[must_use]
pub fn check_region(app: &App, region: &str) -> bool {
    app.config.regions.iter().any(|r| r == region)
}
