//! The team of an MSP: who works here, as what, for whom.

use access::{Grants, Role, permissions::ManageStaff};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Fail, Refusal};
use http::StatusCode;
use maud::{Markup, html};
use store::{GroupId, PartnerId, StaffId, kinds};
use web::{
    Action, Address, Lang, Swap,
    door::{self, PathId, PathIds},
    parts::{
        Tone, badge, card,
        dialog::{Dialog, dialog},
        empty,
        filters::{self, Facet},
        form, keyvalue,
        menu::Item,
        table::{Column, Row, Table, lead, table},
    },
    problem::Problem,
    swap,
};

use super::{
    Fields, done_toast,
    staff_forms::{self, FIELDS, Filled},
};
use crate::{
    app::{App, Shared},
    console::{
        Visitor, form_key,
        reel::{Reel, Shown, Sorted},
        wrong,
    },
    identity::{
        noun::{ReachMode, StaffMember, StaffReach, StaffRefusal, StaffStatus},
        people::{ChangeStaff, InviteStaff, ResendInvitation},
        queries::{Choices, Detail, Narrow, OneStaff, StaffOf},
    },
    noun::{Email, Name},
};

const DONE: &[&str] = &["invited", "changed", "disabled", "enabled", "resent"];
const LIST: Swap = Swap::section("staff");
const EACH: i64 = 50;

pub(super) async fn list(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    team_page(&app, &visitor, partner, None).await
}

async fn team_page(app: &App, visitor: &Visitor, partner: PartnerId, refused: Option<Filled>) -> Result<Response, Problem> {
    let (call, at) = (visitor.caller.call(), Address::of(&visitor.uri).without(&["done"]));
    let reel = Reel::new(app, &format!("staff page {partner}"), &at, EACH);
    let narrow = Narrow { q: at.get("q").map(str::to_owned), role: at.get("role").and_then(Role::parse) };
    let (people, total) = app.house.ask(&call, StaffOf { partner, narrow, after: reel.after()?, limit: EACH }).await?;
    let (groups, _) = app.house.ask(&call, Choices { partner, numbers: Vec::new() }).await?;
    let lang = visitor.lang;
    let manages = visitor.may(partner, "manage_staff");
    let mut frame = visitor.frame(app, partner, lang.t("identity-team-title")).await?;
    frame.context_line = lang.with("identity-team-line", &[("n", total.into())]);
    frame.toast = done_toast(lang, &visitor.uri, DONE);
    frame.primary = manages.then(|| Action { label: lang.t("identity-invite"), href: "#invite".into(), icon: Some("plus") });
    let roles = Role::ASSIGNABLE.into_iter().filter(|r| *r != Role::DistributorOwner);
    let roles = roles.map(|r| (r.word().to_owned(), lang.t(&format!("role-{}", r.word().replace('_', "-"))))).collect();
    let facets = [Facet { name: "role", label: lang.t("identity-role"), options: roles }];
    let shown = Table {
        caption: lang.t("identity-team-title"),
        columns: ["identity-name", "identity-role", "identity-grants", "identity-reach", "identity-last-seen", "identity-status"]
            .iter()
            .map(|id| Column::plain(id, lang.t(id)))
            .collect(),
        rows: people.iter().map(|m| row(app, lang, partner, m, manages)).collect(),
        nothing: empty::no_match(lang, LIST, at.get("q"), &at.path),
        ..Table::default()
    };
    let section = LIST.wrap(html! {
        div.card {
            (filters::bar("", filters::search(lang, LIST, &at, &lang.t("identity-team-search"), &facets)))
            (table(lang, LIST, &shown))
            (reel.foot(lang, LIST, Sorted::Name, &Shown { rows: people.len(), total, last: people.last().map(|m| m.id.0) }))
        }
    });
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = swap::answer(&visitor.headers, section, |section| {
        web::page(&frame, html! { (section) @if manages { (invite_dialog(app, lang, partner, refused, &groups)) } })
    });
    Ok((status, page).into_response())
}

