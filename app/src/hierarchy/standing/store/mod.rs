//! Every SQL text of standings and totals.

mod facts;
mod rows;
mod totals;

pub use facts::*;
pub use rows::*;
pub use totals::*;
