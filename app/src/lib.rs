//! Tenantry: one console and one API from which a managed service provider runs all its customers, and a distributor
//! all its MSPs. Rooms are modules, feature first; `router.rs` lists their routes, `worker.rs` their jobs.

pub mod app;
pub mod cli;
pub mod config;
pub mod console;
pub mod keys;
pub mod noun;
pub mod router;
pub mod worker;

pub mod hierarchy;
pub mod identity;
pub mod licensing;
pub mod operations;
pub mod provisioning;
