//! Every SQL text of the pool.

mod allocation;
mod claim;
mod lines;
mod outlook;
mod pool;
mod reports;
mod request;
mod stock;
mod usage;

pub use allocation::*;
pub use claim::*;
pub use lines::*;
pub use outlook::*;
pub use pool::*;
pub use reports::*;
pub use request::*;
pub use stock::*;
pub use usage::*;
