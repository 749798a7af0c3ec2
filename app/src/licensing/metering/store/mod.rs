//! Every SQL text of metering.

mod adjustment;
mod close;
mod list;
mod month;
mod span;
mod sum;

pub use adjustment::*;
pub use close::*;
pub use list::*;
pub use month::*;
pub use span::*;
pub use sum::sums;
