//! Tables in and out: one [`Table`] value becomes CSV or XLSX, and an uploaded text file becomes rows.
//!
//! Writing streams: [`Csv`] and [`Xlsx`] take one row at a time and hold no more than that row.
//! Reading streams too: [`Reader`] finds encoding, delimiter and header by itself, and stops with a
//! [`Fault`] that names the line before a hostile file can cost memory.

mod cell;
mod csv_out;
mod decode;
mod detect;
mod fault;
mod guess;
mod read;
mod split;
mod table;
mod xlsx_out;

pub use cell::{Cell, Column, Kind};
pub use csv_out::{Csv, guard, unguard};
pub use fault::Fault;
pub use guess::{Field, guess};
pub use read::{Limits, Reader, Row};
pub use table::{Table, WriteError, Writer};
pub use xlsx_out::{MAX_ROWS as XLSX_MAX_ROWS, Xlsx};
