//! The nouns of the pool and its one list of refusals.

use command::Refusal;
use serde::Serialize;

/// The pool's "no".
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolRefusal {
    /// More seats are asked for than are available.
    PoolExhausted {
        /// Seats left.
        available: i64,
        /// Seats asked for.
        requested: i64,
    },
    /// The customer's seats lie outside the pool (trial and free).
    NotPooled {},
    /// Fewer seats are held than are to be released.
    NotHeld {
        /// Seats held.
        allocated: i64,
        /// Seats asked for.
        requested: i64,
    },
    /// A release of this customer is still under way.
    ReleaseUnderWay {},
    /// The region answered that members are active on these seats.
    SeatsInUse {
        /// Members active.
        active_users: i64,
    },
    /// More members are active than the customer shall hold seats.
    BelowActive {
        /// Members active.
        active_users: i64,
        /// Seats it shall hold.
        requested: i64,
    },
    /// The seats were decided anew while the release was under way: after a restore, or when an undo gave the customer up.
    ReleaseInterrupted {},
    /// The customer holds another number of seats than whoever asked saw.
    SeatsChanged {
        /// Seats held.
        allocated: i64,
    },
    /// The distributor's pool has too few units at some instant of the order's term.
    StockExhausted {
        /// What was ordered.
        sku: String,
        /// Units it has then, less what the lines before it take.
        available: i64,
        /// Units asked for.
        requested: i64,
        /// The first instant at which it has no more.
        at: store::Timestamp,
    },
    /// The request was decided before.
    RequestDecided {
        /// `approved` or `declined`.
        status: String,
    },
    /// Too many requests wait for a decision.
    RequestsWait {
        /// How many may.
        open: i64,
    },
    /// Seats go from one customer to another, not to itself.
    SameCustomer {},
    /// The two customers belong to two partners, or the other one is not to be seen.
    OtherPool {},
    /// The region gave the seats, and the customer they were for can hold none any more: they lie in the pool.
    TransferToPool {
        /// How many.
        seats: i64,
    },
    /// There is no such SKU.
    UnknownSku {
        /// What was asked for.
        sku: String,
    },
    /// The SKU is sold no more.
    SkuEnded {
        /// Its code.
        sku: String,
    },
    /// The SKU is sold on other conditions than those that were seen or asked for.
    SkuChanged {
        /// Its code.
        sku: String,
        /// The version that is sold now.
        version: i64,
    },
    /// The SKU has no price in the partner's currency.
    SkuUnpriced {
        /// Its code.
        sku: String,
        /// The currency.
        currency: String,
    },
}

