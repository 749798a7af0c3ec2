//! Console twin: a customer's primary domain, watched live, and a look at a domain before a customer is made with it.

use ::store::{CustomerId, PartnerId, kinds};
use access::permissions::CreateCustomers;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::Fail;
use http::{StatusCode, Uri};
use maud::{Markup, html};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::{self, PathId, PathIds},
    parts::{
        Tone, badge, card, code, empty,
        field::{self, Field},
        form, keyvalue,
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    ProofRecord,
    api::{Preflight, flight, proved},
    look, pages_extra, record,
    rules::{Finding, Outcome, Provider},
};
use crate::{
    app::Shared,
    console::{Visitor, form_key, wrong},
    hierarchy::{
        customer::CustomerOf,
        customers::Customer,
        domains::DomainsOf,
        noun::{CustomerKind, DomainName},
    },
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;

const LIVE: Swap = Swap::section("domain-records");
const FLIGHT: Swap = Swap::section("preflight");

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/preflight", preflight)
        .get("/msp/{msp}/customers/{customer}/domain", show)
        .post("/msp/{msp}/customers/{customer}/domain", verify)
}

async fn show(State(app): State<Shared>, visitor: Visitor, uri: Uri, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    // The page itself does not wait for strangers' name servers: its section looks, or whoever asks for it.
    let look = swap::is_fragment(&visitor.headers) || Address::of(&uri).get("look").is_some();
    draw(&app, &visitor, (partner, customer), look, Trouble::default()).await
}

/// What was wrong, and where on the page it is said.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    /// The extra domain it is about; the primary one's when empty.
    pub about: Option<String>,
    /// The sentence; empty for nothing.
    pub why: String,
    /// What was typed as another domain, and is wrong.
    pub typed: Option<String>,
}

async fn verify(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    check(&app, &visitor, (partner, customer), None).await
}

/// Looks for the record of a domain, the primary one unless another is named, and books what it proves.
pub(super) async fn check(
    app: &Shared,
    visitor: &Visitor,
    (partner, customer): (PartnerId, CustomerId),
    named: Option<&DomainName>,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ManageDomain>(&app.house, &visitor.caller, customer).await?;
    let why = match proved(app, &visitor.caller, customer, named).await {
        Ok(command) => match app.house.execute(visitor.caller.call(), command).await {
            Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{customer}/domain"))),
            Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "provisioning-domain", no).1,
            Err(fail) => return Err(fail.into()),
        },
        Err(problem) if problem.status() == StatusCode::CONFLICT => wrong::of(visitor.lang, "provisioning-domain", &problem).1,
        Err(problem) => return Err(problem),
    };
    let trouble = Trouble { about: named.map(|d| d.as_str().to_owned()), why, typed: None };
    let mut response = draw(app, visitor, (partner, customer), named.is_none(), trouble).await?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}

/// The page; `look` when it asks the primary domain's name servers first.
pub(super) async fn draw(
    app: &Shared,
    visitor: &Visitor,
    (partner, customer): (PartnerId, CustomerId),
    look: bool,
    trouble: Trouble,
) -> Result<Response, Problem> {
    let found = door::look(&app.house, &visitor.caller, customer, Ok(CustomerOf { partner, customer })).await?;
    let c = found.filter(|c| c.kind != CustomerKind::Internal).ok_or_else(Problem::not_found)?;
    let all = door::look(&app.house, &visitor.caller, customer, Ok(DomainsOf { customer })).await?.ok_or_else(Problem::not_found)?;
    let lang = visitor.lang;
    let base = format!("/msp/{partner}/customers/{customer}");
    let frame = Frame {
        context_line: lang.t("provisioning-domain-context"),
        crumbs: vec![
            Action { label: lang.t("nav-customers"), href: format!("/msp/{partner}/customers"), icon: None },
            Action { label: c.name.clone(), href: base.clone(), icon: None },
        ],
        ..visitor.frame(app, partner, lang.t("provisioning-domain-title")).await?
    };
    let section = LIVE.wrap(live(app, lang, &c, &base, look).await);
    let may = visitor.may(partner, "manage_domain");
    let error = if trouble.about.is_none() && trouble.typed.is_none() { trouble.why.as_str() } else { "" };
    Ok(swap::answer(&visitor.headers, section, |section| {
        web::page(
            &frame,
            html! {
                div.stack {
                    @match c.domain.as_deref() {
                        None => (none(lang, &base, visitor.may(partner, "manage_customers"))),
                        Some(domain) => {
                            (card::card(&lang.t("provisioning-domain-proof"), domain, state(lang, &c), proof(app, lang, &c, domain, &base, may, error)))
                            (card::card(&lang.t("provisioning-domain-records"), &lang.t("provisioning-domain-records-sub"), html! {}, section))
                        }
                    }
                    (pages_extra::card(app, lang, (customer, &all), &base, may, &trouble))
                }
            },
        )
    }))
}