fn row(app: &App, lang: Lang, partner: PartnerId, m: &StaffMember, manages: bool) -> Row {
    let href = format!("/msp/{partner}/staff/{}", m.id);
    let mut actions = vec![Item::link(lang.t("identity-open"), href.clone(), "eye")];
    if manages && m.status == StaffStatus::Invited {
        actions.push(Item { post: true, ..Item::link(lang.t("identity-resend"), format!("{href}/resend"), "mail") });
    }
    Row {
        id: m.id.to_string(),
        name: m.name.clone(),
        cells: vec![
            lead(&m.name, &href, &m.email),
            html! { (role_name(lang, m)) },
            html! { (grants_text(lang, m.grants)) },
            html! { (reach_text(lang, &m.reach)) },
            html! { (lang.ago(m.last_seen_at, app.house.now())) },
            status_badge(lang, m.status),
        ],
        actions,
    }
}

fn role_name(lang: Lang, m: &StaffMember) -> String {
    lang.t(&format!("role-{}", m.role.word().replace('_', "-")))
}

fn grants_text(lang: Lang, grants: Grants) -> String {
    let mut held = Vec::new();
    if grants.create_customers {
        held.push(lang.t("identity-grant-create"));
    }
    if grants.purchase {
        held.push(lang.t("identity-grant-purchase"));
    }
    if held.is_empty() { lang.t("ui-nothing") } else { held.join(", ") }
}

fn reach_text(lang: Lang, reach: &StaffReach) -> String {
    let n = reach.customers.len() + reach.groups.len();
    match reach.mode {
        ReachMode::All => lang.t("identity-reach-all"),
        ReachMode::Only => lang.with("identity-reach-only-n", &[("n", n.into())]),
        ReachMode::Except => lang.with("identity-reach-except-n", &[("n", n.into())]),
    }
}

fn status_badge(lang: Lang, status: StaffStatus) -> Markup {
    let tone = match status {
        StaffStatus::Active => Tone::Good,
        StaffStatus::Invited => Tone::Info,
        StaffStatus::Disabled => Tone::Neutral,
    };
    badge::badge(tone, &lang.t(&format!("identity-status-{}", status.word())))
}

fn invite_dialog(app: &App, lang: Lang, partner: PartnerId, refused: Option<Filled>, groups: &[(GroupId, String)]) -> Markup {
    let opened = refused.is_some();
    let filled = refused.unwrap_or_else(Filled::blank);
    let d = Dialog {
        id: "invite".into(),
        title: lang.t("identity-invite-head"),
        action: format!("/msp/{partner}/staff"),
        idempotency: Some(form_key(app)),
        submit: lang.t("identity-invite-submit"),
        opened,
        ..Dialog::default()
    };
    dialog(lang, &d, staff_forms::fields(lang, &filled, groups, true))
}

/// The reach a form means; `None` when it names a customer the partner does not have.
async fn reach_of(app: &App, visitor: &Visitor, partner: PartnerId, filled: &Filled) -> Result<Option<StaffReach>, Problem> {
    let (_, found) = app.house.ask(&visitor.caller.call(), Choices { partner, numbers: filled.numbers() }).await?;
    Ok(filled.reach(&found))
}

