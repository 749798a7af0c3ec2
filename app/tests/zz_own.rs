//! Temporary: guards and door alone.
#[path = "it/guards/mod.rs"]
mod guards;
#[path = "it/support/mod.rs"]
mod support;
#[path = "it/scenes/door.rs"]
mod door;
#[path = "it/scenes/kill.rs"]
mod kill;
