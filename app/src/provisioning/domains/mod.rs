//! A customer's domains: what the primary one's records say, and the record that proves each is the customer's own (2.15, D14).
//!
//! The record's value is worked out from the installation's key, so none is kept. It is looked for when somebody asks, and
//! by the clock for customers who still wait. Nothing here writes but [`VerifyDomain`].

mod api;
mod api_extra;
mod look;
mod pages;
mod pages_extra;
pub mod rules;
mod waiting;

pub use waiting::verify_waiting;

use ::store::{Control, CustomerId, PartnerId, Result, Timestamp, View};
use access::{Scope, permissions::CreateCustomers};
use command::{Node, Query, Refusal};
use data_encoding::BASE32_NOPAD;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use web::routes::Pages;

use crate::{
    app::Shared,
    hierarchy::{domains, noun::DomainName},
    keys::Keys,
    licensing::pools,
};

/// The API routes.
#[must_use]
pub fn api() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().merge(api::routes()).merge(api_extra::routes())
}

/// The pages.
#[must_use]
pub fn pages() -> Pages<Shared> {
    Pages::default().merge(pages::routes()).merge(pages_extra::routes())
}

/// The record that proves a domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ProofRecord {
    /// Always `TXT`.
    pub r#type: &'static str,
    /// The name it stands at.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// The name a domain's record stands at.
#[must_use]
pub fn record_name(domain: &str) -> String {
    format!("_tenantry.{domain}")
}

/// The record that a customer puts into its domain.
#[must_use]
pub fn record(keys: &Keys, customer: CustomerId, domain: &str) -> ProofRecord {
    let proof = keys.proof("domain", &format!("{customer} {domain}"));
    let value = BASE32_NOPAD.encode(&proof[..20]).to_ascii_lowercase();
    ProofRecord { r#type: "TXT", name: record_name(domain), value: format!("tn-verify={value}") }
}

/// Why a domain is not proved.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotProved {
    /// The customer has no domain.
    NoDomain {},
    /// There is no record at the name.
    RecordMissing {
        /// Where it is looked for.
        name: String,
        /// What it must say.
        value: String,
    },
    /// Something else stands there.
    RecordDiffers {
        /// Where it is looked for.
        name: String,
        /// What it must say.
        value: String,
        /// What stands there.
        found: Vec<String>,
    },
    /// The domain's name servers gave no answer.
    DnsNoAnswer {
        /// What they were asked for.
        name: String,
    },
}

impl Refusal for NotProved {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        match self {
            NotProved::NoDomain {} => "no-domain",
            NotProved::RecordMissing { .. } => "record-missing",
            NotProved::RecordDiffers { .. } => "record-differs",
            NotProved::DnsNoAnswer { .. } => "dns-no-answer",
        }
    }
    fn title(&self) -> String {
        match self {
            NotProved::NoDomain {} => "The customer has no domain".into(),
            NotProved::RecordMissing { name, .. } => format!("There is no TXT record at {name}"),
            NotProved::RecordDiffers { name, .. } => format!("The TXT record at {name} says something else"),
            NotProved::DnsNoAnswer { name } => format!("The name servers gave no answer for {name}"),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            NotProved::NoDomain {} => "Give the customer a domain first.",
            NotProved::RecordMissing { .. } => "Add the record; it can take some minutes until everybody sees it.",
            NotProved::RecordDiffers { .. } => "Correct the record; an old one can be seen until its time to live has passed.",
            NotProved::DnsNoAnswer { .. } => "Try again in a minute. If it stays so, the domain's name servers do not work.",
        };
        format!("{next} Nothing was changed.")
    }
}

/// Asks what the books say about a domain before a customer is made with it.
struct Free {
    partner: PartnerId,
    domain: DomainName,
}

/// What they say.
struct Books {
    domain: DomainName,
    taken: bool,
    available: i64,
}

impl Query for Free {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Books;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, now: Timestamp) -> Result<Books> {
        let taken = domains::is_taken(view, scope, &self.domain)?;
        Ok(Books { domain: self.domain.clone(), taken, available: pools::summary(view, scope, now)?.available })
    }
}
