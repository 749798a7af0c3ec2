//! Every SQL text of the portfolio.

mod facts;
mod history;
mod list;
mod totals;
mod trace;
mod views;

pub use facts::*;
pub use history::*;
pub use list::*;
pub use totals::*;
pub use trace::*;
pub use views::*;
