//! Console twin of a customer.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Command, Fail};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{Control, CustomerId, PartnerId, Zone, kinds};
use web::{
    Action, Frame, Lang,
    door::{self, PathIds, PathThree},
    forms::Form,
    parts::{
        card,
        dialog::{self, Dialog},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    history::{History, Shown},
    pages_edit, parts,
};
use crate::{
    app::Shared,
    console::{Visitor, done, form_key, wrong},
    hierarchy::{
        administrator,
        customers::Customer,
        lifecycle::{Resume, Suspend},
        noun::{CustomerKind, Lifecycle, Name},
        sites::{AddSite, RemoveSite},
    },
};

type Ids = PathIds<kinds::Partner, kinds::Customer>;

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}", show)
        .get("/msp/{msp}/customers/{customer}/edit", pages_edit::show)
        .post("/msp/{msp}/customers/{customer}/edit", pages_edit::save)
        .post("/msp/{msp}/customers/{customer}/suspend", suspend)
        .post("/msp/{msp}/customers/{customer}/resume", resume)
        .post("/msp/{msp}/customers/{customer}/sites", add_site)
        .post("/msp/{msp}/customers/{customer}/sites/{id}/remove", remove_site)
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathIds(partner, customer): Ids) -> Result<Response, Problem> {
    Ok(draw(&app, &visitor, partner, customer, ("", "")).await?.into_response())
}

/// The page again, with what was wrong: in which of its cards, and why.
pub(in crate::hierarchy) async fn refused(
    app: &Shared,
    visitor: &Visitor,
    partner: PartnerId,
    customer: CustomerId,
    wrong: (&str, &str),
) -> Result<Response, Problem> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, draw(app, visitor, partner, customer, wrong).await?).into_response())
}

async fn draw(
    app: &Shared,
    visitor: &Visitor,
    partner: PartnerId,
    customer: CustomerId,
    (card_at, why): (&str, &str),
) -> Result<Markup, Problem> {
    crate::hierarchy::standing::settle(&app.house, partner).await?;
    let found = door::look(&app.house, &visitor.caller, customer, Ok(History { partner, customer })).await?;
    let shown = found.ok_or_else(Problem::not_found)?;
    let (lang, now, c) = (visitor.lang, app.house.now(), &shown.customer);
    let base = format!("/msp/{partner}/customers/{customer}");
    let may = visitor.may(partner, "manage_customers");
    let frame = Frame {
        context_line: [Some(c.account_number.as_str()), c.domain.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" · "),
        crumbs: vec![Action { label: lang.t("nav-customers"), href: format!("/msp/{partner}/customers"), icon: None }],
        actions: actions(lang, c, &base, |right| visitor.may(partner, right)),
        toast: done::toast(lang, &visitor.uri, "hierarchy"),
        ..visitor.frame(app, partner, c.name.clone()).await?
    };
    let zone = Zone::named(&c.time_zone).unwrap_or(Zone::utc());
    let key = form_key(app);
    let wrong_at = |card: &str| if card_at == card { why } else { "" };
    let drawn = administrator::Drawn { base: &base, zone: &zone, now, may, key: &key, error: wrong_at("administrator") };
    let site_error = wrong_at("sites");
    let body = html! {
        div.stack {
            div.row { (parts::status(lang, c, shown.standing.status)) }
            (parts::ways(lang, partner, c, (visitor.may(partner, "read_members"), visitor.may(partner, "manage_members"), visitor.may(partner, "read_audit"))))
            (parts::trouble(lang, &base, &shown))
            div.grid-2 {
                div.stack {
                    (card::card(&lang.t("hierarchy-standing"), "", html! {}, parts::standing(lang, &shown, now)))
                    (card::card(&lang.t("hierarchy-groups"), "", html! {}, parts::groups(lang, partner, &shown)))
                    (card::card(&lang.t("hierarchy-sites"), &lang.t("hierarchy-sites-sub"), html! {}, parts::sites(lang, &base, &shown, may, &key, site_error)))
                }
                div.stack {
                    (card::card(&lang.t("hierarchy-facts"), "", html! {}, parts::facts(lang, &shown, &zone, &base)))
                    @if c.kind != CustomerKind::Internal { (administrator::card(lang, &shown.administrator, &drawn)) }
                }
            }
            (card::card(&lang.t("hierarchy-history"), &lang.t("hierarchy-history-sub"), html! {}, parts::events(lang, &shown.events, now)))
            @if may { (dialogs(lang, &shown, &base, &key)) }
        }
    };
    Ok(web::page(&frame, body))
}

