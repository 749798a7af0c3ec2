//! Plans and subscriptions (1.18, 3.25, 4.06, 4.17, 4.18, C-8).
//!
//! Words: a *plan* is what can be sold, in numbered versions; a *subscription* is a plan that a customer has, with its *term*; what
//! was sold is copied to the subscription, so that nothing done to the catalogue changes it (ADR 0037). Terms are half-open and end so
//! many calendar months after their anchor, in the partner's zone. Which term runs, and whether a licence has expired, follows from
//! what was booked and the clock; the worker only books what time brought. Expiry takes nobody away: it is said. What a plan says
//! about people beyond the seats is told to the region, whose gate obeys it (ADR 0040). Its *meter* says which units of a month are
//! charged (ADR 0045). Whoever may not change a plan *requests* another one; while that waits the subscription is *locked* (ADR 0049).
//! Tables: `plan`, `subscription`, `subscription_event`, `plan_request`.

pub mod api;
mod api_request;
mod auto_renew;
mod begin;
mod beyond;
mod book;
mod by_status;
mod calendar;
mod change_plan;
mod decide_request;
mod edit_plan;
mod end_plan;
mod expiring;
mod in_force;
mod make_plan;
mod meter;
pub mod pages;
pub mod plan;
mod plan_request;
mod queries;
mod refusal;
mod renew;
mod store;
mod subscribe;
mod terms;
#[cfg(test)]
mod tests;

pub use auto_renew::SetAutoRenew;
pub use begin::{become_paid, begin, hand_over};
pub use beyond::{Beyond, Overage, beyond, judge_again, usage_terms};
pub use book::{settle, settle_everyone};
pub use by_status::LicenseStatus;
pub use calendar::{Calendar, Due, DueKind, Part};
pub use change_plan::ChangePlan;
pub use decide_request::{ApprovePlan, DeclinePlan, WithdrawPlan, let_go};
pub use edit_plan::{EditPlan, PlanChange};
pub use end_plan::EndPlan;
pub use in_force::in_force;
pub use make_plan::{MakePlan, USAGE_DAYS, Wording};
pub use meter::{Counts, Meter};
pub use plan_request::{PlanRequest, PlanRequestStatus, PlanRequests, RequestPlan};
pub use queries::{
    All, Catalogue, Ending, Endings, Event, Held, OfCustomer, PlanOf, Plans, Subscription, Subscriptions, SubscriptionsOf, endings,
};
pub use refusal::PlanRefusal;
pub use renew::Renew;
pub use subscribe::Subscribe;
pub use terms::{Booked, Next, TermStatus};
