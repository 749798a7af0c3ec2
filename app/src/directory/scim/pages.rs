//! Console twin: how a customer's directory is connected, its tokens, and what to do at Entra ID, Okta and Google.

use access::permissions::ManageMembers;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Fail, Refusal};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{CustomerId, PartnerId, Timestamp, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathIds, PathThree},
    forms::Form,
    parts::{
        Tone, badge, card, code, empty, field,
        field::Field,
        form, keyvalue,
        table::{Column, Row, Table, table},
        tabs::{Tab, tabs},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::api::connection::{Connection, connection};
use crate::{
    app::{App, Shared},
    console::{Visitor, done, form_key},
    directory::pages::customer_of,
    identity::scim_tokens::{self, EndScimToken, ScimToken},
    noun::Name,
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;

/// The pages.
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}/directory", show)
        .post("/msp/{msp}/customers/{customer}/directory", issue)
        .post("/msp/{msp}/customers/{customer}/directory/{id}/revoke", revoke)
}

fn base(partner: PartnerId, customer: CustomerId) -> String {
    format!("/msp/{partner}/customers/{customer}/directory")
}

/// What a form of the page came back with.
#[derive(Default)]
struct Came {
    name: String,
    error: Option<String>,
    secret: Option<String>,
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    page(&app, &visitor, partner, customer, Came::default()).await
}

async fn page(app: &App, visitor: &Visitor, partner: PartnerId, customer: CustomerId, came: Came) -> Result<Response, Problem> {
    door::probe::<ManageMembers>(&app.house, &visitor.caller, customer).await?;
    let (lang, now) = (visitor.lang, app.house.now());
    let owner = customer_of(app, visitor, partner, customer).await?;
    let (connection, tokens) = connection(app, &visitor.caller.call(), customer).await?;
    let frame = Frame {
        context_line: lang.t("directory-scim-context"),
        crumbs: vec![
            Action { label: lang.t("nav-customers"), href: format!("/msp/{partner}/customers"), icon: None },
            Action { label: owner.name.clone(), href: format!("/msp/{partner}/customers/{customer}"), icon: None },
        ],
        toast: done::toast(lang, &visitor.uri, "directory"),
        ..visitor.frame(app, partner, lang.t("directory-scim-title")).await?
    };
    let mut at = Address::of(&visitor.uri).without(&["done"]);
    at.path = base(partner, customer);
    let body = html! {
        div.stack {
            @if let Some(secret) = &came.secret { (new_secret(lang, secret)) }
            div.grid-2 {
                (card::card(&lang.t("directory-scim-checklist"), "", html! {}, checklist(lang, &connection, now)))
                (card::card(&lang.t("directory-scim-address"), &lang.t("directory-scim-address-text"), html! {}, address(lang, &connection)))
            }
            (card::list(&lang.t("directory-scim-tokens"), &lang.t("directory-scim-tokens-text"), html! {}, tokens_table(lang, &at, &tokens, now)))
            (card::card(&lang.t("directory-scim-new"), "", html! {}, token_form(app, lang, &at.path, &came)))
            (card::card(&lang.t("directory-scim-guide"), "", html! {}, guide(lang, &at)))
        }
    };
    let status = if came.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, web::page(&frame, body)).into_response())
}

fn new_secret(lang: Lang, secret: &str) -> Markup {
    card::note(Tone::Good, html! { div.stack-tight { p { (lang.t("directory-scim-made")) } (code::copyable(lang, secret)) } })
}

/// What has to be there, in the order in which it comes, and what came of it.
fn checklist(lang: Lang, c: &Connection, now: Timestamp) -> Markup {
    let n = |id: &str, n: i64| lang.with(id, &[("n", n.into())]);
    let domains = if c.verified_domains.is_empty() { lang.t("directory-scim-no-domain") } else { c.verified_domains.join(", ") };
    let used = c.last_used_at.map_or_else(|| lang.t("directory-scim-not-used"), |at| lang.ago(Some(at), now));
    let lines: [(bool, &str, Markup); 5] = [
        (!c.verified_domains.is_empty(), "directory-scim-check-domain", html! { (domains) }),
        (c.tokens > 0, "directory-scim-check-token", html! { (n("directory-scim-n-tokens", c.tokens)) }),
        (c.last_used_at.is_some(), "directory-scim-check-used", html! { (used) }),
        (
            c.users > 0,
            "directory-scim-check-users",
            html! { (n("directory-scim-n-users", c.users)) ", " (n("directory-scim-n-groups", c.groups)) },
        ),
        (c.waiting == 0 && c.held == 0, "directory-scim-check-seats", html! { (seats(lang, c)) }),
    ];
    keyvalue::pairs(&lines.map(|(ok, label, said)| {
        let word = lang.t(if ok { "directory-scim-ok" } else { "directory-scim-open" });
        (lang.t(label), html! { (badge::dot(if ok { Tone::Good } else { Tone::Warn }, &word)) " " span.muted { (said) } })
    }))
}

fn seats(lang: Lang, c: &Connection) -> String {
    lang.with(
        "directory-scim-seats",
        &[("active", c.active.into()), ("free", c.seats_free.into()), ("waiting", c.waiting.into()), ("held", c.held.into())],
    )
}

fn address(lang: Lang, c: &Connection) -> Markup {
    html! { div.stack-tight { (code::copyable(lang, &c.base_url)) p.muted.small { (lang.t("directory-scim-address-hint")) } } }
}

