//! Metering: how many accounts are active in a month (MAA), and how many a partner may have without paying more (0.16–0.23, D4).
//!
//! A region counts at its gate and says what it counted with its usage news; here that is kept by customer and month. A month of
//! which nothing was said had no change: whoever was active when it began was active in it, and nobody else. So no number waits for
//! a worker. Who is billed for a month is a stretch of months: a customer that moves is billed to its new partner from the next month
//! on (D18, ADR 0035). The allowance is soft: it blocks nothing. A month that is
//! final keeps its number, by the clock; what is said of it later is an adjustment on the report of its own time (ADR 0036).
//! A partner's totals are kept with the numbers they rest on, so that nobody adds up its customers to read them.
//! Tables: `metered`, `maa_month`, `maa_sum`, `maa_adjustment`, `maa_close`.

pub mod api;
mod close;
mod counted;
mod forget;
mod history;
mod meter;
pub mod pages;
mod queries;
mod rules;
mod store;
#[cfg(test)]
mod tests;

pub use close::{CloseMonths, close_everywhere};
pub use counted::counted;
pub use forget::{ForgetMonths, forget};
pub use history::{History, HistoryOf};
pub use meter::{BookMonths, begin, book, hand_over};
pub use queries::{Adjustment, Asked, ByCustomer, Line, MaaOf, MonthMaa, MonthSum, lines};
pub use rules::State;
