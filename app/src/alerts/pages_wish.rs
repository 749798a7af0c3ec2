//! Console twin of what somebody wants by mail: a form for each wish on the page of alerts.

use access::permissions::Read;
use axum::{extract::State, response::Response};
use maud::{Markup, html};
use store::{PartnerId, kinds};
use web::{
    door::{self, PathId},
    forms::{Fields, Form},
    parts::{
        card,
        field::{self, Field},
        form,
    },
    problem::Problem,
    swap,
};

use super::wish::{Choose, Chosen, Wish};
use crate::{
    app::Shared,
    console::{Visitor, form_key},
};

/// The value for no mail: an empty one cannot be chosen in a field that must be filled in.
const OFF: &str = "off";

/// The form, with what the visitor has chosen, and what more leads on from it.
pub async fn form<W: Wish>(app: &Shared, visitor: &Visitor, partner: PartnerId, more: Markup) -> Result<Markup, Problem> {
    let mine = door::look(&app.house, &visitor.caller, partner, Ok(Chosen::<W>::at(partner))).await?;
    let (lang, key, action) = (visitor.lang, form_key(app), format!("/msp/{partner}/alerts/{}", W::PLACE));
    let none = (OFF.to_owned(), lang.t("alerts-mail-none"));
    let others = W::CHOICES.iter().map(|w| (w.word().to_owned(), lang.t(&format!("{}-{}", W::TEXTS, w.word()))));
    let options: Vec<(String, String)> = std::iter::once(none).chain(others).collect();
    let body = html! {
        (field::select(lang, &Field::new(W::FIELD, lang.t("alerts-mail-which"), mine.map_or(OFF, W::word)).required(), &options))
        (form::actions(&lang.t("alerts-save"), None))
    };
    let body = form::post(&form::Form { action: &action, idempotency: Some(&key), ..form::Form::default() }, body);
    Ok(card::card(&lang.t(W::TEXTS), &lang.t(&format!("{}-sub", W::TEXTS)), more, body))
}

/// Keeps what the visitor chooses.
pub async fn choose<W: Wish>(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(sent): Form<Fields>,
) -> Result<Response, Problem> {
    door::probe::<Read>(&app.house, &visitor.caller, partner).await?;
    sent.only(&[W::FIELD])?;
    let unknown = || {
        let words: Vec<&str> = W::CHOICES.iter().map(|w| w.word()).collect();
        Problem::invalid(format!("/{}", W::FIELD), "invalid", format!("Choose {}, or off for no mail.", words.join(" or ")))
    };
    let wish = match sent.typed(W::FIELD) {
        OFF => None,
        word => Some(W::CHOICES.iter().copied().find(|w| w.word() == word).ok_or_else(unknown)?),
    };
    app.house.execute(visitor.caller.call_with(sent.key()), Choose { partner, wish }).await?;
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/alerts?done=subscribed")))
}
