//! What people do with an import: say what its columns mean, start it, take it back.

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use store::{ImportId, PartnerId, kinds};
use web::{
    door::PathIds,
    forms::{Fields, Form},
    problem::Problem,
    swap,
};

use super::{
    super::{
        commands::{OnImport, Undo},
        desk::by_kind,
        fields::fields,
        intake,
    },
    sentence,
    show::{page, placed},
};
use crate::{
    app::{App, Shared},
    console::Visitor,
};

/// Back to the import, or the page with the reason.
async fn after(app: &App, visitor: &Visitor, partner: PartnerId, id: ImportId, ended: Result<(), Problem>) -> Result<Response, Problem> {
    match ended {
        Ok(()) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/imports/{id}"))),
        Err(problem) if matches!(problem.status, 409 | 422) => {
            page(app, visitor, partner, id, Some(sentence(visitor.lang, &problem))).await
        }
        Err(problem) => Err(problem),
    }
}

pub async fn remap(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, id): PathIds<kinds::Partner, kinds::Import>,
    Form(sent): Form<Fields>,
) -> Result<Response, Problem> {
    let (asked, kind) = placed(&app, &visitor, partner, id, sent.key()).await?;
    let wanted: Vec<&str> = fields(kind).iter().map(|w| w.field.key).collect();
    sent.only(&wanted)?;
    let wanted = |name: &String| wanted.contains(&name.as_str());
    let choice: BTreeMap<String, String> = sent.iter().filter(|(name, _)| wanted(name)).map(|(n, c)| (n.clone(), c.clone())).collect();
    let ended = by_kind!(kind, K => {
        let import = intake::found::<K>(&app, &asked, id).await?;
        intake::remap::<K>(&app, &asked, &import, &choice).await
    });
    after(&app, &visitor, partner, id, ended).await
}

pub async fn start(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, id): PathIds<kinds::Partner, kinds::Import>,
    Form(sent): Form<Fields>,
) -> Result<Response, Problem> {
    let (asked, kind) = placed(&app, &visitor, partner, id, sent.key()).await?;
    sent.only(&["partial"])?;
    let ended = by_kind!(kind, K => {
        let import = intake::found::<K>(&app, &asked, id).await?;
        intake::start::<K>(&app, &asked, &import, sent.contains_key("partial")).await.map(drop)
    });
    after(&app, &visitor, partner, id, ended).await
}

pub async fn undo(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, id): PathIds<kinds::Partner, kinds::Import>,
    Form(sent): Form<Fields>,
) -> Result<Response, Problem> {
    let (asked, kind) = placed(&app, &visitor, partner, id, sent.key()).await?;
    sent.only(&[])?;
    let ended = by_kind!(kind, K => {
        app.house.execute(asked.call, OnImport::<K, _>::new(asked.home, id, Undo {})).await.map(drop).map_err(Problem::from)
    });
    after(&app, &visitor, partner, id, ended).await
}
