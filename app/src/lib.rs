//! Tenantry: one console and one API from which a managed service provider runs all its customers, and a distributor
//! all its MSPs. Rooms are modules, feature first; `router.rs` lists their routes, `worker.rs` their jobs.

pub mod api_docs;
pub mod api_metrics;
pub mod app;
pub mod cli;
pub mod config;
pub mod console;
pub mod demo;
pub mod dns;
mod files;
mod keys;
pub mod noun;
pub mod router;
pub mod server;
pub mod worker;

pub mod agents;
pub mod alerts;
pub mod audit;
pub mod campaigns;
pub mod directory;
pub mod help;
pub mod hierarchy;
pub mod identity;
pub mod imports;
pub mod licensing;
pub mod moves;
pub mod offboarding;
pub mod onboarding;
pub mod operations;
pub mod operator;
pub mod portfolio;
pub mod provisioning;
pub mod removal;
pub mod signup;
pub mod sources;
