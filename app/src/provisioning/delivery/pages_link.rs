//! The page behind a test's link, for whoever got the mail: nobody has to sign in. Looking at it changes nothing (a mail scanner
//! looks at every link); pressing its button does.

use access::secret;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use command::{Call, Fail, Secret};
use http::{HeaderMap, StatusCode, Uri};
use maud::{Markup, html};
use store::CustomerId;
use web::{
    Brand, Frame, Lang, door,
    forms::{Fields, Form},
    parts::{Tone, card, form},
    problem::Problem,
    routes::Pages,
};

use super::confirm::{ConfirmDelivery, LinkOf};
use crate::{
    app::{App, Shared},
    console,
    hierarchy::branding::Look,
};

pub(super) fn routes() -> Pages<Shared> {
    Pages::default().get("/delivery/{customer}/{token}", show).post("/delivery/{customer}/{token}", confirm)
}

/// The customer and the hash of the secret. What is none of ours leads nowhere.
fn parts(customer: &str, token: &str) -> (CustomerId, Option<[u8; 32]>) {
    (door::id(customer), secret::hash(secret::LINK, token).map(|h| h.0))
}

async fn show(
    State(app): State<Shared>,
    headers: HeaderMap,
    uri: Uri,
    Path((customer, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let guest = Guest { lang: console::language_of(&headers, None), headers, uri };
    let (customer, Some(link)) = parts(&customer, &token) else { return Ok(guest.gone(&app)) };
    let asked = match app.house.ask(&Call::operator(), LinkOf { customer, link }).await {
        Ok(asked) => asked,
        Err(Fail::Denied(_)) => None,
        Err(fail) => return Err(fail.into()),
    };
    let Some(asked) = asked else { return Ok(guest.gone(&app)) };
    let lang = guest.lang;
    let action = guest.uri.path().to_owned();
    let body = html! {
        div.stack-tight {
            p { (lang.with("provisioning-delivery-link-text", &[("customer", asked.look.name.as_str().into()), ("company", asked.company.into())])) }
            (form::post(&form::Form { action: &action, ..form::Form::default() }, form::actions(&lang.t("provisioning-delivery-link-button"), None)))
        }
    };
    Ok(guest.page(&app, StatusCode::OK, "provisioning-delivery-link-title", Some(&asked.look), body))
}

async fn confirm(
    State(app): State<Shared>,
    headers: HeaderMap,
    uri: Uri,
    Path((customer, token)): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    fields.only(&[])?;
    let guest = Guest { lang: console::language_of(&headers, None), headers, uri };
    let (customer, Some(link)) = parts(&customer, &token) else { return Ok(guest.gone(&app)) };
    match app.house.execute(Call::operator(), ConfirmDelivery { customer, link: Secret(link) }).await {
        Ok(_) => {
            let done = card::note(Tone::Good, html! { (guest.lang.t("provisioning-delivery-link-done")) });
            Ok(guest.page(&app, StatusCode::OK, "provisioning-delivery-link-thanks", None, done))
        }
        Err(Fail::Refused(_) | Fail::Denied(_)) => Ok(guest.gone(&app)),
        Err(fail) => Err(fail.into()),
    }
}

/// Somebody who is not signed in.
struct Guest {
    lang: Lang,
    headers: HeaderMap,
    uri: Uri,
}

impl Guest {
    /// A page in the brand of the customer, where it is known.
    fn page(&self, app: &App, status: StatusCode, title: &str, look: Option<&Look>, body: Markup) -> Response {
        let mut frame: Frame = console::bare_frame(app, &self.headers, self.lang, self.uri.path(), self.lang.t(title));
        if let Some(look) = look {
            frame.brand = Brand {
                product: look.name.clone(),
                name: look.name.clone(),
                initials: console::initials(&look.name),
                css_href: look.accent.as_deref().map(|c| format!("/brand/{}.css", c.trim_start_matches('#'))),
                logo_href: look.logo_url.clone(),
            };
        }
        (status, web::bare(&frame, body)).into_response()
    }

    fn gone(&self, app: &App) -> Response {
        let text = html! { p.muted { (self.lang.t("provisioning-delivery-link-gone-text")) } };
        self.page(app, StatusCode::GONE, "provisioning-delivery-link-gone", None, text)
    }
}
