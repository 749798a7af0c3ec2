//! Activity by batches: when members were active, as somebody else knows it (0.17, D4, D13, ADR 0036).
//!
//! A *word* is a fact: a member was active, or was not, from an instant on. It may come late, twice and in any order. What is kept is the
//! words (`member_event`), and the member's times (`member_interval`) are the straight line through them and through what people,
//! directories and rules decided meanwhile: from each change to the next the member is what the change says. So the times do not
//! depend on the order in which words come, and the counts of months follow the times ([`crate::licensing::policy::Months`]). A
//! word is kept for as long as one of its time may come. A long request is kept in parts, each a transaction.

mod api;
mod evidence;
mod forget;
mod line;
mod missing;
mod pages;
mod parts;
mod record;
mod store;
mod word;

pub use evidence::{Evidence, EvidenceOf, Evident};
pub use forget::ForgetWords;
pub use record::{RecordActivity, Recorded};
pub use word::{Item, Outcome, Reason};

pub(super) use api::routes as api;
pub(super) use pages::routes as pages;
pub(super) use store::{decided, forget};