fn tokens_table(lang: Lang, at: &Address, tokens: &[ScimToken], now: Timestamp) -> Markup {
    let row = |t: &ScimToken| Row {
        id: t.id.to_string(),
        name: t.name.clone(),
        cells: vec![
            html! { span translate="no" { (t.name) } },
            html! { (lang.ago(Some(t.created_at), now)) },
            html! { (lang.ago(t.last_used_at, now)) },
            html! { (lang.date(t.expires_at, &store::Zone::utc())) },
            html! { (form::button(&format!("{}/{}/revoke", at.path, t.id), None, "small danger", html! { (lang.t("directory-scim-revoke")) })) },
        ],
        ..Row::default()
    };
    let columns =
        ["directory-scim-token", "directory-created", "directory-scim-last-used", "directory-scim-expires", "directory-scim-action"];
    let shown = Table {
        caption: lang.t("directory-scim-tokens"),
        columns: columns.iter().map(|id| Column::plain(id, lang.t(id))).collect(),
        rows: tokens.iter().map(row).collect(),
        nothing: empty::empty("key", &lang.t("directory-scim-none"), &lang.t("directory-scim-none-text"), None),
        ..Table::default()
    };
    table(lang, Swap::page(), &shown)
}

/// How long a token may live, in days.
const LIVES: [&str; 3] = ["180", "365", "1095"];

fn token_form(app: &App, lang: Lang, action: &str, came: &Came) -> Markup {
    let days: Vec<(String, String)> =
        LIVES.iter().map(|d| ((*d).to_owned(), lang.with("directory-scim-days", &[("n", (*d).into())]))).collect();
    let key = form_key(app);
    let name = Field::new("name", lang.t("directory-scim-name"), &came.name).required().hint(lang.t("directory-scim-name-hint"));
    form::post(
        &form::Form { action, idempotency: Some(&key), ..form::Form::default() },
        html! {
            div.form-row {
                (field::text(lang, &name.error(came.error.clone())))
                (field::select(lang, &Field::new("days", lang.t("directory-scim-validity"), "365").required(), &days))
            }
            (form::actions(&lang.t("directory-scim-issue"), None))
        },
    )
}

/// The directories whose steps are told, each with their number.
const GUIDES: [(&str, usize); 3] = [("entra", 6), ("okta", 5), ("google", 5)];

fn guide(lang: Lang, at: &Address) -> Markup {
    let chosen = at.get("guide").and_then(|g| GUIDES.iter().find(|(word, _)| *word == g)).unwrap_or(&GUIDES[0]);
    let tab = |word: &'static str| Tab {
        label: lang.t(&format!("directory-scim-{word}")),
        href: at.with("guide", word).to_string(),
        active: word == chosen.0,
        count: None,
    };
    let list: Vec<Tab> = GUIDES.iter().map(|(word, _)| tab(word)).collect();
    html! {
        div.stack-tight {
            (tabs(lang, &lang.t("directory-scim-guide"), &list))
            ol.steps { @for step in 1..=chosen.1 { li { (lang.t(&format!("directory-scim-{}-{step}", chosen.0))) } } }
            p.muted.small { (lang.t("directory-scim-guide-note")) }
        }
    }
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TokenForm {
    name: String,
    days: String,
    idempotency_key: String,
}

async fn issue(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(sent): Form<TokenForm>,
) -> Result<Response, Problem> {
    // Nobody without the right learns what was wrong with the form.
    door::probe::<ManageMembers>(&app.house, &visitor.caller, customer).await?;
    customer_of(&app, &visitor, partner, customer).await?;
    let lang = visitor.lang;
    let Ok(name) = Name::parse(sent.name.as_str()) else {
        let came = Came { name: sent.name, error: Some(lang.t("directory-wrong-name")), ..Came::default() };
        return page(&app, &visitor, partner, customer, came).await;
    };
    let days = LIVES.iter().find(|d| **d == sent.days).and_then(|d| d.parse::<i64>().ok());
    let days = days.ok_or_else(|| Problem::invalid("/days", "out-of-range", "A token is valid for 180, 365 or 1095 days."))?;
    let call = visitor.caller.call_with(&sent.idempotency_key);
    match scim_tokens::issue(&app.house, call, customer, name, Some(app.house.now().plus_days(days))).await {
        Ok((_, secret)) => page(&app, &visitor, partner, customer, Came { secret, ..Came::default() }).await,
        // The instant above differs between two sendings of one form: the second finds the token made.
        Err(Fail::KeyReused) => Ok(swap::leave(&visitor.headers, &base(partner, customer))),
        Err(Fail::Refused(no)) => {
            let came = Came { name: sent.name, error: Some(said(lang, &no)), ..Came::default() };
            page(&app, &visitor, partner, customer, came).await
        }
        Err(fail) => Err(fail.into()),
    }
}

fn said(lang: Lang, refusal: &scim_tokens::ScimTokenRefusal) -> String {
    let id = format!("directory-refused-{}", refusal.code());
    if lang.knows(&id) { lang.t(&id) } else { format!("{}. {}", refusal.title(), refusal.detail()) }
}

async fn revoke(
    State(app): State<Shared>,
    visitor: Visitor,
    PathThree(partner, customer, token): PathThree<kinds::Partner, kinds::Customer, kinds::Token>,
) -> Result<Response, Problem> {
    door::probe::<ManageMembers>(&app.house, &visitor.caller, customer).await?;
    customer_of(&app, &visitor, partner, customer).await?;
    app.house.execute(visitor.caller.call(), EndScimToken { customer, token }).await?;
    Ok(swap::leave(&visitor.headers, &format!("{}?done=scim-revoked", base(partner, customer))))
}
