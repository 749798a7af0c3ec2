//! Console twin of the portfolio: dashboard, customers, bulk actions, search.

mod bulk;
mod dashboard;
mod find;
mod list;
mod right_size;
mod why;

pub(super) use list::link_existing;

use axum::extract::{Path, State};
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use store::{PartnerId, SavedViewId};
use web::{
    Address,
    door::{self, PathIds, Reply},
    forms::Form,
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{Filter, Sort, api::command_of, filter::status_word, views::DeleteView};
use crate::{app::Shared, console::Visitor, hierarchy::Name};

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}", dashboard::page)
        .get("/msp/{msp}/customers", list::page)
        .post("/msp/{msp}/customers/bulk", bulk::preview)
        .post("/msp/{msp}/customers/bulk/apply", bulk::apply)
        .post("/msp/{msp}/customers/bulk/undo", bulk::undo)
        .get("/msp/{msp}/licenses/right-size", right_size::preview)
        .post("/msp/{msp}/licenses/right-size", right_size::apply)
        .post("/msp/{msp}/views", save_view)
        .post("/msp/{msp}/views/{id}/delete", delete_view)
        .get("/palette", find::palette)
        .get("/search", find::page)
        .merge(super::command_center::pages())
}

/// What the address of a list asks for. The console forgives: what it cannot read, it leaves out.
#[derive(Debug)]
struct Asked {
    at: Address,
    filter: Filter,
    sort: Sort,
    as_of: Option<Date>,
}

/// The parameters that narrow the list.
const NARROWING: [&str; 6] = ["status", "health", "tier", "kind", "lifecycle", "group"];

impl Asked {
    fn of(at: Address) -> Asked {
        let mut filter = Filter::default().search(at.get("q"));
        for field in NARROWING {
            if let Some(value) = at.get(field) {
                let _ = filter.narrow(field, value);
            }
        }
        let sort = at.get("sort").and_then(Sort::parse).unwrap_or_default();
        let as_of = at.get("as_of").and_then(|text| text.parse().ok());
        Asked { at, filter, sort, as_of }
    }

    /// From the query string a form carries.
    fn from_query(path: &str, query: &str) -> Asked {
        let uri = format!("{path}?{query}").parse().unwrap_or_default();
        Asked::of(Address::of(&uri))
    }

    /// The word in the parameter `status` when it is one choice.
    fn segment(&self) -> &'static str {
        match self.filter.statuses.as_slice() {
            [] => "",
            [one] => status_word(*one),
            _ => "attention",
        }
    }
}

/// The partner in a path.
fn partner_of(text: &str) -> PartnerId {
    door::id(text)
}

/// The form of a saved view.
#[derive(Debug, Deserialize)]
struct ViewForm {
    name: String,
    query: String,
    #[serde(default)]
    shared: Option<String>,
    #[serde(default)]
    idempotency_key: String,
}

async fn save_view(
    State(app): State<Shared>,
    visitor: Visitor,
    Path(msp): Path<String>,
    Form(form): Form<ViewForm>,
) -> Result<Response, Problem> {
    let partner = partner_of(&msp);
    let back = format!("/msp/{partner}/customers?{}", form.query.trim_start_matches('?'));
    let name = Name::parse(form.name).map_err(|wrong| Problem::invalid("/name", "invalid", format!("{wrong}.")))?;
    let body = super::api::NewView { name, query: form.query, shared: form.shared.is_some() };
    let mut caller = visitor.caller.clone();
    caller.key = (!form.idempotency_key.is_empty()).then_some(form.idempotency_key);
    door::change(&app.house, &caller, partner, command_of(partner, body)).await?;
    Ok(swap::leave(&visitor.headers, &back))
}

async fn delete_view(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, view): PathIds<store::kinds::Partner, store::kinds::SavedView>,
) -> Result<Response, Problem> {
    let view: SavedViewId = view;
    match door::change(&app.house, &visitor.caller, partner, Ok(DeleteView { partner, view })).await? {
        Reply::Done(_) | Reply::Preview(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers"))),
    }
}