pub(super) async fn invite(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    form: Fields,
) -> Result<Response, Problem> {
    // Nobody without the right learns what was wrong with the form.
    door::probe::<ManageStaff>(&app.house, &visitor.caller, partner).await?;
    form.only(FIELDS)?;
    let (lang, mut filled) = (visitor.lang, Filled::read(&form));
    let (email, name, reach) = (Email::parse(&filled.email), Name::parse(&filled.name), reach_of(&app, &visitor, partner, &filled).await?);
    let (Ok(email), Ok(name), Some(reach)) = (&email, &name, &reach) else {
        filled.errors.extend(email.is_err().then(|| ("email", wrong::field(lang, "email", "invalid"))));
        filled.errors.extend(name.is_err().then(|| ("name", wrong::field(lang, "name", "invalid"))));
        filled.errors.extend(reach.is_none().then(|| ("reach", lang.t("identity-refused-unknown-target"))));
        return team_page(&app, &visitor, partner, Some(filled)).await;
    };
    let command = InviteStaff {
        partner,
        email: email.clone(),
        name: name.clone(),
        role: filled.role(),
        grants: filled.grants(),
        reach: reach.clone(),
        notify: filled.notify,
    };
    match app.house.execute(visitor.caller.call_with(form.get("idempotency_key")), command).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/staff?done=invited"))),
        Err(Fail::Refused(refusal)) => {
            filled.errors.push((field_of(refusal), said(lang, refusal)));
            team_page(&app, &visitor, partner, Some(filled)).await
        }
        Err(fail) => Err(fail.into()),
    }
}

fn field_of(refusal: StaffRefusal) -> &'static str {
    refusal.pointer().map_or("name", |p| match p {
        "/email" => "email",
        "/role" => "role",
        _ => "reach",
    })
}

fn said(lang: Lang, refusal: StaffRefusal) -> String {
    lang.t(&format!("identity-refused-{}", refusal.code()))
}

pub(super) async fn one(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, staff): PathIds<kinds::Partner, kinds::Staff>,
) -> Result<Response, Problem> {
    person_page(&app, &visitor, partner, staff, None).await
}

async fn detail(app: &App, visitor: &Visitor, partner: PartnerId, staff: StaffId) -> Result<Detail, Problem> {
    app.house.ask(&visitor.caller.call(), OneStaff { partner, staff }).await?.ok_or_else(Problem::not_found)
}

async fn person_page(
    app: &App,
    visitor: &Visitor,
    partner: PartnerId,
    staff: StaffId,
    refused: Option<Filled>,
) -> Result<Response, Problem> {
    let detail = detail(app, visitor, partner, staff).await?;
    let (lang, m) = (visitor.lang, &detail.member);
    let editable = visitor.may(partner, "manage_staff") && m.role != access::Role::Owner && m.id != visitor.staff;
    let mut frame = visitor.frame(app, partner, m.name.clone()).await?;
    frame.context_line = m.email.clone();
    frame.crumbs = vec![Action { label: lang.t("identity-team-title"), href: format!("/msp/{partner}/staff"), icon: None }];
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let facts = [
        (lang.t("identity-role"), html! { (role_name(lang, m)) }),
        (lang.t("identity-grants"), html! { (grants_text(lang, m.grants)) }),
        (
            lang.t("identity-reach"),
            html! { (reach_text(lang, &m.reach)) @if !detail.numbers.is_empty() { " " span.faint { (detail.numbers.join(", ")) } } },
        ),
        (lang.t("identity-totp-title"), html! { (lang.t(if m.second_factor { "identity-totp-on" } else { "identity-totp-off" })) }),
        (lang.t("identity-last-seen"), html! { (lang.ago(m.last_seen_at, app.house.now())) }),
        (lang.t("identity-status"), status_badge(lang, m.status)),
    ];
    let body = html! {
        div.grid-2 {
            (card::card(&lang.t("identity-about"), "", html! {}, html! {
                div.stack-tight { (keyvalue::pairs(&facts)) @if editable { (access_forms(lang, partner, m)) } }
            }))
            @if editable { (card::card(&lang.t("identity-change"), "", html! {}, change_form(lang, partner, &detail, refused))) }
        }
    };
    Ok((status, web::page(&frame, body)).into_response())
}

