//! Guards over the whole program.

mod bad_input;
mod locales;
mod matrix;
mod pages;
mod scope;
mod sql;
