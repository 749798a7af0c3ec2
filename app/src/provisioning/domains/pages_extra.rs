//! Console twin: the domains a customer has beside its primary one.

use ::store::{CustomerId, PartnerId, kinds};
use axum::{
    extract::{Path, State},
    response::Response,
};
use command::Fail;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use web::{
    Lang,
    door::{self, PathIds},
    forms::Form,
    parts::{
        Tone, badge, card,
        field::{self, Field},
        form,
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    pages::{Trouble, check, draw, ours, wanted},
    record,
};
use crate::{
    app::Shared,
    console::{Visitor, form_key, wrong},
    hierarchy::{
        domains::{
            CustomerDomain,
            extra::{AddDomain, RemoveDomain},
        },
        noun::DomainName,
    },
};

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .post("/msp/{msp}/customers/{customer}/domains", add)
        .post("/msp/{msp}/customers/{customer}/domains/{id}/verify", verify)
        .post("/msp/{msp}/customers/{customer}/domains/{id}/remove", remove)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NewForm {
    domain: String,
    idempotency_key: String,
}

async fn add(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): PathIds<kinds::Partner, kinds::Customer>,
    Form(form): Form<NewForm>,
) -> Result<Response, Problem> {
    ours(&app, &visitor, partner, customer).await?;
    let why = match DomainName::parse(form.domain.trim()) {
        Err(_) => wrong::field(visitor.lang, "domain", "invalid"),
        Ok(domain) => match app.house.execute(visitor.caller.call_with(&form.idempotency_key), AddDomain { customer, domain }).await {
            Ok(_) => return Ok(leave(&visitor, partner, customer)),
            Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "", no).1,
            Err(fail) => return Err(fail.into()),
        },
    };
    let trouble = Trouble { about: None, why, typed: Some(form.domain) };
    let mut response = draw(&app, &visitor, (partner, customer), false, trouble).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// Partner, customer and domain of a path; what is none is nobody's.
type Named = Path<(String, String, String)>;

fn named(Path((msp, customer, domain)): Named) -> (PartnerId, CustomerId, Option<DomainName>) {
    (door::id(&msp), door::id(&customer), DomainName::parse(domain).ok())
}

async fn verify(State(app): State<Shared>, visitor: Visitor, path: Named) -> Result<Response, Problem> {
    let (partner, customer, domain) = named(path);
    ours(&app, &visitor, partner, customer).await?;
    let domain = domain.ok_or_else(Problem::not_found)?;
    check(&app, &visitor, (partner, customer), Some(&domain)).await
}

async fn remove(State(app): State<Shared>, visitor: Visitor, path: Named) -> Result<Response, Problem> {
    let (partner, customer, domain) = named(path);
    ours(&app, &visitor, partner, customer).await?;
    let domain = domain.ok_or_else(Problem::not_found)?;
    app.house.execute(visitor.caller.call(), RemoveDomain { customer, domain }).await?;
    Ok(leave(&visitor, partner, customer))
}

fn leave(visitor: &Visitor, partner: PartnerId, customer: CustomerId) -> Response {
    swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{customer}/domain"))
}

/// The extra domains, each with its record while it is not proved, and a way to add one.
pub(super) fn card(
    app: &Shared,
    lang: Lang,
    (customer, all): (CustomerId, &[CustomerDomain]),
    base: &str,
    may: bool,
    trouble: &Trouble,
) -> Markup {
    let extra: Vec<&CustomerDomain> = all.iter().filter(|d| !d.primary).collect();
    let body = html! {
        div.stack-tight {
            @if extra.is_empty() { p.muted { (lang.t("provisioning-extra-none")) } }
            @for one in extra {
                (row(app, lang, customer, one, base, may))
                @if trouble.about.as_deref() == Some(one.domain.as_str()) { (card::note(Tone::Bad, html! { (trouble.why) })) }
            }
            @if may { (adding(app, lang, base, trouble)) }
        }
    };
    card::card(&lang.t("provisioning-extra"), &lang.t("provisioning-extra-sub"), html! {}, body)
}

fn row(app: &Shared, lang: Lang, customer: CustomerId, one: &CustomerDomain, base: &str, may: bool) -> Markup {
    let (tone, word) = if one.verified_at.is_some() { (Tone::Good, "hierarchy-verified") } else { (Tone::Warn, "hierarchy-unverified") };
    let place = format!("{base}/domains/{}", one.domain);
    let label = |id: &str| lang.with(id, &[("domain", one.domain.as_str().into())]);
    html! {
        div.row {
            b translate="no" { (one.domain) } " " (badge::dot(tone, &lang.t(word)))
            span.grow {}
            @if may && one.verified_at.is_none() {
                (form::button(&format!("{place}/verify"), None, "small", html! { (lang.t("provisioning-domain-check")) span.sr-only { " " (one.domain) } }))
            }
            @if may { (form::button(&format!("{place}/remove"), None, "quiet small", html! { (lang.t("provisioning-extra-remove")) span.sr-only { " " (one.domain) } })) }
        }
        @if one.verified_at.is_none() {
            details {
                summary { (label("provisioning-extra-record")) }
                (wanted(lang, &record(&app.keys, customer, &one.domain)))
            }
        }
    }
}

fn adding(app: &Shared, lang: Lang, base: &str, trouble: &Trouble) -> Markup {
    let (typed, wrong) = match &trouble.typed {
        Some(typed) => (typed.as_str(), Some(trouble.why.clone())),
        None => ("", None),
    };
    let asking =
        Field { autocomplete: Some("off"), ..Field::new("domain", lang.t("provisioning-extra-domain"), typed).required().error(wrong) };
    form::post(
        &form::Form { action: &format!("{base}/domains"), idempotency: Some(&form_key(app)), ..form::Form::default() },
        html! {
            (field::text(lang, &asking.hint(lang.t("provisioning-extra-hint"))))
            (form::actions(&lang.t("provisioning-extra-add"), None))
        },
    )
}
