//! One import: what its columns mean, what every row would do, how the work goes, what it came to.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use maud::{Markup, html};
use store::{ImportId, PartnerId, kinds};
use web::{
    Action, Frame, Lang, Swap,
    door::PathIds,
    parts::{
        Tone, badge, card,
        field::{self, Field},
        form, keyvalue, meter,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    swap,
};

use super::{
    super::{
        desk::by_kind,
        fields::fields,
        import::{Import, ImportKind, ImportStatus, RowRefused},
        intake::{self, Asked},
        queries::home_of,
        undo::{self as undoing, UndoPreview},
        verdicts::Preview,
    },
    kind_name, made, said, sentence, status, undo,
};
use crate::{
    app::{App, Shared},
    console::{Visitor, form_key},
    provisioning::MadeBy,
};

const SECTION: Swap = Swap::section("import");

pub(super) async fn placed(
    app: &App,
    visitor: &Visitor,
    partner: PartnerId,
    id: ImportId,
    key: &str,
) -> Result<(Asked, ImportKind), Problem> {
    let (home, kind) = home_of(&app.house, partner, id).await?.ok_or_else(Problem::not_found)?;
    Ok((Asked { call: visitor.caller.call_with(key), home, mapping: None }, kind))
}

pub async fn show(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, id): PathIds<kinds::Partner, kinds::Import>,
) -> Result<Response, Problem> {
    page(&app, &visitor, partner, id, None).await
}

pub(super) async fn page(
    app: &App,
    visitor: &Visitor,
    partner: PartnerId,
    id: ImportId,
    error: Option<String>,
) -> Result<Response, Problem> {
    let (asked, kind) = placed(app, visitor, partner, id, "").await?;
    let (import, preview, undo) = by_kind!(kind, K => {
        let import = intake::found::<K>(app, &asked, id).await?;
        let uploaded = import.status == ImportStatus::Uploaded;
        let preview = if uploaded { Some(intake::preview::<K>(app, &asked, &import).await) } else { None };
        let undoable = import.status.ended() && import.created > 0;
        let undo = if undoable { Some(undoing::preview::<K>(app, &asked, id).await?) } else { None };
        (import, preview, undo)
    });
    let lang = visitor.lang;
    let made = if kind == ImportKind::Customers && import.created > 0 {
        Some(app.house.ask(&visitor.caller.call(), MadeBy { partner, import: id, limit: made::SHOWN, offset: 0 }).await?)
    } else {
        None
    };
    let making = made.as_ref().is_some_and(|(_, counts)| counts.under_way > 0);
    let view = View { lang, base: format!("/msp/{partner}/imports/{id}"), key: form_key(app), import: &import };
    let (tone, word) = status(lang, import.status);
    let section = SECTION.wrap(html! {
        div.stack {
            @if let Some(error) = &error { (card::note(Tone::Bad, html! { (error) })) }
            (card::plain(html! { div.card-body { (badge::badge(tone, &word)) " " (lang.with("imports-file-line", &[("file", import.file_name.as_str().into()), ("rows", import.total.into())])) } }))
            @match preview {
                Some(Ok(preview)) => { (view.mapping()) (view.verdicts(&preview)) }
                Some(Err(problem)) => { (card::note(Tone::Bad, html! { (sentence(lang, &problem)) })) (view.mapping()) }
                None => (view.result(undo.as_ref(), making)),
            }
            @if let Some(made) = &made { (made::card(lang, partner, visitor.may(partner, "manage_jobs"), made)) }
        }
    });
    let back = asked.home.customer.map_or_else(|| format!("/msp/{partner}/imports"), |c| format!("/msp/{partner}/customers/{c}/members"));
    let label = if asked.home.customer.is_some() { lang.t("directory-title") } else { lang.t("imports-title") };
    let frame = Frame {
        context_line: import.file_name.clone(),
        crumbs: vec![Action { label, href: back, icon: None }],
        ..visitor.frame(app, partner, kind_name(lang, kind)).await?
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, swap::answer(&visitor.headers, section, |section| web::page(&frame, section))).into_response())
}

struct View<'a> {
    lang: Lang,
    base: String,
    key: String,
    import: &'a Import,
}

