//! Guards over the whole program.

mod sql;
