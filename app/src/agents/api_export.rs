//! The agents that do not report as a file: CSV, streamed page by page.

use access::permissions::{Export, ReadMembers};
use axum::{
    body::Body,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use command::Call;
use futures_util::{StreamExt as _, stream};
use http::{HeaderValue, header};
use sheets::{Cell, Column, Csv, Kind, Writer};
use store::kinds;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathId},
    paging::Ask,
    problem::Problem,
};

use super::{
    api::{SILENT, which},
    silent::{self, At, SilentAgent, Which},
};
use crate::app::Shared;

/// Rows read at once.
const PAGE: i64 = 1_000;

/// The API route.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(export))
}

fn columns() -> Vec<Column> {
    let names =
        ["customer", "customer_id", "name", "user", "platform", "version", "state", "last_seen_at", "enrolled_at", "machine_id", "id"];
    let kind = |name: &str| if name.ends_with("_at") { Kind::DateTime } else { Kind::Text };
    names.iter().map(|name| Column::new(*name, *name, kind(name))).collect()
}

fn cells(row: SilentAgent) -> Vec<Cell> {
    let a = row.agent;
    vec![
        row.customer_name.into(),
        row.customer_id.to_string().into(),
        a.name.into(),
        a.user.into(),
        a.platform.into(),
        a.version.into(),
        a.state.word().into(),
        Cell::DateTime(a.last_seen_at.0),
        Cell::DateTime(a.enrolled_at.0),
        a.machine_id.into(),
        a.id.to_string().into(),
    ]
}

/// The agents that do not report as CSV, with the list's filter.
#[utoipa::path(get, path = "/v1/msp/{msp}/agents/export", tag = "agents", params(("msp" = String, Path), ("filter[state]" = Option<String>, Query), ("filter[customer]" = Option<String>, Query)), responses((status = 200, description = "The file", content_type = "text/csv"), (status = 404, body = Problem)))]
async fn export(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    door::probe::<ReadMembers>(&app.house, &caller, partner).await?;
    door::probe::<Export>(&app.house, &caller, partner).await?;
    let which = which(partner, &Ask::read(query.as_deref(), &SILENT)?)?;
    let head = Csv::with_mark(Vec::new(), &columns()).and_then(Writer::finish).map_err(|e| Problem::internal(e.to_string()))?;
    let begin = Next { which, after: None };
    let pages = stream::unfold((Some(begin), Some(head)), move |(next, head)| {
        let (app, call) = (app.clone(), caller.call());
        async move {
            if let Some(head) = head {
                return Some((Ok::<Bytes, std::io::Error>(head.into()), (next, None)));
            }
            // A break in the middle must not look like the end of the list.
            match further(&app, &call, next?).await {
                Ok((body, next)) => Some((Ok(body), (next, None))),
                Err(why) => Some((Err(std::io::Error::other(why)), (None, None))),
            }
        }
    });
    let mut response = Body::from_stream(pages.fuse()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let name = HeaderValue::from_static("attachment; filename=\"agents.csv\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// Where to go on.
struct Next {
    which: Which,
    after: Option<At>,
}

async fn further(app: &Shared, call: &Call, next: Next) -> Result<(Bytes, Option<Next>), String> {
    let Next { which, after } = next;
    let page = silent::page(&app.house, call, &which, after, PAGE).await.map_err(|e| format!("{e:?}"))?;
    let full = i64::try_from(page.rows.len()).is_ok_and(|n| n == PAGE);
    let mut csv = Csv::further(Vec::new(), &columns());
    for row in page.rows {
        csv.row(&cells(row)).map_err(|e| e.to_string())?;
    }
    let body = csv.finish().map_err(|e| e.to_string())?;
    Ok((body.into(), page.last.filter(|_| full).map(|after| Next { which, after: Some(after) })))
}
