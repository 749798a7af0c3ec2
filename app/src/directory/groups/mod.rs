//! Groups of a customer's members: chosen by hand, or by a rule.
//!
//! A rule is the filter of a list ([`Which`]), kept. Who is in such a group is asked with the list's own text when somebody looks, so
//! it is exact at every moment, and no change of a member, no sync and no SCIM request has anything to do for it. Tables:
//! `member_group`, and for those by hand `member_group_member`, in the region.

mod api;
mod commands;
pub mod group;
mod pages;
mod pages_form;
mod queries;
mod store;

pub use api::routes as api;
pub use commands::{AddToMemberGroup, CreateMemberGroup, DeleteMemberGroup, EditMemberGroup, RemoveFromMemberGroup};
pub use group::{GroupRefusal, MemberGroup};
pub use pages::routes as pages;
pub use queries::{MemberGroupOf, MemberGroups};
pub(super) use store::{find, leave};

use super::which::Which;
