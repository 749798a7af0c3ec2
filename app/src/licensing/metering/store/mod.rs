//! Every SQL text of metering.

mod adjustment;
mod close;
mod list;
mod month;
mod page;
mod span;
mod sum;

pub use adjustment::*;
pub use close::*;
pub use list::{Stretch, Whose, said, stretches};
pub use month::*;
pub use page::*;
pub use span::*;
pub use sum::sums;
