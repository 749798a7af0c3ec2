//! Console twin of branding: the page shows what a choice looks like while it is made; nothing is kept before it is saved.

use ::store::{CustomerId, PartnerId, kinds};
use access::permissions::ManageBrand;
use axum::{
    extract::{DefaultBodyLimit, Request, State},
    handler::Handler,
    response::Response,
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathIds},
    forms::Form,
    parts::{
        Tone, badge, card,
        field::{self, Field},
        form, icon, keyvalue,
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    Brand, BrandChange, BrandOf, EditBrand, Readable, SetCustomerLogo,
    preview::{Shown, preview},
};
use crate::{
    app::Shared,
    console::{
        Visitor, done, form_key,
        wrong::{self, Wrong},
    },
    hierarchy::{
        customer::CustomerOf,
        customers::Customer,
        noun::CustomerKind,
        settings::{self, PATIENCE},
    },
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;

const LIVE: Swap = Swap::section("brand");
/// What the colour field shows where the console's own colour is used.
const OURS: &str = "#1d4fd8";

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}/branding", show)
        .post("/msp/{msp}/customers/{customer}/branding", save)
        .post("/msp/{msp}/customers/{customer}/branding/reset", reset)
        .post("/msp/{msp}/customers/{customer}/branding/logo", upload.layer(DefaultBodyLimit::max(PATIENCE)))
}

fn base(partner: PartnerId, customer: CustomerId) -> String {
    format!("/msp/{partner}/customers/{customer}/branding")
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    let at = Address::of(&visitor.uri);
    let chosen = |name: &str| at.get(name).map(str::to_owned);
    let chosen = Chosen { display_name: chosen("display_name"), accent: chosen("accent") };
    draw(&app, &visitor, partner, customer, &chosen, &Wrong::default()).await
}

/// What somebody has chosen and not saved.
#[derive(Debug, Default)]
struct Chosen {
    display_name: Option<String>,
    accent: Option<String>,
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BrandForm {
    display_name: String,
    accent: String,
    version: String,
    idempotency_key: String,
}

async fn save(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<BrandForm>,
) -> Result<Response, Problem> {
    door::probe::<ManageBrand>(&app.house, &visitor.caller, customer).await?;
    ours(&app, &visitor, partner, customer).await?;
    let text = |t: &str| if t.trim().is_empty() { Value::Null } else { t.trim().into() };
    // The same body a program would send. A field of colour cannot be empty: no colour is chosen by the reset.
    let mut body = json!({ "display_name": text(&form.display_name) });
    if !form.accent.trim().is_empty() {
        body["accent"] = text(&form.accent);
    }
    let wrong = match door::read::<BrandChange>(body.to_string().as_bytes()) {
        Err(problem) => wrong::of(visitor.lang, "", &problem),
        Ok(change) => {
            let version = form.version.parse().ok();
            match app.house.execute(visitor.caller.call_with(&form.idempotency_key), EditBrand { customer, version, change }).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("{}?done=saved", base(partner, customer)))),
                Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "", no),
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    let chosen = Chosen { display_name: Some(form.display_name), accent: Some(form.accent) };
    refused(draw(&app, &visitor, partner, customer, &chosen, &wrong).await?)
}

fn refused(mut response: Response) -> Result<Response, Problem> {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// What a button that takes over the partner's sends: which of the two.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ResetForm {
    what: String,
    idempotency_key: String,
}

async fn reset(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<ResetForm>,
) -> Result<Response, Problem> {
    door::probe::<ManageBrand>(&app.house, &visitor.caller, customer).await?;
    ours(&app, &visitor, partner, customer).await?;
    let call = visitor.caller.call_with(&form.idempotency_key);
    match form.what.as_str() {
        "accent" => {
            let change = BrandChange { accent: Some(None), ..BrandChange::default() };
            app.house.execute(call, EditBrand { customer, version: None, change }).await?;
        }
        "logo" => {
            app.house.execute(call, SetCustomerLogo { customer, picture: None }).await?;
        }
        _ => return Err(Problem::invalid("/what", "invalid", "Reset accent or logo.")),
    }
    Ok(swap::leave(&visitor.headers, &format!("{}?done=saved", base(partner, customer))))
}

async fn upload(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    request: Request,
) -> Result<Response, Problem> {
    door::probe::<ManageBrand>(&app.house, &visitor.caller, customer).await?;
    ours(&app, &visitor, partner, customer).await?;
    let why = match settings::receive(request).await {
        Ok((picture, key)) => {
            let command = SetCustomerLogo { customer, picture: Some(picture) };
            match app.house.execute(visitor.caller.call_with(&key), command).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("{}?done=saved", base(partner, customer)))),
                Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "", no).1,
                Err(fail) => return Err(fail.into()),
            }
        }
        Err(unfit) => visitor.lang.t(&format!("hierarchy-logo-{}", unfit.word())),
    };
    refused(draw(&app, &visitor, partner, customer, &Chosen::default(), &("file".to_owned(), why)).await?)
}

