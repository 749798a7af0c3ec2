//! One transfer: what is in it and what stays behind, the form that starts it, how far it is, and the way back.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Call, Fail};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{CustomerId, ImportId, PartnerId, kinds};
use web::{
    Action, Frame, Lang, Swap,
    door::PathIds,
    forms::Form,
    parts::{
        Tone, badge, card,
        field::{self, Field},
        form, icon, keyvalue, meter,
    },
    problem::Problem,
    swap,
};

use super::{
    TransferStatus,
    api::{may, undoing},
    contents::Stays,
    intake::{self, Choice, Conflict, Shown},
    pages::status,
    queries::LifecycleOf,
};
use crate::{
    app::{App, Shared},
    console::{
        Visitor, form_key,
        wrong::{self, Wrong},
    },
    hierarchy::Lifecycle,
    noun::{DomainName, Name},
    operations::Operation,
};

const SECTION: Swap = Swap::section("transfer");

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    name: String,
    domain: String,
    region: String,
    seats: String,
    idempotency_key: String,
}

impl Asked {
    /// What the archive says, to begin with.
    fn of(shown: &Shown) -> Asked {
        let customer = &shown.contents.customer;
        Asked { name: customer.name.clone(), domain: customer.domain.clone().unwrap_or_default(), seats: "0".into(), ..Asked::default() }
    }

    fn choice(&self) -> Result<Choice, Problem> {
        let invalid = |field: &str, why: String| Problem::invalid(format!("/{field}"), "invalid", why);
        let name = Name::parse(self.name.as_str()).map_err(|why| invalid("name", why))?;
        let domain = match self.domain.trim() {
            "" => None,
            text => Some(DomainName::parse(text).map_err(|why| invalid("domain", why))?),
        };
        let seats = match self.seats.trim() {
            "" => Some(0),
            text => Some(text.parse().map_err(|_| invalid("seats", "a whole number".into()))?),
        };
        Ok(Choice { name: Some(name), domain: Some(domain), region: Some(self.region.clone()).filter(|r| !r.is_empty()), seats })
    }
}

pub async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, id): PathIds<kinds::Partner, kinds::Import>,
) -> Result<Response, Problem> {
    may(&app, &visitor.caller, partner).await?;
    page(&app, &visitor, partner, id, None, Wrong::default()).await
}

pub async fn start(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, id): PathIds<kinds::Partner, kinds::Import>,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    may(&app, &visitor.caller, partner).await?;
    // Who may not see it learns nothing of the form.
    intake::shown(&app, &visitor.caller.call(), partner, id).await?;
    let begun = match asked.choice() {
        Ok(choice) => begin(&app, &visitor, partner, id, choice, &asked.idempotency_key).await,
        Err(problem) => Err(problem),
    };
    after(&app, &visitor, partner, id, begun, Some(asked)).await
}

async fn begin(app: &App, visitor: &Visitor, partner: PartnerId, id: ImportId, choice: Choice, key: &str) -> Result<(), Problem> {
    let command = intake::starting(app, &visitor.caller.call(), partner, id, choice).await?;
    app.house.execute(visitor.caller.call_with(key), command).await?;
    Ok(())
}

/// What a button sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pressed {
    idempotency_key: String,
}

pub async fn undo(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, id): PathIds<kinds::Partner, kinds::Import>,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Problem> {
    may(&app, &visitor.caller, partner).await?;
    let command = undoing(&app, &visitor.caller, partner, id).await?;
    let undone = app.house.execute(visitor.caller.call_with(&pressed.idempotency_key), command).await;
    after(&app, &visitor, partner, id, undone.map(drop).map_err(Problem::from), None).await
}

/// Back to the transfer, or the page with the reason.
async fn after(
    app: &App,
    visitor: &Visitor,
    partner: PartnerId,
    id: ImportId,
    ended: Result<(), Problem>,
    asked: Option<Asked>,
) -> Result<Response, Problem> {
    match ended {
        Ok(()) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/transfers/{id}"))),
        Err(problem) if matches!(problem.status, 409 | 422) => {
            page(app, visitor, partner, id, asked, wrong::of(visitor.lang, "transfer", &problem)).await
        }
        Err(problem) => Err(problem),
    }
}

