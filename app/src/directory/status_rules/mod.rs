//! Rules by which members of a customer become active or inactive (0.26): "nobody heard of it for so many days", "in this
//! department", "with this title", "brought by this source".
//!
//! Rules are asked in the order in which they were made; the first whose conditions all hold decides, the others are not asked.
//! A status that a person decided stands, and whoever is held stays held. A rule that lets in does so through the gate all use:
//! whoever finds no seat, or MAX MAU reached, waits. The interval keeps which rule opened or ended it.
//!
//! *Activity* is what rules of idleness look at: the last instant at which anybody or anything but a rule changed the member
//! (it was made, became active, was edited, its directory said something new), or an agent of its address reported. A directory
//! that repeats itself says nothing new.
//!
//! Table: `status_rule`, in the region, with the members.

mod api;
mod commands;
mod pages;
mod queries;
pub mod rule;
mod run;
mod store;

pub use api::{NewStatusRule, routes as api};
pub use commands::{AddStatusRule, RemoveStatusRule, RuleRefusal};
pub use pages::routes as pages;
pub use queries::{ChangesOf, StatusRules};
pub use rule::{Condition, StatusRule, Turn};
pub use run::{RunStatusRules, run_everywhere};
