//! The one way out to a place somebody named in the console or the API: the name is resolved, *all* its addresses are
//! judged, and only those judged are connected to, so neither a lying nor a changing name service leads inside. What the
//! operator's own configuration names (database, resolver, mail server, bucket) is trusted and called without [`Client`].
//!
//! Nothing is followed, no proxy of the environment is used, and every answer has a limit in bytes and in time. What lies
//! inside the operator's network is reached only where [`Rules`] name it.

mod call;
mod client;
mod kind;
mod range;
mod resolve;
mod rules;
mod trouble;

pub use call::{Answer, Call};
pub use client::{Client, Secured};
pub use kind::{Kind, kind};
pub use range::{BadRange, Range};
pub use resolve::{Addresses, NoAnswer, Resolve};
pub use rules::Rules;
pub use trouble::Trouble;
pub use url::Url;
