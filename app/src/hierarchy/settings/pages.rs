//! Console twin of settings: three forms, each sending its own fields to the same address.

use axum::{extract::State, response::Response};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde_json::Value;
use store::{PartnerId, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    brand::Ramp,
    door::{self, PathId},
    forms::{Fields, Form},
    parts::{
        Tone, card,
        field::{self, Field},
        form, keyvalue,
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{EditSettings, Settings, SettingsChange, SettingsOf};
use crate::{
    app::Shared,
    console::{
        Visitor, done, form_key,
        wrong::{self, Wrong},
    },
};

const COLOUR: Swap = Swap::section("brand-colour");
const NUMBERS: &[&str] = &[
    "default_max_mau",
    "low_pass_percent",
    "stale_campaign_days",
    "near_limit_percent",
    "member_retention_days",
    "agent_silent_days",
    "agent_active_days",
    "expiring_months",
    "draft_days",
];
const CLEARABLE: &[&str] = &["product_name", "accent", "terms_url", "privacy_url", "allowed_vendors"];

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/msp/{msp}/settings", show).post("/msp/{msp}/settings", save).merge(super::pages_logo::routes())
}

pub(super) fn values(s: &Settings) -> Fields {
    let Ok(Value::Object(all)) = serde_json::to_value(s) else { return Fields::default() };
    let text = |v: Value| match v {
        Value::String(s) => s,
        Value::Null => String::new(),
        other => other.to_string(),
    };
    all.into_iter().map(|(k, v)| (k, text(v))).collect()
}

fn change_of(fields: &Fields) -> Result<SettingsChange, Problem> {
    let mut body = serde_json::Map::new();
    for (name, value) in fields.iter() {
        let (name, value) = (name.as_str(), value.trim());
        if name == "member_retention_days" && value.is_empty() {
            body.insert(name.into(), Value::Null);
        } else if NUMBERS.contains(&name) {
            body.insert(name.into(), value.parse::<i64>().map_or_else(|_| value.into(), Value::from));
        } else if CLEARABLE.contains(&name) || name == "name" {
            body.insert(name.into(), if value.is_empty() && name != "name" { Value::Null } else { value.into() });
        }
    }
    let change: SettingsChange = door::read(Value::Object(body).to_string().as_bytes())?;
    change.checked().map_err(|(field, code, why)| Problem::invalid(format!("/{field}"), code, why))
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let settings = found(&app, &visitor, partner).await?;
    draw(&app, &visitor, partner, &settings, &values(&settings), &Wrong::default()).await
}

pub(super) async fn found(app: &Shared, visitor: &Visitor, partner: PartnerId) -> Result<Settings, Problem> {
    door::look(&app.house, &visitor.caller, partner, Ok(SettingsOf { partner })).await?.ok_or_else(Problem::not_found)
}

async fn save(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ManageSettings>(&app.house, &visitor.caller, partner).await?;
    fields.only(&[NUMBERS, CLEARABLE, &["name", "version"]].concat())?;
    let settings = found(&app, &visitor, partner).await?;
    let wrong = match change_of(&fields) {
        Err(problem) => wrong::of(visitor.lang, "", &problem),
        Ok(change) => {
            let call = visitor.caller.call_with(fields.key());
            let version = fields.version();
            match app.house.execute(call, EditSettings { partner, version, change }).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/settings?done=saved"))),
                Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "", no),
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    let mut shown = values(&settings);
    shown.extend(fields);
    let mut response = draw(&app, &visitor, partner, &settings, &shown, &wrong).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

pub(super) async fn draw(
    app: &Shared,
    visitor: &Visitor,
    partner: PartnerId,
    settings: &Settings,
    fields: &Fields,
    wrong: &Wrong,
) -> Result<Response, Problem> {
    let (lang, at) = (visitor.lang, Address::of(&visitor.uri));
    let s = Sheet { app, lang, action: format!("/msp/{partner}/settings"), fields, wrong, may: visitor.may(partner, "manage_settings") };
    let chosen = at.get("accent").or(fields.get("accent").map(String::as_str)).unwrap_or_default().to_owned();
    let colour = s.colour(&at, &chosen);
    let frame = Frame {
        context_line: lang.t("hierarchy-settings-context"),
        toast: done::toast(lang, &visitor.uri, "hierarchy"),
        actions: mail_link(lang, partner, s.may),
        ..visitor.frame(app, partner, lang.t("nav-settings")).await?
    };
    Ok(swap::answer(&visitor.headers, colour, |colour| {
        let body = html! {
            div.stack {
                @if !wrong::top(wrong).is_empty() { (card::note(Tone::Bad, html! { (wrong::top(wrong)) })) }
                @if !s.may { (card::note(Tone::Info, html! { (lang.t("hierarchy-settings-read-only")) })) }
                (card::card(&lang.t("hierarchy-settings-general"), &lang.t("hierarchy-settings-general-sub"), html! {}, s.general(settings)))
                (card::card(&lang.t("hierarchy-settings-brand"), &lang.t("hierarchy-settings-brand-sub"), html! {}, html! { div.stack { (s.logo(settings)) (colour) (s.brand()) } }))
                (card::card(&lang.t("hierarchy-settings-thresholds"), &lang.t("hierarchy-settings-thresholds-sub"), html! {}, s.thresholds()))
            }
        };
        web::page(&frame, body)
    }))
}

/// The way to the test of outgoing mail.
fn mail_link(lang: Lang, partner: PartnerId, may: bool) -> Vec<Action> {
    let link = Action { label: lang.t("operations-mail-title"), href: format!("/msp/{partner}/settings/mail"), icon: Some("mail") };
    if may { vec![link] } else { Vec::new() }
}

/// What the three forms share.
pub(super) struct Sheet<'a> {
    pub(super) app: &'a Shared,
    pub(super) lang: Lang,
    pub(super) action: String,
    fields: &'a Fields,
    wrong: &'a Wrong,
    pub(super) may: bool,
}

impl Sheet<'_> {
    pub(super) fn one(&self, name: &'static str) -> Field {
        let label = self.lang.t(&format!("hierarchy-set-{}", name.replace('_', "-")));
        let mut field = Field::new(name, label, self.fields.typed(name)).error(wrong::at(self.wrong, name));
        field.disabled = !self.may;
        field
    }

    fn form(&self, body: Markup) -> Markup {
        let key = form_key(self.app);
        form::post(
            &form::Form { action: &self.action, idempotency: Some(&key), ..form::Form::default() },
            html! {
                input type="hidden" name="version" value=(self.fields.typed("version"));
                (body)
                @if self.may { (form::actions(&self.lang.t("hierarchy-save"), None)) }
            },
        )
    }

    fn general(&self, s: &Settings) -> Markup {
        let lang = self.lang;
        let fixed = keyvalue::pairs(&[
            (lang.t("hierarchy-time-zone"), html! { (s.zone) }),
            (lang.t("hierarchy-currency"), html! { (s.currency) }),
            (lang.t("hierarchy-region"), html! { (s.region) }),
        ]);
        html! {
            div.stack {
            (self.form(html! {
                (field::text(lang, &self.one("name").required()))
                (field::input(lang, "number", &self.one("default_max_mau").required().hint(lang.t("hierarchy-set-default-max-mau-hint"))))
                (field::text(lang, &self.one("allowed_vendors").hint(lang.t("hierarchy-set-inherited"))))
                (field::input(lang, "number", &self.one("member_retention_days").hint(lang.t("hierarchy-set-member-retention-days-hint"))))
                (field::input(lang, "number", &self.one("draft_days").required().hint(lang.t("hierarchy-set-draft-days-hint"))))
                (field::input(lang, "number", &self.one("expiring_months").required().hint(lang.t("hierarchy-set-expiring-months-hint"))))
            }))
            (fixed)
            }
        }
    }

    fn brand(&self) -> Markup {
        let lang = self.lang;
        self.form(html! {
            (field::text(lang, &self.one("product_name").hint(lang.t("hierarchy-set-product-name-hint"))))
            (field::input(lang, "url", &self.one("terms_url").hint(lang.t("hierarchy-set-inherited"))))
            (field::input(lang, "url", &self.one("privacy_url").hint(lang.t("hierarchy-set-inherited"))))
        })
    }

    /// The colour with what becomes of it: refetched while one is chosen.
    fn colour(&self, at: &Address, chosen: &str) -> Markup {
        let lang = self.lang;
        let ramp = Ramp::of(chosen);
        let mut field = self.one("accent");
        field.value = if ramp.is_some() { chosen.to_owned() } else { "#1d4fd8".to_owned() };
        COLOUR.wrap(html! {
            div.stack-tight {
                (COLOUR.form(&at.without(&["done"]), &["accent"], "form", html! {
                    (field::input(lang, "color", &field))
                    noscript { button.btn.small type="submit" { (lang.t("hierarchy-see-colour")) } }
                }))
                @if let Some(ramp) = &ramp { (sample(lang, ramp)) }
                @if self.may && ramp.is_some() {
                    (self.form(html! { input type="hidden" name="accent" value=(chosen); }))
                }
            }
        })
    }

    fn thresholds(&self) -> Markup {
        let lang = self.lang;
        let number = |name, hint: &str| field::input(lang, "number", &self.one(name).required().hint(lang.t(hint)));
        self.form(html! {
            div.form-row {
                (number("low_pass_percent", "hierarchy-set-low-pass-percent-hint"))
                (number("stale_campaign_days", "hierarchy-set-stale-campaign-days-hint"))
                (number("near_limit_percent", "hierarchy-set-near-limit-percent-hint"))
            }
            div.form-row {
                (number("agent_silent_days", "hierarchy-set-agent-silent-days-hint"))
                (number("agent_active_days", "hierarchy-set-agent-active-days-hint"))
            }
        })
    }
}

/// How the colour will look, and whether it had to be darkened so that text on it can be read.
fn sample(lang: Lang, ramp: &Ramp) -> Markup {
    let text =
        lang.with(if ramp.moved { "hierarchy-colour-moved" } else { "hierarchy-colour-kept" }, &[("used", ramp.used.as_str().into())]);
    html! {
        div.row role="status" {
            svg viewBox="0 0 64 28" width="64" height="28" role="img" aria-label=(text) {
                rect width="64" height="28" rx="6" fill=(ramp.used) {}
                text x="32" y="19" text-anchor="middle" font-size="14" fill=(ramp.on) { "Aa" }
            }
            span.muted { (text) }
        }
    }
}