impl View<'_> {
    fn field_name(&self, key: &str) -> String {
        self.lang.t(&format!("imports-field-{}", key.replace('_', "-")))
    }

    fn mapping(&self) -> Markup {
        let lang = self.lang;
        let mut options = vec![(String::new(), lang.t("imports-no-column"))];
        options.extend(self.import.mapping.headers.iter().map(|h| (h.clone(), h.clone())));
        let action = format!("{}/mapping", self.base);
        let sent = form::Form { action: &action, idempotency: Some(&self.key), ..form::Form::default() };
        card::card(
            &lang.t("imports-mapping"),
            &lang.t("imports-mapping-text"),
            html! {},
            form::post(
                &sent,
                html! {
                    div.form-row {
                        @for wanted in fields(self.import.kind) {
                            @let chosen = self.import.mapping.fields.get(wanted.field.key).cloned().unwrap_or_default();
                            @let one = Field { required: wanted.required, ..Field::new(wanted.field.key, self.field_name(wanted.field.key), chosen) };
                            (field::select(lang, &one, &options))
                        }
                    }
                    (form::actions(&lang.t("imports-apply-mapping"), None))
                },
            ),
        )
    }

    fn verdicts(&self, preview: &Preview) -> Markup {
        let lang = self.lang;
        if !preview.missing.is_empty() {
            let names: Vec<String> = preview.missing.iter().map(|key| self.field_name(key)).collect();
            return card::note(Tone::Warn, html! { (lang.with("imports-missing", &[("list", names.join(", ").into())])) });
        }
        let rows = preview
            .rows
            .iter()
            .map(|r| self.row(r.line, &r.subject, r.verdict, r.field.as_deref(), r.code.as_deref(), r.reason.as_deref()));
        let c = &preview.counts;
        let counts =
            [("create", c.create), ("update", c.update), ("waiting", c.waiting), ("duplicate", c.duplicate), ("refused", c.refused)];
        html! {
            (card::card(&lang.t("imports-verdicts"), &lang.t("imports-verdicts-text"), html! {
                @for (word, n) in counts { @if n > 0 { (badge::badge(tone(word), &format!("{} {}", lang.int(n), lang.t(&format!("imports-verdict-{word}"))))) } }
            }, self.table(rows.collect())))
            (self.start_form(c.refused > 0, c.refused < c.rows))
        }
    }

    fn row(&self, line: u64, subject: &str, verdict: &str, field: Option<&str>, code: Option<&str>, reason: Option<&str>) -> Row {
        let lang = self.lang;
        let why = code.map(|code| {
            let known = field.filter(|f| fields(self.import.kind).iter().any(|w| w.field.key == *f));
            let name = known.map(|f| format!("{}: ", self.field_name(f))).unwrap_or_default();
            format!("{name}{}", said(lang, code, reason.unwrap_or_default()))
        });
        Row {
            cells: vec![
                html! { (lang.int(i64::try_from(line).unwrap_or(i64::MAX))) },
                html! { @if subject.is_empty() { (table::nothing(lang)) } @else { span translate="no" { (subject) } } },
                badge::badge(tone(verdict), &lang.t(&format!("imports-verdict-{verdict}"))),
                html! { (why.unwrap_or_default()) },
            ],
            ..Row::default()
        }
    }

    fn table(&self, rows: Vec<Row>) -> Markup {
        let lang = self.lang;
        let shown = Table {
            caption: lang.t("imports-verdicts"),
            columns: vec![
                Column::plain("line", lang.t("imports-line")),
                Column::plain("subject", lang.t("imports-subject")),
                Column::plain("verdict", lang.t("imports-verdict")),
                Column { wraps: true, ..Column::plain("reason", lang.t("imports-reason")) },
            ],
            rows,
            compact: true,
            ..Table::default()
        };
        table::table(lang, Swap::page(), &shown)
    }

    fn start_form(&self, bad: bool, some_good: bool) -> Markup {
        let lang = self.lang;
        if bad && !some_good {
            return card::note(Tone::Bad, html! { (lang.t("imports-all-bad")) });
        }
        let action = format!("{}/start", self.base);
        let sent = form::Form { action: &action, idempotency: Some(&self.key), ..form::Form::default() };
        card::plain(html! { div.card-body { (form::post(&sent, html! {
            @if bad { (field::checkbox(&Field::new("partial", lang.t("imports-partial"), "on").hint(lang.t("imports-partial-text")), false)) }
            (form::actions(&lang.t("imports-start"), None))
        })) } })
    }

    /// What it came to, or how far it is.
    fn result(&self, undo: Option<&UndoPreview>, making: bool) -> Markup {
        let (lang, i) = (self.lang, self.import);
        let running = i.status == ImportStatus::Running;
        let done = i.created + i.updated + i.duplicates + i.refused;
        #[expect(clippy::cast_precision_loss, reason = "a bar on a page")]
        let percent = if i.total > 0 { done as f64 / i.total as f64 * 100.0 } else { 100.0 };
        let line = |id: &str, n: i64| (lang.t(id), html! { (lang.int(n)) });
        let mut pairs = vec![line("imports-created", i.created), line("imports-updated", i.updated)];
        pairs.extend((i.waiting > 0).then(|| line("imports-waiting", i.waiting)));
        pairs.extend((i.duplicates > 0).then(|| line("imports-duplicates", i.duplicates)));
        pairs.push(line("imports-refused", i.refused));
        let refused = |r: &RowRefused| self.row(r.line, "", "refused", Some(&r.field), Some(&r.code), Some(&r.reason));
        let going_back = i.undone.as_ref().is_some_and(|u| !u.ended);
        html! {
            @if i.status == ImportStatus::Failed { (card::note(Tone::Bad, html! { (lang.t("imports-failed-text")) })) }
            (card::card(&lang.t("imports-result"), "", html! {}, html! {
                @if running { (meter::meter(lang, &lang.t("imports-progress"), percent, Tone::Neutral)) }
                (keyvalue::pairs(&pairs))
            }))
            @if let Some(undo) = undo { (undo::offer(lang, &self.base, &self.key, i.kind, undo)) }
            @if let Some(undone) = &i.undone { (undo::outcome(lang, undone)) }
            @if !i.refused_rows.is_empty() { (card::card(&lang.t("imports-refused-rows"), "", html! {}, self.table(i.refused_rows.iter().map(refused).collect()))) }
            (SECTION.poll(running || going_back || making, 2))
        }
    }
}

fn tone(verdict: &str) -> Tone {
    match verdict {
        "create" => Tone::Good,
        "update" => Tone::Info,
        "waiting" => Tone::Warn,
        "refused" => Tone::Bad,
        _ => Tone::Neutral,
    }
}
