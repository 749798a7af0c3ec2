//! The pool of a partner, the orders that fill it and the allocations that draw on it (2.34–2.37, D2, D3, D12).
//!
//! Words: *capacity* is what the live orders grant now; *allocated* is what customers and the internal tenant hold;
//! *available* is the difference. Seats are hard: the guard is in the UPDATE, and a row of the ledger stands for every
//! move. A *claim* puts seats by for a week at most, for a draft and the customer it becomes. An order is *on account*
//! or *drawn* on the distributor's pool; whoever may not order *requests* one (D16, ADR 0039). A *bill* is what a customer is charged for
//! a month by its plan's meter (ADR 0045). Tables: `pool`, `pool_claim`, `pool_order`,
//! `order_request`, `order_terms`, `distributor_pool`, `distributor_order`, `distributor_draw`, `allocation`, `allocation_change`, `usage_day`.

mod allocate;
pub mod api;
mod api_lines;
mod api_orders;
mod api_reports;
mod bill;
mod claim;
mod enter_pool;
mod hand_over;
mod order;
mod outlook;
mod overview;
pub mod pages;
pub(crate) mod pool;
mod queries;
mod release;
mod request;
mod resettle;
pub mod rules;
mod set_seats;
mod stock;
mod store;
#[cfg(test)]
mod tests;
mod transfer;
mod trend;
mod units;
mod usage;

pub use allocate::{Allocate, Allocated, PushSeats, give, give_again, give_outside};
pub use bill::{Bill, Totals};
pub use claim::{CLAIM_DAYS, Claim, EndClaim, claim, claim_for, claims, unclaim};
pub use enter_pool::enter_pool;
pub use hand_over::{HandedOver, hand_over};
pub use order::{Line, MAA, Order, PlaceOrder, PlaceOrders, Placed, SEAT, live_units, orders_of};
pub use outlook::{Idle, Outlook, OutlookOf, RunsOut};
pub use overview::{Overview, OverviewOf};
pub use pool::PoolRefusal;
pub use queries::{ByTenant, Called, NextEnd, Orders, Row, Seats, SeatsOf, Summary, SummaryOf, ZoneOf, summary};
pub use release::{BeginRelease, FinishRelease, ReleaseAll, Released, SEATS_FORCED, held, outcome, staying};
pub use request::{ApproveRequest, Approved, DeclineRequest, OrderRequest, OrderRequests, RequestOrder, RequestOrders, Requested};
pub use resettle::{DecideAgain, PublishAgain};
pub use set_seats::{Holds, SeatsSet, SetSeats, set};
pub use stock::{Draw, OrderStock, OrderTerms, SetOrderTerms, Stock, StockOf, StockOrder, StockPool, Terms, TermsOf, TermsSet};
pub use store::{open_allocation, open_pool, terms};
pub use transfer::{BeginTransfer, Transferred};
pub use trend::{Forecast, Pending, Verdict};
pub use units::{MonthUnits, Units, UnitsOf};
pub use usage::{PublishUsage, UsageOf, tell_since};
