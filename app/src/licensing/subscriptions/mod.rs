//! Plans and subscriptions (1.18, 3.25, 4.06, 4.17, 4.18, C-8).
//!
//! Words: a *plan* is what can be sold, in numbered versions; a *subscription* is a plan that a customer has, with its *term*; what
//! was sold is copied to the subscription, so that nothing done to the catalogue changes it (ADR 0037). Terms are half-open and end so
//! many calendar months after their anchor, in the partner's zone. Which term runs, and whether a licence has expired, follows from
//! what was booked and the clock; the worker only books what time brought. Expiry takes nobody away: it is said.
//! Tables: `plan`, `subscription`, `subscription_event`.

mod begin;
pub mod plan;
mod queries;
mod refusal;
mod store;
mod terms;

pub use begin::{become_paid, begin, hand_over};
pub use queries::Held;
pub use refusal::PlanRefusal;
pub use terms::{Booked, TermStatus};
