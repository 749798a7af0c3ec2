//! The room's "no".

use command::{Fail, Refusal};
use serde::Serialize;

use crate::{licensing::pools::PoolRefusal, provisioning::NotCreated};

/// Why a draft was not changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// Somebody changed it meanwhile.
    Stale {
        /// The version it has now.
        version: i64,
    },
    /// The partner has as many drafts as it may.
    DraftLimit {
        /// How many it may have.
        max: i64,
    },
    /// Who does not move seats does not put any by either.
    MayNotReserve {},
    /// Nobody who creates customers here has that id.
    UnknownColleague {},
    /// The pool has too few seats.
    PoolExhausted {
        /// Seats left.
        available: i64,
        /// Seats asked for.
        requested: i64,
    },
}

impl Refusal for Refused {
    fn status(&self) -> u16 {
        match self {
            Refused::Stale { .. } => 412,
            Refused::MayNotReserve {} => 403,
            Refused::UnknownColleague {} => 422,
            Refused::DraftLimit { .. } | Refused::PoolExhausted { .. } => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Refused::Stale { .. } => "version-stale",
            Refused::DraftLimit { .. } => "draft-limit",
            Refused::MayNotReserve {} => "may-not-reserve",
            Refused::UnknownColleague {} => "unknown-colleague",
            Refused::PoolExhausted { .. } => "pool-exhausted",
        }
    }
    fn title(&self) -> String {
        match self {
            Refused::Stale { version } => format!("This was changed meanwhile; its version is now {version}"),
            Refused::DraftLimit { max } => format!("You may have {max} drafts, and have them"),
            Refused::MayNotReserve {} => "You may not put seats by".into(),
            Refused::UnknownColleague {} => "Nobody who creates customers here has that id".into(),
            Refused::PoolExhausted { available, requested } => format!("{requested} seats were asked for, {available} are available"),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            Refused::Stale { .. } => "Read it again and repeat the change.",
            Refused::DraftLimit { .. } => "Send or delete one of them first.",
            Refused::MayNotReserve {} => "Ask somebody who allocates seats.",
            Refused::UnknownColleague {} => "Name a colleague who may create customers.",
            Refused::PoolExhausted { .. } => "Put fewer by, release seats of another customer, or order more.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        match self {
            Refused::UnknownColleague {} => Some("/staff_id"),
            Refused::MayNotReserve {} | Refused::PoolExhausted { .. } => Some("/reserve"),
            _ => None,
        }
    }
}

/// The pool's no to a reservation: it can only be too small.
pub fn exhausted(fail: Fail<PoolRefusal>) -> Fail<Refused> {
    match fail {
        Fail::Refused(PoolRefusal::PoolExhausted { available, requested }) => Refused::PoolExhausted { available, requested }.into(),
        Fail::Refused(_) => Refused::MayNotReserve {}.into(),
        Fail::Denied(denied) => Fail::Denied(denied),
        Fail::KeyReused => Fail::KeyReused,
        Fail::Store(error) => Fail::Store(error),
    }
}

/// Why a draft made no customer.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotSent {
    /// Somebody changed it meanwhile.
    Stale {
        /// The version it has now.
        version: i64,
    },
    /// Its customer was made, or is being made: there is nothing to try again.
    NothingToRetry {},
    /// The customer was not created.
    #[serde(untagged)]
    NotCreated(NotCreated),
}

impl Refusal for NotSent {
    fn status(&self) -> u16 {
        match self {
            NotSent::Stale { .. } => 412,
            NotSent::NothingToRetry {} => 409,
            NotSent::NotCreated(no) => no.status(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            NotSent::Stale { .. } => "version-stale",
            NotSent::NothingToRetry {} => "nothing-to-retry",
            NotSent::NotCreated(no) => no.code(),
        }
    }
    fn title(&self) -> String {
        match self {
            NotSent::Stale { version } => format!("This was changed meanwhile; its version is now {version}"),
            NotSent::NothingToRetry {} => "There is nothing to try again".into(),
            NotSent::NotCreated(no) => no.title(),
        }
    }
    fn detail(&self) -> String {
        match self {
            NotSent::Stale { .. } => "Read it again and repeat the change. Nothing was changed.".into(),
            NotSent::NothingToRetry {} => "Its preparation has not failed, or its answers are gone. Nothing was changed.".into(),
            NotSent::NotCreated(no) => no.detail(),
        }
    }
    fn pointer(&self) -> Option<&'static str> {
        match self {
            NotSent::NotCreated(no) => no.pointer(),
            _ => None,
        }
    }
}

/// The creation's no as this room's.
pub fn not_created(fail: Fail<NotCreated>) -> Fail<NotSent> {
    match fail {
        Fail::Refused(no) => NotSent::NotCreated(no).into(),
        Fail::Denied(denied) => Fail::Denied(denied),
        Fail::KeyReused => Fail::KeyReused,
        Fail::Store(error) => Fail::Store(error),
    }
}
