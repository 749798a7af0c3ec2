//! What control decides and a region obeys: one versioned row per tenant (`tenant_policy`), beside the counters that obey
//! it, and what was counted in each month that is over (`tenant_month`). Who comes in is decided at its [`Gate`]. Seats rise in control first and fall in the region first, so that no order of messages oversells.

mod amend;
mod apply;
mod gate;
mod store;
mod usage_policy;

pub use amend::{Months, Times, months};
pub use apply::{ApplySeats, CloseTenant, Obeyed, OpenTenant, SEATS_FREED, SeatsFreed, SetServing, StillInUse, knows, make_room};
pub use gate::{FREE_MEMBERS, Gate, Over, Shut};
pub use store::{
    Usage, administrator, hold_crowded, is_crowded, is_free, months_since, note_arriving, note_held, note_members, serving, set_stays,
    stays, stop_serving, usage,
};
pub use usage_policy::{GRACE_DAYS, UsagePolicy, UsageTerms};