async fn page(
    app: &App,
    visitor: &Visitor,
    partner: PartnerId,
    id: ImportId,
    asked: Option<Asked>,
    wrong: Wrong,
) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let shown = intake::shown(app, &visitor.caller.call(), partner, id).await?;
    let there = there(app, &shown).await?;
    let base = format!("/msp/{partner}/transfers/{id}");
    let key = form_key(app);
    let fine = wrong.1.is_empty();
    let section = SECTION.wrap(html! {
        div.stack {
            @if !fine && wrong.0.is_empty() { (card::note(Tone::Bad, html! { (wrong.1) })) }
            (head(lang, &shown))
            @match shown.status {
                TransferStatus::Uploaded => {
                    (conflicts(lang, &shown.conflicts))
                    (start_form(app, lang, &base, &key, &shown, &asked.unwrap_or_else(|| Asked::of(&shown)), &wrong))
                }
                TransferStatus::Running => (progress(lang, &shown)),
                TransferStatus::Done => (done(lang, partner, &base, &key, there)),
                TransferStatus::Failed => (card::note(Tone::Bad, html! { (lang.t("transfer-failed-text")) })),
                TransferStatus::Undone => (card::note(Tone::Neutral, html! { (lang.t("transfer-undone-text")) })),
            }
            (comes(lang, &shown))
            (stays(lang, &shown.contents.stays))
            (SECTION.live(shown.status == TransferStatus::Running, 2, shown.operation_id.map(Operation::events).as_deref()))
        }
    });
    let frame = Frame {
        context_line: shown.file_name.clone(),
        crumbs: vec![Action { label: lang.t("transfer-title"), href: format!("/msp/{partner}/transfers"), icon: None }],
        ..visitor.frame(app, partner, shown.contents.customer.name.clone()).await?
    };
    let code = if fine { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((code, swap::answer(&visitor.headers, section, |section| web::page(&frame, section))).into_response())
}

/// The customer of a transfer that is done, unless it was removed since.
async fn there(app: &App, shown: &Shown) -> Result<Option<CustomerId>, Problem> {
    let Some(customer) = shown.customer_id.filter(|_| shown.status == TransferStatus::Done) else { return Ok(None) };
    match app.house.ask(&Call::operator(), LifecycleOf { customer }).await {
        Ok(found) => Ok(found.filter(|at| !matches!(at, Lifecycle::Removed | Lifecycle::Purged)).map(|_| customer)),
        Err(Fail::Denied(_)) => Ok(None),
        Err(fail) => Err(fail.into()),
    }
}

fn head(lang: Lang, shown: &Shown) -> Markup {
    let c = &shown.contents;
    let from = [("number", c.customer.account_number.as_str().into()), ("at", lang.date_time(c.exported_at, &store::Zone::utc()).into())];
    card::plain(html! { div.card-body { (status(lang, shown.status)) " " (lang.with("transfer-from", &from)) } })
}

fn conflicts(lang: Lang, all: &[Conflict]) -> Markup {
    html! { @for c in all { (card::note(Tone::Warn, html! { (lang.t(&format!("transfer-conflict-{}", c.code))) })) } }
}

