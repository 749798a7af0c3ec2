//! The store on both engines.

mod carry;
mod fence;
mod kill;
mod lab;
mod lanes;
mod schema;
mod support;
mod values;
mod wire;
