//! The whole crate against a real socket.

mod laws;
mod post_box;
mod sending;
mod sink;
