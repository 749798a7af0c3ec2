//! A customer's own directory brings its people: SCIM 2.0 (RFC 7643, RFC 7644, cursors of RFC 9865) at `/scim/v2`.
//!
//! Every member of the tenant is a user here, whoever brought it: a directory finds those a file or a person added, and takes
//! them over. What it says is kept word for word beside the member (`scim_user`); [`facts`] reads what that means for the
//! member, and `change_user` says when it changes it. A user's `active` is the directory's word; whether the member has a seat,
//! waits for one or is held is the house's. Groups are the directory's own (`scim_group`, `scim_group_member`).
//!
//! A token opens one tenant ([`crate::identity::scim_tokens`]) and names it: no address here names a customer. Each write is a
//! command under that token's scope. Names are resolved over one definition of all attributes ([`schema`]).
//! Tables: `scim_user`, `scim_address`, `scim_group`, `scim_group_member`; rows of `member` through the room's own rules.

mod api;
mod change_group;
mod change_user;
mod compiled;
mod create_user;
mod error;
mod facts;
mod filter;
mod find;
mod group;
pub mod pages;
mod patch;
mod resource;
mod schema;
mod store;
#[cfg(test)]
mod tests;
mod user;

pub use api::{error_body, protocol, routes};
pub(super) use facts::{is_tag, line};
