//! Moving a partner in the console: below which distributor, and its name typed before it happens.

use access::{Scope, permissions::MoveNodes};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use command::{Fail, Node, Query};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use store::{Control, DistributorId, PartnerId, Result as Stored, Timestamp, View, kinds};
use web::{
    Action, Frame,
    door::{self, PathId},
    forms::Form,
    parts::{
        Tone, card,
        field::{self, Field},
        form,
    },
    problem::Problem,
    swap,
};

use super::{held, store as rows};
use crate::{
    app::Shared,
    console::{Visitor, form_key, typed},
    hierarchy::move_partner::MovePartner,
};

/// Asks where a partner is and where it could go.
#[derive(Debug)]
struct WaysOf(PartnerId);

/// Where it is and where it could go.
#[derive(Debug)]
struct Ways {
    name: String,
    from: DistributorId,
    others: Vec<(DistributorId, String)>,
}

impl Query for WaysOf {
    type Home = Control;
    type Needs = MoveNodes;
    type Found = Option<Ways>;

    fn node(&self) -> Node {
        self.0.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<MoveNodes>, _: Timestamp) -> Stored<Option<Ways>> {
        let Some((name, from)) = rows::name_and_distributor(view, scope)? else { return Ok(None) };
        let mut others = held(view, scope.actor())?;
        others.retain(|(id, _)| *id != from);
        Ok(Some(Ways { name, from, others }))
    }
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    to: String,
    typed_name: String,
    idempotency_key: String,
}

async fn ways(app: &Shared, visitor: &Visitor, partner: PartnerId) -> Result<Ways, Problem> {
    door::look(&app.house, &visitor.caller, partner, Ok(WaysOf(partner))).await?.ok_or_else(Problem::not_found)
}

pub(super) async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
) -> Result<Response, Problem> {
    let ways = ways(&app, &visitor, partner).await?;
    Ok(draw(&app, &visitor, partner, &ways, &Asked::default(), ("", String::new())).into_response())
}

pub(super) async fn perform(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let ways = ways(&app, &visitor, partner).await?;
    let again = |field: &'static str, why: String| {
        (StatusCode::UNPROCESSABLE_ENTITY, draw(&app, &visitor, partner, &ways, &asked, (field, why))).into_response()
    };
    let Some(to) = DistributorId::parse(&asked.to) else { return Ok(again("to", visitor.lang.t("hierarchy-move-choose"))) };
    if let Some(why) = typed::wrong(visitor.lang, &asked.typed_name, &ways.name) {
        return Ok(again("typed_name", why));
    }
    match app.house.execute(visitor.caller.call_with(&asked.idempotency_key), MovePartner { partner, to }).await {
        Ok(_) => Ok(swap::leave(&visitor.headers, &format!("/distributors/{to}?done=partner-moved"))),
        Err(Fail::Refused(_)) => Ok(again("to", visitor.lang.t("hierarchy-move-choose"))),
        Err(fail) => Err(fail.into()),
    }
}

fn draw(app: &Shared, visitor: &Visitor, partner: PartnerId, ways: &Ways, asked: &Asked, wrong: (&str, String)) -> Markup {
    let lang = visitor.lang;
    let back = format!("/distributors/{}", ways.from);
    let frame = Frame {
        crumbs: vec![Action { label: lang.t("hierarchy-partners"), href: back.clone(), icon: None }],
        ..visitor.plain(app, lang.with("moves-title", &[("name", ways.name.as_str().into())]))
    };
    if ways.others.is_empty() {
        return web::page(
            &frame,
            card::card(&lang.t("moves-where"), "", html! {}, html! { p.muted { (lang.t("hierarchy-move-nowhere")) } }),
        );
    }
    let at = |name: &str| (wrong.0 == name).then(|| wrong.1.clone());
    let options: Vec<(String, String)> = ways.others.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
    let (action, key) = (format!("/msp/{partner}/move"), form_key(app));
    let fields = form::post(
        &form::Form { action: &action, idempotency: Some(&key), ..form::Form::default() },
        html! {
            (field::select(lang, &Field::new("to", lang.t("hierarchy-move-to"), &asked.to).required().error(at("to")), &options))
            (card::note(Tone::Info, html! { (lang.t("hierarchy-move-text")) }))
            (typed::confirm(lang, &ways.name, at("typed_name"), &lang.t("hierarchy-move-partner"), &back))
        },
    );
    web::page(&frame, card::card(&lang.t("moves-where"), "", html! {}, fields))
}