impl Refusal for PoolRefusal {
    fn status(&self) -> u16 {
        match self {
            PoolRefusal::UnknownSku { .. } | PoolRefusal::SameCustomer {} | PoolRefusal::OtherPool {} => 422,
            _ => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            PoolRefusal::PoolExhausted { .. } | PoolRefusal::StockExhausted { .. } => "pool-exhausted",
            PoolRefusal::RequestDecided { .. } => "request-decided",
            PoolRefusal::RequestsWait { .. } => "requests-wait",
            PoolRefusal::NotPooled {} => "not-pooled",
            PoolRefusal::NotHeld { .. } => "not-held",
            PoolRefusal::ReleaseUnderWay {} => "release-under-way",
            PoolRefusal::SeatsInUse { .. } => "seats-in-use",
            PoolRefusal::BelowActive { .. } => "below-active",
            PoolRefusal::ReleaseInterrupted {} => "release-interrupted",
            PoolRefusal::SeatsChanged { .. } => "seats-changed",
            PoolRefusal::SameCustomer {} => "same-customer",
            PoolRefusal::OtherPool {} => "other-pool",
            PoolRefusal::TransferToPool { .. } => "transfer-to-pool",
            PoolRefusal::UnknownSku { .. } => "unknown-sku",
            PoolRefusal::SkuEnded { .. } => "sku-ended",
            PoolRefusal::SkuChanged { .. } => "sku-changed",
            PoolRefusal::SkuUnpriced { .. } => "sku-unpriced",
        }
    }
    fn title(&self) -> String {
        match self {
            PoolRefusal::PoolExhausted { available, requested } => format!("{requested} seats were asked for, {available} are available"),
            PoolRefusal::StockExhausted { sku, available, requested, at } => {
                format!("{requested} units were asked for by {sku}, your distributor has {available} for you at {at}")
            }
            PoolRefusal::RequestDecided { status } => format!("This request is {status}"),
            PoolRefusal::RequestsWait { open } => format!("{open} requests wait to be decided"),
            PoolRefusal::NotPooled {} => "Trial and free seats lie outside the pool".into(),
            PoolRefusal::NotHeld { allocated, requested } => format!("{requested} seats cannot be released, {allocated} are allocated"),
            PoolRefusal::ReleaseUnderWay {} => "A release of this customer is still under way".into(),
            PoolRefusal::SeatsInUse { active_users } => format!("{active_users} members are active on these seats"),
            PoolRefusal::BelowActive { active_users, requested } => {
                format!("{active_users} members are active, and {requested} seats were asked for")
            }
            PoolRefusal::ReleaseInterrupted {} => "The seats were decided anew while this release was under way".into(),
            PoolRefusal::SeatsChanged { allocated } => format!("The customer holds {allocated} seats by now"),
            PoolRefusal::SameCustomer {} => "The customer that gives seats and the one that gets them are the same".into(),
            PoolRefusal::OtherPool {} => "There is no such customer of this pool".into(),
            PoolRefusal::TransferToPool { seats } => format!("{seats} seats lie in the pool: the customer they were for can hold none"),
            PoolRefusal::UnknownSku { sku } => format!("There is no SKU {sku}"),
            PoolRefusal::SkuEnded { sku } => format!("The SKU {sku} is sold no more"),
            PoolRefusal::SkuChanged { sku, version } => format!("The SKU {sku} is sold on other conditions by now, as version {version}"),
            PoolRefusal::SkuUnpriced { sku, currency } => format!("The SKU {sku} has no price in {currency}"),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            PoolRefusal::PoolExhausted { .. } => "Ask for fewer seats, release seats of another customer, or order more.",
            PoolRefusal::StockExhausted { .. } => "Order fewer units or a shorter term, or ask your distributor for more.",
            PoolRefusal::RequestDecided { .. } => "Make a new request where another decision is wanted.",
            PoolRefusal::RequestsWait { .. } => "Ask somebody who may order to decide them first.",
            PoolRefusal::NotPooled {} => "Upgrade the customer to a paid plan first.",
            PoolRefusal::NotHeld { .. } => "Release fewer seats.",
            PoolRefusal::ReleaseUnderWay {} => "Wait until it has ended and try again.",
            PoolRefusal::SeatsInUse { .. } => "Deactivate members first, or release fewer seats.",
            PoolRefusal::BelowActive { .. } => "Deactivate members first, ask for more seats, or let those who came last wait (force).",
            PoolRefusal::ReleaseInterrupted {} => "Look at what is allocated now and release again.",
            PoolRefusal::SeatsChanged { .. } => "Somebody was faster: look at what it holds now.",
            PoolRefusal::SameCustomer {} | PoolRefusal::OtherPool {} => "Name another customer of the same MSP.",
            PoolRefusal::TransferToPool { .. } => return "Allocate them to another customer, or leave them in the pool.".into(),
            PoolRefusal::UnknownSku { .. } | PoolRefusal::SkuEnded { .. } => "GET …/skus lists what can be ordered.",
            PoolRefusal::SkuChanged { .. } => "Look at GET …/skus, and order or ask for it anew.",
            PoolRefusal::SkuUnpriced { .. } => "Ask your distributor for a price in it.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        match self {
            PoolRefusal::UnknownSku { .. }
            | PoolRefusal::SkuEnded { .. }
            | PoolRefusal::SkuChanged { .. }
            | PoolRefusal::SkuUnpriced { .. } => Some("/sku"),
            PoolRefusal::StockExhausted { .. } => Some("/quantity"),
            PoolRefusal::BelowActive { .. } => Some("/seats"),
            PoolRefusal::SameCustomer {} | PoolRefusal::OtherPool {} => Some("/to_tenant_id"),
            _ => None,
        }
    }
}
