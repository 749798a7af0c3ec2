//! Where all feeds end: what a source says of people becomes joiners, movers, leavers and people who return, one set of rules for
//! CSV, LDAP, Entra ID and Google.
//!
//! A *reading* is one look at a source. Its pages are [weighed](WeighNews) against what the source said before; only what is new
//! is *staged* (`feed_change`), so a directory in which nothing changed writes nothing. [`ApplyChanges`] judges each staged change
//! anew and makes it, in chunks that can be repeated. What a source last said of a person is kept (`feed_member`): only another
//! word of the source changes the member, so what people decide in the console stands. Status is decided where SCIM has it
//! decided ([`super::held`]). Tables: `feed_member`, `feed_change`; rows of `member` through the room's rules. Callers: `sources`.

mod apply;
mod facts;
mod judge;
mod queries;
mod said;
mod stage;
mod store;
#[cfg(test)]
mod tests;
mod weigh;

pub use apply::{Applied, ApplyChanges};
pub use judge::{Class, Why};
pub use queries::{Change, Changes, Tally, TallyOf};
pub use said::{Named, News, Said};
pub use stage::{DropReadings, ForgetSource, StageChanges, Staged};
pub use store::applied;
pub(super) use store::{forget, keep_out, unsay};
pub use weigh::{KeysOf, WeighNews};

/// The most pieces of news of one page.
pub const PAGE: usize = 1_000;
/// Changes made in one transaction.
pub const CHUNK: usize = 500;
