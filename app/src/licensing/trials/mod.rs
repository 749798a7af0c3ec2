//! What an MSP does about a trial (3.18, 3.19, D10, D17): extend it, itself as often and as long as its distributor lets it and beyond
//! that by a request the distributor decides; or upgrade it to a paid subscription, with seats from the pool.
//!
//! Words: a trial *ends* at its instant ([`crate::hierarchy::trial`]); then the customer is on the *free plan*. An *extension* begins
//! at the later of now and that end. Table: `trial_request`, one row for each extension and each request. Called by the command center.

mod api;
mod decide;
mod extend;
mod pages;
mod queries;
mod store;
mod trial;
mod upgrade;

pub use api::{Paid, routes as api};
pub use decide::{DecideRequest, WithdrawRequest};
pub use extend::{ExtendTrial, LONGEST};
pub use pages::routes as pages;
pub use queries::{Dealings, OpenRequests, TrialOf, TrialState};
pub use trial::{Extension, Policy, RequestStatus, TrialRefusal, TrialRequest};
pub use upgrade::{UpgradeTrial, Upgraded, hand_over, let_go};
