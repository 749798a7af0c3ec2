//! Durable work on both engines, over the real schema.

mod app;
mod leases;
mod retries;
mod schedules;
#[path = "../../../store/tests/it/support.rs"]
mod support;
#[path = "../../../command/tests/it/world.rs"]
mod world;
