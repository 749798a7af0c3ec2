//! Every SQL text of the pool.

mod allocation;
mod lines;
mod pool;
mod reports;
mod usage;

pub use allocation::*;
pub use lines::*;
pub use pool::*;
pub use reports::*;
pub use usage::*;
