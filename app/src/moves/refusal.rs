//! The room's "no".

use command::{Fail, Refusal};
use serde::Serialize;

use crate::{
    hierarchy::{Lifecycle, customers::NotAdded},
    licensing::pools::PoolRefusal,
};

/// Why a customer is not moved.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotMoved {
    /// There is no such partner, or none this caller may move customers to.
    UnknownMsp {},
    /// It is there.
    AlreadyThere {},
    /// A partner's own tenant stays with it.
    InternalTenant {},
    /// It is being made, or was removed.
    WrongLifecycle {
        /// Where it stands.
        lifecycle: Lifecycle,
    },
    /// Work on it has begun and not ended.
    WorkUnderWay {
        /// How much.
        operations: i64,
    },
    /// The other partner has as many customers as it may.
    CustomerLimit {
        /// How many it may have.
        max: i64,
    },
    /// A customer of the other partner claims its domain.
    DomainTaken {},
    /// A customer of the other partner is called the same.
    NameTaken {},
    /// The other partner's pool has too few seats.
    PoolExhausted {
        /// Seats left there.
        available: i64,
        /// Seats it holds.
        requested: i64,
    },
}

impl Refusal for NotMoved {
    fn status(&self) -> u16 {
        if matches!(self, NotMoved::UnknownMsp {}) { 422 } else { 409 }
    }
    fn code(&self) -> &'static str {
        match self {
            NotMoved::UnknownMsp {} => "unknown-msp",
            NotMoved::AlreadyThere {} => "already-there",
            NotMoved::InternalTenant {} => "internal-tenant",
            NotMoved::WrongLifecycle { .. } => "wrong-lifecycle",
            NotMoved::WorkUnderWay { .. } => "work-under-way",
            NotMoved::CustomerLimit { .. } => "customer-limit",
            NotMoved::DomainTaken {} => "domain-taken",
            NotMoved::NameTaken {} => "name-taken",
            NotMoved::PoolExhausted { .. } => "pool-exhausted",
        }
    }
    fn title(&self) -> String {
        match self {
            NotMoved::UnknownMsp {} => "There is no such MSP".into(),
            NotMoved::AlreadyThere {} => "The customer is at this MSP".into(),
            NotMoved::InternalTenant {} => "An MSP's own tenant is not moved".into(),
            NotMoved::WrongLifecycle { lifecycle } => format!("The customer is {}", lifecycle.word()),
            NotMoved::WorkUnderWay { operations } => format!("{operations} operations on the customer have not ended"),
            NotMoved::CustomerLimit { max } => format!("The MSP may have {max} customers, and has them"),
            NotMoved::DomainTaken {} => "Another customer of the MSP claims this domain".into(),
            NotMoved::NameTaken {} => "Another customer of the MSP is called the same".into(),
            NotMoved::PoolExhausted { available, requested } => {
                format!("The customer holds {requested} seats, {available} are available in the MSP's pool")
            }
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            NotMoved::UnknownMsp {} => "Name an MSP below a distributor you work for.",
            NotMoved::AlreadyThere {} => "Name another MSP.",
            NotMoved::InternalTenant {} => "Move customers, or the whole MSP.",
            NotMoved::WrongLifecycle { .. } => "Only a customer in set-up, launched or suspended can be moved.",
            NotMoved::WorkUnderWay { .. } => "Wait until they have ended, or have the failed ones tried again.",
            NotMoved::CustomerLimit { .. } => "Raise the MSP's limit, or remove a customer there.",
            NotMoved::DomainTaken {} => "Change the domain of one of the two first.",
            NotMoved::NameTaken {} => "Rename one of the two first.",
            NotMoved::PoolExhausted { .. } => "Order seats for the MSP, or release some of the customer's.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        matches!(self, NotMoved::UnknownMsp {} | NotMoved::AlreadyThere {}).then_some("/msp_id")
    }
}

impl From<NotAdded> for NotMoved {
    fn from(no: NotAdded) -> NotMoved {
        match no {
            NotAdded::Limit(max) => NotMoved::CustomerLimit { max },
            NotAdded::DomainTaken => NotMoved::DomainTaken {},
            NotAdded::NameTaken => NotMoved::NameTaken {},
        }
    }
}

/// The pool's no as this room's. A release under way is an operation, which was asked for before.
pub(super) fn pool_refused(fail: Fail<PoolRefusal>) -> Fail<NotMoved> {
    match fail {
        Fail::Refused(PoolRefusal::PoolExhausted { available, requested }) => NotMoved::PoolExhausted { available, requested }.into(),
        Fail::Refused(_) => NotMoved::WorkUnderWay { operations: 1 }.into(),
        Fail::Denied(denied) => Fail::Denied(denied),
        Fail::KeyReused => Fail::KeyReused,
        Fail::Store(error) => Fail::Store(error),
    }
}
