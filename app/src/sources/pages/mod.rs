//! Console twin of sources: the ways people can come, one source, one run.

mod acts;
mod form;
mod list;
mod run;
mod show;

use axum::{
    extract::{DefaultBodyLimit, FromRequestParts},
    handler::Handler,
};
use http::request::Parts;
use maud::{Markup, html};
use store::{CustomerId, PartnerId, SourceId, SourceRunId};
use web::{
    Action, Frame, Lang,
    door::id,
    parts::{Tone, badge, card},
    problem::Problem,
    routes::Pages,
};

use super::{
    intake,
    source::{Run, RunStatus, SourceStatus, Trouble},
    way::Kind,
};
use crate::{
    app::{App, Shared},
    console::{Visitor, done},
    directory::pages::customer_of,
};

/// The pages.
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/msp/{msp}/customers/{customer}/sources", list::show)
        .post("/msp/{msp}/customers/{customer}/sources", acts::create)
        .get("/msp/{msp}/customers/{customer}/sources/{id}", show::show)
        .post("/msp/{msp}/customers/{customer}/sources/{id}", acts::edit)
        .post("/msp/{msp}/customers/{customer}/sources/{id}/test", acts::test)
        .post("/msp/{msp}/customers/{customer}/sources/{id}/run", acts::start)
        .post("/msp/{msp}/customers/{customer}/sources/{id}/upload", acts::upload.layer(DefaultBodyLimit::max(intake::MOST)))
        .post("/msp/{msp}/customers/{customer}/sources/{id}/remove", acts::remove)
        .get("/msp/{msp}/customers/{customer}/sources/{id}/runs/{run}", run::show)
        .post("/msp/{msp}/customers/{customer}/sources/{id}/runs/{run}/apply", acts::apply)
        .post("/msp/{msp}/customers/{customer}/sources/{id}/runs/{run}/discard", acts::discard)
}

/// What the path of a page names; malformed ids become those nothing has.
#[derive(Clone, Copy)]
struct At {
    partner: PartnerId,
    customer: CustomerId,
    source: SourceId,
    run: SourceRunId,
}

impl<S: Send + Sync> FromRequestParts<S> for At {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::RawPathParams::from_request_parts(parts, state).await;
        let found = |name: &str| {
            let params = read.as_ref().ok().into_iter().flatten();
            params.into_iter().find(|(key, _)| *key == name).map_or_else(String::new, |(_, value)| value.to_owned())
        };
        Ok(At { partner: id(&found("msp")), customer: id(&found("customer")), source: id(&found("id")), run: id(&found("run")) })
    }
}

impl At {
    /// The address of a customer's sources.
    fn list(&self) -> String {
        format!("/msp/{}/customers/{}/sources", self.partner, self.customer)
    }

    /// The address of the source.
    fn source(&self) -> String {
        format!("{}/{}", self.list(), self.source)
    }

    /// The address of one of its runs.
    fn run(&self, run: SourceRunId) -> String {
        format!("{}/runs/{run}", self.source())
    }
}

/// The frame of a page about a customer's sources; whoever may not manage its members gets none.
async fn frame(app: &App, visitor: &Visitor, at: At, title: String, more: Option<Action>) -> Result<Frame, Problem> {
    intake::at(app, &visitor.caller, at.partner, at.customer).await?;
    let lang = visitor.lang;
    let owner = customer_of(app, visitor, at.partner, at.customer).await?;
    let mut crumbs = vec![
        Action { label: lang.t("nav-customers"), href: format!("/msp/{}/customers", at.partner), icon: None },
        Action { label: owner.name.clone(), href: format!("/msp/{}/customers/{}", at.partner, at.customer), icon: None },
    ];
    crumbs.extend(more);
    Ok(Frame { crumbs, toast: done::toast(lang, &visitor.uri, "sources"), ..visitor.frame(app, at.partner, title).await? })
}

fn sources_crumb(lang: Lang, at: At) -> Action {
    Action { label: lang.t("sources-title"), href: at.list(), icon: None }
}

fn kind_name(lang: Lang, kind: Kind) -> String {
    lang.t(&format!("sources-kind-{}", kind.word()))
}

fn status_badge(lang: Lang, status: SourceStatus) -> Markup {
    let (tone, id) = match status {
        SourceStatus::New => (Tone::Neutral, "sources-status-new"),
        SourceStatus::Running => (Tone::Info, "sources-status-running"),
        SourceStatus::Stopped => (Tone::Warn, "sources-status-stopped"),
        SourceStatus::ConsentNeeded => (Tone::Bad, "sources-status-consent-needed"),
        SourceStatus::Failed => (Tone::Bad, "sources-status-failed"),
        SourceStatus::Ok => (Tone::Good, "sources-status-ok"),
    };
    badge::badge(tone, &lang.t(id))
}

fn run_badge(lang: Lang, run: &Run) -> Markup {
    let tone = match run.status {
        RunStatus::Reading | RunStatus::Applying => Tone::Info,
        RunStatus::Judged | RunStatus::Stopped => Tone::Warn,
        RunStatus::Done => Tone::Good,
        RunStatus::Failed => Tone::Bad,
        RunStatus::Discarded => Tone::Neutral,
    };
    badge::dot(tone, &lang.t(&format!("sources-run-{}", run.status.word())))
}

/// What happened and what to do, in the reader's language. What the source itself said stands below, as it said it.
fn trouble_note(lang: Lang, trouble: &Trouble) -> Markup {
    let id = format!("sources-trouble-{}", trouble.code);
    let known = lang.knows(&id);
    card::note(
        if trouble.code == "safeguard" { Tone::Warn } else { Tone::Bad },
        html! {
            @if known { p.strong { (lang.t(&id)) } } @else { p.strong { (trouble.detail) } }
            @if known && trouble.speaks() { p.small.muted translate="no" { (trouble.detail) } }
        },
    )
}