fn start_form(app: &App, lang: Lang, base: &str, key: &str, shown: &Shown, asked: &Asked, wrong: &Wrong) -> Markup {
    let action = format!("{base}/start");
    let one = |name: &str, value: &str| Field::new(name, lang.t(&format!("transfer-field-{name}")), value).error(wrong::at(wrong, name));
    let mut regions = vec![(String::new(), lang.t("transfer-region-usual"))];
    regions.extend(app.config.regions.iter().map(|r| (r.clone(), r.clone())));
    let seats = lang
        .with("transfer-seats-hint", &[("n", lang.int(shown.available).into()), ("active", lang.int(shown.contents.comes.active).into())]);
    card::card(
        &lang.t("transfer-start"),
        &lang.t("transfer-start-text"),
        html! {},
        form::post(
            &form::Form { action: &action, idempotency: Some(key), ..form::Form::default() },
            html! {
                div.form-row {
                    (field::text(lang, &one("name", &asked.name).required()))
                    (field::text(lang, &one("domain", &asked.domain).hint(lang.t("transfer-domain-hint"))))
                    (field::select(lang, &one("region", &asked.region).hint(lang.t("transfer-region-hint")), &regions))
                    @if shown.contents.customer.kind != "trial" { (field::input(lang, "number", &one("seats", &asked.seats).hint(seats))) }
                }
                (form::actions(&lang.t("transfer-start"), None))
            },
        ),
    )
}

fn progress(lang: Lang, shown: &Shown) -> Markup {
    let (done, all) = (shown.members_done, shown.contents.comes.members);
    #[expect(clippy::cast_precision_loss, reason = "a bar on a page")]
    let percent = if all > 0 { done as f64 / all as f64 * 100.0 } else { 0.0 };
    let text = lang.with("transfer-progress-members", &[("done", lang.int(done).into()), ("all", lang.int(all).into())]);
    card::card(
        &lang.t("transfer-progress"),
        &text,
        html! {},
        html! {
            (meter::meter(lang, &lang.t("transfer-progress"), percent, Tone::Neutral))
            @if let Some(operation) = shown.operation_id { p { small.muted { code { (operation) } } } }
        },
    )
}

fn done(lang: Lang, partner: PartnerId, base: &str, key: &str, there: Option<CustomerId>) -> Markup {
    html! {
        @if let Some(customer) = there {
            (card::card(&lang.t("transfer-done"), &lang.t("transfer-done-text"), html! {}, html! {
                div.row {
                    a.btn.primary href={ "/msp/" (partner) "/customers/" (customer) "/setup" } { (lang.t("transfer-go-on")) }
                    (form::button(&format!("{base}/undo"), Some(key), "danger", html! { (icon("undo")) (lang.t("transfer-undo")) }))
                }
                p { small.muted { (lang.t("transfer-undo-text")) } }
            }))
        } @else {
            (card::note(Tone::Neutral, html! { (lang.t("transfer-gone-text")) }))
        }
    }
}

fn comes(lang: Lang, shown: &Shown) -> Markup {
    let c = &shown.contents.comes;
    let counts = [
        ("members", c.members),
        ("active", c.active),
        ("held", c.held),
        ("domains", c.domains),
        ("sites", c.sites),
        ("attributes", c.attributes),
        ("rules", c.status_rules),
        ("sources", c.sources),
        ("results", c.results),
        ("skipped", shown.contents.skipped),
    ];
    let pairs: Vec<_> = counts.into_iter().map(|(word, n)| (lang.t(&format!("transfer-comes-{word}")), html! { (lang.int(n)) })).collect();
    let skipped = shown.contents.skipped_lines.iter();
    card::card(
        &lang.t("transfer-comes"),
        "",
        html! {},
        html! {
            (keyvalue::pairs(&pairs))
            @if shown.contents.skipped > 0 {
                ul.plain { @for line in skipped { li { code { (line.file) ":" (line.line) } } } }
            }
        },
    )
}

fn stays(lang: Lang, all: &[Stays]) -> Markup {
    let pair = |s: &Stays| {
        let rows = s.rows.map(|n| badge::badge(Tone::Neutral, &lang.int(n)));
        (
            lang.t(&format!("transfer-stays-{}", s.what)),
            html! { @if let Some(rows) = rows { (rows) " " } (lang.t(&format!("transfer-why-{}", s.what))) },
        )
    };
    let pairs: Vec<_> = all.iter().map(pair).collect();
    card::card(&lang.t("transfer-stays"), &lang.t("transfer-stays-text"), html! {}, keyvalue::pairs(&pairs))
}