/// 404 for a customer of another partner in this partner's address.
async fn ours(app: &Shared, visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Result<(), Problem> {
    let found = door::look(&app.house, &visitor.caller, customer, Ok(CustomerOf { partner, customer })).await?;
    found.map(drop).ok_or_else(Problem::not_found)
}

async fn draw(
    app: &Shared,
    visitor: &Visitor,
    partner: PartnerId,
    customer: CustomerId,
    chosen: &Chosen,
    wrong: &Wrong,
) -> Result<Response, Problem> {
    ours(app, visitor, partner, customer).await?;
    let found = door::look(&app.house, &visitor.caller, customer, Ok(BrandOf { customer })).await?;
    let (c, brand) = found.ok_or_else(Problem::not_found)?;
    let lang = visitor.lang;
    let may = visitor.may(partner, "manage_brand") && c.kind != CustomerKind::Free;
    let mut at = Address::of(&visitor.uri).without(&["done"]);
    at.path = base(partner, customer);
    let sheet = Sheet { app, lang, base: base(partner, customer), at, c: &c, brand: &brand, chosen, wrong, may };
    let section = LIVE.wrap(sheet.live());
    let frame = Frame {
        context_line: lang.t("hierarchy-brand-context"),
        crumbs: vec![
            Action { label: lang.t("nav-customers"), href: format!("/msp/{partner}/customers"), icon: None },
            Action { label: c.name.clone(), href: format!("/msp/{partner}/customers/{customer}"), icon: None },
        ],
        toast: done::toast(lang, &visitor.uri, "hierarchy"),
        ..visitor.frame(app, partner, lang.t("hierarchy-brand-title")).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| {
        web::page(
            &frame,
            html! {
                div.stack {
                    @if c.kind == CustomerKind::Free { (card::note(Tone::Info, html! { (lang.t("refused-free-plan")) })) }
                    (section)
                    (card::card(&lang.t("hierarchy-set-logo"), &lang.t("hierarchy-brand-logo-sub"), html! {}, sheet.logo()))
                }
            },
        )
    }))
}

/// What the parts of the page share.
struct Sheet<'a> {
    app: &'a Shared,
    lang: Lang,
    base: String,
    at: Address,
    c: &'a Customer,
    brand: &'a Brand,
    chosen: &'a Chosen,
    wrong: &'a Wrong,
    may: bool,
}