/// The steps that follow from where it is in its life.
fn actions(lang: Lang, c: &Customer, base: &str, holds: impl Fn(&str) -> bool) -> Vec<Action> {
    let (may, may_move, may_create) = (holds("manage_customers"), holds("move_nodes"), holds("create_customers"));
    let action = |id: &str, href: String, icon| Action { label: lang.t(id), href, icon: Some(icon) };
    let mut list = Vec::new();
    if c.lifecycle == Lifecycle::Setup && holds("launch_customers") {
        list.push(action("hierarchy-launch", format!("{base}/setup/review"), "play"));
    }
    match c.lifecycle {
        _ if !may => {}
        Lifecycle::Setup | Lifecycle::Active => list.push(action("hierarchy-suspend", "#suspend".into(), "pause")),
        Lifecycle::Disabled => list.push(action("hierarchy-resume", "#resume".into(), "play")),
        Lifecycle::Provisioning | Lifecycle::Removed | Lifecycle::Purged => {}
    }
    if may && !matches!(c.lifecycle, Lifecycle::Removed | Lifecycle::Purged) {
        list.push(action("hierarchy-edit", format!("{base}/edit"), "edit"));
    }
    let stands = matches!(c.lifecycle, Lifecycle::Setup | Lifecycle::Active | Lifecycle::Disabled);
    if may && stands && matches!(c.kind, CustomerKind::Trial | CustomerKind::Free) {
        list.push(action("hierarchy-trial", format!("{base}/trial"), "clock"));
    }
    if may && stands && c.kind != CustomerKind::Internal {
        list.push(action("hierarchy-offboard", format!("{base}/offboard"), "trash"));
    }
    if may_create && stands && c.kind != CustomerKind::Internal {
        let (customers, id) = base.rsplit_once('/').unwrap_or((base, ""));
        list.push(action("hierarchy-copy", format!("{customers}/new?copy={id}"), "copy"));
        let msp = customers.trim_end_matches("/customers");
        list.push(action("hierarchy-as-template", format!("{msp}/templates?copy={id}"), "copy"));
    }
    if may_move && c.kind != CustomerKind::Internal && stands {
        list.push(action("hierarchy-move", format!("{base}/move"), "arrow-right"));
    }
    list
}

fn dialogs(lang: Lang, s: &Shown, base: &str, key: &str) -> Markup {
    let name = || s.customer.name.as_str().into();
    let ask = |id: &str, danger: bool| Dialog {
        id: id.into(),
        title: lang.with(&format!("hierarchy-{id}-title"), &[("name", name())]),
        action: format!("{base}/{id}"),
        idempotency: Some(key.to_owned()),
        submit: lang.t(&format!("hierarchy-{id}")),
        danger,
        ..Dialog::default()
    };
    let draw = |id: &str, danger| dialog::dialog(lang, &ask(id, danger), html! { p { (lang.t(&format!("hierarchy-{id}-text"))) } });
    match s.customer.lifecycle {
        Lifecycle::Setup | Lifecycle::Active => draw("suspend", true),
        Lifecycle::Disabled => draw("resume", false),
        _ => html! {},
    }
}

/// What a form that is only a button sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Key {
    idempotency_key: String,
}

async fn turn<C>(
    app: &Shared,
    visitor: &Visitor,
    ids: (PartnerId, CustomerId),
    form: &Key,
    command: C,
    word: &str,
) -> Result<Response, Problem>
where
    C: Command<Home = Control, Done = Customer>,
{
    let (partner, customer) = ids;
    door::look(&app.house, &visitor.caller, customer, Ok(super::CustomerOf { partner, customer })).await?.ok_or_else(Problem::not_found)?;
    app.house.execute(visitor.caller.call_with(&form.idempotency_key), command).await?;
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{customer}?done={word}")))
}

async fn suspend(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<Key>,
) -> Result<Response, Problem> {
    turn(&app, &visitor, (partner, customer), &form, Suspend { customer }, "suspended").await
}

async fn resume(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<Key>,
) -> Result<Response, Problem> {
    turn(&app, &visitor, (partner, customer), &form, Resume { customer }, "resumed").await
}

/// What the site form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SiteForm {
    name: String,
    idempotency_key: String,
}

async fn add_site(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): Ids,
    Form(form): Form<SiteForm>,
) -> Result<Response, Problem> {
    door::probe::<access::permissions::ManageCustomers>(&app.house, &visitor.caller, customer).await?;
    let error = match Name::parse(form.name.clone()) {
        Err(_) => wrong::field(visitor.lang, "name", "invalid"),
        Ok(name) => match app.house.execute(visitor.caller.call_with(&form.idempotency_key), AddSite { customer, name }).await {
            Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{customer}?done=site"))),
            Err(Fail::Refused(no)) => wrong::refusal(visitor.lang, "", no).1,
            Err(fail) => return Err(fail.into()),
        },
    };
    refused(&app, &visitor, partner, customer, ("sites", &error)).await
}

async fn remove_site(
    State(app): State<Shared>,
    visitor: Visitor,
    PathThree(partner, customer, site): PathThree<kinds::Partner, kinds::Customer, kinds::Site>,
) -> Result<Response, Problem> {
    app.house.execute(visitor.caller.call(), RemoveSite { customer, site }).await?;
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/customers/{customer}?done=site-removed")))
}
