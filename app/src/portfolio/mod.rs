//! The portfolio: a partner's customers in numbers, as a list, as a file, on any past day, and changed many at a time
//! (0.01–0.05, 1.04, 2.01–2.13, 2.38, 2.39).
//!
//! Words: *attention* = a status that is not active; *counted* = an active customer (D12). Reads the tables of hierarchy
//! (`standing`, `totals`, facts) and of licensing; owns `saved_view` and `month_end`. Whatever counts is the list it links to: one filter,
//! one query. Called by nobody below; `channel` and `reports` build on it.

pub mod api;
mod asof;
mod bulk;
mod chosen;
mod command_center;
mod evidence;
mod export;
pub mod filter;
mod formula;
mod history;
mod pages;
mod queries;
pub mod row;
mod store;
mod technician;
mod views;

pub use asof::{Past, PortfolioAt};
pub use evidence::{CustomerEvidence, CustomerNumber, Evidence, Kpi, KpiEvidence};
pub use filter::{Filter, Sort, SortBy};
pub use pages::routes as pages;
pub use queries::{Begin, CustomerList, Listed, PortfolioOf};
pub use row::{Counts, CustomerRow, Kpis, Portfolio};
pub use views::{DeleteView, SaveView, SavedView, ViewRefusal, Views};

pub(crate) use crate::hierarchy::standing::{settle, settled};
