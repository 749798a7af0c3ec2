//! REST twin of the logo, what receives its file, and what serves it.

use access::permissions::ManageSettings;
use axum::{
    extract::{FromRequest, Multipart, Path, Request, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use store::{Control, PartnerId, View, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    Lang,
    caller::Caller,
    door::{self, PathId},
    problem::Problem,
};

use super::{
    logo::{Logo, SetLogo},
    picture::{self, MOST, Picture, Unfit},
    store as rows,
};
use crate::app::Shared;

/// Bytes still read behind [`MOST`], so that a sender gets to read the answer.
pub const PATIENCE: usize = 16 * MOST;

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(set_logo, remove_logo))
}

/// Sets the logo: the body is a PNG, JPEG or WebP of at most 1 MB. It is kept as a PNG of at most 512 × 512 pixels.
#[utoipa::path(put, path = "/v1/msp/{msp}/logo", tag = "settings", request_body(content = Vec<u8>, content_type = "image/png"), params(("msp" = String, Path)), responses((status = 200, body = Logo), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn set_logo(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    request: Request,
) -> Result<Response, Problem> {
    door::probe::<ManageSettings>(&app.house, &caller, partner).await?;
    let input = received(request).await.map(|picture| SetLogo { partner, picture: Some(picture) });
    Ok(door::change(&app.house, &caller, partner, input).await?.ok())
}

/// Takes the logo away.
#[utoipa::path(delete, path = "/v1/msp/{msp}/logo", tag = "settings", params(("msp" = String, Path)), responses((status = 204, description = "Taken away"), (status = 403, body = Problem)))]
async fn remove_logo(State(app): State<Shared>, caller: Caller, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    Ok(door::change(&app.house, &caller, partner, Ok(SetLogo { partner, picture: None })).await?.gone())
}

/// The picture that is a request's body. Whether the sender may send one has been asked.
///
/// # Errors
/// The problem of a file that is no logo.
pub(in crate::hierarchy) async fn received(request: Request) -> Result<Picture, Problem> {
    let bytes = axum::body::to_bytes(request.into_body(), PATIENCE).await.map_err(|_| problem(Unfit::TooLarge))?;
    read(bytes.to_vec()).await.map_err(problem)
}

/// A file's picture, read beside the threads that serve: a picture takes the processor for a while.
///
/// # Errors
/// Why it is no logo.
pub(super) async fn read(bytes: Vec<u8>) -> Result<Picture, Unfit> {
    tokio::task::spawn_blocking(move || picture::read(&bytes)).await.unwrap_or(Err(Unfit::Broken))
}

/// The file `file` of a form, and the form's key.
///
/// # Errors
/// Why it is no logo.
pub(in crate::hierarchy) async fn receive(request: Request) -> Result<(Picture, String), Unfit> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Unfit::Broken)?;
    let (mut file, mut key) = (Vec::new(), String::new());
    while let Some(mut field) = form.next_field().await.map_err(|_| Unfit::TooLarge)? {
        match field.name().unwrap_or_default() {
            "idempotency_key" => key = field.text().await.unwrap_or_default(),
            "file" => {
                while let Some(piece) = field.chunk().await.map_err(|_| Unfit::TooLarge)? {
                    // One byte more than is taken tells that there was more; the rest is read and forgotten.
                    let room = (MOST + 1).saturating_sub(file.len());
                    file.extend_from_slice(&piece[..piece.len().min(room)]);
                }
            }
            _ => {}
        }
    }
    Ok((read(file).await?, key))
}

/// An unfit file as the API tells it.
fn problem(unfit: Unfit) -> Problem {
    let sentence = Lang::En.t(&format!("hierarchy-logo-{}", unfit.word()));
    let (code, pointer) = (unfit.word(), "/file");
    if unfit == Unfit::TooLarge {
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, code, "The file is too large")
            .detail(format!("{sentence} Nothing was changed."))
            .field(pointer, code, sentence);
    }
    Problem::invalid(pointer, code, sentence)
}

/// `/brand/{msp}/{file}`: open to everybody, as what is shown before signing in has to be; the address tells the content.
pub(super) async fn serve(State(app): State<Shared>, Path((msp, file)): Path<(String, String)>) -> Result<Response, Problem> {
    let partner = PartnerId::parse(&msp).ok_or_else(Problem::not_found)?;
    let hash = file.strip_suffix(".png").filter(|hash| hash.len() == 64).ok_or_else(Problem::not_found)?.to_owned();
    let found = app.house.control().read(move |view: &mut View<'_, Control>| rows::logo(view, partner, &hash)).await?;
    let png = found.ok_or_else(Problem::not_found)?;
    let headers = [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, png).into_response())
}
