//! Seats nobody uses, given back at once: shown first, undone with one click.

use access::permissions::Allocate;
use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::html;
use web::{
    Lang, door,
    forms::Pairs,
    parts::{Tone, card, form},
    problem::Problem,
    shell::Action as Link,
    swap,
};

use super::{
    bulk::{counts, items, result},
    partner_of,
};
use crate::{
    app::Shared,
    console::{Visitor, form_key},
    portfolio::{
        api::{distinct, size},
        bulk::{Fate, MOST},
    },
};

fn crumbs(lang: Lang, msp: &str) -> Vec<Link> {
    let to = |label: &str, below: &str| Link { label: lang.t(label), href: format!("/msp/{msp}/licenses{below}"), icon: None };
    vec![to("nav-licenses", ""), to("orders-outlook", "/outlook")]
}

/// Shows what would go back.
pub async fn preview(State(app): State<Shared>, visitor: Visitor, Path(msp): Path<String>) -> Result<Response, Problem> {
    let (partner, lang) = (partner_of(&msp), visitor.lang);
    door::probe::<Allocate>(&app.house, &visitor.caller, partner).await?;
    let answer = size(&app, &visitor.caller, partner, None, true).await?;
    let mut frame = visitor.frame(&app, partner, lang.t("orders-right-size")).await?;
    frame.context_line = lang.t("orders-right-size-context");
    frame.crumbs = crumbs(lang, &partner.to_string());
    let body = html! {
        div.stack {
            (card::note(Tone::Info, html! { (counts(lang, &answer)) }))
            form.row method="post" action={ "/msp/" (partner) "/licenses/right-size" } data-once {
                (form::hidden(Some(&form_key(&app))))
                @for item in answer.items.iter().filter(|i| i.status == Fate::Done) { input type="hidden" name="id" value=(item.customer_id); }
                button.btn.primary type="submit" disabled[answer.done == 0] { (lang.with("portfolio-bulk-apply", &[("n", answer.done.into())])) }
                a.btn href={ "/msp/" (partner) "/licenses/outlook" } { (lang.t("ui-cancel")) }
            }
            (card::plain(items(lang, partner, &answer.items)))
        }
    };
    Ok(swap::answer(&visitor.headers, body, |body| web::page(&frame, body)))
}

/// Gives them back, as they are judged now.
pub async fn apply(State(app): State<Shared>, visitor: Visitor, Path(msp): Path<String>, sent: Pairs) -> Result<Response, Problem> {
    let partner = partner_of(&msp);
    sent.strict(&["id"], &["back"])?;
    sent.only(&["id"])?;
    door::probe::<Allocate>(&app.house, &visitor.caller, partner).await?;
    let ids = sent.0.iter().filter(|(name, _)| name == "id").filter_map(|(_, value)| store::CustomerId::parse(value));
    let ids = distinct(ids.take(MOST).collect());
    let key = sent.0.iter().find(|(name, _)| name == "idempotency_key").map(|(_, value)| value.clone());
    let mut caller = visitor.caller.clone();
    caller.key = key.filter(|key| !key.is_empty());
    let answer = size(&app, &caller, partner, Some(&ids), false).await?;
    let line = visitor.lang.t("orders-right-size-context");
    result(&app, &visitor, partner, &answer, (line, ""), &answer.undo()).await
}
