//! REST twin of customers by the status of their licences, and of the licences.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use store::{CustomerId, PartnerId, Uuid, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathId},
    paging::{Ask, NoQuery, Page, PageInfo, Spec},
    problem::Problem,
};

use super::{
    super::{Subscription, Subscriptions, api::Data},
    LicenseStatus, by_customer,
};
use crate::app::Shared;

/// The API routes.
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list_subscriptions)).routes(routes!(license_status)).routes(routes!(list_customers))
}

const LIST: Spec = Spec { filters: &[("status", &["eq"])], sorts: &[], extra: &[] };

/// A name and an id: where a line stands in its list.
type Place = (String, Uuid);

/// What was asked of a list.
struct Asked {
    binding: String,
    size: usize,
    after: Option<Place>,
    status: Option<LicenseStatus>,
}

impl Asked {
    fn of(app: &Shared, query: Option<&str>, list: &str) -> Result<Asked, Problem> {
        let ask = Ask::read(query, &LIST)?;
        let binding = ask.binding(list);
        let after = ask.after.as_deref().map(|text| app.signer.open(&binding, text)).transpose()?;
        let status = ask.filter("status", "eq").map(|word| LicenseStatus::parse(word).ok_or_else(unknown_status)).transpose()?;
        Ok(Asked { binding, size: ask.size as usize, after, status })
    }

    /// The page that was asked for, of these lines.
    fn page<T>(&self, app: &Shared, mut lines: Vec<T>, place: impl Fn(&T) -> Place) -> Page<T> {
        let total = i64::try_from(lines.len()).unwrap_or(i64::MAX);
        lines.sort_by_cached_key(&place);
        let begins = self.after.as_ref().map_or(0, |after| lines.partition_point(|line| place(line) <= *after));
        let more = lines.len() > begins + self.size;
        let data: Vec<T> = lines.into_iter().skip(begins).take(self.size).collect();
        let next = data.last().filter(|_| more).map(|last| app.signer.seal(&self.binding, &place(last)));
        Page { data, page: PageInfo { next, total } }
    }
}

/// A partner's subscriptions, and what was asked of them: that it cannot be read is told only to whoever may look.
async fn look(
    app: &Shared,
    caller: &Caller,
    partner: PartnerId,
    asked: Result<Asked, Problem>,
) -> Result<(Asked, Vec<Subscription>), Problem> {
    let (asked, input) = match asked {
        Ok(asked) => (Some(asked), Ok(Subscriptions { partner })),
        Err(problem) => (None, Err(problem)),
    };
    let rows = door::look(&app.house, caller, partner, input).await?.rows;
    asked.map(|asked| (asked, rows)).ok_or_else(Problem::not_found)
}

/// Subscriptions of all customers, by customer's name.
#[utoipa::path(get, path = "/v1/msp/{msp}/subscriptions", tag = "plans", params(("msp" = String, Path), ("filter[status]" = Option<String>, Query, description = "normal, expiring_soon, grace, expired, exceeded"), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<Subscription>), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn list_subscriptions(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = Asked::of(&app, query.as_deref(), &format!("subscriptions {partner}"));
    let (asked, mut rows) = look(&app, &caller, partner, asked).await?;
    rows.retain(|s| asked.status.is_none_or(|status| status.holds(s)));
    Ok(Json(asked.page(&app, rows, |s| (store::fold(&s.name), s.id.0))).into_response())
}

fn unknown_status() -> Problem {
    let words = "normal, expiring_soon, grace, expired or exceeded";
    Problem::unreadable("invalid-parameter", format!("filter[status] must be {words}.")).field(
        "filter[status]",
        "invalid",
        format!("must be {words}"),
    )
}

/// Customers by the status of their licences. One with two expired licences counts once; one with licences in two statuses in both.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct StatusCount {
    /// The status.
    status: LicenseStatus,
    /// Customers with a licence in it.
    customers: usize,
}

/// How many customers have a licence in which status.
#[utoipa::path(get, path = "/v1/msp/{msp}/license-status", tag = "plans", params(("msp" = String, Path)), responses((status = 200, body = Data<StatusCount>), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn license_status(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    NoQuery(query): NoQuery,
) -> Result<Response, Problem> {
    let rows = door::look(&app.house, &caller, partner, query.map(|()| Subscriptions { partner })).await?.rows;
    let data = LicenseStatus::ALL.map(|status| StatusCount { status, customers: by_customer(&rows, Some(status)).len() });
    Ok(Json(Data { data: data.into() }).into_response())
}

/// A customer with licences of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct LicensedCustomer {
    /// The customer.
    tenant_id: CustomerId,
    /// Its name.
    name: String,
    /// Its account number.
    account_number: String,
    /// Its primary domain.
    domain: Option<String>,
    /// Those of its licences that are in the status asked for; all where none is.
    licenses: Vec<Subscription>,
}

impl LicensedCustomer {
    fn of(licenses: &[&Subscription]) -> Option<LicensedCustomer> {
        licenses.first().map(|first| LicensedCustomer {
            tenant_id: first.tenant_id,
            name: first.name.clone(),
            account_number: first.account_number.clone(),
            domain: first.domain.clone(),
            licenses: licenses.iter().copied().cloned().collect(),
        })
    }
}

/// The customers behind the numbers of `license-status`, by name: those with a licence in a status, each once with the licences in it.
#[utoipa::path(get, path = "/v1/msp/{msp}/license-status/customers", tag = "plans", params(("msp" = String, Path), ("filter[status]" = Option<String>, Query, description = "normal, expiring_soon, grace, expired, exceeded; customers with any licence when it is left out"), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<LicensedCustomer>), (status = 400, body = Problem), (status = 404, body = Problem)))]
async fn list_customers(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = Asked::of(&app, query.as_deref(), &format!("licensed customers {partner}"));
    let (asked, rows) = look(&app, &caller, partner, asked).await?;
    let customers = by_customer(&rows, asked.status).iter().filter_map(|licenses| LicensedCustomer::of(licenses)).collect();
    Ok(Json(asked.page(&app, customers, |c: &LicensedCustomer| (store::fold(&c.name), c.tenant_id.0))).into_response())
}
