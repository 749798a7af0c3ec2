//! Console twin of the help: `/help`, `/help/{article}`.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use command::Call;
use http::StatusCode;
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;
use store::Zone;
use web::{
    Action, Address, Frame, Lang, Swap,
    forms::Form,
    parts::{
        Tone, badge, card,
        empty::no_match,
        field::{self, Field},
        filters, form, icon,
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    article::{self, Article},
    queries::{self, Comment, Said, Tally, Vote},
    vote::CastVote,
};
use crate::{
    app::Shared,
    console::{Visitor, done},
    noun::Note,
};

const LIST: Swap = Swap::section("help-articles");

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/help", list).get("/help/{article}", show).post("/help/{article}", cast)
}

async fn list(State(app): State<Shared>, visitor: Visitor) -> Result<Response, Problem> {
    let (lang, at) = (visitor.lang, Address::of(&visitor.uri));
    let words = at.get("q").unwrap_or_default();
    let (found, tallies) = (article::search(words), queries::tallies(&app).await?);
    let line = |a: &Article| {
        let said = tallies.get(a.slug).filter(|t| t.votes > 0);
        html! { li { a.row href=(a.path()) { (icon("book")) span.grow lang="en" { (a.title) } @if let Some(t) = said { small.faint { (found_helpful(lang, *t)) } } } } }
    };
    let section = LIST.wrap(html! {
        div.stack {
            (card::plain(filters::bar("", filters::search(lang, LIST, &at, &lang.t("help-search"), &[]))))
            @if found.is_empty() {
                (card::plain(no_match(lang, LIST, Some(words), "/help")))
            } @else {
                (card::card(&lang.t("help-articles"), "", html! {}, html! { ul.lines { @for a in &found { (line(a)) } } }))
            }
        }
    });
    let frame = Frame { context_line: lang.t("help-context"), ..visitor.own_frame(&app, lang.t("help-title")).await? };
    Ok(swap::answer(&visitor.headers, section, |section| web::page(&frame, html! { div.narrow { (section) } })))
}

/// What somebody filled in, and what is wrong with it.
#[derive(Default)]
struct Came {
    helpful: String,
    comment: String,
    helpful_error: Option<String>,
    comment_error: Option<String>,
}

impl Came {
    fn of(vote: Option<&Vote>) -> Came {
        let Some(vote) = vote else { return Came::default() };
        let comment = vote.comment.as_ref().map_or_else(String::new, ToString::to_string);
        Came { helpful: if vote.helpful { "yes" } else { "no" }.into(), comment, ..Came::default() }
    }
}

async fn show(State(app): State<Shared>, visitor: Visitor, Path(slug): Path<String>) -> Result<Response, Problem> {
    let article = article::of(&slug).ok_or_else(Problem::not_found)?;
    page(&app, &visitor, article, None).await
}

async fn page(app: &Shared, visitor: &Visitor, article: &'static Article, came: Option<Came>) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let said = queries::said(app, article, visitor.staff, &visitor.memberships).await?;
    let refused = came.is_some();
    let came = came.unwrap_or_else(|| Came::of(said.mine.as_ref()));
    let frame = Frame {
        context_line: lang.t("help-context"),
        crumbs: vec![Action { label: lang.t("help-all"), href: "/help".into(), icon: None }],
        toast: done::toast(lang, &visitor.uri, "help"),
        ..visitor.own_frame(app, lang.t("help-title")).await?
    };
    let body = html! {
        div.stack.narrow {
            (card::plain(html! { article.card-body.prose lang="en" { h2 { (article.title) } (PreEscaped(&article.html)) } }))
            (card::card(&lang.t("help-question"), &found_helpful(lang, said.tally), html! {}, ask(lang, article, &came, &said)))
            @if let Some(comments) = &said.comments {
                (card::card(&lang.t("help-comments"), &lang.t("help-comments-sub"), html! {}, words(lang, comments)))
            }
        }
    };
    let mut response = web::page(&frame, body).into_response();
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn found_helpful(lang: Lang, t: Tally) -> String {
    if t.votes == 0 {
        return lang.t("help-found-none");
    }
    lang.with("help-found", &[("helpful", lang.int(t.helpful).into()), ("votes", lang.int(t.votes).into())])
}

fn ask(lang: Lang, article: &Article, came: &Came, said: &Said) -> Markup {
    let choice = |value: &str| (value.to_owned(), lang.t(&format!("help-{value}")), String::new());
    let helpful = Field::new("helpful", lang.t("help-answer"), came.helpful.as_str()).error(came.helpful_error.clone());
    let comment = Field::new("comment", lang.t("help-comment"), came.comment.as_str())
        .hint(lang.t("help-comment-hint"))
        .error(came.comment_error.clone());
    let action = article.path();
    let submit = lang.t(if said.mine.is_some() { "help-change" } else { "help-send" });
    let around = form::Form { action: &action, ..form::Form::default() };
    form::post(
        &around,
        html! {
            (field::choices(&helpful, &[choice("yes"), choice("no")]))
            (field::textarea(lang, &comment))
            (form::actions(&submit, None))
        },
    )
}

fn words(lang: Lang, comments: &[Comment]) -> Markup {
    html! {
        @if comments.is_empty() { p.muted { (lang.t("help-comments-none")) } }
        ul.stack-tight {
            @for c in comments {
                @let (tone, word) = if c.helpful { (Tone::Good, "help-yes") } else { (Tone::Neutral, "help-no") };
                li {
                    p dir="auto" { (c.comment) }
                    div.row { (badge::badge(tone, &lang.t(word))) small.muted { (lang.date(c.at, &Zone::utc())) } }
                }
            }
        }
    }
}

/// The form as it was sent.
#[derive(Deserialize)]
struct Sent {
    #[serde(default)]
    helpful: String,
    #[serde(default)]
    comment: String,
}

async fn cast(State(app): State<Shared>, visitor: Visitor, Path(slug): Path<String>, Form(sent): Form<Sent>) -> Result<Response, Problem> {
    let article = article::of(&slug).ok_or_else(Problem::not_found)?;
    let lang = visitor.lang;
    let helpful = match sent.helpful.as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    // A note is one line: lines are joined.
    let words = sent.comment.split_whitespace().collect::<Vec<_>>().join(" ");
    let comment = if words.is_empty() { Ok(None) } else { Note::parse(words).map(Some) };
    let (Some(helpful), Ok(comment)) = (helpful, &comment) else {
        let came = Came {
            helpful_error: helpful.is_none().then(|| lang.t("help-choose")),
            comment_error: comment.is_err().then(|| lang.t("wrong-note")),
            helpful: sent.helpful,
            comment: sent.comment,
        };
        return page(&app, &visitor, article, Some(came)).await;
    };
    let own = queries::reader(&app, visitor.caller.credential).await?.ok_or_else(Problem::unauthenticated)?;
    let vote = Vote { helpful, comment: comment.clone() };
    let command = CastVote { home: own.person.home, staff: own.person.staff, article: article.slug, vote };
    // A second sending says the same again: no key is needed.
    app.house.execute(Call::on_behalf_of(own.person.staff), command).await?;
    Ok(swap::leave(&visitor.headers, &format!("{}?done=vote", article.path())))
}
