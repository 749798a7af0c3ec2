//! Step 1: who the customer is. It saves itself while it is filled in; sent, it becomes the customer.

use access::permissions::CreateCustomers;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Fail, Secret};
use http::{HeaderValue, StatusCode};
use maud::{Markup, html};
use store::{CustomerId, DraftId, PartnerId, TemplateId, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathId, PathIds},
    forms::{Fields, Form},
    parts::{
        card,
        field::{self, Field},
        form,
    },
    problem::Problem,
    swap::{self, Watch},
};

use super::{super::steps::Step, acts, progress, steps, wizard};
use crate::{
    app::Shared,
    console::{
        Visitor, form_key,
        wrong::{self, Wrong},
    },
    hierarchy::settings::SettingsOf,
    onboarding::{
        api,
        change::ChangeDraft,
        draft::{Answers, Draft, Found},
        queries::DraftOf,
        send::SendDraft,
    },
    provisioning::templates::Templates,
};

type DraftIds = PathIds<kinds::Partner, kinds::Draft>;

const SAVED: Swap = Swap::section("draft-saved");
/// The section of the look at a domain, which draws it.
const FLIGHT: Swap = Swap::section("preflight");

/// A draft as its form shows it.
pub(super) struct Shown {
    /// The page carries it before anybody has saved it, so that a form saved twice is one draft.
    pub draft: DraftId,
    /// 0 while nobody has saved it.
    pub version: i64,
    pub answers: Answers,
    /// The draft as it is kept.
    pub kept: Option<Draft>,
}

pub(super) async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    door::probe::<CreateCustomers>(&app.house, &visitor.caller, partner).await?;
    let at = Address::of(&visitor.uri);
    let (copy, template) = (at.get("copy").and_then(CustomerId::parse), at.get("template").and_then(TemplateId::parse));
    let mut answers = match (copy, template) {
        (Some(customer), _) => api::like(&app, &visitor.caller, partner, customer).await.unwrap_or_default(),
        (None, Some(template)) => api::from_template(&app, &visitor.caller, partner, template).await.unwrap_or_default(),
        (None, None) => Answers::default(),
    };
    if answers.get("max_mau").is_empty() {
        let settings =
            door::look(&app.house, &visitor.caller, partner, Ok(SettingsOf { partner })).await?.ok_or_else(Problem::not_found)?;
        answers.set("max_mau", &settings.default_max_mau.to_string());
    }
    // The look at a domain before leads here with it.
    answers.set("domain", at.get("domain").unwrap_or_default());
    draw(&app, &visitor, partner, Shown { draft: app.house.new_id(), version: 0, answers, kept: None }, &Wrong::default()).await
}

pub(super) async fn resume(State(app): State<Shared>, visitor: Visitor, PathIds(partner, id): DraftIds) -> Result<Response, Problem> {
    match door::look(&app.house, &visitor.caller, partner, Ok(DraftOf { partner, draft: id })).await? {
        None => Err(Problem::not_found()),
        Some(Found::Sent(sent)) => progress::draw(&app, &visitor, partner, id, sent).await,
        Some(Found::Open(draft)) => {
            let shown = Shown { draft: id, version: draft.version, answers: draft.answers.clone(), kept: Some(*draft) };
            draw(&app, &visitor, partner, shown, &Wrong::default()).await
        }
    }
}

/// Step 1 with the draft as it is now kept, and what was wrong with something else on the page.
pub(super) async fn again(app: &Shared, visitor: &Visitor, partner: PartnerId, id: DraftId, why: Wrong) -> Result<Response, Problem> {
    match door::look(&app.house, &visitor.caller, partner, Ok(DraftOf { partner, draft: id })).await? {
        Some(Found::Open(draft)) => {
            let shown = Shown { draft: id, version: draft.version, answers: draft.answers.clone(), kept: Some(*draft) };
            draw(app, visitor, partner, shown, &why).await
        }
        _ => Err(Problem::not_found()),
    }
}

async fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, shown: Shown, wrong: &Wrong) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let frame = Frame {
        context_line: lang.t("onboarding-create-context"),
        crumbs: vec![Action { label: lang.t("nav-onboarding"), href: format!("/msp/{partner}/onboarding"), icon: None }],
        ..visitor.frame(app, partner, lang.t("onboarding-new")).await?
    };
    let title = lang.t("onboarding-details");
    let body = html! {
        @if shown.version == 0 { (templates(app, visitor, partner).await?) }
        (card::card(&title, &lang.t("onboarding-details-sub"), html! {}, fields(app, lang, partner, &shown, wrong)))
        @if let Some(draft) = &shown.kept { (acts::tools(app, visitor, partner, draft, wrong).await?) }
    };
    let status = if wrong.1.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, wizard(&frame, steps(visitor, partner, None, Step::Create), body)).into_response())
}

/// The templates a new customer can begin with.
async fn templates(app: &Shared, visitor: &Visitor, partner: PartnerId) -> Result<Markup, Problem> {
    let lang = visitor.lang;
    let all = door::look(&app.house, &visitor.caller, partner, Ok(Templates { partner })).await?;
    if all.is_empty() {
        return Ok(html! {});
    }
    Ok(card::plain(html! {
        div.card-body.row {
            span { (lang.t("template-begin")) }
            @for t in &all { a.btn.small href={ "/msp/" (partner) "/customers/new?template=" (t.id) } translate="no" { (t.name) } }
        }
    }))
}

/// What became of saving; with it travel the ids of the draft, so that the next saving knows what it follows.
fn saved(draft: DraftId, version: i64, text: &str, bad: bool) -> Markup {
    SAVED.wrap(html! {
        input type="hidden" name="draft" value=(draft);
        input type="hidden" name="version" value=(version);
        p.small.muted[!bad].error[bad] role="status" { (text) }
    })
}

fn fields(app: &Shared, lang: Lang, partner: PartnerId, shown: &Shown, no: &Wrong) -> Markup {
    let of = |name: &'static str| {
        Field::new(name, lang.t(&format!("onboarding-{}", name.replace('_', "-"))), shown.answers.get(name)).error(wrong::at(no, name))
    };
    let options =
        |front: &str, words: &[&str]| words.iter().map(|w| ((*w).to_owned(), lang.t(&format!("{front}-{w}")))).collect::<Vec<_>>();
    let inherit = |list: Vec<(String, String)>| [vec![(String::new(), lang.t("onboarding-inherit"))], list].concat();
    let regions: Vec<(String, String)> = app.config.regions.iter().map(|r| (r.clone(), r.to_uppercase())).collect();
    let action = format!("/msp/{partner}/customers/new");
    let save = format!("/msp/{partner}/onboarding/{}", shown.draft);
    let preflight = format!("/msp/{partner}/customers/preflight");
    let key = form_key(app);
    let state = if shown.kept.is_some() { "onboarding-kept" } else { "onboarding-not-kept" };
    let frame = form::Form { action: &action, idempotency: Some(&key), error: wrong::top(no), ..form::Form::default() };
    let body = html! {
        (SAVED.watch(Watch::Save(&save)))
        div.form-row {
            (field::text(lang, &of("name").required()))
            (field::text(lang, &of("legal_name").hint(lang.t("onboarding-legal-name-hint"))))
        }
        (field::text(lang, &Field { autocomplete: Some("off"), ..of("domain").hint(lang.t("onboarding-domain-hint")) }))
        (FLIGHT.watch(Watch::Ask(&preflight)))
        (FLIGHT.wrap(html! {}))
        div.form-row {
            (field::select(lang, &of("kind").required(), &options("kind", &["paid", "trial"])))
            (field::input(lang, "number", &Field { within: Some((1, 1_000_000_000)), ..of("max_mau").required().hint(lang.t("onboarding-max-mau-hint")) }))
        }
        div.form-row {
            (field::select(lang, &of("region").hint(lang.t("onboarding-region-hint")).required(), &regions))
            (field::text(lang, &Field { autocomplete: Some("off"), ..of("subdomain").hint(lang.t("onboarding-subdomain-hint")) }))
        }
        div.form-row {
            (field::text(lang, &of("country").hint(lang.t("onboarding-country-hint"))))
            (field::text(lang, &of("time_zone").hint(lang.t("onboarding-time-zone-hint"))))
        }
        div.form-row {
            (field::select(lang, &of("language"), &inherit(options("onboarding-language", &["en", "de"]))))
            (field::text(lang, &of("sector")))
        }
        div.form-row {
            (field::input(lang, "email", &of("admin_email").hint(lang.t("onboarding-admin-email-hint"))))
            (field::text(lang, &of("reference")))
        }
        (saved(shown.draft, shown.version, &lang.t(state), false))
        div.form-actions {
            button.btn.primary type="submit" { (lang.t("onboarding-create")) }
            button.btn type="submit" formaction=(save) formnovalidate { (lang.t("onboarding-save-exit")) }
            a.btn.quiet href={ "/msp/" (partner) "/onboarding" } { (lang.t("ui-cancel")) }
        }
    };
    form::post(&frame, body)
}

