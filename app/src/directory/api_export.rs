//! The members as a file: CSV streamed page by page, or a workbook.

use access::permissions::Export;
use axum::{
    body::Body,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use http::{HeaderValue, header};
use sheets::{Cell, Column, Csv, Kind, Writer, Xlsx};
use store::{CustomerId, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, PathId},
    paging::{Ask, Spec},
    problem::Problem,
};

use super::{
    Member, Members, Order, Place,
    api_filter::{FILTERS, group, which},
    attributes::{AttributesOf, STANDARD},
    reading,
};
use crate::{
    app::Shared,
    console::spool::Spool,
    hierarchy::sites::{Site, SitesOf},
};

/// Rows read at once.
const PAGE: i64 = 2_000;

/// The API route.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(export))
}

const SPEC: Spec = Spec { filters: FILTERS, sorts: Order::WORDS, extra: &["format"] };

/// What is exported, in the list's own words.
struct Wanted {
    question: Members,
    workbook: bool,
}

fn wanted(customer: CustomerId, query: Option<&str>) -> Result<Wanted, Problem> {
    let ask = Ask::read(query, &SPEC)?;
    let wrong = |name: &str, detail: &str| Problem::unreadable("invalid-parameter", detail).field(name, "invalid", detail);
    let (which, group) = (which(&ask)?, group(&ask)?);
    let workbook = match ask.extra.get("format").map(String::as_str) {
        None | Some("csv") => false,
        Some("xlsx") => true,
        Some(_) => return Err(wrong("format", "format must be csv or xlsx.")),
    };
    let (order, falls) = ask.sort.first().map_or((Order::Name, false), |(word, falls)| (Order::parse(word).unwrap_or_default(), *falls));
    Ok(Wanted { question: Members { customer, which, group, q: ask.q, order, falls, after: None, limit: PAGE, offset: 0 }, workbook })
}

/// Members as CSV or XLSX, with the list's filter, search and order.
#[utoipa::path(get, path = "/v1/tenants/{customer}/members/export", tag = "members", params(("customer" = String, Path), ("format" = Option<String>, Query), ("filter[status]" = Option<String>, Query), ("filter[type]" = Option<String>, Query), ("filter[site]" = Option<String>, Query), ("filter[source]" = Option<String>, Query), ("filter[department]" = Option<String>, Query), ("filter[title]" = Option<String>, Query), ("filter[attribute]" = Option<String>, Query), ("filter[directory_group]" = Option<String>, Query), ("filter[group]" = Option<String>, Query), ("q" = Option<String>, Query), ("sort" = Option<String>, Query)), responses((status = 200, description = "The file", content_type = "text/csv"), (status = 404, body = Problem)))]
async fn export(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ReadMembers>(&app.house, &caller, customer).await?;
    door::probe::<Export>(&app.house, &caller, customer).await?;
    let Wanted { question, workbook } = wanted(customer, query.as_deref())?;
    let shape = Shape::of(&app, &caller, customer).await?;
    reading::note(&app, &caller, customer).await?;
    if workbook { as_workbook(app, caller, question, shape).await } else { as_csv(app, caller, question, shape).await }
}

/// What a file shows beside a member's own fields: the names of sites, and which attributes there are.
#[derive(Clone)]
struct Shape {
    sites: Vec<Site>,
    attributes: Vec<String>,
}

impl Shape {
    async fn of(app: &Shared, caller: &Caller, customer: CustomerId) -> Result<Shape, Problem> {
        let sites = app.house.ask(&caller.call(), SitesOf { customer }).await?;
        let (declared, _) = app.house.ask(&caller.call(), AttributesOf { customer }).await?;
        let own = declared.into_iter().map(|a| a.name);
        Ok(Shape { sites, attributes: STANDARD.iter().map(|s| (*s).to_owned()).chain(own).collect() })
    }