fn none(lang: Lang, base: &str, may: bool) -> Markup {
    let action = may.then(|| Action { label: lang.t("provisioning-domain-give"), href: format!("{base}/edit"), icon: Some("edit") });
    empty::empty("globe", &lang.t("provisioning-domain-none"), &lang.t("provisioning-domain-none-text"), action.as_ref())
}

fn state(lang: Lang, c: &Customer) -> Markup {
    match c.domain_verified_at {
        Some(_) => badge::dot(Tone::Good, &lang.t("hierarchy-verified")),
        None => badge::dot(Tone::Warn, &lang.t("hierarchy-unverified")),
    }
}

/// What is to be done, or that nothing is.
fn proof(app: &Shared, lang: Lang, c: &Customer, domain: &str, base: &str, may: bool, error: &str) -> Markup {
    if c.domain_verified_at.is_some() {
        return card::note(Tone::Good, html! { (lang.t("provisioning-domain-proved")) });
    }
    let action = format!("{base}/domain");
    html! {
        div.stack-tight {
            p { (lang.t("provisioning-domain-how")) }
            (wanted(lang, &record(&app.keys, c.id, domain)))
            p.muted.small { (lang.t("provisioning-domain-slow")) }
            @if may {
                (form::post(&form::Form { action: &action, idempotency: Some(&form_key(app)), error, ..form::Form::default() },
                    form::actions(&lang.t("provisioning-domain-check"), None)))
            }
        }
    }
}

