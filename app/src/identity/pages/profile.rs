//! A person's own page: language, password, second factor, sessions, API tokens.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Call, Fail, Secret};
use http::{HeaderValue, StatusCode, header};
use maud::{Markup, html};
use store::{Timestamp, kinds};
use web::{
    Lang, Swap,
    door::PathId,
    parts::{
        Tone, badge, card, code, empty, field,
        field::Field,
        form, keyvalue,
        table::{Column, Row, Table, lead_plain, table},
    },
    problem::Problem,
    swap,
};

use super::{Fields, Guest, client_of, done_toast, own_frame, with_session};
use crate::{
    app::{App, Shared},
    console::{Visitor, form_key, wrong},
    identity::{
        attempts::{self, Counted},
        noun::{node_of, node_text},
        own::{ChangePassword, ChooseLanguage},
        password,
        queries::{self, Own},
        sessions,
        sessions::{EndCredential, Factor, Which},
        signin::Client,
        tokens::{self, NewToken},
    },
    noun::Name,
};

const DONE: &[&str] = &["password", "language", "session", "token", "totp", "totp-off"];

/// What a form on the page came back with.
#[derive(Default)]
struct Came {
    current_error: Option<String>,
    password_error: Option<String>,
    token_error: Option<String>,
    secret: Option<String>,
}

pub(super) async fn show(State(app): State<Shared>, visitor: Visitor) -> Result<Response, Problem> {
    page(&app, &visitor, Came::default()).await
}

async fn mine(app: &App, visitor: &Visitor) -> Result<Own, Problem> {
    queries::own(app, visitor.caller.credential).await?.ok_or_else(Problem::unauthenticated)
}

