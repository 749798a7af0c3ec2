//! What else can be done with a draft: hand it over, put seats by, delete it; and have a failed creation tried again.

use axum::{extract::State, response::Response};
use command::Fail;
use maud::{Markup, html};
use serde::Deserialize;
use store::{DraftId, PartnerId, StaffId, Zone, kinds};
use web::{
    door::{self, PathIds},
    forms::Form,
    parts::{
        card,
        dialog::{self, Dialog},
        field::{self, Field},
        form,
    },
    problem::Problem,
    swap,
};

use super::first;
use crate::{
    app::Shared,
    console::{
        Visitor, form_key,
        wrong::{self, Wrong},
    },
    licensing::pools::CLAIM_DAYS,
    noun::Name,
    onboarding::{
        again::CreateAgain,
        api,
        change::ChangeDraft,
        discard::DiscardDraft,
        draft::{Draft, Found},
        queries::{Colleagues, DraftOf},
        refusal::Refused,
    },
    provisioning::templates::SaveTemplate,
};

type DraftIds = PathIds<kinds::Partner, kinds::Draft>;

/// The cards below the form of a draft that is kept.
pub(super) async fn tools(app: &Shared, visitor: &Visitor, partner: PartnerId, draft: &Draft, no: &Wrong) -> Result<Markup, Problem> {
    let lang = visitor.lang;
    let base = format!("/msp/{partner}/onboarding/{}", draft.id);
    let people = door::look(&app.house, &visitor.caller, partner, Ok(Colleagues { partner })).await?;
    let people: Vec<(String, String)> = people.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let whose = draft.staff_id.map(|id| id.to_string()).unwrap_or_default();
    let wrong = |field: &str| wrong::at(no, field);
    let action = |word: &str| format!("{base}/{word}");
    let (hand, reserve, template) = (action("hand"), action("reserve"), action("template"));
    let key = form_key(app);
    let frame = |action| form::Form { action, idempotency: Some(&key), ..form::Form::default() };
    let until = draft.reserved.map(|r| (r.seats, lang.date_time(r.until, &Zone::utc())));
    let seats = draft.reserved.map_or_else(String::new, |r| r.seats.to_string());
    let ask = Dialog {
        id: "delete-draft".into(),
        title: lang.t("onboarding-delete"),
        action: action("delete"),
        idempotency: Some(key.clone()),
        submit: lang.t("onboarding-delete"),
        danger: true,
        ..Dialog::default()
    };
    Ok(html! {
        div.grid-2 {
            (card::card(&lang.t("onboarding-hand"), &lang.t("onboarding-hand-sub"), html! {}, form::post(&frame(&hand), html! {
                (field::select(lang, &Field::new("staff_id", lang.t("onboarding-whose"), whose).required().error(wrong("staff_id")), &people))
                div.form-actions { button.btn type="submit" { (lang.t("onboarding-hand-do")) } }
            })))
            (card::card(&lang.t("template-save"), &lang.t("template-from-draft"), html! {}, form::post(&frame(&template), html! {
                (field::text(lang, &Field::new("template", lang.t("template-name"), "").required().error(wrong("template"))))
                div.form-actions { button.btn type="submit" { (lang.t("template-save")) } }
            })))
            @if visitor.may(partner, "allocate") {
                (card::card(&lang.t("onboarding-reserve"), &lang.with("onboarding-reserve-sub", &[("days", CLAIM_DAYS.into())]), html! {}, form::post(&frame(&reserve), html! {
                    @if let Some((n, until)) = until { p { (lang.with("onboarding-reserved", &[("n", n.into()), ("until", until.into())])) } }
                    (field::input(lang, "number", &Field { within: Some((0, 1_000_000_000)), ..Field::new("seats", lang.t("onboarding-seats"), seats).required().hint(lang.t("onboarding-reserve-hint")).error(wrong("reserve")) }))
                    div.form-actions { button.btn type="submit" { (lang.t("onboarding-reserve-do")) } }
                })))
            }
        }
        div.row { (dialog::opener("delete-draft", "quiet", html! { (lang.t("onboarding-delete")) })) }
        (dialog::dialog(lang, &ask, html! { p { (lang.t("onboarding-delete-text")) } }))
    })
}

/// The draft as it is kept; 404 when it was sent or deleted.
async fn kept(app: &Shared, visitor: &Visitor, partner: PartnerId, id: DraftId) -> Result<Draft, Problem> {
    match door::look(&app.house, &visitor.caller, partner, Ok(DraftOf { partner, draft: id })).await? {
        Some(Found::Open(draft)) => Ok(*draft),
        _ => Err(Problem::not_found()),
    }
}

