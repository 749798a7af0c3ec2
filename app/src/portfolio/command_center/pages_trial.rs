//! The page of one customer's trial: more time, a paid subscription, and who stays active when it ends.

use access::permissions::{Allocate, ManageCustomers};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Command, Fail};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{CustomerId, MemberId, PartnerId, TrialRequestId, Zone, kinds};
use web::{
    Action, Frame, Lang,
    door::{self, PathIds},
    forms::Form,
    parts::{
        Tone, badge, card,
        field::{self, Field},
        form, keyvalue,
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::days_until;
use crate::{
    app::Shared,
    console::{
        Visitor, done, form_key,
        wrong::{self, Wrong},
    },
    directory::free::{self, ChooseWhoStays, Staying, Stays, WhoStays},
    hierarchy::CustomerKind,
    licensing::{
        subscriptions::{
            SubscriptionsOf,
            plan::{SEATS, STANDARD},
        },
        trials::{Dealings, ExtendTrial, LONGEST, Paid, RequestStatus, TrialOf, TrialRequest, TrialState, WithdrawRequest},
    },
    noun::Note,
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;

/// The page and its forms.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}/trial", show)
        .post("/msp/{msp}/customers/{customer}/trial/extend", extend)
        .post("/msp/{msp}/customers/{customer}/trial/upgrade", upgrade)
        .post("/msp/{msp}/customers/{customer}/trial/stay", stay)
        .post("/msp/{msp}/customers/{customer}/trial/withdraw", withdraw)
}

/// What was typed and refused: in which card, and what.
#[derive(Debug, Default)]
struct Refused {
    card: &'static str,
    wrong: Wrong,
    days: String,
    reason: String,
    seats: String,
    plan: String,
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    Ok(draw(&app, &visitor, (partner, customer), &Refused::default()).await?.into_response())
}

/// The plans of seats that this customer can be put on, by name.
async fn sold(app: &Shared, visitor: &Visitor, (partner, customer): (PartnerId, CustomerId)) -> Result<Vec<(String, String)>, Problem> {
    let found = app.house.ask(&visitor.caller.call(), SubscriptionsOf { partner: Some(partner), customer }).await?;
    let seats = found.into_iter().flat_map(|of| of.plans).map(|offer| offer.plan).filter(|plan| plan.product == SEATS);
    Ok(seats.map(|plan| (plan.code, plan.name)).collect())
}

async fn state_of(app: &Shared, visitor: &Visitor, (partner, customer): (PartnerId, CustomerId)) -> Result<TrialState, Problem> {
    door::look(&app.house, &visitor.caller, customer, Ok(TrialOf { partner, customer })).await?.ok_or_else(Problem::not_found)
}

async fn draw(app: &Shared, visitor: &Visitor, ids: (PartnerId, CustomerId), refused: &Refused) -> Result<Markup, Problem> {
    let (partner, customer) = ids;
    crate::hierarchy::standing::settle(&app.house, partner).await?;
    let state = state_of(app, visitor, ids).await?;
    let may = |right| visitor.may(partner, right);
    let staying = match state.kind {
        CustomerKind::Trial | CustomerKind::Free if may("read_members") => {
            free::settle(&app.house, customer).await?;
            Some(app.house.ask(&visitor.caller.call(), WhoStays { customer }).await?)
        }
        _ => None,
    };
    let lang = visitor.lang;
    let on_trial = matches!(state.kind, CustomerKind::Trial | CustomerKind::Free);
    let plans = if on_trial && may("allocate") { sold(app, visitor, ids).await? } else { Vec::new() };
    let sheet = Sheet {
        lang,
        base: format!("/msp/{partner}/customers/{customer}/trial"),
        key: form_key(app),
        now: app.house.now(),
        zone: Zone::named(&state.customer.time_zone).unwrap_or(Zone::utc()),
        state: &state,
        plans,
        refused,
    };
    let base = format!("/msp/{partner}/customers");
    let frame = Frame {
        context_line: lang.with("center-trial-of", &[("name", state.customer.name.as_str().into())]),
        crumbs: vec![
            Action { label: lang.t("nav-customers"), href: base.clone(), icon: None },
            Action { label: state.customer.name.clone(), href: format!("{base}/{customer}"), icon: None },
        ],
        toast: done::toast(lang, &visitor.uri, "center"),
        ..visitor.frame(app, partner, lang.t("center-trial")).await?
    };
    let body = html! {
        div.stack {
            (sheet.standing())
            @if let Some(msp) = &state.msp {
                @if on_trial && may("allocate") { (sheet.upgrade(msp)) }
                @if on_trial && may("manage_customers") { (sheet.extend(msp)) }
            }
            @if let Some(staying) = &staying { (sheet.stay(staying, may("manage_customers"))) }
            @if let Some(msp) = state.msp.as_ref().filter(|msp| !msp.extensions.is_empty()) { (sheet.past(msp, may("manage_customers"))) }
        }
    };
    Ok(web::page(&frame, body))
}

struct Sheet<'a> {
    lang: Lang,
    base: String,
    key: String,
    now: store::Timestamp,
    zone: Zone,
    state: &'a TrialState,
    /// Codes and names of the plans a trial can become.
    plans: Vec<(String, String)>,
    refused: &'a Refused,
}

impl Sheet<'_> {
    fn standing(&self) -> Markup {
        let (lang, s) = (self.lang, self.state);
        let (id, tone) = match s.kind {
            CustomerKind::Trial => ("center-active-trials", Tone::Info),
            CustomerKind::Free => ("center-expired-trials", Tone::Warn),
            CustomerKind::Paid | CustomerKind::Internal => ("center-paid", Tone::Good),
        };
        let mut facts = vec![(lang.t("center-plan"), badge::badge(tone, &lang.t(id)))];
        if let Some(end) = s.trial_ends_at {
            let word = if s.kind == CustomerKind::Trial { "center-ends" } else { "center-ended" };
            facts.push((lang.t(word), html! { (lang.date_time(end, &self.zone)) }));
            if s.kind == CustomerKind::Trial {
                facts.push((lang.t("center-left"), html! { (lang.int(days_until(end, self.now))) }));
            }
        }
        let note = match s.kind {
            CustomerKind::Trial => None,
            CustomerKind::Free => Some((Tone::Warn, "center-free-note")),
            CustomerKind::Paid | CustomerKind::Internal => Some((Tone::Info, "center-paid-note")),
        };
        card::card(
            &lang.t("center-standing"),
            "",
            html! {},
            html! {
                div.stack-tight {
                    (keyvalue::pairs(&facts))
                    @if let Some((tone, id)) = note { (card::note(tone, html! { (lang.t(id)) })) }
                }
            },
        )
    }

    fn wrong(&self, card: &str, name: &str) -> Option<String> {
        let (at, why) = &self.refused.wrong;
        (self.refused.card == card && at == name).then(|| why.clone())
    }

    /// What is wrong with a form and stands at none of its fields.
    fn whole(&self, card: &str, fields: &[&str]) -> &str {
        let (at, why) = &self.refused.wrong;
        if self.refused.card == card && !fields.contains(&at.as_str()) { why } else { "" }
    }

    fn upgrade(&self, msp: &Dealings) -> Markup {
        let (lang, s) = (self.lang, self.state);
        let wanted = if self.refused.card == "upgrade" { self.refused.seats.clone() } else { s.seats_wanted.to_string() };
        let seats = Field { within: Some((1, 1_000_000_000)), ..Field::new("seats", lang.t("center-seats"), wanted) };
        let hint = lang.with("center-seats-hint", &[("available", lang.int(msp.available).into())]);
        let plan = if self.refused.plan.is_empty() { STANDARD } else { &self.refused.plan };
        let action = format!("{}/upgrade", self.base);
        let post = form::Form {
            action: &action,
            idempotency: Some(&self.key),
            error: self.whole("upgrade", &["seats", "plan"]),
            ..form::Form::default()
        };
        let body = form::post(
            &post,
            html! {
                (field::input(lang, "number", &seats.required().hint(hint).error(self.wrong("upgrade", "seats"))))
                (field::select(lang, &Field::new("plan", lang.t("center-plan"), plan).error(self.wrong("upgrade", "plan")), &self.plans))
                (form::actions(&lang.t("center-upgrade"), None))
            },
        );
        html! { div #upgrade { (card::card(&lang.t("center-upgrade"), &lang.t("center-upgrade-sub"), html! {}, body)) } }
    }

    fn extend(&self, msp: &Dealings) -> Markup {
        let lang = self.lang;
        let typed = self.refused.card == "extend";
        let days = if typed { self.refused.days.clone() } else { msp.policy.days.to_string() };
        let reason = if typed { self.refused.reason.as_str() } else { "" };
        let values = [("left", msp.extensions_left.into()), ("days", msp.policy.days.into())];
        let days = Field { within: Some((1, LONGEST)), ..Field::new("days", lang.t("center-days"), days) };
        let action = format!("{}/extend", self.base);
        let post = form::Form {
            action: &action,
            idempotency: Some(&self.key),
            error: self.whole("extend", &["days", "reason"]),
            ..form::Form::default()
        };
        let body = form::post(
            &post,
            html! {
                (field::input(lang, "number", &days.required().hint(lang.with("center-extend-hint", &values)).error(self.wrong("extend", "days"))))
                (field::text(lang, &Field::new("reason", lang.t("center-reason"), reason).required().error(self.wrong("extend", "reason"))))
                (form::actions(&lang.t("center-extend"), None))
            },
        );
        html! { div #extend { (card::card(&lang.t("center-extend"), &lang.t("center-extend-sub"), html! {}, body)) } }
    }

    /// Who stays active when the trial ends, or is active on the free plan, and the choice.
    fn stay(&self, staying: &Staying, may: bool) -> Markup {
        let (lang, free) = (self.lang, self.state.kind == CustomerKind::Free);
        let said = |trial: &str, on_free: &str| lang.t(if free { on_free } else { trial });
        let line = lang.with(
            if free { "center-free-line" } else { "center-stay-line" },
            &[("most", staying.most.into()), ("n", staying.would_wait.into())],
        );
        // On the free plan the choice begins with who is active: saved as it stands, it changes nobody.
        let now: Vec<MemberId> = if free { staying.members.iter().map(|m| m.id).collect() } else { staying.chosen.clone() };
        let nobody = said("center-stay-usual", "center-free-nobody");
        let action = format!("{}/stay", self.base);
        let body = html! {
            div.stack-tight {
                p { (line) }
                ul.list { @for m in &staying.members { (person(m)) } }
                @if may && !staying.from.is_empty() {
                    (form::post(&form::Form { action: &action, idempotency: Some(&self.key), error: self.whole("stay", &[]), ..form::Form::default() }, html! {
                        @for (n, name) in STAY.iter().enumerate() {
                            (field::select(lang, &Field::new(*name, lang.with("center-stay-nth", &[("n", (n + 1).into())]), chosen(&now, n)), &choices(&nobody, staying)))
                        }
                        (form::actions(&lang.t("center-stay-save"), None))
                    }))
                }
            }
        };
        card::card(&said("center-stay", "center-free"), &lang.t("center-stay-sub"), html! {}, body)
    }

    /// Extensions made and asked for.
    fn past(&self, msp: &Dealings, may: bool) -> Markup {
        let lang = self.lang;
        let tone = |status| match status {
            RequestStatus::Granted | RequestStatus::Approved => Tone::Good,
            RequestStatus::Waiting => Tone::Warn,
            RequestStatus::Declined => Tone::Bad,
            RequestStatus::Withdrawn => Tone::Neutral,
        };
        let one = |r: &TrialRequest| {
            html! {
                li.row {
                    span.grow {
                        (lang.date(r.asked_at, &self.zone)) " · " (lang.with("center-days-more", &[("n", r.days.into())]))
                        @if let Some(reason) = &r.reason { " · " span dir="auto" { (reason) } }
                        @if let Some(answer) = &r.answer { br; span.muted dir="auto" { (answer) } }
                    }
                    (badge::badge(tone(r.status), &lang.t(&format!("center-request-{}", r.status.word()))))
                    @if may && r.status == RequestStatus::Waiting {
                        form method="post" action={ (self.base) "/withdraw" } data-once {
                            (form::hidden(Some(&self.key)))
                            input type="hidden" name="request" value=(r.id);
                            button.btn.small type="submit" { (lang.t("center-withdraw")) }
                        }
                    }
                }
            }
        };
        let why = self.whole("past", &[]);
        let body = html! {
            @if !why.is_empty() { div.card-body { (card::note(Tone::Bad, html! { (why) })) } }
            ul.list { @for r in &msp.extensions { (one(r)) } }
        };
        card::list(&lang.t("center-extensions"), "", html! {}, body)
    }
}

/// The fields of the choice.
const STAY: [&str; 3] = ["first", "second", "third"];

fn person(m: &Stays) -> Markup {
    html! { li.row { span.grow dir="auto" { (m.name) } span.muted.small translate="no" { (m.email) } } }
}

fn chosen(now: &[MemberId], n: usize) -> String {
    now.get(n).map_or_else(String::new, MemberId::to_string)
}

/// Nobody, then whoever can be chosen.
fn choices(nobody: &str, staying: &Staying) -> Vec<(String, String)> {
    let nobody = (String::new(), nobody.to_owned());
    std::iter::once(nobody).chain(staying.from.iter().map(|m| (m.id.to_string(), format!("{} · {}", m.name, m.email)))).collect()
}

/// Executes a form's command: away when it is done, the page again when it is refused.
async fn perform<C: Command>(
    app: &Shared,
    visitor: &Visitor,
    ids: (PartnerId, CustomerId),
    key: &str,
    input: Result<C, Problem>,
    refused: Refused,
    word: impl FnOnce(&C::Done) -> &'static str,
) -> Result<Response, Problem> {
    let wrong = match input {
        Err(problem) => wrong::of(visitor.lang, "trials", &problem),
        Ok(command) => match app.house.execute(visitor.caller.call_with(key), command).await {
            Ok(answer) => {
                let to = format!("/msp/{}/customers/{}/trial?done={}", ids.0, ids.1, word(&answer.value));
                return Ok(swap::leave(&visitor.headers, &to));
            }
            Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "trials", no),
            Err(fail) => return Err(fail.into()),
        },
    };
    let page = draw(app, visitor, ids, &Refused { wrong, ..refused }).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// What the form for more time sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ExtendForm {
    days: String,
    reason: String,
    idempotency_key: String,
}

async fn extend(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<ExtendForm>,
) -> Result<Response, Problem> {
    let ids = (partner, customer);
    state_of(&app, &visitor, ids).await?;
    door::probe::<ManageCustomers>(&app.house, &visitor.caller, customer).await?;
    crate::hierarchy::standing::settle(&app.house, partner).await?;
    let days = form.days.trim().parse().ok().filter(|n| (1..=LONGEST).contains(n));
    let days = days.ok_or_else(|| Problem::invalid("/days", "out-of-range", "A whole number from 1 to 365."));
    let reason = Note::parse(form.reason.clone()).map_err(|why| Problem::invalid("/reason", "invalid", why));
    let input = days.and_then(|days| Ok(ExtendTrial { customer, days, reason: reason? }));
    let refused = Refused { card: "extend", days: form.days, reason: form.reason, ..Refused::default() };
    let word = |done: &crate::licensing::trials::Extension| if done.status == RequestStatus::Waiting { "asked" } else { "extended" };
    perform(&app, &visitor, ids, &form.idempotency_key, input, refused, word).await
}

/// What the form for an upgrade sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct UpgradeForm {
    seats: String,
    plan: String,
    idempotency_key: String,
}

