//! The page that shows the digest as it would be sent now.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use store::{PartnerId, kinds};
use web::{
    Action, Address, Frame, Lang,
    door::{self, PathId},
    parts::{
        card, empty, keyvalue,
        tabs::{self, Tab},
    },
    problem::Problem,
    routes::Pages,
};

use super::{
    Every,
    mail::{Digest, DigestNow},
};
use crate::{app::Shared, console::Visitor};

/// The page.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/msp/{msp}/alerts/digest", preview)
}

/// The mail as the visitor would get it now, made by whatever makes the one that is sent. Nothing is sent.
async fn preview(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let named = Address::of(&visitor.uri).get("every").and_then(Every::parse);
    let (every, digest) = door::look(&app.house, &visitor.caller, partner, Ok(DigestNow { partner, every: named })).await?;
    let lang = visitor.lang;
    let shown = match &digest {
        Some(digest) => letter(&app, lang, partner, digest).map_err(Problem::internal)?,
        None => {
            let text = lang.with("alerts-digest-nothing-text", &[("days", every.days().into())]);
            card::plain(empty::empty("mail", &lang.t("alerts-digest-nothing"), &text, None))
        }
    };
    let tab = |each: Every| Tab {
        label: lang.t(&format!("alerts-digest-{}", each.word())),
        href: format!("/msp/{partner}/alerts/digest?every={}", each.word()),
        active: each == every,
        count: None,
    };
    let both: Vec<Tab> = Every::ALL.iter().copied().map(tab).collect();
    let frame = Frame {
        context_line: lang.t("alerts-digest-preview-line"),
        crumbs: vec![Action { label: lang.t("nav-alerts"), href: format!("/msp/{partner}/alerts"), icon: None }],
        ..visitor.frame(&app, partner, lang.t("alerts-digest-preview")).await?
    };
    let body = html! { div.stack { (tabs::tabs(lang, &lang.t("alerts-mail-which"), &both)) (shown) } };
    Ok(web::page(&frame, body).into_response())
}

fn letter(app: &Shared, lang: Lang, partner: PartnerId, digest: &Digest) -> Result<Markup, String> {
    let mail = digest.to.message(app, "preview", digest.words(app, partner))?;
    // It is written in the language the reader chose for mail, whatever this page is read in.
    let written = digest.to.lang().tag();
    let facts = [
        (lang.t("alerts-digest-to"), html! { span translate="no" { (mail.to.email()) } }),
        (lang.t("alerts-digest-about"), html! { span lang=(written) { (mail.subject.as_str()) } }),
    ];
    let body = html! {
        div.stack-tight {
            (keyvalue::pairs(&facts))
            article.prose lang=(written) { pre dir="auto" { (mail.text) } }
        }
    };
    Ok(card::card(&lang.t("alerts-digest-mail"), &lang.t("alerts-digest-mail-sub"), html! {}, body))
}
