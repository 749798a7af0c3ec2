//! REST of the help: articles, and one's own word on each.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use command::Call;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{caller::Caller, door::Body, paging::Page, problem::Problem};

use super::{
    article::{self, Article},
    queries::{self, Comment, Said, Vote},
    vote::CastVote,
};
use crate::{app::Shared, identity::queries::Own};

/// The routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one)).routes(routes!(cast))
}

/// An article of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct HelpEntry {
    /// Its name in addresses.
    pub article: &'static str,
    /// Its title, in English.
    pub title: &'static str,
    /// People it helped.
    pub helpful: i64,
    /// People who said whether it did.
    pub votes: i64,
}

/// An article.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct HelpArticle {
    /// Its name in addresses.
    pub article: &'static str,
    /// Its title, in English.
    pub title: &'static str,
    /// What it says, as Markdown.
    pub text: &'static str,
    /// People it helped.
    pub helpful: i64,
    /// People who said whether it did.
    pub votes: i64,
    /// What you said; null when you have not.
    pub mine: Option<Vote>,
    /// What people below your distributor wrote, newest first, without their names; null when you work for no distributor.
    pub comments: Option<Vec<Comment>>,
}

impl HelpArticle {
    fn new(article: &Article, said: Said) -> HelpArticle {
        let Article { slug, title, text, .. } = article;
        let (helpful, votes) = (said.tally.helpful, said.tally.votes);
        HelpArticle { article: slug, title, text, helpful, votes, mine: said.mine, comments: said.comments }
    }
}

async fn reader(app: &Shared, caller: &Caller) -> Result<Own, Problem> {
    queries::reader(app, caller.credential).await?.ok_or_else(Problem::unauthenticated)
}

/// All articles, in the guide's order.
#[utoipa::path(get, path = "/v1/help", tag = "help", responses((status = 200, body = Page<HelpEntry>), (status = 401, body = Problem)))]
async fn list(State(app): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    reader(&app, &caller).await?;
    let tallies = queries::tallies(&app).await?;
    let entry = |a: &Article| {
        let said = tallies.get(a.slug).copied().unwrap_or_default();
        HelpEntry { article: a.slug, title: a.title, helpful: said.helpful, votes: said.votes }
    };
    Ok(Json(Page::whole(article::all().iter().map(entry).collect())).into_response())
}

/// One article, with what was said of it.
#[utoipa::path(get, path = "/v1/help/{article}", tag = "help", params(("article" = String, Path)), responses((status = 200, body = HelpArticle), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn one(State(app): State<Shared>, caller: Caller, Path(slug): Path<String>) -> Result<Response, Problem> {
    let own = reader(&app, &caller).await?;
    let article = article::of(&slug).ok_or_else(Problem::not_found)?;
    let said = queries::said(&app, article, own.person.staff, &own.memberships).await?;
    Ok(Json(HelpArticle::new(article, said)).into_response())
}

/// Says whether an article helped; a person has one word on each, and the last one counts.
#[utoipa::path(put, path = "/v1/help/{article}/vote", tag = "help", request_body = Vote, params(("article" = String, Path)), responses((status = 200, body = HelpArticle), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn cast(State(app): State<Shared>, caller: Caller, Path(slug): Path<String>, Body(body): Body<Vote>) -> Result<Response, Problem> {
    let own = reader(&app, &caller).await?;
    let article = article::of(&slug).ok_or_else(Problem::not_found)?;
    let command = CastVote { home: own.person.home, staff: own.person.staff, article: article.slug, vote: body? };
    let call = Call::on_behalf_of(own.person.staff);
    if caller.preview {
        return Ok(Json(app.house.preview(call, command).await?).into_response());
    }
    app.house.execute(call, command).await?;
    let said = queries::said(&app, article, own.person.staff, &own.memberships).await?;
    Ok(Json(HelpArticle::new(article, said)).into_response())
}