impl Sheet<'_> {
    fn display_name(&self) -> &str {
        self.chosen.display_name.as_deref().or(self.brand.display_name.as_deref()).unwrap_or_default().trim()
    }

    /// The colour that is looked at; none where the console's own is used.
    fn accent(&self) -> Option<&str> {
        let chosen = self.chosen.accent.as_deref().filter(|c| Readable::of(c).is_some_and(|_| c.starts_with('#')));
        chosen.or(self.brand.accent.as_deref())
    }

    fn error(&self, name: &str) -> Option<String> {
        wrong::at(self.wrong, name)
    }

    /// Name and colour as they are chosen, what they look like, and the button that keeps them: refetched with every change.
    fn live(&self) -> Markup {
        let lang = self.lang;
        let shown_name = if self.display_name().is_empty() { self.c.name.as_str() } else { self.display_name() };
        let shown = Shown { name: shown_name, accent: self.accent(), logo_url: self.brand.logo_url.as_deref() };
        let choose = html! {
            div.stack-tight {
                @if self.wrong.0.is_empty() && !self.wrong.1.is_empty() { (card::note(Tone::Bad, html! { (self.wrong.1) })) }
                (self.choose())
                (self.readable())
                @if self.may { (self.keep()) }
                (self.inherited())
            }
        };
        html! {
            div.stack {
                (card::card(&lang.t("hierarchy-brand-name-colour"), "", html! {}, choose))
                (card::card(&lang.t("hierarchy-brand-preview"), &lang.t("hierarchy-brand-preview-sub"), html! {}, preview(lang, &shown)))
            }
        }
    }

    fn choose(&self) -> Markup {
        let lang = self.lang;
        let name = self.display_name().to_owned();
        let mut name = Field::new("display_name", lang.t("hierarchy-brand-display-name"), name)
            .hint(lang.with("hierarchy-brand-display-name-hint", &[("name", self.c.name.as_str().into())]))
            .error(self.error("display_name"));
        let mut accent = Field::new("accent", lang.t("hierarchy-set-accent"), self.accent().unwrap_or(OURS)).error(self.error("accent"));
        (name.disabled, accent.disabled) = (!self.may, !self.may);
        LIVE.form(
            &self.at,
            &["display_name", "accent"],
            "form",
            html! {
                div.form-row { (field::text(lang, &name)) (field::input(lang, "color", &accent)) }
                noscript { button.btn.small type="submit" { (lang.t("hierarchy-see-colour")) } }
            },
        )
    }

    /// Whether words can be read with the colour, and the nearest with which they can.
    fn readable(&self) -> Markup {
        let lang = self.lang;
        let Some(r) = self.accent().and_then(Readable::of) else {
            return html! { p.muted { (lang.t("hierarchy-brand-own-colour")) } };
        };
        let said = [
            ("light", lang.decimal1((r.light * 10.0).floor() / 10.0).into()),
            ("dark", lang.decimal1((r.dark * 10.0).floor() / 10.0).into()),
        ];
        if r.enough {
            return html! { p.muted role="status" { (badge::dot(Tone::Good, &lang.with("hierarchy-brand-readable", &said))) } };
        }
        let href = self.at.with("accent", &r.used).with("display_name", self.display_name()).to_string();
        card::note(
            Tone::Warn,
            html! {
                div.stack-tight role="status" {
                    p { (lang.with("hierarchy-brand-unreadable", &said)) }
                    div.row {
                        svg viewBox="0 0 64 28" width="64" height="28" aria-hidden="true" {
                            rect width="64" height="28" rx="6" fill=(r.used) {}
                            text x="32" y="19" text-anchor="middle" font-size="14" fill="#ffffff" { "Aa" }
                        }
                        span { (lang.with("hierarchy-brand-nearest", &[("used", r.used.as_str().into())])) }
                        @if self.may { (LIVE.link(&href, "btn small", html! { (lang.t("hierarchy-brand-use")) })) }
                    }
                }
            },
        )
    }

    fn keep(&self) -> Markup {
        form::post(
            &form::Form { action: &self.base, idempotency: Some(&form_key(self.app)), ..form::Form::default() },
            html! {
                input type="hidden" name="version" value=(self.brand.version);
                input type="hidden" name="display_name" value=(self.display_name());
                input type="hidden" name="accent" value=(self.accent().unwrap_or_default());
                (form::actions(&self.lang.t("hierarchy-save"), None))
            },
        )
    }

    /// What the partner has, and the way back to it.
    fn inherited(&self) -> Markup {
        let lang = self.lang;
        let colour = html! {
            @match &self.brand.msp_accent { Some(accent) => code translate="no" { (accent) }, None => (lang.t("hierarchy-brand-console-colour")) }
            " " (self.same(self.brand.accent_as_msp, "accent"))
        };
        keyvalue::pairs(&[(lang.t("hierarchy-brand-msp-colour"), colour)])
    }

    fn same(&self, same: bool, what: &str) -> Markup {
        let lang = self.lang;
        html! {
            @if same { (badge::dot(Tone::Neutral, &lang.t("hierarchy-brand-as-msp"))) }
            @else if self.may {
                form method="post" action={ (self.base) "/reset" } data-once {
                    (form::hidden(Some(&form_key(self.app))))
                    input type="hidden" name="what" value=(what);
                    button.btn.small.quiet type="submit" { (lang.t("hierarchy-brand-reset")) }
                }
            }
        }
    }

    fn logo(&self) -> Markup {
        let lang = self.lang;
        let action = format!("{}/logo", self.base);
        let upload = form::Form { action: &action, idempotency: Some(&form_key(self.app)), files: true, ..form::Form::default() };
        let file = Field::new("file", lang.t("hierarchy-set-logo"), "")
            .required()
            .hint(lang.t("hierarchy-brand-logo-hint"))
            .error(self.error("file"));
        html! {
            div.stack-tight {
                div.row {
                    @match &self.brand.logo_url {
                        Some(url) => { img.logo-now src=(url) alt=(lang.t("hierarchy-set-logo-now")); }
                        None => { span.muted { (lang.t("hierarchy-brand-no-logo")) } }
                    }
                    (self.same(self.brand.logo_as_msp, "logo"))
                }
                @if self.may {
                    (form::post(&upload, html! {
                        (field::file(lang, &file, "image/png,image/jpeg,image/webp"))
                        div.form-actions { button.btn type="submit" { (icon("upload")) (lang.t("hierarchy-set-logo-upload")) } }
                    }))
                }
            }
        }
    }
}
