//! REST twin of activity and its evidence.

use access::permissions::ReadMembers;
use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberId, Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Items, PathId},
    paging::{Ask, PageInfo, Spec},
    problem::Problem,
};

use super::{Evidence, EvidenceOf, Evident, Item, MOST, RecordActivity, Recorded, Ref};
use crate::{
    app::Shared,
    directory::{free, member::email_key, reading},
    licensing::month::Month,
    noun::Name,
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(record)).routes(routes!(evidence))
}

/// What a member is said to be.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Said {
    /// Active from then on.
    Active,
    /// Not active from then on.
    Inactive,
}

/// What is said of one member's activity. The member is named in one of three ways.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Event {
    /// Your name for the event: sent again, it is known.
    #[schema(value_type = Option<String>)]
    event_id: Option<Name>,
    /// The member by its id.
    #[schema(value_type = Option<String>)]
    member: Option<Name>,
    /// The member by its mail address.
    #[schema(value_type = Option<String>)]
    email: Option<Name>,
    /// The member by its id in the customer's own directory.
    #[schema(value_type = Option<String>)]
    external_id: Option<Name>,
    /// What it is from then on.
    status: Said,
    /// From when; at most 40 days back and five minutes ahead.
    at: Timestamp,
}

impl Event {
    fn item(self, n: usize) -> Result<Item, Problem> {
        let of = match (self.member, self.email, self.external_id) {
            (Some(id), None, None) => Ref::Id(MemberId::parse(id.as_str())),
            (None, Some(email), None) => Ref::Email(email_key(email.as_str())),
            (None, None, Some(id)) => Ref::External(id.as_str().to_owned()),
            _ => {
                return Err(Problem::invalid(
                    format!("/{n}/member"),
                    "required",
                    "Name the member by one of member, email and external_id.",
                ));
            }
        };
        let active = matches!(self.status, Said::Active);
        Ok(Item { event_id: self.event_id.map(|name| name.as_str().to_owned()), of, active, at: self.at })
    }
}

fn command(customer: CustomerId, events: Vec<Event>) -> Result<RecordActivity, Problem> {
    match events.len() {
        0 => return Err(Problem::invalid("", "required", "Send at least one event.")),
        n if n > MOST => return Err(Problem::invalid("", "too-many", format!("At most {MOST} events in one request, and these are {n}."))),
        _ => {}
    }
    let items = events.into_iter().enumerate().map(|(n, event)| event.item(n)).collect::<Result<_, _>>()?;
    Ok(RecordActivity { customer, items })
}

/// Keeps when members were active: up to 500 events, in any order, late and repeated. Each is answered by itself.
#[utoipa::path(post, path = "/v1/tenants/{customer}/members/activity", tag = "metering", request_body(content((Vec<Event> = "application/json"), (String = "application/x-ndjson"))), params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = Recorded), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn record(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Items(events): Items<Event>,
) -> Result<Response, Problem> {
    let input = events.and_then(|events| command(customer, events));
    Ok(door::change(&app.house, &caller, customer, input).await?.ok())
}

const EVIDENCE: Spec = Spec { filters: &[], sorts: &[], extra: &["period", "member"] };

/// Who is counted in a month.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Counted {
    /// Which month.
    #[schema(value_type = String)]
    period: Month,
    /// When it began; null where nothing had happened yet.
    starts_at: Option<Timestamp>,
    /// When it ends, exclusive.
    ends_at: Option<Timestamp>,
    /// The members, by id.
    data: Vec<Evident>,
    /// Where the list goes on; `total` is the month's number, or 0 or 1 where one member is asked for.
    page: PageInfo,
}

fn question(app: &Shared, customer: CustomerId, query: Option<&str>) -> Result<(EvidenceOf, String), Problem> {
    let ask = Ask::read(query, &EVIDENCE)?;
    let month = ask.extra.get("period").map(|text| text.parse::<Month>()).transpose();
    let month = month.map_err(|_| {
        Problem::unreadable("invalid-parameter", "period must be a month, such as 2026-11.").field("period", "invalid", "must be a month")
    })?;
    let binding = ask.binding(&format!("evidence {customer}"));
    let after = ask.after.as_deref().map(|text| app.signer.open::<MemberId>(&binding, text)).transpose()?;
    let member = ask.extra.get("member").map(|text| text.trim().to_owned());
    Ok((EvidenceOf { customer, month, member, after, limit: i64::from(ask.size) }, binding))
}

/// Why a month's number is what it is: each member it counts, with its first active instant in the month, where that came from, and the
/// times in which it was active.
#[utoipa::path(get, path = "/v1/tenants/{customer}/metering/evidence", tag = "metering", params(("customer" = String, Path), ("period" = Option<String>, Query, description = "YYYY-MM; the running month when absent"), ("member" = Option<String>, Query, description = "Only this one: its id, external id or mail address"), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Counted), (status = 400, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn evidence(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (input, binding) = match question(&app, customer, query.as_deref()) {
        Ok((asked, binding)) => (Ok(asked), binding),
        Err(problem) => (Err(problem), String::new()),
    };
    let size = input.as_ref().map_or(0, |asked| asked.limit);
    door::probe::<ReadMembers>(&app.house, &caller, customer).await?;
    free::settle(&app.house, customer).await?;
    let found = door::look(&app.house, &caller, customer, input).await?;
    reading::note(&app, &caller, customer).await?;
    let Evidence { month, bounds, found: total, members, .. } =
        found.ok_or_else(|| Problem::invalid("period", "in-the-future", "This month has not begun."))?;
    let full = i64::try_from(members.len()).is_ok_and(|n| n == size);
    let next = members.last().filter(|_| full).map(|last| app.signer.seal(&binding, &last.member));
    let [starts_at, ends_at] = bounds.map_or([None; 2], |[start, end]| [Some(start), Some(end)]);
    Ok(Json(Counted { period: month, starts_at, ends_at, data: members, page: PageInfo { next, total } }).into_response())
}
