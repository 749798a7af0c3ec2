//! The path of every change and every question: authenticate → grant in scope → idempotency → run → audit → outbox →
//! commit, in one transaction of the command's home.

pub mod audit;
mod cx;
mod house;
mod idempotency;
mod kinds;
mod place;
mod run;

pub use access::Node;
pub use cx::{Cx, Effect, Entropy, Secret, Told};
pub use house::{After, House, Regions};
pub use idempotency::forget;
pub use kinds::{Answer, Call, Command, Fail, Never, Preview, Query, Refusal};
pub use place::Place;
