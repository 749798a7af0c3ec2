//! Console twin: a customer's e-mail, what to set up and whether mail comes, watched live.

use ::store::{CustomerId, PartnerId, Zone, kinds};
use access::permissions::ManageDomain;
use axum::{extract::State, response::Response};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathIds},
    forms::Form,
    parts::{
        Tone, badge, card, code, empty,
        field::{self, Field},
        form, icon, keyvalue,
        stepper::{self, State as Stand, stepper},
        table::{Column, Row, Table, table},
        tabs::{Tab, tabs},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{BeginTest, DeliveryTest, MINUTES, Mail, MailOf, SetStep, Stands, Step, sending::Sending, steps::MailStep};
use crate::{
    app::Shared,
    console::{Visitor, done, form_key, wrong},
    hierarchy::customer::CustomerOf,
    noun::Email,
    operations::{self, mail_test::why},
    provisioning::domains::rules::Provider,
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;

const LIVE: Swap = Swap::section("delivery");

pub(super) fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}/mail", show)
        .post("/msp/{msp}/customers/{customer}/mail/tests", begin)
        .post("/msp/{msp}/customers/{customer}/mail/steps", set_step)
}

fn base(partner: PartnerId, customer: CustomerId) -> String {
    format!("/msp/{partner}/customers/{customer}/mail")
}

/// Whether the visitor may change something here; 404 for a customer of another partner in this partner's address.
async fn ours(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Result<(), Problem> {
    door::probe::<ManageDomain>(&app.house, &visitor.caller, customer).await?;
    let found = door::look(&app.house, &visitor.caller, customer, Ok(CustomerOf { partner, customer })).await?;
    found.map(drop).ok_or_else(Problem::not_found)
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    draw(&app, &visitor, partner, customer, &TestForm::default(), None).await
}

/// What the form of a test sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TestForm {
    to: String,
    idempotency_key: String,
}

async fn begin(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<TestForm>,
) -> Result<Response, Problem> {
    ours(&app, &visitor, partner, customer).await?;
    let why = match Email::parse(form.to.clone()) {
        Err(_) => wrong::field(visitor.lang, "email", "invalid"),
        Ok(to) => match app.house.execute(visitor.caller.call_with(&form.idempotency_key), BeginTest { customer, to }).await {
            Ok(_) => {
                operations::poke(&app);
                return Ok(swap::leave(&visitor.headers, &base(partner, customer)));
            }
            Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "provisioning-delivery", no).1,
            Err(fail) => return Err(fail.into()),
        },
    };
    let mut response = draw(&app, &visitor, partner, customer, &form, Some(why)).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// What the button of a step sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StepForm {
    step: String,
    done: String,
    idempotency_key: String,
}

async fn set_step(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<StepForm>,
) -> Result<Response, Problem> {
    ours(&app, &visitor, partner, customer).await?;
    let unknown = |field: &str| Problem::invalid(format!("/{field}"), "invalid", "There is no such step.");
    let step = Step::parse(&form.step).ok_or_else(|| unknown("step"))?;
    let done = form.done.parse().map_err(|_| unknown("done"))?;
    app.house.execute(visitor.caller.call_with(&form.idempotency_key), SetStep { customer, step, done }).await?;
    let to = format!("{}?provider={}", base(partner, customer), word(step.provider()));
    Ok(swap::leave(&visitor.headers, &to))
}

const fn word(provider: Provider) -> &'static str {
    match provider {
        Provider::Microsoft365 => "microsoft",
        Provider::GoogleWorkspace => "google",
    }
}

async fn draw(
    app: &Shared,
    visitor: &Visitor,
    partner: PartnerId,
    customer: CustomerId,
    form: &TestForm,
    error: Option<String>,
) -> Result<Response, Problem> {
    let ours = door::look(&app.house, &visitor.caller, customer, Ok(CustomerOf { partner, customer })).await?;
    ours.ok_or_else(Problem::not_found)?;
    let mail = door::look(&app.house, &visitor.caller, customer, Ok(MailOf { customer })).await?.ok_or_else(Problem::not_found)?;
    let lang = visitor.lang;
    let mut at = Address::of(&visitor.uri).without(&["done"]);
    at.path = base(partner, customer);
    let sheet = Sheet { app, lang, at: &at, mail: &mail, may: visitor.may(partner, "manage_domain") };
    let section = LIVE.wrap(sheet.live());
    let frame = Frame {
        context_line: lang.t("provisioning-delivery-context"),
        crumbs: vec![
            Action { label: lang.t("nav-customers"), href: format!("/msp/{partner}/customers"), icon: None },
            Action { label: mail.customer.name.clone(), href: format!("/msp/{partner}/customers/{customer}"), icon: None },
        ],
        toast: done::toast(lang, &visitor.uri, "provisioning"),
        ..visitor.frame(app, partner, lang.t("provisioning-delivery-title")).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| {
        let test = html! { div.stack { (sheet.ask(form, error)) (section) } };
        web::page(
            &frame,
            html! {
                div.stack {
                    (card::card(&lang.t("provisioning-delivery-test"), &lang.t("provisioning-delivery-test-sub"), html! {}, test))
                    (card::card(&lang.t("provisioning-delivery-steps"), &lang.t("provisioning-delivery-steps-sub"), html! {}, sheet.steps()))
                }
            },
        )
    }))
}

