//! Help within the console: the articles of the guide, and what readers said of them.
//!
//! Words: an *article* is one page of `docs/guide`, built into the program; a *vote* is a person's last word on whether it helped,
//! with a comment if they like. Table: `help_vote`. Callers: the console, the API. The shell asks [`about`] which article a page's Help leads to.

mod api;
mod article;
mod markdown;
mod pages;
mod queries;
mod store;
mod vote;

pub use api::routes as api;
pub use article::about;
pub use pages::routes as pages;
