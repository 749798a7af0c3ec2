//! Temporary: guards and door alone.
#[path = "it/guards/mod.rs"]
mod guards;
#[path = "it/support/mod.rs"]
mod support;
mod scenes {
    #[path = "../it/scenes/door.rs"]
    mod door;
}