async fn page(app: &App, visitor: &Visitor, came: Came) -> Result<Response, Problem> {
    let own = mine(app, visitor).await?;
    let lang = visitor.lang;
    let mut frame = own_frame(app, visitor, "identity-profile-title").await?;
    frame.context_line = own.person.email.clone();
    frame.toast = done_toast(lang, &visitor.uri, DONE);
    let now = app.house.now();
    let body = html! {
        div.stack {
            @for (place, msp) in &own.suspended {
                (card::note(Tone::Warn, html! { (lang.with("identity-suspended", &[("place", place.as_str().into()), ("msp", msp.as_str().into())])) }))
            }
            @if let Some(secret) = &came.secret { (new_secret(lang, secret)) }
            div.grid-2 {
                (card::card(&lang.t("identity-about-me"), "", html! {}, about(lang, &own)))
                (card::card(&lang.t("identity-password"), &lang.t("identity-password-text"), html! {}, password_form(lang, &own, &came)))
            }
            (card::card(&lang.t("identity-totp-title"), &lang.t("identity-totp-text"), html! {}, second_factor(lang, &own)))
            (card::list(&lang.t("identity-sessions"), &lang.t("identity-sessions-text"), html! {}, sessions_table(lang, &own, now)))
            (card::card(&lang.t("identity-tokens"), &lang.t("identity-tokens-text"), html! {}, html! {
                div.stack { (tokens_table(lang, &own, now)) (token_form(app, lang, &own, &came)) }
            }))
        }
    };
    let refused = came.current_error.is_some() || came.password_error.is_some() || came.token_error.is_some();
    let mut response = web::page(&frame, body).into_response();
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn new_secret(lang: Lang, secret: &str) -> Markup {
    card::note(Tone::Good, html! { div.stack-tight { p { (lang.t("identity-token-made")) } (code::copyable(lang, secret)) } })
}

fn about(lang: Lang, own: &Own) -> Markup {
    let seats = html! {
        @for (m, place) in own.memberships.iter().zip(&own.places) { div { (lang.t(&format!("role-{}", m.role.word().replace('_', "-")))) " " span.muted.small { (place) } } }
    };
    let mut facts = vec![(lang.t("identity-name"), html! { (own.person.name) }), (lang.t("identity-email"), html! { (own.person.email) })];
    if !own.memberships.is_empty() {
        facts.push((lang.t("identity-roles"), seats));
    }
    let choices: Vec<(String, String)> = Lang::CHOICES.iter().map(|l| (l.tag().to_owned(), l.name().to_owned())).collect();
    html! {
        div.stack-tight {
            (keyvalue::pairs(&facts))
            (form::post(&form::Form { action: "/profile/language", ..form::Form::default() }, html! {
                (field::select(lang, &Field::new("language", lang.t("identity-language"), lang.tag()).required(), &choices))
                (form::actions(&lang.t("identity-language-save"), None))
            }))
        }
    }
}

fn password_form(lang: Lang, own: &Own, came: &Came) -> Markup {
    let mut current = Field::new("current", lang.t("identity-password-current"), "").required().error(came.current_error.clone());
    current.autocomplete = Some("current-password");
    let mut new = Field::new("password", lang.t("identity-password-new"), "")
        .required()
        .hint(lang.t("identity-password-hint"))
        .error(came.password_error.clone());
    new.autocomplete = Some("new-password");
    form::post(
        &form::Form { action: "/profile/password", ..form::Form::default() },
        html! {
            input.sr-only type="email" name="username" value=(own.person.email) autocomplete="username" readonly tabindex="-1" aria-hidden="true";
            (field::input(lang, "password", &current))
            (field::input(lang, "password", &new))
            (form::actions(&lang.t("identity-password-save"), None))
        },
    )
}

fn second_factor(lang: Lang, own: &Own) -> Markup {
    let mut password = Field::new("password", lang.t("identity-password-current"), "").required();
    password.autocomplete = Some("current-password");
    password.id = Some("totp-password".into());
    html! {
        @if own.person.totp_on {
            div.stack-tight {
                div.row { (badge::badge(Tone::Good, &lang.t("identity-totp-on"))) span.muted { (lang.with("identity-recovery-left", &[("n", own.recovery_left.into())])) } }
                (form::post(&form::Form { action: "/profile/totp/disable", ..form::Form::default() }, html! {
                    (field::input(lang, "password", &password))
                    div.form-actions { button.btn.danger type="submit" { (lang.t("identity-totp-disable")) } }
                }))
            }
        } @else {
            div.row {
                (badge::badge(Tone::Warn, &lang.t("identity-totp-off")))
                (form::button("/profile/totp", None, "primary", html! { (lang.t("identity-totp-begin")) }))
            }
        }
    }
}

fn sessions_table(lang: Lang, own: &Own, now: Timestamp) -> Markup {
    let rows = own.sessions.iter().map(|s| Row {
        id: s.id.to_string(),
        name: s.label.clone(),
        cells: vec![
            html! { div.cell-main { span.cell-text { (s.label) @if s.current { " " (badge::badge(Tone::Good, &lang.t("identity-session-current"))) } small { (s.address) } } } },
            html! { (lang.ago(Some(s.created_at), now)) },
            html! { (lang.ago(s.last_used_at, now)) },
            html! { (form::button(&format!("/profile/sessions/{}/end", s.id), None, "small", html! { (lang.t("identity-session-end")) })) },
        ],
        ..Row::default()
    });
    let columns = ["identity-session", "identity-session-since", "identity-last-used", "identity-action"];
    small_table(lang, "identity-sessions", &columns, rows.collect(), html! {})
}

fn tokens_table(lang: Lang, own: &Own, now: Timestamp) -> Markup {
    let places = || own.memberships.iter().zip(&own.places);
    let place = |node: &'_ str| -> String {
        places().find(|(m, _)| node_text(m.kind, m.node) == node).map_or_else(|| node.to_owned(), |(_, name)| name.clone())
    };
    let rows = own.tokens.iter().map(|t| Row {
        id: t.id.to_string(),
        name: t.name.clone(),
        cells: vec![
            lead_plain(&t.name, "/profile", &place(&t.node)),
            html! { (lang.t(&format!("role-{}", t.role.word().replace('_', "-")))) },
            html! { (lang.ago(t.last_used_at, now)) },
            html! { (lang.date(t.expires_at, &store::Zone::utc())) },
            html! { (form::button(&format!("/profile/tokens/{}/end", t.id), None, "small danger", html! { (lang.t("identity-token-end")) })) },
        ],
        ..Row::default()
    });
    let columns = ["identity-token", "identity-role", "identity-last-used", "identity-token-expires", "identity-action"];
    let nothing = empty::empty("key", &lang.t("identity-tokens-none"), &lang.t("identity-tokens-none-text"), None);
    small_table(lang, "identity-tokens", &columns, rows.collect(), nothing)
}

