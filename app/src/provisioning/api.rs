//! REST twin: `POST /v1/msp/{msp}/customers`.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use store::{PartnerId, Zone, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId},
    problem::Problem,
};

use super::{CreateCustomer, Created, check_region};
use crate::{
    app::{App, Shared},
    hierarchy::{
        CustomerKind, DomainName, Name, Tier,
        customers::NewCustomer,
        noun::{Email, Note, Subdomain},
    },
};

/// The room's API.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(create))
}

/// A customer to create.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomerBody {
    /// Its name.
    pub name: Name,
    /// What it is called in contracts, where that is another name.
    pub legal_name: Option<Name>,
    /// MAX MAU: the hard cap on onboarding, 1 to 1,000,000,000.
    pub max_mau: i64,
    /// `paid` (the default) or `trial`.
    pub kind: Option<CustomerKind>,
    /// Where its data lies, for ever; the partner's default when absent.
    pub region: Option<String>,
    /// Its primary domain.
    pub domain: Option<DomainName>,
    /// A label reserved for it in the whole installation, such as `acme`; never changes.
    pub subdomain: Option<Subdomain>,
    /// Its primary administrator.
    pub admin_email: Option<Email>,
    /// `starter`, `pro` or `enterprise`.
    pub plan: Option<Tier>,
    /// Seats from the pool.
    pub seats: Option<i64>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// `en` or `de`.
    pub language: Option<String>,
    /// Your own reference.
    pub reference: Option<Note>,
    /// Its line of business.
    pub sector: Option<Note>,
}

impl NewCustomerBody {
    /// The command, or the field that is wrong.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn command(self, app: &App, partner: PartnerId) -> Result<CreateCustomer, Problem> {
        let kind = self.kind.unwrap_or(CustomerKind::Paid);
        let seats = self.seats.unwrap_or(0);
        if !matches!(kind, CustomerKind::Paid | CustomerKind::Trial) {
            return Err(Problem::invalid("/kind", "invalid", "A customer is created as paid or trial."));
        }
        if !(1..=1_000_000_000).contains(&self.max_mau) {
            return Err(Problem::invalid("/max_mau", "out-of-range", "MAX MAU must be a whole number from 1 to 1,000,000,000."));
        }
        if !(0..=1_000_000_000).contains(&seats) {
            return Err(Problem::invalid("/seats", "out-of-range", "Seats must be a whole number from 0 to 1,000,000,000."));
        }
        if kind == CustomerKind::Trial && seats > 0 {
            return Err(Problem::invalid("/seats", "not-pooled", "A trial has its own seats outside the pool: leave this out."));
        }
        if let Some(region) = &self.region
            && !check_region(app, region)
        {
            return Err(Problem::invalid(
                "/region",
                "unknown-region",
                format!("There is no region {region}; there are {}.", app.config.regions.join(", ")),
            ));
        }
        if self.country.as_ref().is_some_and(|c| c.len() != 2 || !c.bytes().all(|b| b.is_ascii_uppercase())) {
            return Err(Problem::invalid("/country", "invalid", "A country is two capital letters, such as SE."));
        }
        if self.time_zone.as_ref().is_some_and(|z| Zone::named(z).is_none()) {
            return Err(Problem::invalid("/time_zone", "unknown-zone", "A time zone is an IANA name, such as Europe/Stockholm."));
        }
        if self.language.as_ref().is_some_and(|l| web::Lang::from_tag(l).is_none()) {
            return Err(Problem::invalid("/language", "unknown-language", "A language is en or de."));
        }
        let new = NewCustomer {
            legal_name: self.legal_name,
            kind,
            tier: self.plan.unwrap_or(Tier::Pro),
            domain: self.domain,
            subdomain: self.subdomain,
            region: self.region,
            max_mau: self.max_mau,
            country: self.country,
            sector: self.sector.map(Into::into),
            time_zone: self.time_zone,
            language: self.language,
            reference: self.reference.map(Into::into),
            admin_email: self.admin_email,
            ..NewCustomer::named(self.name)
        };
        Ok(CreateCustomer { partner, new, seats })
    }
}

/// Creates a customer; its region is prepared while you watch the operation.
#[utoipa::path(post, path = "/v1/msp/{msp}/customers", tag = "customers", request_body = NewCustomerBody, params(("msp" = String, Path), ("Idempotency-Key" = String, Header)), responses((status = 202, body = Created), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn create(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<NewCustomerBody>,
) -> Result<Response, Problem> {
    let input = caller.need_key().and(body).and_then(|b| b.command(&app, partner));
    let reply = door::change(&app.house, &caller, partner, input).await?;
    Ok(reply.accepted(|begun| format!("/v1/operations/{}", begun.operation_id)))
}