async fn upgrade(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<UpgradeForm>,
) -> Result<Response, Problem> {
    let ids = (partner, customer);
    state_of(&app, &visitor, ids).await?;
    door::probe::<Allocate>(&app.house, &visitor.caller, customer).await?;
    crate::hierarchy::standing::settle(&app.house, partner).await?;
    let seats = form.seats.trim().parse().ok().filter(|n| (1..=1_000_000_000).contains(n));
    let input = seats
        .ok_or_else(|| Problem::invalid("/seats", "out-of-range", "A whole number from 1 to 1,000,000,000."))
        .and_then(|seats| Paid { seats, plan: Some(form.plan.clone()).filter(|plan| !plan.is_empty()) }.command(customer));
    let refused = Refused { card: "upgrade", seats: form.seats, plan: form.plan, ..Refused::default() };
    perform(&app, &visitor, ids, &form.idempotency_key, input, refused, |_| "upgraded").await
}

/// What the choice sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StayForm {
    first: String,
    second: String,
    third: String,
    idempotency_key: String,
}

async fn stay(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<StayForm>,
) -> Result<Response, Problem> {
    let ids = (partner, customer);
    state_of(&app, &visitor, ids).await?;
    door::probe::<ManageCustomers>(&app.house, &visitor.caller, customer).await?;
    let chosen = [&form.first, &form.second, &form.third].into_iter().filter(|text| !text.is_empty());
    let members: Option<Vec<MemberId>> = chosen.map(|text| MemberId::parse(text)).collect();
    free::settle(&app.house, customer).await?;
    let input = match members {
        Some(members) => Ok(ChooseWhoStays { customer, members }),
        None => Err(Problem::invalid("/members", "invalid", "Choose from the list.")),
    };
    let refused = Refused { card: "stay", ..Refused::default() };
    perform(&app, &visitor, ids, &form.idempotency_key, input, refused, |()| "stay").await
}

/// What giving a request up sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WithdrawForm {
    request: String,
    idempotency_key: String,
}

async fn withdraw(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<WithdrawForm>,
) -> Result<Response, Problem> {
    let ids = (partner, customer);
    state_of(&app, &visitor, ids).await?;
    door::probe::<ManageCustomers>(&app.house, &visitor.caller, customer).await?;
    let request = TrialRequestId::parse(&form.request);
    let input = request
        .map(|request| WithdrawRequest { customer, request })
        .ok_or_else(|| Problem::invalid("/request", "invalid", "There is no such request."));
    let refused = Refused { card: "past", ..Refused::default() };
    perform(&app, &visitor, ids, &form.idempotency_key, input, refused, |_| "withdrawn").await
}
