//! Console twin of whoever asks: the form, and what came of earlier requests.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Command, Fail, Secret};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{Control, PartnerId, Zone, kinds};
use web::{
    Action, Frame, Lang, Swap,
    door::{self, PathId, PathIds},
    forms::Form,
    parts::{
        Tone, badge, card, empty,
        field::{self, Field},
        form,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    DAYS,
    ask::{AskLink, RetryLink, WithdrawLink},
    pages_asked, pages_consent,
    queries::LinksOf,
    refusal::LinkRefusal,
    request::{LinkRequest, LinkStatus},
};
use crate::{
    app::Shared,
    console::{Visitor, done, form_key, wrong},
    hierarchy::AccountNumber,
    noun::Email,
};

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/links", show)
        .post("/msp/{msp}/links", ask)
        .post("/msp/{msp}/links/{id}/withdraw", withdraw)
        .post("/msp/{msp}/links/{id}/retry", retry)
        .get("/msp/{msp}/link-requests", pages_asked::show)
        .merge(pages_consent::routes())
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    account_number: String,
    email: String,
    idempotency_key: String,
}

/// What was wrong with it: the whole, the number, the address.
#[derive(Default)]
struct Mistakes {
    whole: String,
    number: Option<String>,
    email: Option<String>,
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    Ok(draw(&app, &visitor, partner, &Asked::default(), Mistakes::default()).await?.into_response())
}

async fn refused(app: &Shared, visitor: &Visitor, partner: PartnerId, asked: &Asked, mistakes: Mistakes) -> Result<Response, Problem> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(app, visitor, partner, asked, mistakes).await?).into_response())
}

async fn ask(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::CreateCustomers>(&app.house, &visitor.caller, partner).await?;
    let lang = visitor.lang;
    let (number, email) = (AccountNumber::parse(&asked.account_number), Email::parse(asked.email.as_str()));
    let (Some(account_number), Ok(email)) = (&number, &email) else {
        let mistakes = Mistakes {
            number: number.is_none().then(|| lang.t("links-number-wrong")),
            email: email.is_err().then(|| wrong::field(lang, "email", "invalid")),
            ..Mistakes::default()
        };
        return refused(&app, &visitor, partner, &asked, mistakes).await;
    };
    let command = AskLink { partner, account_number: account_number.clone(), administrator: Secret(email.as_str().to_owned()) };
    match app.house.execute(visitor.caller.call_with(&asked.idempotency_key), command).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/links?done=asked"))),
        Err(Fail::Refused(no)) => {
            let mistakes = Mistakes { whole: wrong::refusal(lang, "links", no).1, ..Mistakes::default() };
            refused(&app, &visitor, partner, &asked, mistakes).await
        }
        Err(fail) => Err(fail.into()),
    }
}

/// What a form that is only a button sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Key {
    idempotency_key: String,
}

type Ids = PathIds<kinds::Partner, kinds::LinkRequest>;

async fn turn<C>(app: &Shared, visitor: &Visitor, partner: PartnerId, form: &Key, command: C, word: &str) -> Result<Response, Problem>
where
    C: Command<Home = Control, Refusal = LinkRefusal>,
{
    match app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/links?done={word}"))),
        Err(Fail::Refused(no)) => {
            let mistakes = Mistakes { whole: wrong::refusal(visitor.lang, "links", no).1, ..Mistakes::default() };
            refused(app, visitor, partner, &Asked::default(), mistakes).await
        }
        Err(fail) => Err(fail.into()),
    }
}

async fn withdraw(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, request): Ids,
    Form(form): Form<Key>,
) -> Result<Response, Problem> {
    turn(&app, &visitor, partner, &form, WithdrawLink { partner, request }, "withdrawn").await
}

async fn retry(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, request): Ids,
    Form(form): Form<Key>,
) -> Result<Response, Problem> {
    turn(&app, &visitor, partner, &form, RetryLink { partner, request }, "retried").await
}

async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, asked: &Asked, mistakes: Mistakes) -> Result<Markup, Problem> {
    let requests = door::look(&app.house, &visitor.caller, partner, Ok(LinksOf { partner })).await?;
    let lang = visitor.lang;
    let frame = Frame {
        context_line: lang.t("links-line"),
        crumbs: vec![Action { label: lang.t("nav-customers"), href: format!("/msp/{partner}/customers"), icon: None }],
        toast: done::toast(lang, &visitor.uri, "links"),
        ..visitor.frame(app, partner, lang.t("links-title")).await?
    };
    let body = html! {
        div.stack {
            (pages_asked::tabs(visitor, partner, false))
            (card::card(&lang.t("links-ask"), &lang.t("links-ask-sub"), html! {}, question(app, lang, partner, asked, mistakes)))
            @if requests.is_empty() { (card::plain(empty::empty("customers", &lang.t("links-none"), &lang.t("links-none-text"), None))) }
            @else { (list(app, lang, partner, &requests)) }
        }
    };
    Ok(web::page(&frame, body))
}

