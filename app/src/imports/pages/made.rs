//! The customers an import has made, each with the step its preparation stands at.

use maud::{Markup, html};
use store::PartnerId;
use web::{
    Lang, Swap,
    parts::{
        Tone, badge, card,
        table::{self, Column, Row, Table},
    },
};

use crate::{
    console::done,
    hierarchy::Lifecycle,
    provisioning::{Made, Making},
};

/// Customers that are listed: those under way first.
pub const SHOWN: i64 = 100;

/// The card of them. `jobs`: whether the visitor may have work tried again.
pub fn card(lang: Lang, partner: PartnerId, jobs: bool, (list, counts): &(Vec<Making>, Made)) -> Markup {
    let all = [("under-way", counts.under_way, Tone::Info), ("ready", counts.ready, Tone::Good), ("failed", counts.failed, Tone::Bad)];
    let badges = html! {
        @for (word, n, tone) in all { @if n > 0 { (badge::badge(tone, &format!("{} {}", lang.int(n), lang.t(&format!("imports-made-{word}"))))) } }
    };
    let shown = Table {
        caption: lang.t("imports-made"),
        columns: vec![
            Column::plain("customer", lang.t("imports-subject")),
            Column::plain("stands", lang.t("imports-status")),
            Column { wraps: true, ..Column::plain("step", lang.t("imports-made-step")) },
        ],
        rows: list.iter().map(|one| row(lang, partner, jobs, one)).collect(),
        compact: true,
        ..Table::default()
    };
    let text = lang.with("imports-made-text", &[("n", lang.int(SHOWN).into())]);
    card::card(&lang.t("imports-made"), &text, badges, table::table(lang, Swap::page(), &shown))
}

fn row(lang: Lang, partner: PartnerId, jobs: bool, one: &Making) -> Row {
    let (tone, word) = match one.lifecycle {
        Lifecycle::Provisioning => (Tone::Info, "under-way"),
        Lifecycle::Removed | Lifecycle::Purged => (Tone::Bad, "failed"),
        _ => (Tone::Good, "ready"),
    };
    let waits = one.lifecycle == Lifecycle::Provisioning && one.error.is_some();
    Row {
        id: one.customer_id.to_string(),
        name: one.name.clone(),
        cells: vec![
            match one.lifecycle {
                Lifecycle::Removed | Lifecycle::Purged => {
                    html! { span translate="no" { (one.name) } " " small.muted { (one.account_number) } }
                }
                _ => table::lead_plain(&one.name, &format!("/msp/{partner}/customers/{}", one.customer_id), &one.account_number),
            },
            badge::badge(tone, &lang.t(&format!("imports-made-{word}"))),
            html! {
                @if let Some(step) = &one.step { (done::in_words(lang, "onboarding-sub", step)) }
                @if let Some(why) = &one.error { " " small.muted translate="no" { (why) } }
                // What waits for somebody is tried again where all such work is.
                @if waits && jobs { " " a href={ "/msp/" (partner) "/jobs" } { (lang.t("imports-made-retry")) } }
            },
        ],
        ..Row::default()
    }
}
