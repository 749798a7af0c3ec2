//! REST twin of activity and its evidence.

use access::permissions::ReadMembers;
use axum::{
    Json,
    extract::{DefaultBodyLimit, RawQuery, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberId, Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Items, PathId},
    paging::{self, Ask, PageInfo, Spec},
    problem::Problem,
};

use super::{
    Evidence, EvidenceOf, Evident, Item, RecordActivity, Recorded, parts,
    word::{MOST, PART},
};
use crate::{
    app::Shared,
    directory::{free, reading},
    licensing::month::Month,
    noun::{Name, Note},
};

/// Bytes of one request at most.
const BODY: usize = 5 * 1024 * 1024;

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    let batches = OpenApiRouter::new().routes(routes!(record)).layer(DefaultBodyLimit::max(BODY));
    batches.merge(OpenApiRouter::new().routes(routes!(evidence)))
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

/// What is said of one member's activity.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Event {
    /// Your name for the event: sent again, it is known. It may be left out.
    #[schema(value_type = Option<String>)]
    event_id: Option<Name>,
    /// The member by its id, its id in the customer's own directory or its mail address, looked for in this order, as at
    /// `/v1/tenants/{customer}/access/{member_ref}`. `member`, `external_id` and `email` are other names of this field.
    #[serde(alias = "member", alias = "external_id", alias = "email")]
    #[schema(value_type = String)]
    member_ref: Note,
    /// What it is from then on.
    status: Said,
    /// From when; at most 40 days back and five minutes ahead. `at` is another name of this field.
    #[serde(alias = "at")]
    occurred_at: Timestamp,
}

impl Event {
    fn item(self) -> Item {
        let active = matches!(self.status, Said::Active);
        Item { event_id: self.event_id.map(Into::into), of: self.member_ref.into(), active, at: self.occurred_at }
    }
}

fn command(customer: CustomerId, query: Option<&str>, events: Result<Vec<Event>, Problem>) -> Result<RecordActivity, Problem> {
    let said = paging::plain(query, &["create_missing"])?;
    let (create_missing, events) = (paging::flag(&said, "create_missing")?, events?);
    match events.len() {
        0 => Err(Problem::invalid("", "required", "Send at least one event.")),
        n if n > MOST => {
            let title = format!("At most {MOST} events in one request, and these are {n}");
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", title).detail("Send them in several. Nothing was changed."))
        }
        _ => Ok(RecordActivity { customer, items: events.into_iter().map(Event::item).collect(), create_missing, more: false }),
    }
}

/// Keeps when members were active: up to 10,000 events or 5 MB, in any order, late and repeated. Each is answered by itself, in the
/// order sent. They are kept in transactions of 500, and known when they come again: a request that was cut short is sent again whole.
/// An `Idempotency-Key` is accepted and not stored, so that what was refused is decided again. A preview is decided in one transaction.
#[utoipa::path(post, path = "/v1/tenants/{customer}/members/activity", tag = "metering", request_body(content((Vec<Event> = "application/json"), (String = "application/x-ndjson"))), params(("customer" = String, Path), ("create_missing" = Option<bool>, Query, description = "Whether somebody who is named by a mail address in a verified domain, and is no member, is made one"), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = Recorded), (status = 400, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn record(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    RawQuery(query): RawQuery,
    Items(events): Items<Event>,
) -> Result<Response, Problem> {
    // Events are known by themselves; a saved answer would repeat refusals that may have come to an end.
    let caller = Caller { key: None, ..caller };
    match command(customer, query.as_deref(), events) {
        Ok(sent) if sent.items.len() > PART && !caller.preview => Ok(Json(parts::record(&app.house, &caller, sent).await?).into_response()),
        input => Ok(door::change(&app.house, &caller, customer, input).await?.ok()),
    }
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
