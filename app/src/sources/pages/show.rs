//! One source: how it stands, trying it, starting it, its settings and its runs.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use maud::{Markup, html};
use store::Timestamp;
use web::{
    Frame, Lang, Swap,
    parts::{
        Tone, card, empty,
        field::{self, Field},
        form, keyvalue, table,
    },
    problem::Problem,
    swap,
};

use super::{
    super::{
        intake::{self, Tested},
        queries::{Known, RunsOf},
        source::{Run, SourceStatus},
        way::Kind,
    },
    At,
    form::Filled,
    frame, kind_name, list, run_badge, sources_crumb, status_badge, trouble_note,
};
use crate::{
    app::{App, Shared},
    console::{Visitor, form_key},
};

const SECTION: Swap = Swap::section("source");
/// Runs that are listed.
const LISTED: i64 = 20;

/// What came of a form of the page.
#[derive(Default)]
pub struct Came {
    /// The settings' form, refused.
    pub form: Option<Filled>,
    /// What a trial saw.
    pub tested: Option<Result<Tested, String>>,
    /// Why something else was refused.
    pub error: Option<String>,
}

pub async fn show(State(app): State<Shared>, visitor: Visitor, at: At) -> Result<Response, Problem> {
    page(&app, &visitor, at, Came::default()).await
}

pub(super) async fn page(app: &App, visitor: &Visitor, at: At, came: Came) -> Result<Response, Problem> {
    let (lang, now) = (visitor.lang, app.house.now());
    intake::at(app, &visitor.caller, at.partner, at.customer).await?;
    let call = visitor.caller.call();
    let known = intake::known(app, &call, at.customer, at.source).await?;
    let runs = RunsOf { customer: at.customer, source: at.source, after: None, limit: LISTED };
    let (runs, _) = app.house.ask(&call, runs).await?.ok_or_else(Problem::not_found)?;
    let source = &known.source;
    let frame = Frame {
        context_line: kind_name(lang, source.kind),
        ..frame(app, visitor, at, source.name.clone(), Some(sources_crumb(lang, at))).await?
    };
    let wrong = came.form.is_some() || came.error.is_some() || matches!(came.tested, Some(Err(_)));
    let filled = came.form.unwrap_or_else(|| Filled::known(&source.name, &source.settings, source.every_minutes, source.stop_percent));
    let busy = source.status == SourceStatus::Running;
    let section = SECTION.wrap(html! {
        div.stack {
            (SECTION.poll(busy, 2))
            @if let Some(error) = &came.error { (card::note(Tone::Bad, html! { (error) })) }
            @if let Some(trouble) = &source.trouble { (trouble_note(lang, trouble)) }
            div.grid-2 {
                (card::card(&lang.t("sources-state"), "", html! { (status_badge(lang, source.status)) }, state(lang, at, &known, now)))
                (card::card(&lang.t("sources-start"), &lang.t("sources-start-text"), html! {}, start(app, lang, at, source.kind, came.tested.as_ref())))
            }
            (card::list(&lang.t("sources-runs"), "", html! {}, runs_table(lang, at, &runs, now)))
            div.grid-2 {
                (card::card(&lang.t("sources-settings"), "", html! {}, filled.draw(lang, source.kind, &at.source(), &form_key(app), Some((source.version, source.has_secret)))))
                (card::card(&lang.t("sources-checklist"), "", html! {}, html! {
                    div.stack {
                        ol.steps { @for step in 1..=list::steps(source.kind) { li { (lang.t(&format!("sources-{}-{step}", source.kind.word()))) } } }
                        div.stack-tight {
                            p.muted.small { (lang.t("sources-remove-text")) }
                            (form::button(&format!("{}/remove", at.source()), None, "small danger", html! { (lang.t("sources-remove")) }))
                        }
                    }
                }))
            }
        }
    });
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, swap::answer(&visitor.headers, section, |section| web::page(&frame, section))).into_response())
}

fn state(lang: Lang, at: At, known: &Known, now: Timestamp) -> Markup {
    let source = &known.source;
    let seats = known.usage.map_or_else(String::new, |u| {
        lang.with("sources-seats", &[("free", lang.int((u.seats - u.active_users).max(0)).into()), ("waiting", lang.int(u.waiting).into())])
    });
    let next = source.next_at.map_or_else(|| lang.t("sources-by-hand"), |next| lang.date_time(next, &store::Zone::utc()));
    let look = source.last_run.as_ref().filter(|_| source.status == SourceStatus::Stopped);
    html! {
        (keyvalue::pairs(&[
            (lang.t("sources-people"), html! { (lang.int(source.people)) }),
            (lang.t("sources-seats-label"), html! { (seats) }),
            (lang.t("sources-col-last"), html! {
                @match &source.last_run {
                    Some(run) => { a href=(at.run(run.id)) { (lang.ago(Some(run.created_at), now)) } " " (run_badge(lang, run)) }
                    None => (table::nothing(lang)),
                }
            }),
            (lang.t("sources-col-next"), html! { (next) }),
        ]))
        @if let Some(run) = look { div.form-actions { a.btn href=(at.run(run.id)) { (lang.t("sources-look")) } } }
    }
}