fn question(app: &Shared, lang: Lang, partner: PartnerId, asked: &Asked, mistakes: Mistakes) -> Markup {
    let (action, key) = (format!("/msp/{partner}/links"), form_key(app));
    let number = Field::new("account_number", lang.t("hierarchy-account-number"), &asked.account_number)
        .required()
        .hint(lang.t("links-number-hint"))
        .error(mistakes.number);
    let mut email = Field::new("email", lang.t("links-administrator"), &asked.email)
        .required()
        .hint(lang.t("links-administrator-hint"))
        .error(mistakes.email);
    email.autocomplete = Some("off");
    let frame = form::Form { action: &action, idempotency: Some(&key), error: &mistakes.whole, ..form::Form::default() };
    html! {
        div.stack-tight {
            p.muted { (lang.with("links-how", &[("days", DAYS.into())])) }
            (form::post(&frame, html! {
                (field::text(lang, &number))
                (field::input(lang, "email", &email))
                (form::actions(&lang.t("links-submit"), None))
            }))
        }
    }
}

fn list(app: &Shared, lang: Lang, partner: PartnerId, requests: &[LinkRequest]) -> Markup {
    let zone = Zone::utc();
    let row = |r: &LinkRequest| Row {
        id: r.id.to_string(),
        name: r.account_number.clone(),
        cells: vec![
            html! { div.cell-main { span.cell-text translate="no" { (r.account_number) small { (r.administrator) } } } },
            html! { (lang.date(r.asked_at, &zone)) },
            html! { (lang.date(r.expires_at, &zone)) },
            status(lang, r),
            acts(app, lang, partner, r),
        ],
        ..Row::default()
    };
    let columns = vec![
        Column { wraps: true, ..Column::plain("number", lang.t("hierarchy-account-number")) },
        Column::plain("asked", lang.t("links-asked-at")),
        Column::plain("ends", lang.t("links-ends-at")),
        Column { wraps: true, ..Column::plain("status", lang.t("links-status")) },
        Column { wraps: true, ..Column::plain("acts", lang.t("links-acts")) },
    ];
    let title = lang.t("links-requests");
    let rows = requests.iter().map(row).collect();
    let table = Table { caption: title.clone(), columns, rows, compact: true, ..Table::default() };
    card::list(&title, "", html! {}, table::table(lang, Swap::page(), &table))
}

fn status(lang: Lang, r: &LinkRequest) -> Markup {
    let tone = match r.status {
        LinkStatus::Waiting | LinkStatus::Approved => Tone::Warn,
        LinkStatus::Linked => Tone::Good,
        LinkStatus::Stopped => Tone::Bad,
        LinkStatus::Withdrawn | LinkStatus::NotApproved => Tone::Neutral,
    };
    html! {
        (badge::badge(tone, &lang.t(&format!("links-status-{}", r.status.word().replace('_', "-")))))
        @if let Some(why) = why(lang, r) { " " (why) }
    }
}

/// Why the customer could not come, in the words of the move.
pub(super) fn why(lang: Lang, r: &LinkRequest) -> Option<String> {
    let stopped = r.stopped.as_ref()?;
    let values = stopped.get("values").and_then(serde_json::Value::as_object).cloned().unwrap_or_default();
    wrong::word(lang, "moves", stopped.get("code")?.as_str()?, &values)
}

fn acts(app: &Shared, lang: Lang, partner: PartnerId, r: &LinkRequest) -> Markup {
    let to = |word: &str| format!("/msp/{partner}/links/{}/{word}", r.id);
    html! {
        div.row {
            @if r.status == LinkStatus::Stopped {
                (form::button(&to("retry"), Some(&form_key(app)), "primary small", html! { (lang.t("links-retry")) }))
            }
            @if matches!(r.status, LinkStatus::Waiting | LinkStatus::Stopped) {
                (form::button(&to("withdraw"), Some(&form_key(app)), "small", html! { (lang.t("links-withdraw")) }))
            }
        }
    }
}
