//! Who may do what, where. Owns the tree (`org_node`, `org_tree`, `scope_partner`), memberships, credentials and the one
//! table of roles. A [`Scope`] is the only key to a room's data, and only [`grant`] makes one.

mod grant;
mod memberships;
mod node;
mod role;
mod scope;
pub mod secret;
pub mod tree;

pub use grant::{Actor, Credential, Denied, authenticate, grant};
pub use memberships::{MembershipView, Memberships, memberships, nodes_held, suspended};
pub use node::Node;
pub use role::{Grants, Permission, Right, Role, permissions};
pub use scope::{NodeKind, Reach, Scope, Wide};