fn start(app: &App, lang: Lang, at: At, kind: Kind, tested: Option<&Result<Tested, String>>) -> Markup {
    let preview = |value: &'static str| html! { input type="hidden" name="preview" value=(value); };
    let act = |rest: &str, class: &str, hidden: Markup, label: &str| {
        html! {
            form method="post" action={ (at.source()) (rest) } data-once {
                (form::hidden(Some(&form_key(app)))) (hidden)
                button class={ "btn " (class) } type="submit" { (lang.t(label)) }
            }
        }
    };
    html! {
        div.stack-tight {
            @if kind == Kind::Upload { (upload(app, lang, at)) } @else {
                div.row {
                    @if kind != Kind::Folder { (act("/test", "", html! {}, "sources-test")) }
                    (act("/run", "", preview("on"), "sources-preview"))
                    (act("/run", "primary", preview(""), "sources-run-now"))
                }
            }
            @match tested {
                Some(Ok(tested)) => (trial(lang, tested)),
                Some(Err(why)) => (card::note(Tone::Bad, html! { (why) })),
                None => {}
            }
        }
    }
}

fn upload(app: &App, lang: Lang, at: At) -> Markup {
    let action = format!("{}/upload", at.source());
    let key = form_key(app);
    let sent = form::Form { action: &action, idempotency: Some(&key), files: true, ..form::Form::default() };
    form::post(
        &sent,
        html! {
            (field::file(lang, &Field::new("file", lang.t("sources-file"), "").required(), ".csv"))
            (field::checkbox(&Field::new("preview", lang.t("sources-preview-first"), ""), true))
            (form::actions(&lang.t("sources-read-file"), None))
        },
    )
}

fn trial(lang: Lang, t: &Tested) -> Markup {
    let n = |n: i64| lang.int(n);
    let said = lang.with(
        if t.all { "sources-tested" } else { "sources-tested-some" },
        &[("people", n(t.people).into()), ("needed", n(t.seats_needed).into()), ("free", n(t.seats_free).into())],
    );
    let tone = if t.seats_short > 0 { Tone::Warn } else { Tone::Good };
    card::note(
        tone,
        html! {
            p.strong { (said) }
            @if t.seats_short > 0 { p { (lang.with("sources-short", &[("n", n(t.seats_short).into())])) } }
            ul.small translate="no" { @for person in &t.sample { li { (person.name) " · " (person.email.as_deref().unwrap_or(&person.user_name)) } } }
        },
    )
}

fn runs_table(lang: Lang, at: At, runs: &[Run], now: Timestamp) -> Markup {
    let number = |n: i64| html! { (lang.int(n)) };
    let row = |run: &Run| {
        let (c, a) = (&run.counts.tally, &run.applied);
        let made = run.status == super::super::source::RunStatus::Done;
        let pick = |would: i64, was: i64| number(if made { was } else { would });
        table::Row {
            id: run.id.to_string(),
            name: lang.ago(Some(run.created_at), now),
            cells: vec![
                html! { a href=(at.run(run.id)) { (lang.date_time(run.created_at, &store::Zone::utc())) } },
                run_badge(lang, run),
                number(run.counts.people),
                pick(c.joins, a.joined),
                pick(c.moves, a.moved),
                pick(c.leaves, a.left),
                pick(c.returns, a.returned),
                pick(c.conflicts, a.conflicts),
            ],
            ..table::Row::default()
        }
    };
    let plain = |key: &'static str| table::Column::plain(key, lang.t(key));
    let count = |key: &'static str| table::Column::figure(key, lang.t(key));
    let shown = table::Table {
        caption: lang.t("sources-runs"),
        columns: vec![
            plain("sources-col-when"),
            plain("sources-col-state"),
            count("sources-col-read"),
            count("sources-class-joins"),
            count("sources-class-moves"),
            count("sources-class-leaves"),
            count("sources-class-returns"),
            count("sources-class-conflict"),
        ],
        rows: runs.iter().map(row).collect(),
        nothing: empty::empty("clock", &lang.t("sources-no-runs"), &lang.t("sources-no-runs-text"), None),
        compact: true,
        ..table::Table::default()
    };
    table::table(lang, Swap::page(), &shown)
}
