//! Durable background work. A job is a row written in the transaction of the change that needs it (`Cx::tell`); a worker
//! claims it with a lease and a fencing token, runs it outside any transaction, and the job executes commands under its
//! own id as idempotency key: a job that runs twice acts once.

mod claim;
mod registry;
mod schedule;
mod serve;
pub mod steps;
mod worker;

pub use claim::{Dead, dead_letters, forget_done, hand_over, retry_dead};
pub use registry::{Job, JobCx, Registry, Retry};
pub use schedule::{Every, Schedule};
pub use worker::{Drain, Worker};
