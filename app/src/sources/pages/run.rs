//! One run: what would change or has changed, person by person, and the decision about it.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use web::{
    Action, Address, Frame, Lang, Swap,
    parts::{
        Tone, badge, card, empty, form,
        kpi::{Kpi, kpi},
        table,
        tabs::{Tab, tabs},
    },
    problem::Problem,
    swap,
};

use super::{
    super::{
        intake,
        source::{Run, RunStatus},
    },
    At, frame, run_badge, sources_crumb, trouble_note,
};
use crate::{
    app::{App, Shared},
    console::{
        Visitor, form_key,
        reel::{Reel, Shown, Sorted},
    },
    directory::reconcile::{Change, Changes, Class},
};

const SECTION: Swap = Swap::section("run");
/// Changes of one page.
const EACH: i64 = 50;
const CLASSES: [Class; 5] = [Class::Joins, Class::Moves, Class::Leaves, Class::Returns, Class::Conflict];

pub async fn show(State(app): State<Shared>, visitor: Visitor, at: At) -> Result<Response, Problem> {
    page(&app, &visitor, at, None).await
}

pub(super) async fn page(app: &App, visitor: &Visitor, at: At, error: Option<String>) -> Result<Response, Problem> {
    let lang = visitor.lang;
    intake::at(app, &visitor.caller, at.partner, at.customer).await?;
    let call = visitor.caller.call();
    let known = intake::known(app, &call, at.customer, at.source).await?;
    let run = intake::run_of(app, &call, at.customer, at.source, at.run).await?;
    let mut here = Address::of(&visitor.uri).without(&["done"]);
    here.path = at.run(at.run);
    let class = here.get("class").and_then(Class::parse);
    let reel = Reel::new(app, "source changes", &here, EACH);
    let after = reel.after::<i64>()?.unwrap_or(0);
    let question = Changes { customer: at.customer, source: at.source, reading: run.reading, class, after, limit: EACH };
    let changes = app.house.ask(&call, question).await?;
    let to_source = Action { label: known.source.name.clone(), href: at.source(), icon: None };
    let mut frame = frame(app, visitor, at, lang.t("sources-run-title"), Some(sources_crumb(lang, at))).await?;
    frame.crumbs.push(to_source);
    let frame = Frame { context_line: lang.date_time(run.created_at, &store::Zone::utc()), ..frame };
    let foot = reel.foot(
        lang,
        Swap::page(),
        Sorted::Name,
        &Shown { rows: changes.len(), total: run.counts.of(class), last: changes.last().map(|c| c.seq) },
    );
    let section = SECTION.wrap(html! {
        div.stack {
            (SECTION.poll(run.status.works(), 2))
            @if let Some(error) = &error { (card::note(Tone::Bad, html! { (error) })) }
            @if let Some(trouble) = run.trouble.as_ref().filter(|_| !run.status.waits()) { (trouble_note(lang, trouble)) }
            @if run.status.waits() { (decision(app, lang, at, &run)) }
            (numbers(lang, &run))
            (card::list(&lang.t("sources-changes"), "", html! { (run_badge(lang, &run)) }, html! {
                (classes(lang, &here, &run, class))
                (changes_table(lang, &changes, &run))
                (foot)
            }))
        }
    });
    let status = if error.is_some() { http::StatusCode::UNPROCESSABLE_ENTITY } else { http::StatusCode::OK };
    Ok((status, swap::answer(&visitor.headers, section, |section| web::page(&frame, section))).into_response())
}

fn decision(app: &App, lang: Lang, at: At, run: &Run) -> Markup {
    let (title, text, apply) = match run.status {
        RunStatus::Stopped => ("sources-stopped", "sources-stopped-text", "sources-apply-anyway"),
        _ => ("sources-judged", "sources-judged-text", "sources-apply"),
    };
    let (leaves, of) = (run.counts.tally.leaves, run.counts.tally.named_before);
    let key = form_key(app);
    let act = |word: &str, class: &str, label: &str| {
        form::button(&format!("{}/{word}", at.run(run.id)), Some(&key), class, html! { (lang.t(label)) })
    };
    card::card(
        &lang.t(title),
        &lang.with(text, &[("leaves", lang.int(leaves).into()), ("of", lang.int(of).into())]),
        html! {},
        html! { div.row { (act("apply", if run.status == RunStatus::Stopped { "danger" } else { "primary" }, apply)) (act("discard", "", "sources-discard")) } },
    )
}