/// What the parts of the page share.
struct Sheet<'a> {
    app: &'a Shared,
    lang: Lang,
    at: &'a Address,
    mail: &'a Mail,
    may: bool,
}

impl Sheet<'_> {
    /// The form, or what has to be done before there can be one.
    fn ask(&self, form: &TestForm, error: Option<String>) -> Markup {
        let lang = self.lang;
        if self.mail.domains.is_empty() {
            let domain = format!("{}/domain", self.at.path.trim_end_matches("/mail"));
            return card::note(
                Tone::Warn,
                html! { (lang.t("provisioning-delivery-no-domain")) " " a href=(domain) { (lang.t("provisioning-delivery-prove")) } },
            );
        }
        if !self.may {
            return html! {};
        }
        let hint = lang.with("provisioning-delivery-to-hint", &[("domains", self.mail.domains.join(", ").into())]);
        let mut to = Field::new("to", lang.t("provisioning-delivery-to"), &form.to).required().hint(hint).error(error);
        to.autocomplete = Some("off");
        let action = format!("{}/tests", self.at.path);
        html! {
            (form::post(&form::Form { action: &action, idempotency: Some(&form_key(self.app)), ..form::Form::default() }, html! {
                (field::input(lang, "email", &to))
                div.form-actions { button.btn.primary type="submit" { (icon("mail")) (lang.t("provisioning-delivery-send")) } }
            }))
            @if self.app.demo { (card::note(Tone::Info, html! { (lang.t("operations-mail-demo")) })) }
            @else if self.app.config.smtp.is_none() { (card::note(Tone::Warn, html! { (lang.t("operations-mail-none")) })) }
        }
    }

    /// The last test, and those before it: refetched while one waits.
    fn live(&self) -> Markup {
        let lang = self.lang;
        let Some(last) = self.mail.tests.first() else {
            return html! {
                div.stack {
                    (self.verdict())
                    (empty::empty("mail", &lang.t("provisioning-delivery-none"), &lang.t("provisioning-delivery-none-text"), None))
                }
            };
        };
        let waits = self.mail.tests.iter().any(|t| t.status == Stands::Waiting);
        html! {
            (LIVE.poll(waits, 3))
            div.stack {
                (self.verdict())
                (self.one(last))
                @if self.mail.tests.len() > 1 { (self.history()) }
            }
        }
    }

    /// How the customer's e-mail stands now, whoever found it out.
    fn verdict(&self) -> Markup {
        let (lang, now) = (self.lang, self.app.house.now());
        let (tone, id) = match (self.mail.verified, self.mail.checked_at) {
            (true, _) => (Tone::Good, "provisioning-delivery-verified"),
            (false, Some(_)) => (Tone::Bad, "provisioning-delivery-unverified"),
            (false, None) => (Tone::Warn, "provisioning-delivery-unchecked"),
        };
        html! { p { (badge::dot(tone, &lang.with(id, &[("ago", lang.ago(self.mail.checked_at, now).into())]))) } }
    }

    fn one(&self, test: &DeliveryTest) -> Markup {
        let (lang, now) = (self.lang, self.app.house.now());
        let (sent, came) = match test.status {
            Stands::Waiting if test.sent_at.is_none() => (Stand::Running, Stand::Waiting),
            Stands::Waiting => (Stand::Done, Stand::Running),
            Stands::Passed => (Stand::Done, Stand::Done),
            Stands::Failed => (Stand::Failed, Stand::Waiting),
            Stands::Expired if test.sent_at.is_none() => (Stand::Failed, Stand::Waiting),
            Stands::Expired => (Stand::Done, Stand::Failed),
        };
        let step = |id: &str, state| stepper::Step { name: lang.t(id), state, ..stepper::Step::default() };
        let to = || ("to", test.to.as_str().into());
        html! {
            div.stack-tight {
                (stepper(lang, &[step("provisioning-delivery-sent", sent), step("provisioning-delivery-came", came)]))
                @match test.status {
                    Stands::Waiting => {
                        @if test.answer.is_some() { (card::note(Tone::Warn, html! { (lang.t("provisioning-delivery-not-now")) " " (why(lang, test.answer.as_ref())) })) }
                        p.muted role="status" {
                            @if test.sent_at.is_none() { (lang.with("provisioning-delivery-sending", &[to()])) }
                            @else { (lang.with("provisioning-delivery-waiting", &[to(), ("until", lang.date_time(test.expires_at, &self.zone()).into())])) }
                        }
                    }
                    Stands::Passed => (card::note(Tone::Good, html! { (lang.with("provisioning-delivery-passed", &[to(), ("ago", lang.ago(test.ended_at, now).into())])) })),
                    Stands::Failed => (card::note(Tone::Bad, html! { (why(lang, test.answer.as_ref())) })),
                    Stands::Expired => (card::note(Tone::Warn, html! {
                        (lang.with("provisioning-delivery-expired", &[to(), ("n", MINUTES.into())]))
                        @if test.answer.is_some() { " " (why(lang, test.answer.as_ref())) }
                    })),
                }
            }
        }
    }

    fn zone(&self) -> Zone {
        Zone::named(&self.mail.customer.time_zone).unwrap_or(Zone::utc())
    }

    fn history(&self) -> Markup {
        let (lang, zone) = (self.lang, self.zone());
        let rows = self.mail.tests.iter().map(|test| {
            let (tone, id) = match test.status {
                Stands::Waiting => (Tone::Info, "provisioning-delivery-is-waiting"),
                Stands::Passed => (Tone::Good, "provisioning-delivery-is-passed"),
                Stands::Failed => (Tone::Bad, "provisioning-delivery-is-failed"),
                Stands::Expired => (Tone::Warn, "provisioning-delivery-is-expired"),
            };
            Row {
                cells: vec![
                    html! { (lang.date_time(test.created_at, &zone)) },
                    html! { span translate="no" { (test.to) } },
                    badge::dot(tone, &lang.t(id)),
                ],
                ..Row::default()
            }
        });
        let list = Table {
            caption: lang.t("provisioning-delivery-history"),
            columns: vec![
                Column::plain("at", lang.t("provisioning-delivery-begun")),
                Column::plain("to", lang.t("provisioning-delivery-to")),
                Column::plain("status", lang.t("provisioning-delivery-result")),
            ],
            rows: rows.collect(),
            compact: true,
            ..Table::default()
        };
        table(lang, Swap::page(), &list)
    }

    /// What to set up, for one of the two mail systems.
    fn steps(&self) -> Markup {
        let lang = self.lang;
        let shown = if self.at.get("provider") == Some("google") { Provider::GoogleWorkspace } else { Provider::Microsoft365 };
        let tab = |provider: Provider, id: &str| {
            let of: Vec<&MailStep> = self.mail.steps.iter().filter(|s| s.provider == provider).collect();
            let open = of.iter().filter(|s| !s.done).count();
            let label = format!("{} ({}/{})", lang.t(id), of.len() - open, of.len());
            Tab { label, href: self.at.with("provider", word(provider)).to_string(), active: provider == shown, count: None }
        };
        let sending = Sending::of(self.app, self.mail.customer.id);
        html! {
            div.stack {
                (tabs(lang, &lang.t("provisioning-delivery-steps"), &[
                    tab(Provider::Microsoft365, "provisioning-delivery-microsoft"),
                    tab(Provider::GoogleWorkspace, "provisioning-delivery-google"),
                ]))
                @if sending.addresses.is_empty() { (card::note(Tone::Info, html! { (lang.t("provisioning-delivery-no-addresses")) })) }
                ol.stack {
                    @for step in self.mail.steps.iter().filter(|s| s.provider == shown) { li { (self.step(step, &sending)) } }
                }
            }
        }
    }

    fn step(&self, s: &MailStep, sending: &Sending) -> Markup {
        let lang = self.lang;
        let id = s.step.word().replace('_', "-");
        let values: Vec<(String, Markup)> =
            sending.values(s.step).into_iter().map(|(label, value)| (lang.t(label), code::copyable(lang, &value))).collect();
        let commands = sending.commands(s.step);
        let action = format!("{}/steps", self.at.path);
        let press = if s.done { "provisioning-delivery-undo-step" } else { "provisioning-delivery-do-step" };
        html! {
            div.stack-tight {
                div.row { h3 { (lang.t(&format!("provisioning-delivery-step-{id}"))) } (self.state(s)) }
                p { (lang.t(&format!("provisioning-delivery-how-{id}"))) }
                @if !values.is_empty() { (keyvalue::pairs(&values)) }
                @if !commands.is_empty() {
                    p.muted.small { (lang.t("provisioning-delivery-powershell")) }
                    @for command in &commands { (code::copyable(lang, command)) }
                }
                @if self.may {
                    form method="post" action=(action) data-once {
                        (form::hidden(Some(&form_key(self.app))))
                        input type="hidden" name="step" value=(s.step.word());
                        input type="hidden" name="done" value=(if s.done { "false" } else { "true" });
                        button.btn.small type="submit" { (lang.t(press)) }
                    }
                }
            }
        }
    }

    fn state(&self, s: &MailStep) -> Markup {
        let lang = self.lang;
        let Some(at) = s.done_at else { return badge::dot(Tone::Neutral, &lang.t("provisioning-delivery-open")) };
        let by = s.done_by_name.clone().unwrap_or_else(|| lang.t("provisioning-delivery-by-program"));
        let when = lang.date_time(at, &self.zone());
        badge::dot(Tone::Good, &lang.with("provisioning-delivery-done", &[("name", by.into()), ("at", when.into())]))
    }
}