/// The answers of a form: whatever it holds is said, an empty field too.
fn typed(fields: &Fields) -> Answers {
    let mut answers = Answers::default();
    for name in Answers::FIELDS {
        if let Some(text) = fields.get(*name) {
            answers.say(name, text);
        }
    }
    answers
}

fn known(fields: &Fields) -> Result<(), Problem> {
    fields.only(&[Answers::FIELDS, &["draft", "version"]].concat())
}

/// Saves what is filled in, while somebody types or on the way out.
pub(super) async fn save(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, id): DraftIds,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    door::probe::<CreateCustomers>(&app.house, &visitor.caller, partner).await?;
    let version = fields.version();
    let found = door::look(&app.house, &visitor.caller, partner, Ok(DraftOf { partner, draft: id })).await?;
    let version = match found {
        // Saved from another tab after it was sent: what was made is shown instead.
        Some(Found::Sent(_)) => return Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/onboarding/{id}"))),
        None if version != Some(0) => return Err(Problem::not_found()),
        _ => version.unwrap_or(-1),
    };
    known(&fields)?;
    let answers = typed(&fields).checked()?;
    let command = ChangeDraft { answers: Secret(answers), ..ChangeDraft::of(partner, id, version) };
    let (lang, part) = (visitor.lang, swap::is_fragment(&visitor.headers));
    let done = app.house.execute(visitor.caller.call(), command).await;
    match done {
        Ok(answer) if part => {
            let mut response = saved(id, answer.value, &lang.t("onboarding-kept"), false).into_response();
            // From now on a reload resumes.
            if let Ok(place) = HeaderValue::from_str(&format!("/msp/{partner}/onboarding/{id}")) {
                response.headers_mut().insert("hx-replace-url", place);
            }
            Ok(swap::vary(response))
        }
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/onboarding?done=saved"))),
        Err(Fail::Refused(no)) => {
            let why = wrong::refusal(lang, "onboarding", no).1;
            if part {
                return Ok(swap::vary((StatusCode::UNPROCESSABLE_ENTITY, saved(id, version, &why, true)).into_response()));
            }
            let shown = Shown { draft: id, version, answers: typed(&fields), kept: None };
            draw(&app, &visitor, partner, shown, &(String::new(), why)).await
        }
        Err(fail) => Err(fail.into()),
    }
}

/// Sends step 1.
pub(super) async fn create(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    door::probe::<CreateCustomers>(&app.house, &visitor.caller, partner).await?;
    known(&fields)?;
    let id = match fields.get("draft") {
        Some(text) => DraftId::parse(text).ok_or_else(|| Problem::invalid("/draft", "invalid", "This is no draft's id."))?,
        None => app.house.new_id(),
    };
    let kept = match door::look(&app.house, &visitor.caller, partner, Ok(DraftOf { partner, draft: id })).await? {
        Some(Found::Sent(_)) => return Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/onboarding/{id}"))),
        Some(Found::Open(draft)) => Some(*draft),
        None => None,
    };
    let before = kept.as_ref().map(|d| d.answers.clone()).unwrap_or_default();
    let answers = typed(&fields).checked()?.over(&before);
    let version = kept.as_ref().map_or(0, |d| d.version);
    let again = async |answers: Answers, kept: Option<Draft>, why: Wrong| {
        draw(&app, &visitor, partner, Shown { draft: id, version, answers, kept }, &why).await
    };
    let new = match answers.body().and_then(|body| body.command(&app, partner)) {
        Ok(command) => command.new,
        Err(problem) => return again(answers, kept, wrong::of(visitor.lang, "", &problem)).await,
    };
    match app.house.execute(visitor.caller.call_with(fields.key()), SendDraft { partner, draft: id, version: None, new }).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/onboarding/{id}"))),
        Err(Fail::Refused(no)) => again(answers, kept, wrong::refusal(visitor.lang, "onboarding", no)).await,
        Err(fail) => Err(fail.into()),
    }
}
