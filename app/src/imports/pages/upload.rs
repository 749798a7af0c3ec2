//! Choosing a file.

use access::permissions::Read;
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use maud::html;
use store::{CustomerId, PartnerId, kinds};
use web::{
    Action, Address, Frame,
    door::{self, PathId},
    parts::{
        card,
        field::{self, Field},
        form::{self, Form},
    },
    problem::Problem,
    swap,
};

use super::{
    super::{
        api::home_of_customer,
        api_receive,
        desk::{Kind, by_kind},
        fields::fields,
        import::{Home, ImportKind},
        intake::{self, Asked},
    },
    kind_name, sentence,
};
use crate::{
    app::{App, Shared},
    console::{Visitor, form_key},
};

/// What the address asks for: a kind, and the customer whose members the file holds.
async fn wanted(app: &App, visitor: &Visitor, partner: PartnerId) -> Result<(ImportKind, Home), Problem> {
    let at = Address::of(&visitor.uri);
    let kind = ImportKind::parse(at.get("kind").unwrap_or("customers")).ok_or_else(Problem::not_found)?;
    if kind != ImportKind::Members {
        return Ok((kind, Home { partner, customer: None }));
    }
    let customer = at.get("customer").and_then(CustomerId::parse).ok_or_else(Problem::not_found)?;
    let home = home_of_customer(app, customer).await?;
    if home.partner == partner { Ok((kind, home)) } else { Err(Problem::not_found()) }
}

/// What a file can hold, for whoever comes without having said so.
async fn choose(app: &App, visitor: &Visitor, partner: PartnerId) -> Result<Response, Problem> {
    door::probe::<Read>(&app.house, &visitor.caller, partner).await?;
    let lang = visitor.lang;
    let frame = Frame {
        crumbs: vec![Action { label: lang.t("imports-title"), href: format!("/msp/{partner}/imports"), icon: None }],
        ..visitor.frame(app, partner, lang.t("imports-new")).await?
    };
    let to = |kind: &str| Action {
        label: lang.t(&format!("imports-new-{kind}")),
        href: format!("/msp/{partner}/imports/new?kind={kind}"),
        icon: Some("upload"),
    };
    let body = card::card(
        &lang.t("imports-new"),
        &lang.t("imports-new-text"),
        html! {},
        html! {
            div.row {
                @if visitor.may(partner, "create_customers") { (to("customers").draw("primary")) }
                @if visitor.may(partner, "create_customers") && visitor.may(partner, "manage_customers") {
                    a.btn href={ "/msp/" (partner) "/transfers" } { (lang.t("transfer-link")) }
                }
                @if visitor.may(partner, "record_facts") { (to("results").draw("")) }
                a.btn href={ "/msp/" (partner) "/customers" } { (lang.t("imports-new-members")) }
            }
        },
    );
    Ok(web::page(&frame, body).into_response())
}

pub async fn show(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    if Address::of(&visitor.uri).get("kind").is_none() {
        return choose(&app, &visitor, partner).await;
    }
    let (kind, home) = wanted(&app, &visitor, partner).await?;
    by_kind!(kind, K => door::probe::<<K as Kind>::Needs>(&app.house, &visitor.caller, home.node()).await?);
    page(&app, &visitor, kind, home, String::new()).await
}

async fn page(app: &App, visitor: &Visitor, kind: ImportKind, home: Home, error: String) -> Result<Response, Problem> {
    let (lang, partner) = (visitor.lang, home.partner);
    let customer = home.customer.map_or_else(String::new, |c| format!("&customer={c}"));
    let action = format!("/msp/{partner}/imports/new?kind={}{customer}", kind.word());
    let back = home.customer.map_or_else(|| format!("/msp/{partner}/imports"), |c| format!("/msp/{partner}/customers/{c}/members"));
    let key = form_key(app);
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let sent = Form { action: &action, idempotency: Some(&key), files: true, error: &error };
    let known: Vec<String> = fields(kind).iter().map(|w| lang.t(&format!("imports-field-{}", w.field.key.replace('_', "-")))).collect();
    let frame = Frame {
        context_line: kind_name(lang, kind),
        crumbs: vec![Action { label: lang.t("imports-title"), href: format!("/msp/{partner}/imports"), icon: None }],
        ..visitor.frame(app, partner, lang.t(&format!("imports-new-{}", kind.word()))).await?
    };
    let body = card::card(
        &lang.t("imports-choose"),
        &lang.t("imports-choose-text"),
        html! {},
        form::post(
            &sent,
            html! {
                (field::file(lang, &Field::new("file", lang.t("imports-file"), "").required().hint(lang.with("imports-columns", &[("list", known.join(", ").into())])), ".csv,.txt,.tsv,text/csv"))
                (form::actions(&lang.t("imports-upload"), Some((&lang.t("ui-cancel"), &back))))
            },
        ),
    );
    Ok((status, web::page(&frame, body)).into_response())
}

pub async fn receive(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    request: Request,
) -> Result<Response, Problem> {
    let (kind, home) = wanted(&app, &visitor, partner).await?;
    by_kind!(kind, K => door::probe::<<K as Kind>::Needs>(&app.house, &visitor.caller, home.node()).await?);
    let received = match api_receive::receive(&app, request).await {
        Ok(received) => received,
        Err(problem) => return page(&app, &visitor, kind, home, sentence(visitor.lang, &problem)).await,
    };
    let call = visitor.caller.call_with(received.fields.key());
    let asked = Asked { call, home, mapping: None };
    match by_kind!(kind, K => intake::upload::<K>(&app, &asked, received.stored).await) {
        Ok(id) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/imports/{id}"))),
        Err(problem) if problem.status < 500 => page(&app, &visitor, kind, home, sentence(visitor.lang, &problem)).await,
        Err(problem) => Err(problem),
    }
}
