//! Taking an import back: what goes and what stays, before it is done and after.

use maud::{Markup, html};
use web::{
    Lang, Swap,
    parts::{
        Tone, badge, card, form, icon, keyvalue,
        table::{self, Column, Row, Table},
    },
};

use super::super::{
    import::ImportKind,
    undo::{UndoPreview, UndoRow, Undone},
};

/// What taking it back would do, and the button that does it.
pub fn offer(lang: Lang, base: &str, key: &str, kind: ImportKind, undo: &UndoPreview) -> Markup {
    let counts = [("goes", undo.removed, Tone::Bad), ("stays", undo.kept, Tone::Neutral)];
    let badges = html! {
        @for (word, n, tone) in counts { @if n > 0 { (badge::badge(tone, &format!("{}: {}", lang.t(&format!("imports-undo-would-{word}")), lang.int(n)))) } }
    };
    let text = lang.t(&format!("imports-undo-text-{}", kind.word()));
    card::card(
        &lang.t("imports-undo"),
        &text,
        badges,
        html! { div.stack {
            (rows(lang, "would-", &undo.rows))
            @if undo.removed > 0 {
                (form::button(&format!("{base}/undo"), Some(key), "danger", html! { (icon("undo")) (lang.t("imports-undo")) }))
            } @else {
                p.muted { (lang.t("imports-undo-nothing")) }
            }
        } },
    )
}

/// What taking it back came to.
pub fn outcome(lang: Lang, undone: &Undone) -> Markup {
    let pairs = [("imports-undo-removed", undone.removed), ("imports-undo-kept", undone.kept)];
    let pairs = pairs.map(|(id, n)| (lang.t(id), html! { (lang.int(n)) }));
    let text = if undone.ended { String::new() } else { lang.t("imports-undo-running") };
    card::card(
        &lang.t("imports-status-undone"),
        &text,
        html! {},
        html! {
            (keyvalue::pairs(&pairs))
            (rows(lang, "", &undone.rows))
        },
    )
}

/// `tense` is the front of the verdicts' texts: what would become of the rows, or what has.
fn rows(lang: Lang, tense: &str, rows: &[UndoRow]) -> Markup {
    let row = |r: &UndoRow| {
        let (tone, word) = if r.reason.is_some() { (Tone::Neutral, "stays") } else { (Tone::Bad, "goes") };
        let why = r.reason.as_ref().map(|reason| lang.t(&format!("imports-undo-reason-{reason}")));
        Row {
            cells: vec![
                html! { span translate="no" { (r.name) } },
                badge::badge(tone, &lang.t(&format!("imports-undo-{tense}{word}"))),
                html! { (why.unwrap_or_default()) },
            ],
            ..Row::default()
        }
    };
    let shown = Table {
        caption: lang.t("imports-undo"),
        columns: vec![
            Column::plain("name", lang.t("imports-undo-what")),
            Column::plain("verdict", lang.t("imports-verdict")),
            Column { wraps: true, ..Column::plain("reason", lang.t("imports-reason")) },
        ],
        rows: rows.iter().map(row).collect(),
        compact: true,
        ..Table::default()
    };
    html! { @if !rows.is_empty() { (table::table(lang, Swap::page(), &shown)) } }
}
