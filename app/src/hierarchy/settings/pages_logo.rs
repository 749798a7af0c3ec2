//! Console twin of the logo.

use access::permissions::ManageSettings;
use axum::{
    extract::{DefaultBodyLimit, Request, State},
    handler::Handler,
    response::Response,
};
use http::StatusCode;
use maud::{Markup, html};
use store::kinds;
use web::{
    door::{self, PathId},
    forms::{Fields, Form},
    parts::{field, form, icon},
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    SetLogo, Settings,
    api_logo::{PATIENCE, receive, serve},
    pages::{Sheet, draw, found, values},
};
use crate::{
    app::Shared,
    console::{Visitor, form_key},
};

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .post("/msp/{msp}/settings/logo", upload.layer(DefaultBodyLimit::max(PATIENCE)))
        .post("/msp/{msp}/settings/logo/remove", remove)
        .get("/brand/{msp}/{file}", serve)
}

async fn upload(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    request: Request,
) -> Result<Response, Problem> {
    door::probe::<ManageSettings>(&app.house, &visitor.caller, partner).await?;
    match receive(request).await {
        Ok((picture, key)) => {
            app.house.execute(visitor.caller.call_with(&key), SetLogo { partner, picture: Some(picture) }).await?;
            Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/settings?done=saved")))
        }
        Err(unfit) => {
            let settings = found(&app, &visitor, partner).await?;
            let why = visitor.lang.t(&format!("hierarchy-logo-{}", unfit.word()));
            let mut response = draw(&app, &visitor, partner, &settings, &values(&settings), &("file".to_owned(), why)).await?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

async fn remove(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    fields.only(&[])?;
    app.house.execute(visitor.caller.call_with(fields.key()), SetLogo { partner, picture: None }).await?;
    Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/settings?done=saved")))
}

impl Sheet<'_> {
    /// The logo there is, and the way to another.
    pub(super) fn logo(&self, s: &Settings) -> Markup {
        let lang = self.lang;
        let key = form_key(self.app);
        let action = format!("{}/logo", self.action);
        let upload = form::Form { action: &action, idempotency: Some(&key), files: true, ..form::Form::default() };
        let mut file = self.one("file").required().hint(lang.t("hierarchy-set-logo-hint"));
        file.label = lang.t("hierarchy-set-logo");
        html! {
            div.stack-tight {
                @if let Some(url) = &s.logo_url {
                    div.row {
                        img.logo-now src=(url) alt=(lang.t("hierarchy-set-logo-now"));
                        @if self.may { (form::button(&format!("{action}/remove"), Some(&key), "quiet small", html! { (icon("trash")) (lang.t("hierarchy-set-logo-remove")) })) }
                    }
                }
                @if self.may {
                    (form::post(&upload, html! {
                        (field::file(lang, &file, "image/png,image/jpeg,image/webp"))
                        (form::actions(&lang.t("hierarchy-set-logo-upload"), None))
                    }))
                }
            }
        }
    }
}
