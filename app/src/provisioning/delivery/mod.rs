//! Whether mail reaches a customer (2.23): what its mail system has to be told so that ours is let in, and a test that sends one
//! real mail and passes when somebody says on the page behind its link that it came.
//!
//! Words: a *step* is one thing to set up at Microsoft 365 or Google Workspace; a *test* is one mail on its way. Tables:
//! `delivery_test`, `mail_step`. A test that is passed is a mail check (D6); one that is not changes nothing: it may be the
//! address that was mistyped.

mod api;
mod begin;
mod book;
mod confirm;
mod job;
mod pages;
mod pages_link;
mod sending;
mod steps;
mod store;

pub use api::routes as api;
pub use begin::{BeginTest, Begun};
pub use steps::{SetStep, Step};

use ::store::{Control, CustomerId, FactId, Result, Timestamp, View};
use access::{Scope, permissions::Read};
use command::{Node, Query};
use jobs::Registry;
use serde::Serialize;
use web::routes::Pages;

use crate::{
    app::{App, Shared},
    hierarchy::{
        CustomerKind,
        customers::{self, Customer},
        domains, standing,
    },
    noun::masked,
};
use store as rows;

/// Minutes in which the mail must come.
pub const MINUTES: i64 = 30;
/// Tests of a customer that are kept.
const KEPT: i64 = 50;

/// The room's pages.
#[must_use]
pub fn pages() -> Pages<Shared> {
    Pages::default().merge(pages::routes()).merge(pages_link::routes())
}

/// The room's jobs.
#[must_use]
pub fn jobs(registry: Registry<App>) -> Registry<App> {
    registry.with::<job::SendTest>().with::<job::ExpireTest>()
}

/// How a test stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stands {
    /// Nobody has said yet that it came.
    Waiting,
    /// It came.
    Passed,
    /// The mail server did not take it, or it could not be sent any more.
    Failed,
    /// Nobody said in time that it came.
    Expired,
}

impl Stands {
    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Stands::Waiting => "waiting",
            Stands::Passed => "passed",
            Stands::Failed => "failed",
            Stands::Expired => "expired",
        }
    }

    fn parse(word: &str) -> Stands {
        match word {
            "passed" => Stands::Passed,
            "failed" => Stands::Failed,
            "expired" => Stands::Expired,
            _ => Stands::Waiting,
        }
    }
}

/// One test.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DeliveryTest {
    /// Its id.
    pub id: FactId,
    /// To whom; once it has ended, the first letter and the domain.
    pub to: String,
    /// How it stands.
    pub status: Stands,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When the mail server took the mail; null while it has not.
    pub sent_at: Option<Timestamp>,
    /// Until when somebody must say that it came.
    pub expires_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What the mail server said last, if it did not take the mail.
    pub answer: Option<serde_json::Value>,
}

impl DeliveryTest {
    /// As it stands at an instant: nothing has to run for a test to be over.
    fn at(mut self, now: Timestamp) -> DeliveryTest {
        if self.status == Stands::Waiting && self.expires_at <= now {
            (self.status, self.ended_at, self.to) = (Stands::Expired, Some(self.expires_at), masked(&self.to));
        }
        self
    }
}

/// What is known of a customer's mail.
#[derive(Debug)]
pub struct Mail {
    /// Whose.
    pub customer: Customer,
    /// The domains a test may go to.
    pub domains: Vec<String>,
    /// The steps and who did them.
    pub steps: Vec<steps::MailStep>,
    /// The last tests, newest first.
    pub tests: Vec<DeliveryTest>,
    /// Whether the last check passed, be it a test or one that was recorded.
    pub verified: bool,
    /// When that was; none when there was none yet.
    pub checked_at: Option<Timestamp>,
}

/// Asks what is known of a customer's mail; none for the partner's own tenant.
#[derive(Debug)]
pub struct MailOf {
    /// Whose.
    pub customer: CustomerId,
}

impl Query for MailOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<Mail>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Option<Mail>> {
        let found = customers::find(view, scope, self.customer)?.filter(|c| c.kind != CustomerKind::Internal);
        let Some(customer) = found else { return Ok(None) };
        let stands = standing::of(view, scope, self.customer)?.unwrap_or_default();
        Ok(Some(Mail {
            verified: stands.email_ok,
            checked_at: stands.email_at,
            domains: domains::verified(view, self.customer)?,
            steps: steps::of(view, scope, self.customer)?,
            tests: rows::tests(view, scope, self.customer)?.into_iter().map(|test| test.at(now)).collect(),
            customer,
        }))
    }
}

#[cfg(test)]
mod tests {
    use ::store::Uuid;

    use super::*;

    #[test]
    fn what_is_kept_of_an_address_names_nobody() {
        assert_eq!(masked("anna.berg+x@acme.example"), "a…@acme.example");
        assert_eq!(masked("å@acme.example"), "å…@acme.example");
    }

    #[test]
    fn a_test_is_over_without_anything_running() {
        let test = DeliveryTest {
            id: FactId::new(Uuid::nil()),
            to: "anna@acme.example".into(),
            status: Stands::Waiting,
            created_at: Timestamp(0),
            sent_at: None,
            expires_at: Timestamp(10),
            ended_at: None,
            answer: None,
        };
        assert_eq!(test.clone().at(Timestamp(9)).status, Stands::Waiting);
        let over = test.at(Timestamp(10));
        assert_eq!((over.status, over.to.as_str(), over.ended_at), (Stands::Expired, "a…@acme.example", Some(Timestamp(10))));
    }
}