/// The record that is looked for.
pub(super) fn wanted(lang: Lang, record: &ProofRecord) -> Markup {
    keyvalue::pairs(&[
        (lang.t("provisioning-domain-type"), html! { code translate="no" { (record.r#type) } }),
        (lang.t("provisioning-domain-name"), code::copyable(lang, &record.name)),
        (lang.t("provisioning-domain-value"), code::copyable(lang, &record.value)),
    ])
}

/// What the domain's records say now. It goes on looking while the customer's own record is waited for.
async fn live(app: &Shared, lang: Lang, c: &Customer, base: &str, look: bool) -> Markup {
    let Some(domain) = c.domain.as_deref() else { return html! {} };
    let waits = c.domain_verified_at.is_none();
    if !look {
        return html! {
            (LIVE.poll(true, 1))
            p.muted role="status" { (lang.t("provisioning-domain-looking")) }
            noscript { a href={ (base) "/domain?look=1" } { (lang.t("provisioning-domain-look")) } }
        };
    }
    let wanted = record(&app.keys, c.id, domain);
    let (own, mail) = tokio::join!(look::ownership(&app.dns, &wanted), look::mail(&app.dns, domain));
    let mut findings = vec![own];
    findings.extend(mail.findings);
    html! {
        (LIVE.poll(waits, 10))
        (told(lang, &findings))
        (provider(lang, mail.provider))
    }
}

fn told(lang: Lang, findings: &[Finding]) -> Markup {
    let row = |f: &Finding| {
        let text = lang.t(&format!("provisioning-domain-{}-{}", f.check.word(), f.outcome.word()));
        let shown = html! {
            div.stack-tight {
                div { (badge::dot(tone(f.outcome), &lang.t(&format!("provisioning-domain-outcome-{}", f.outcome.word())))) " " span.muted { (text) } }
                @for record in &f.found { code.wrap translate="no" { (record) } }
            }
        };
        (lang.t(&format!("provisioning-domain-{}", f.check.word())), shown)
    };
    keyvalue::pairs(&findings.iter().map(row).collect::<Vec<_>>())
}

const fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Ok => Tone::Good,
        Outcome::Open => Tone::Info,
        Outcome::Taken => Tone::Bad,
        Outcome::NoAnswer => Tone::Neutral,
        _ => Tone::Warn,
    }
}

fn provider(lang: Lang, provider: Option<Provider>) -> Markup {
    let id = match provider {
        Some(Provider::Microsoft365) => "provisioning-domain-microsoft",
        Some(Provider::GoogleWorkspace) => "provisioning-domain-google",
        None => return html! {},
    };
    html! { p.muted.small { (lang.t(id)) } }
}

async fn preflight(
    State(app): State<Shared>,
    visitor: Visitor,
    uri: Uri,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    door::probe::<CreateCustomers>(&app.house, &visitor.caller, partner).await?;
    let (lang, at) = (visitor.lang, Address::of(&uri));
    let said = at.get("domain").unwrap_or_default().trim().to_owned();
    let (mut error, mut flown) = (None, None);
    match DomainName::parse(said.as_str()) {
        _ if said.is_empty() => {}
        Err(_) => error = Some(wrong::field(lang, "domain", "invalid")),
        Ok(domain) => flown = Some(flight(&app, &visitor.caller, partner, Ok(domain)).await?),
    }
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    // Within the wizard only what was found is wanted: there the way on is another.
    let part = swap::is_fragment(&visitor.headers);
    let section = FLIGHT.wrap(html! {
        @if let Some(found) = &flown { (result(lang, partner, found, !part)) }
        @else if let Some(error) = error.as_ref().filter(|_| part) { p.small.muted { (error) } }
    });
    if part {
        return Ok(swap::vary(section.into_response()));
    }
    let frame = Frame {
        context_line: lang.t("provisioning-preflight-context"),
        crumbs: vec![
            Action { label: lang.t("nav-customers"), href: format!("/msp/{partner}/customers"), icon: None },
            Action { label: lang.t("provisioning-new"), href: format!("/msp/{partner}/customers/new"), icon: None },
        ],
        ..visitor.frame(&app, partner, lang.t("provisioning-preflight")).await?
    };
    let asking = Field { autocomplete: Some("off"), ..Field::new("domain", lang.t("provisioning-domain"), said).required().error(error) };
    let ask = html! {
        form.form method="get" action=(at.path) {
            (field::text(lang, &asking.hint(lang.t("provisioning-preflight-hint"))))
            (form::actions(&lang.t("provisioning-preflight-do"), None))
        }
    };
    let body = html! { div.stack { (card::card(&lang.t("provisioning-preflight-ask"), "", html! {}, ask)) (section) } };
    Ok((status, web::page(&frame, body)).into_response())
}

fn result(lang: Lang, partner: PartnerId, found: &Preflight, goes_on: bool) -> Markup {
    let taken = found.findings.iter().any(|f| f.outcome == Outcome::Taken);
    let body = html! {
        div.stack-tight {
            (told(lang, &found.findings))
            (provider(lang, found.provider))
            p { (lang.with("provisioning-preflight-seats", &[("n", found.available_seats.into())])) }
            p.muted { (lang.with("provisioning-preflight-later", &[("name", found.record_name.as_str().into())])) }
            @if goes_on && !taken {
                div.form-actions { a.btn.primary href={ "/msp/" (partner) "/customers/new?domain=" (found.domain) } { (lang.t("provisioning-preflight-go")) } }
            }
        }
    };
    card::card(&lang.t("provisioning-preflight-found"), &found.domain, html! {}, body)
}
