//! Console twin of transfers: the list with its upload, and one transfer from its contents to its end.

use axum::{
    extract::{DefaultBodyLimit, Request, State},
    handler::Handler,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use maud::{Markup, html};
use store::{ImportId, PartnerId, kinds};
use web::{
    Action, Frame, Lang, Swap,
    door::{self, PathId},
    parts::{
        Tone, badge, card, empty,
        field::{self, Field},
        form,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    routes::Pages,
    swap,
};

use super::{
    MOST, Transfer, TransferStatus,
    api::{self, may},
    intake, pages_show,
    queries::Transfers,
};
use crate::{
    app::{App, Shared},
    console::{Visitor, form_key, wrong},
};

const LIST: Swap = Swap::section("transfers");

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/transfers", list)
        .post("/msp/{msp}/transfers", upload.layer(DefaultBodyLimit::disable()))
        .get("/msp/{msp}/transfers/{id}", pages_show::show)
        .post("/msp/{msp}/transfers/{id}/start", pages_show::start)
        .post("/msp/{msp}/transfers/{id}/undo", pages_show::undo)
}

/// The tone and word of a state.
pub(super) fn status(lang: Lang, status: TransferStatus) -> Markup {
    let tone = match status {
        TransferStatus::Uploaded => Tone::Info,
        TransferStatus::Running => Tone::Warn,
        TransferStatus::Done => Tone::Good,
        TransferStatus::Failed => Tone::Bad,
        TransferStatus::Undone => Tone::Neutral,
    };
    badge::badge(tone, &lang.t(&format!("transfer-status-{}", status.word())))
}

/// What is wrong with an archive, in the reader's language.
fn sentence(lang: Lang, problem: &Problem) -> String {
    let code = problem.errors.first().map_or(problem.code.as_str(), |e| e.code.as_str());
    let id = format!("transfer-wrong-{code}");
    if lang.knows(&id) { lang.t(&id) } else { wrong::of(lang, "transfer", problem).1 }
}

async fn list(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    may(&app, &visitor.caller, partner).await?;
    page(&app, &visitor, partner, String::new()).await
}

async fn page(app: &App, visitor: &Visitor, partner: PartnerId, error: String) -> Result<Response, Problem> {
    let lang = visitor.lang;
    let transfers = door::look(&app.house, &visitor.caller, partner, Ok(Transfers { partner })).await?;
    let row = |x: &Transfer| Row {
        id: x.id.to_string(),
        name: x.contents.customer.name.clone(),
        cells: vec![
            table::lead_plain(&x.contents.customer.name, &format!("/msp/{partner}/transfers/{}", x.id), &x.file_name),
            status(lang, x.status),
            html! { (lang.int(x.contents.comes.members)) },
            html! { (lang.ago(Some(x.created_at), app.house.now())) },
        ],
        ..Row::default()
    };
    let shown = Table {
        caption: lang.t("transfer-title"),
        columns: vec![
            Column::plain("customer", lang.t("offboarding-customer")),
            Column::plain("status", lang.t("transfer-status")),
            Column::figure("members", lang.t("transfer-comes-members")),
            Column::plain("at", lang.t("transfer-uploaded-at")),
        ],
        rows: transfers.iter().map(row).collect(),
        nothing: empty::empty("upload", &lang.t("transfer-none"), &lang.t("transfer-none-text"), None),
        ..Table::default()
    };
    let (action, key) = (format!("/msp/{partner}/transfers"), form_key(app));
    let sent = form::Form { action: &action, idempotency: Some(&key), files: true, error: &error };
    let upload = card::card(
        &lang.t("transfer-upload"),
        &lang.t("transfer-upload-text"),
        html! {},
        form::post(
            &sent,
            html! {
                (field::file(lang, &Field::new("file", lang.t("transfer-file"), "").required().hint(lang.with("transfer-file-hint", &[("mb", MOST.to_string().into())])), ".zip,application/zip"))
                (form::actions(&lang.t("transfer-examine"), None))
            },
        ),
    );
    let section = LIST.wrap(html! { div.stack { (upload) (card::plain(table::table(lang, LIST, &shown))) } });
    let frame = Frame {
        context_line: lang.t("transfer-context"),
        crumbs: vec![Action { label: lang.t("imports-title"), href: format!("/msp/{partner}/imports"), icon: None }],
        ..visitor.frame(app, partner, lang.t("transfer-title")).await?
    };
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, swap::answer(&visitor.headers, section, |section| web::page(&frame, section))).into_response())
}

async fn upload(
    State(app): State<Shared>,
    visitor: Visitor,
    PathId(partner): PathId<kinds::Partner>,
    request: Request,
) -> Result<Response, Problem> {
    may(&app, &visitor.caller, partner).await?;
    door::probe::<access::permissions::CreateCustomers>(&app.house, &visitor.caller, partner).await?;
    match receive(&app, &visitor, partner, request).await {
        Ok(id) => Ok(swap::leave(&visitor.headers, &format!("/msp/{partner}/transfers/{id}"))),
        Err(problem) if problem.status < 500 => page(&app, &visitor, partner, sentence(visitor.lang, &problem)).await,
        Err(problem) => Err(problem),
    }
}

async fn receive(app: &App, visitor: &Visitor, partner: PartnerId, request: Request) -> Result<ImportId, Problem> {
    let received = api::receive(app, request).await?;
    let call = visitor.caller.call_with(received.fields.key());
    intake::book(app, &call, partner, received).await
}
