//! The one integration test binary: scenes through the public door on both engines, and guards over the whole program.

mod guards;
mod scenes;
mod support;
