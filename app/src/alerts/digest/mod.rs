//! The digest: what ends or renews soon, by mail, for each person who wants it, about what they can see (ADR 0047).
//!
//! Words: a digest is told *every* week or month; its *day* is the Monday or the first of a month on which it *begins*, at seven in
//! the partner's zone. A day is told once: the row of whoever wants it says which was told last.
//! Table: `expiry_digest`.

mod api;
mod choose;
mod mail;
mod pages;
mod period;
mod store;
mod tell;

pub use api::routes as api;
pub use mail::DigestMail;
pub use pages::routes as pages;
pub use period::Every;
pub use tell::{TellDigests, tell_digests};
