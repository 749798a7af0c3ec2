//! Console twin of the choice of a digest: a form on the page of alerts.

use access::permissions::Read;
use axum::{extract::State, response::Response};
use maud::Markup;
use serde::Deserialize;
use store::{PartnerId, kinds};
use web::{
    Lang,
    door::{self, PathId},
    forms::Form,
    parts::{
        field::{self, Field},
        form as parts,
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{super::pages::OFF, ChooseDigest, Every};
use crate::{app::Shared, console::Visitor};

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().post("/msp/{msp}/alerts/digest", choose)
}

/// The choice, with what the visitor has chosen.
pub fn form(lang: Lang, partner: PartnerId, mine: Option<Every>, key: &str) -> Markup {
    let none = (OFF.to_owned(), lang.t("alerts-mail-none"));
    let others = Every::ALL.iter().map(|e| (e.word().to_owned(), lang.t(&format!("alerts-digest-{}", e.word()))));
    let options: Vec<(String, String)> = std::iter::once(none).chain(others).collect();
    let action = format!("/msp/{partner}/alerts/digest");
    let body = maud::html! {
        (field::select(lang, &Field::new("every", lang.t("alerts-mail-which"), mine.map_or(OFF, Every::word)).required(), &options))
        (parts::actions(&lang.t("alerts-save"), None))
    };
    parts::post(&parts::Form { action: &action, idempotency: Some(key), ..parts::Form::default() }, body)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sent {
    every: String,
    idempotency_key: String,
}

async fn choose(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    door::probe::<Read>(&app.house, &visitor.caller, partner).await?;
    let unknown = || Problem::invalid("/every", "invalid", "Choose week or month, or off for no mail.");
    let every = match sent.every.as_str() {
        OFF => None,
        word => Some(Every::parse(word).ok_or_else(unknown)?),
    };
    app.house.execute(visitor.caller.call_with(&sent.idempotency_key), ChooseDigest { partner, every }).await?;
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/alerts?done=subscribed")))
}
