//! Guards over the whole program.

mod bad_input;
mod data_map;
mod hidden;
mod locales;
mod matrix;
mod pages;
mod plans;
mod scope;
mod sql;