fn access_forms(lang: Lang, partner: PartnerId, m: &StaffMember) -> Markup {
    let base = format!("/msp/{partner}/staff/{}", m.id);
    let off = m.status == StaffStatus::Disabled;
    html! {
        div.row {
            @if m.status == StaffStatus::Invited { (form::button(&format!("{base}/resend"), None, "", html! { (lang.t("identity-resend")) })) }
            form method="post" action={ (base) "/access" } data-once {
                input type="hidden" name="version" value=(m.version);
                input type="hidden" name="disabled" value=(if off { "" } else { "yes" });
                button class=(if off { "btn" } else { "btn danger" }) type="submit" { (lang.t(if off { "identity-enable" } else { "identity-disable" })) }
            }
        }
    }
}

fn change_form(lang: Lang, partner: PartnerId, detail: &Detail, refused: Option<Filled>) -> Markup {
    let m = &detail.member;
    let filled = refused.unwrap_or_else(|| Filled {
        email: m.email.clone(),
        name: m.name.clone(),
        role: m.role.word().into(),
        create_customers: m.grants.create_customers,
        purchase: m.grants.purchase,
        mode: m.reach.mode.word().into(),
        numbers: detail.numbers.join(", "),
        groups: m.reach.groups.iter().map(ToString::to_string).collect(),
        ..Filled::default()
    });
    let action = format!("/msp/{partner}/staff/{}", m.id);
    form::post(
        &form::Form { action: &action, ..form::Form::default() },
        html! {
            input type="hidden" name="version" value=(m.version);
            (staff_forms::fields(lang, &filled, &detail.groups, false))
            (form::actions(&lang.t("identity-change-submit"), None))
        },
    )
}

pub(super) async fn change(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, staff): PathIds<kinds::Partner, kinds::Staff>,
    form: Fields,
) -> Result<Response, Problem> {
    door::probe::<ManageStaff>(&app.house, &visitor.caller, partner).await?;
    let before = detail(&app, &visitor, partner, staff).await?.member;
    form.only(FIELDS)?;
    let (lang, mut filled) = (visitor.lang, Filled::read(&form));
    let (name, reach) = (Name::parse(&filled.name), reach_of(&app, &visitor, partner, &filled).await?);
    let (Ok(name), Some(reach)) = (&name, &reach) else {
        filled.errors.extend(name.is_err().then(|| ("name", wrong::field(lang, "name", "invalid"))));
        filled.errors.extend(reach.is_none().then(|| ("reach", lang.t("identity-refused-unknown-target"))));
        return person_page(&app, &visitor, partner, staff, Some(filled)).await;
    };
    // What the form shows unchanged is not asked for: a customer's administrator has neither grants nor reach to change.
    let command = ChangeStaff {
        partner,
        staff,
        version: form.get("version").parse().unwrap_or(0),
        name: Some(name.clone()),
        role: Some(filled.role()).filter(|r| *r != before.role),
        grants: Some(filled.grants()).filter(|g| *g != before.grants),
        reach: Some(reach.clone()).filter(|r| *r != before.reach),
        disabled: None,
    };
    match app.house.execute(visitor.caller.call(), command).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/staff?done=changed"))),
        Err(Fail::Refused(refusal)) => {
            filled.errors.push((field_of(refusal), said(lang, refusal)));
            person_page(&app, &visitor, partner, staff, Some(filled)).await
        }
        Err(fail) => Err(fail.into()),
    }
}

pub(super) async fn access(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, staff): PathIds<kinds::Partner, kinds::Staff>,
    form: Fields,
) -> Result<Response, Problem> {
    form.only(&["version", "disabled"])?;
    let off = form.on("disabled");
    let command = ChangeStaff {
        partner,
        staff,
        version: form.get("version").parse().unwrap_or(0),
        name: None,
        role: None,
        grants: None,
        reach: None,
        disabled: Some(off),
    };
    app.house.execute(visitor.caller.call(), command).await?;
    let done = if off { "disabled" } else { "enabled" };
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/staff?done={done}")))
}

pub(super) async fn resend(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, staff): PathIds<kinds::Partner, kinds::Staff>,
) -> Result<Response, Problem> {
    app.house.execute(visitor.caller.call(), ResendInvitation { partner, staff }).await?;
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/staff?done=resent")))
}
