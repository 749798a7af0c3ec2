//! What control decides and a region obeys: one versioned row per tenant (`tenant_policy`), beside the counters that obey
//! it. Seats rise in control first and fall in the region first, so that no order of messages oversells.

mod apply;
mod store;

pub use apply::{ApplySeats, CloseTenant, Obeyed, OpenTenant, SEATS_FREED, SeatsFreed, SetServing, StillInUse};
pub use store::{Usage, give_seat, note_held, note_members, seat_waiting, stop_serving, take_seat, take_seats, usage};
