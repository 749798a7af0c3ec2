//! Console twin: fewer seats than members are active, with the names of those who would wait before it happens.

use access::permissions::Allocate;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{CustomerId, PartnerId, kinds};
use web::{
    Action, Address, Frame, Lang,
    door::{self, PathIds},
    forms::Form,
    parts::{
        Tone, card,
        field::{self, Field},
        form, keyvalue,
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{Surplus, WhoWaits};
use crate::{
    app::Shared,
    console::{Visitor, form_key, wrong},
    licensing::pools::{Seats, SeatsOf, SeatsSet, SetSeats, outcome},
    operations::Outcome,
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;

/// Members named on the page.
const SHOWN: usize = 50;

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/msp/{msp}/licenses/{customer}/fewer", show).post("/msp/{msp}/licenses/{customer}/fewer", lower)
}

/// A number of seats that can be held.
fn number(text: &str) -> Option<i64> {
    text.trim().parse().ok().filter(|n| (0..=1_000_000_000).contains(n))
}

/// The customer's seats, for somebody who may change them, below its own partner's path.
async fn seats_of(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Result<Seats, Problem> {
    door::probe::<Allocate>(&app.house, &visitor.caller, customer).await?;
    app.house.ask(&visitor.caller.call(), SeatsOf { partner, customer }).await?.ok_or_else(Problem::not_found)
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    let held = seats_of(&app, &visitor, partner, customer).await?;
    let at = Address::of(&visitor.uri);
    let typed = at.get("seats").unwrap_or_default().to_owned();
    let wrong = !typed.is_empty() && number(&typed).is_none_or(|seats| seats >= held.allocated);
    let why = if wrong { visitor.lang.t("directory-fewer-wrong") } else { String::new() };
    draw(&app, &visitor, (partner, customer), &held, &typed, why).await
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FewerForm {
    seats: String,
    /// How many were said to wait: somebody who confirmed that nobody does lets nobody wait.
    waits: String,
    idempotency_key: String,
}

async fn lower(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<FewerForm>,
) -> Result<Response, Problem> {
    let held = seats_of(&app, &visitor, partner, customer).await?;
    let lang = visitor.lang;
    let Some(seats) = number(&form.seats).filter(|seats| *seats < held.allocated) else {
        return draw(&app, &visitor, (partner, customer), &held, &form.seats, lang.t("directory-fewer-wrong")).await;
    };
    let command = SetSeats { tenant_id: customer, seats, reason: None, force: number(&form.waits).is_some_and(|n| n > 0) };
    let why = match app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await {
        Ok(answer) => match answer.value {
            SeatsSet::Done(_) => None,
            SeatsSet::Lowering(operation) => match outcome(&app.house, operation).await? {
                Outcome::Failed(problem) => {
                    let values = problem.as_object().cloned().unwrap_or_default();
                    wrong::word(lang, "", problem["code"].as_str().unwrap_or_default(), &values).or(Some(lang.t("problem-refused")))
                }
                Outcome::Succeeded(_) | Outcome::Pending => None,
            },
        },
        Err(Fail::Refused(no)) => Some(wrong::refusal(lang, "", no).1),
        Err(fail) => return Err(fail.into()),
    };
    match why {
        None => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/licenses/{customer}"))),
        Some(why) => draw(&app, &visitor, (partner, customer), &held, &form.seats, why).await,
    }
}

async fn draw(
    app: &Shared,
    visitor: &Visitor,
    (partner, customer): (PartnerId, CustomerId),
    held: &Seats,
    typed: &str,
    why: String,
) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let base = format!("/msp/{partner}/licenses/{customer}");
    let frame = Frame {
        context_line: lang.with("licensing-seats-of", &[("name", held.name.as_str().into())]),
        crumbs: vec![
            Action { label: lang.t("nav-licenses"), href: format!("/msp/{partner}/licenses"), icon: None },
            Action { label: lang.t("licensing-change"), href: base.clone(), icon: None },
        ],
        ..visitor.frame(app, partner, lang.t("directory-fewer")).await?
    };
    let status = if why.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let wanted = number(typed).filter(|seats| *seats < held.allocated);
    let impact = match wanted {
        Some(seats) => {
            let surplus = app.house.ask(&visitor.caller.call(), WhoWaits { customer, seats }).await?;
            surplus.note(app, &visitor.caller, customer).await?;
            Some((seats, surplus))
        }
        None => None,
    };
    let asking = Field::new("seats", lang.t("directory-fewer-seats"), typed).required().error((!why.is_empty()).then_some(why));
    let body = html! {
        div.stack {
            (card::card(&held.name, &lang.t("directory-fewer-sub"), html! {}, html! {
                div.stack-tight {
                    (keyvalue::pairs(&[
                        (lang.t("licensing-allocated"), html! { (lang.int(held.allocated)) }),
                        (lang.t("licensing-active"), html! { (lang.int(held.active_users)) }),
                    ]))
                    form.form method="get" action={ (base) "/fewer" } {
                        (field::input(lang, "number", &Field { within: Some((0, held.allocated.max(0))), ..asking }))
                        (form::actions(&lang.t("directory-fewer-look"), None))
                    }
                }
            }))
            @if let Some((seats, surplus)) = &impact { (confirm(app, lang, &base, *seats, surplus)) }
        }
    };
    Ok((status, web::page(&frame, body)).into_response())
}

/// Who would wait, and the button that does it.
fn confirm(app: &Shared, lang: Lang, base: &str, seats: i64, surplus: &Surplus) -> Markup {
    let more = surplus.total - i64::try_from(surplus.members.len().min(SHOWN)).unwrap_or(0);
    let said = lang.with("directory-fewer-waiting", &[("n", surplus.total.into()), ("active", surplus.active_users.into())]);
    let body = html! {
        div.stack-tight {
            (card::note(if surplus.total > 0 { Tone::Warn } else { Tone::Info }, html! { (said) }))
            @if !surplus.members.is_empty() {
                ul.list {
                    @for member in surplus.members.iter().take(SHOWN) {
                        li.row { span.grow dir="auto" { (member.name) } span.muted.small translate="no" { (member.email) } }
                    }
                }
            }
            @if more > 0 { p.muted { (lang.with("directory-fewer-more", &[("n", more.into())])) } }
            (form::post(&form::Form { action: &format!("{base}/fewer"), idempotency: Some(&form_key(app)), ..form::Form::default() }, html! {
                input type="hidden" name="seats" value=(seats);
                input type="hidden" name="waits" value=(surplus.total);
                (form::actions(&lang.with("directory-fewer-do", &[("seats", seats.into()), ("n", surplus.total.into())]), Some((&lang.t("ui-cancel"), base))))
            }))
        }
    };
    card::card(&lang.t("directory-fewer-who"), &lang.t("directory-fewer-who-sub"), html! {}, body)
}
