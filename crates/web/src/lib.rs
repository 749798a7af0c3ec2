//! The console's page shell and its shared parts: what every page is made of, and nothing a room decides.
//!
//! `shell` draws whole pages, `parts` the pieces in them, `swap` is the one seam to htmx, `i18n` and
//! `format` are the words and numbers. `gallery` shows every part from its own sample.

pub mod address;
pub mod brand;
pub mod caller;
pub mod door;
pub mod format;
pub mod forms;
pub mod frame;
pub mod gallery;
pub mod i18n;
pub mod paging;
pub mod parts;
pub mod problem;
pub mod routes;
pub mod shell;
pub mod static_files;
pub mod swap;

pub use address::Address;
pub use gallery::gallery;
pub use i18n::{Arg, LOCALES, Lang, install};
pub use shell::{Action, Brand, Closed, Frame, NavGroup, NavItem, Person, Theme, Toast, bare, page, problem_page};
pub use swap::{Swap, Watch};
