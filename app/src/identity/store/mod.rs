//! Every SQL text of identity. People, memberships and credentials are read before a scope is known, so they have no fence:
//! each text here names the partner (as home), the person or the secret it is about.

mod credentials;
mod moves;
mod newcomers;
mod people;
mod scim;

pub use credentials::*;
pub use moves::*;
pub use newcomers::*;
pub use people::*;
pub use scim::*;