fn numbers(lang: Lang, run: &Run) -> Markup {
    let (c, a) = (&run.counts, &run.applied);
    let made = run.status == RunStatus::Done;
    let pick = |would, was| if made { was } else { would };
    let one = |id: &str, n: i64| kpi(lang, &Kpi { label: lang.t(id), value: lang.int(n), ..Kpi::default() });
    html! {
        div.grid-kpi {
            (kpi(lang, &Kpi {
                label: lang.t("sources-col-read"),
                value: lang.int(c.people),
                unit: lang.with("sources-unchanged", &[("n", lang.int(c.unchanged).into())]),
                ..Kpi::default()
            }))
            (one("sources-class-joins", pick(c.tally.joins, a.joined)))
            (one("sources-class-leaves", pick(c.tally.leaves, a.left)))
            (one("sources-waiting", pick(c.tally.waiting, a.waiting)))
            (one("sources-held", pick(c.tally.held, a.held)))
        }
    }
}

fn classes(lang: Lang, here: &Address, run: &Run, now: Option<Class>) -> Markup {
    let here = here.without(&["after", "class"]);
    let tab = |class: Option<Class>| Tab {
        label: lang.t(&class.map_or_else(|| "sources-class-all".to_owned(), |c| format!("sources-class-{}", c.word()))),
        href: class.map_or_else(|| here.to_string(), |c| here.with("class", c.word()).to_string()),
        active: class == now,
        count: u64::try_from(run.counts.of(class)).ok(),
    };
    let list: Vec<Tab> = std::iter::once(None).chain(CLASSES.map(Some)).map(tab).collect();
    tabs(lang, &lang.t("sources-changes"), &list)
}

fn changes_table(lang: Lang, changes: &[Change], run: &Run) -> Markup {
    let was = |now: &str, before: Option<&String>| html! { span translate="no" { (now) } @if let Some(before) = before { br; small.muted translate="no" { s { (before) } } } };
    let row = |c: &Change| table::Row {
        id: format!("change-{}", c.seq),
        name: c.name.clone(),
        cells: vec![
            was(&c.name, c.known_as.as_ref()),
            if c.email.is_empty() {
                html! { span.muted { (lang.t("directory-no-address")) } }
            } else {
                was(&c.email, c.known_email.as_ref())
            },
            badge::dot(tone(c.class), &lang.t(&format!("sources-class-{}", c.class.word()))),
            html! { (lang.t(&format!("sources-why-{}", c.why.word().replace('_', "-")))) },
            html! { @match &c.comes_to { Some(word) => (lang.t(&format!("sources-to-{word}"))), None => (table::nothing(lang)) } },
        ],
        ..table::Row::default()
    };
    let plain = |key: &'static str| table::Column { wraps: true, ..table::Column::plain(key, lang.t(key)) };
    let nothing = match run.status {
        RunStatus::Reading => ("sources-reading", "sources-reading-text"),
        _ if run.counts.of(None) > 0 => ("sources-forgotten", "sources-forgotten-text"),
        _ => ("sources-no-changes", "sources-no-changes-text"),
    };
    let shown = table::Table {
        caption: lang.t("sources-changes"),
        columns: vec![
            plain("sources-col-person"),
            plain("sources-col-email"),
            plain("sources-col-change"),
            plain("sources-col-why"),
            plain("sources-col-becomes"),
        ],
        rows: changes.iter().map(row).collect(),
        nothing: empty::empty("check-circle", &lang.t(nothing.0), &lang.t(nothing.1), None),
        compact: true,
        ..table::Table::default()
    };
    table::table(lang, Swap::page(), &shown)
}

const fn tone(class: Class) -> Tone {
    match class {
        Class::Joins | Class::Returns => Tone::Good,
        Class::Moves => Tone::Info,
        Class::Leaves => Tone::Warn,
        Class::Conflict => Tone::Bad,
        Class::Nothing => Tone::Neutral,
    }
}
