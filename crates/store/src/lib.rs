//! The only crate that knows a database.
//!
//! A *home* (control, or one region) is a [`Db`]: a set of lanes, each a thread that owns one connection. Commands and
//! queries are plain synchronous functions over [`Tx`] and [`View`]; one SQL text ([`sql!`]) serves SQLite and PostgreSQL.

mod backup;
mod copy;
mod db;
mod error;
mod fold;
mod home;
mod id;
mod lane;
mod many;
mod migrate;
mod money;
mod postgres;
mod schema;
mod sql;
mod sqlite;
mod time;
mod value;
mod view;
pub mod wanted;

pub use backup::{HomePrint, Manifest, TablePrint, scrub, sqlite_backup, verify_sqlite};
pub use copy::{copy_home, prints};
pub use db::{Db, Options, Settled, Where, Work};
pub use error::Error;
pub use fold::{alike, fold, like};
pub use home::{Control, Home, Region};
pub use id::*;
pub use migrate::{Migration, latest_version};
pub use money::{Money, decimals};
pub use schema::{Column, TableShape, plans, prepare_all, shape};
pub use sql::{Family, Registered, Sql, Text, registered};
pub use sqlite::sqlite_version;
pub use time::{Clock, Movable, Timestamp, Wall, Zone};
pub use value::{FromValue, Row, Value};
pub use view::{Tx, View};

#[doc(hidden)]
pub use inventory;
pub use uuid::Uuid;

/// What every store function answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;