/// Changes a draft as it is kept now, or shows it with what is wrong.
async fn change(
    app: &Shared,
    visitor: &Visitor,
    partner: PartnerId,
    draft: &Draft,
    with: impl FnOnce(ChangeDraft) -> ChangeDraft,
    word: &str,
) -> Result<Response, Problem> {
    let command = with(ChangeDraft::of(partner, draft.id, draft.version));
    match app.house.execute(visitor.caller.call(), command).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/onboarding?done={word}"))),
        Err(Fail::Refused(no)) => {
            let at = match no {
                Refused::UnknownColleague {} => "staff_id",
                Refused::PoolExhausted { .. } | Refused::MayNotReserve {} => "reserve",
                _ => "",
            };
            let why = wrong::refusal(visitor.lang, "onboarding", no).1;
            first::again(app, visitor, partner, draft.id, (at.to_owned(), why)).await
        }
        Err(fail) => Err(fail.into()),
    }
}

/// What the form that saves a template sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Called {
    template: String,
    idempotency_key: String,
}

/// Saves the answers that are nobody's own as a template.
pub(super) async fn save_template(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, id): DraftIds,
    Form(form): Form<Called>,
) -> Result<Response, Problem> {
    let draft = kept(&app, &visitor, partner, id).await?;
    let named = Name::parse(form.template).map_err(|why| Problem::invalid("/name", "invalid", why));
    let settings = draft.answers.settings().and_then(|s| s.checked(&app, ""));
    let saved = match (named, settings) {
        (Ok(name), Ok(settings)) => {
            let command = SaveTemplate { partner, name, settings };
            app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await.map_err(Problem::from)
        }
        (Err(problem), _) | (_, Err(problem)) => Err(problem),
    };
    match saved {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/templates?done=saved"))),
        Err(problem) if matches!(problem.status, 409 | 422) => {
            let (at, why) = wrong::of(visitor.lang, "template", &problem);
            let at = if at == "name" { "template".to_owned() } else { at };
            first::again(&app, &visitor, partner, id, (at, why)).await
        }
        Err(problem) => Err(problem),
    }
}

/// What the form that hands over sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Hand {
    staff_id: String,
}

pub(super) async fn hand(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, id): DraftIds,
    Form(form): Form<Hand>,
) -> Result<Response, Problem> {
    let draft = kept(&app, &visitor, partner, id).await?;
    let Some(staff) = StaffId::parse(&form.staff_id) else {
        let why = wrong::refusal(visitor.lang, "onboarding", Refused::UnknownColleague {}).1;
        return first::again(&app, &visitor, partner, id, ("staff_id".into(), why)).await;
    };
    change(&app, &visitor, partner, &draft, |c| ChangeDraft { staff: Some(staff), ..c }, "handed").await
}

/// What the form that puts seats by sends; none or 0 gives them up.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reserve {
    seats: String,
}

pub(super) async fn reserve(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, id): DraftIds,
    Form(form): Form<Reserve>,
) -> Result<Response, Problem> {
    let draft = kept(&app, &visitor, partner, id).await?;
    let seats = match form.seats.trim() {
        "" => Some(0),
        text => text.parse::<i64>().ok().filter(|n| (0..=1_000_000_000).contains(n)),
    };
    let Some(seats) = seats else {
        let why = wrong::field(visitor.lang, "seats", "invalid");
        return first::again(&app, &visitor, partner, id, ("reserve".into(), why)).await;
    };
    let wanted = Some((seats > 0).then_some(seats));
    change(&app, &visitor, partner, &draft, |c| ChangeDraft { reserve: wanted, ..c }, "reserved").await
}

/// What a form that is only a button sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Key {
    pub idempotency_key: String,
}

pub(super) async fn delete(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, id): DraftIds,
    Form(form): Form<Key>,
) -> Result<Response, Problem> {
    let command = DiscardDraft { partner, draft: id, version: None };
    app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await?;
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/onboarding?done=deleted")))
}

pub(super) async fn retry(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, id): DraftIds,
    Form(_): Form<Key>,
) -> Result<Response, Problem> {
    let found =
        door::look(&app.house, &visitor.caller, partner, Ok(DraftOf { partner, draft: id })).await?.ok_or_else(Problem::not_found)?;
    let stuck = match found {
        Found::Sent(sent) => api::stuck(&app, &visitor.caller, partner, sent).await?,
        Found::Open(_) => None,
    };
    match stuck {
        Some(retry) => drop(app.house.execute(visitor.caller.call(), retry).await?),
        None => drop(app.house.execute(visitor.caller.call(), CreateAgain { partner, draft: id }).await?),
    }
    if let Some(worker) = app.worker() {
        worker.poke();
    }
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/onboarding/{id}")))
}
