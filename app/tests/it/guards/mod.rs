//! Guards over the whole program.

mod locales;
mod matrix;
mod scope;
mod sql;