fn small_table(lang: Lang, caption: &str, columns: &[&'static str], rows: Vec<Row>, nothing: Markup) -> Markup {
    let columns = columns.iter().map(|id| Column::plain(id, lang.t(id))).collect();
    let shown = Table { caption: lang.t(caption), columns, rows, nothing, ..Table::default() };
    table(lang, Swap::page(), &shown)
}

fn token_form(app: &App, lang: Lang, own: &Own, came: &Came) -> Markup {
    let nodes: Vec<(String, String)> = own
        .memberships
        .iter()
        .zip(&own.places)
        .map(|(m, place)| (node_text(m.kind, m.node), format!("{}, {place}", lang.t(&format!("role-{}", m.role.word().replace('_', "-"))))))
        .collect();
    let days: Vec<(String, String)> =
        ["30", "90", "365"].iter().map(|d| ((*d).to_owned(), lang.with("identity-token-days", &[("n", (*d).into())]))).collect();
    let key = form_key(app);
    html! {
        @if !nodes.is_empty() {
            (form::post(&form::Form { action: "/profile/tokens", idempotency: Some(&key), ..form::Form::default() }, html! {
                div.form-row {
                    (field::text(lang, &Field::new("name", lang.t("identity-token-name"), "").required().error(came.token_error.clone())))
                    (field::select(lang, &Field::new("node", lang.t("identity-token-node"), "").required(), &nodes))
                    (field::select(lang, &Field::new("days", lang.t("identity-token-validity"), "90").required(), &days))
                }
                (form::actions(&lang.t("identity-token-issue"), None))
            }))
        }
    }
}

pub(super) async fn language(State(app): State<Shared>, visitor: Visitor, form: Fields) -> Result<Response, Problem> {
    form.only(&["language"])?;
    let own = mine(&app, &visitor).await?;
    let unknown = || Problem::invalid("/language", "unknown-language", "A language is en or de.");
    let chosen = Lang::from_tag(form.get("language")).ok_or_else(unknown)?;
    let command = ChooseLanguage { home: own.person.home, staff: own.person.staff, language: chosen.tag().to_owned() };
    app.house.execute(Call::on_behalf_of(own.person.staff), command).await?;
    let mut response = swap::leave(&visitor.headers, "/profile?done=language");
    let secure = if app.config.secure() { "; Secure" } else { "" };
    if let Ok(value) = HeaderValue::from_str(&format!("lang={}; Path=/; SameSite=Lax; Max-Age=31536000{secure}", chosen.tag())) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

pub(super) async fn password(State(app): State<Shared>, visitor: Visitor, guest: Guest, form: Fields) -> Result<Response, Problem> {
    form.only(&["current", "password", "username"])?;
    let person = mine(&app, &visitor).await?.person;
    let counted = attempts::buckets("password", &person.email, "");
    if let Counted::Over(seconds) = attempts::count(&app.house, counted.clone(), app.config.limits.sign_in_per_minute).await? {
        return Err(Problem::too_many(seconds));
    }
    let lang = visitor.lang;
    let before = person.password_hash.clone();
    if !password::verify(form.get("current").to_owned(), before.clone()).await {
        return page(&app, &visitor, Came { current_error: Some(lang.t("identity-password-wrong")), ..Came::default() }).await;
    }
    attempts::forgive(&app.house, counted).await;
    let plain = form.get("password");
    if let Err(weak) = password::check(plain, &[&person.email, &person.name]) {
        return page(&app, &visitor, Came { password_error: Some(lang.t(weak.text())), ..Came::default() }).await;
    }
    let after = password::hash(plain.to_owned(), app.house.random()).await.map_err(Problem::internal)?;
    let command =
        ChangePassword { home: person.home, staff: person.staff, before: Secret(before.unwrap_or_default()), after: Secret(after.clone()) };
    app.house.execute(Call::on_behalf_of(person.staff), command).await?;
    let cookie = renewed(&app, &person, after, &client_of(&visitor, &guest)).await?;
    Ok(with_session(&app, swap::leave(&visitor.headers, "/profile?done=password"), &cookie))
}

/// A new session for the one who just changed the password: the others ended with the old one.
async fn renewed(app: &App, person: &crate::identity::noun::Person, hash: String, client: &Client) -> Result<String, Problem> {
    let (text, secret) = sessions::fresh(&app.house);
    let command = sessions::OpenSession {
        home: person.home,
        staff: person.staff,
        password_hash: Secret(hash),
        factor: Factor::SignedIn,
        hash: Secret(secret),
        before: client.before.map(|h| Secret(h.0)),
        label: sessions::label_of(&client.agent),
        address: client.address.clone(),
    };
    app.house.execute(Call::on_behalf_of(person.staff), command).await?;
    Ok(text)
}

pub(super) async fn end_session(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(id): PathId<kinds::Session>,
) -> Result<Response, Problem> {
    end(&app, &visitor, Which::Session(id), "/profile?done=session").await
}

pub(super) async fn end_token(State(app): State<Shared>, visitor: Visitor, PathId(id): PathId<kinds::Token>) -> Result<Response, Problem> {
    end(&app, &visitor, Which::Token(id), "/profile?done=token").await
}

async fn end(app: &App, visitor: &Visitor, which: Which, to: &str) -> Result<Response, Problem> {
    let person = mine(app, visitor).await?.person;
    let ended =
        app.house.execute(Call::on_behalf_of(person.staff), EndCredential { home: person.home, staff: person.staff, which }).await?;
    if ended.value { Ok(swap::leave(&visitor.headers, to)) } else { Err(Problem::not_found()) }
}

pub(super) async fn issue_token(State(app): State<Shared>, visitor: Visitor, form: Fields) -> Result<Response, Problem> {
    form.only(&["name", "node", "days"])?;
    let lang = visitor.lang;
    let Ok(name) = Name::parse(form.get("name")) else {
        return page(&app, &visitor, Came { token_error: Some(wrong::field(lang, "name", "invalid")), ..Came::default() }).await;
    };
    let days = form.get("days").parse::<i64>().ok().filter(|d| (1..=365).contains(d));
    let days = days.ok_or_else(|| Problem::invalid("/days", "out-of-range", "A token is valid for 1 to 365 days."))?;
    let node = node_of(form.get("node"));
    let ask = NewToken { node, name, role: None, expires_at: Some(app.house.now().plus_days(days)), staff: None };
    // The instant above differs between two sendings, so the key alone cannot replay; a second sending is told apart by it.
    match tokens::issue(&app.house, visitor.caller.call_with(form.get("idempotency_key")), ask).await {
        Ok((_, secret)) => page(&app, &visitor, Came { secret, ..Came::default() }).await,
        Err(Fail::KeyReused) => Ok(swap::leave(&visitor.headers, "/profile")),
        Err(fail) => Err(fail.into()),
    }
}
