//! Console twin of imports: the list, the upload, and one import from its mapping to its result.

mod acts;
mod list;
mod made;
mod show;
mod undo;
mod upload;

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use web::{Lang, parts::Tone, problem::Problem, routes::Pages};

use super::import::{ImportKind, ImportStatus};
use crate::app::Shared;

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/imports", list::show)
        .get("/msp/{msp}/imports/new", upload::show)
        .post("/msp/{msp}/imports/new", upload::receive.layer(DefaultBodyLimit::disable()))
        .get("/msp/{msp}/imports/{id}", show::show)
        .post("/msp/{msp}/imports/{id}/mapping", acts::remap)
        .post("/msp/{msp}/imports/{id}/start", acts::start)
        .post("/msp/{msp}/imports/{id}/undo", acts::undo)
}

/// The name of a kind.
fn kind_name(lang: Lang, kind: ImportKind) -> String {
    lang.t(&format!("imports-kind-{}", kind.word()))
}

/// The tone and word of a state.
fn status(lang: Lang, status: ImportStatus) -> (Tone, String) {
    let tone = match status {
        ImportStatus::Uploaded => Tone::Info,
        ImportStatus::Running => Tone::Warn,
        ImportStatus::Done => Tone::Good,
        ImportStatus::Failed => Tone::Bad,
        ImportStatus::Undone => Tone::Neutral,
    };
    (tone, lang.t(&format!("imports-status-{}", status.word())))
}

/// What a refusal's code means, in the reader's language; the given sentence when the catalogue has none.
fn said(lang: Lang, code: &str, reason: &str) -> String {
    let id = format!("imports-code-{code}");
    if lang.knows(&id) { lang.t(&id) } else { reason.to_owned() }
}

/// A problem as one sentence for a form.
fn sentence(lang: Lang, problem: &Problem) -> String {
    let (code, reason) =
        problem.errors.first().map_or((problem.code.as_str(), problem.detail.as_str()), |e| (e.code.as_str(), e.detail.as_str()));
    said(lang, code, reason)
}
