//! The path of every change and every question, on both engines, over the real schema.

mod chain;
mod grants;
mod path;
#[path = "../../../store/tests/it/support.rs"]
mod support;
mod world;