    fn columns(&self) -> Vec<Column> {
        const NAMES: [&str; 13] = [
            "email",
            "name",
            "external_id",
            "status",
            "department",
            "title",
            "language",
            "type",
            "site",
            "directory_groups",
            "source",
            "created_at",
            "id",
        ];
        let kind = |name: &str| if name == "created_at" { Kind::DateTime } else { Kind::Text };
        let own = NAMES.iter().map(|name| Column::new(*name, *name, kind(name)));
        // An import reads these columns back.
        let more = self.attributes.iter().map(|name| format!("attribute.{name}")).map(|name| Column::new(name.clone(), name, Kind::Text));
        own.chain(more).collect()
    }

    fn cells(&self, mut m: Member) -> Vec<Cell> {
        let site = m.site_id.map(|id| self.sites.iter().find(|s| s.id == id).map_or_else(|| id.to_string(), |s| s.name.clone()));
        let mut cells: Vec<Cell> = vec![
            m.email.into(),
            m.name.into(),
            m.external_id.into(),
            m.status.word().into(),
            m.department.into(),
            m.title.into(),
            m.language.into(),
            m.kind.word().into(),
            site.into(),
            m.directory_groups.join("; ").into(),
            m.source.into(),
            Cell::DateTime(m.created_at.0),
            m.id.to_string().into(),
        ];
        cells.extend(self.attributes.iter().map(|name| m.attributes.remove(name).into()));
        cells
    }
}

fn failed(error: sheets::WriteError) -> Problem {
    Problem::internal(error.to_string())
}

fn file(response: Response, name: &str, kind: &'static str) -> Response {
    let mut response = response;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// The next rows and where to go on; none behind the last.
async fn page(app: &Shared, caller: &Caller, question: &Members) -> Result<(Vec<Member>, Option<Place>), Problem> {
    let found = door::look(&app.house, caller, question.customer, Ok(question.clone())).await?;
    let full = i64::try_from(found.members.len()).is_ok_and(|n| n == question.limit);
    Ok((found.members, found.last.filter(|_| full)))
}

async fn as_csv(app: Shared, caller: Caller, question: Members, shape: Shape) -> Result<Response, Problem> {
    let head = Csv::with_mark(Vec::new(), &shape.columns()).and_then(Writer::finish).map_err(failed)?;
    let pages = stream::unfold((Some(question), Some(head)), move |(question, head)| {
        let (app, caller, shape) = (app.clone(), caller.clone(), shape.clone());
        async move {
            if let Some(head) = head {
                return Some((Ok::<Bytes, std::io::Error>(head.into()), (question, None)));
            }
            let question = question?;
            // A break in the middle must not look like the end of the list.
            let broke = |why: String| std::io::Error::other(why);
            let (members, last) = match page(&app, &caller, &question).await {
                Ok(found) => found,
                Err(problem) => return Some((Err(broke(problem.title)), (None, None))),
            };
            let next = last.map(|place| Members { after: Some(place), ..question });
            let written = body(&shape, members).map(Bytes::from).map_err(|e| broke(e.to_string()));
            Some((written, (next, None)))
        }
    });
    // A compressing reader polls once more after the end.
    Ok(file(Body::from_stream(pages.fuse()).into_response(), "members.csv", "text/csv; charset=utf-8"))
}

/// Rows without the header.
fn body(shape: &Shape, members: Vec<Member>) -> Result<Vec<u8>, sheets::WriteError> {
    let mut csv = Csv::further(Vec::new(), &shape.columns());
    for member in members {
        csv.row(&shape.cells(member))?;
    }
    csv.finish()
}

async fn as_workbook(app: Shared, caller: Caller, mut question: Members, shape: Shape) -> Result<Response, Problem> {
    let mut book = Xlsx::new("Members", &shape.columns(), app.house.now().0).map_err(failed)?;
    loop {
        let (members, last) = page(&app, &caller, &question).await?;
        for member in members {
            book.row(&shape.cells(member)).map_err(failed)?;
        }
        match last {
            Some(place) => question.after = Some(place),
            None => break,
        }
    }
    let mut whole = Spool::open().map_err(Problem::internal)?;
    book.finish_into(whole.file()).map_err(failed)?;
    let body = whole.body().await.map_err(Problem::internal)?;
    Ok(file(body.into_response(), "members.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))
}
