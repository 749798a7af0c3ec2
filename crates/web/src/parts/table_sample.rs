//! The table of the gallery, with everything a table can have.

use maud::{Markup, html};

use super::{
    Tone, badge,
    chart::spark,
    empty,
    menu::Item,
    meter,
    pager::Paging,
    table::{Column, Pick, Row, Table, lead, table},
};
use crate::{address::Address, i18n::Lang, swap::Swap};

const ROWS: [(&str, &str, Tone, &str, i64, f64, f64); 5] = [
    ("Cedar Textiles Ltd", "cedar-textiles.example", Tone::Bad, "22 Critical", 148, 100.0, 19.1),
    ("Cobalt Robotics & Co", "cobalt-robotics.example", Tone::Bad, "31 Critical", 176, 93.0, 31.2),
    ("Lumen Media GmbH", "lumen-media.example", Tone::Warn, "61 Attention", 44, 91.0, 15.1),
    ("Granite Robotics Holding", "granite-robotics.example", Tone::Good, "88 Healthy", 1512, 64.0, 7.7),
    ("Ostra Dental Partners", "ostra-dental.example", Tone::Good, "96 Healthy", 785, 57.0, 4.1),
];

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let at = Address::of(&http::Uri::from_static("/ui/gallery?sort=-phish"));
    let columns = vec![
        Column::text("name", "Customer"),
        Column::text("health", "Health"),
        Column::plain("trend", "12-month score"),
        Column::number("users", "People"),
        Column::number("seats", "Seats used"),
        Column::number("phish", "Phish-prone"),
    ];
    let rows = ROWS.iter().enumerate().map(|(i, row)| sample_row(lang, i, row)).collect();
    let pick = Pick {
        form: "bulk".into(),
        action: "#".into(),
        hidden: html! {},
        buttons: html! { button.btn.small type="submit" { "Start sync" } },
    };
    let t = Table {
        caption: "Customers".into(),
        columns,
        rows,
        at: &at,
        default_sort: "health",
        paging: Some(Paging { page: 1, per: 25, total: 45 }),
        summary: "Showing 5 of 45 customers".into(),
        pick: Some(pick),
        nothing: empty::no_match(lang, Swap::page(), None, "#"),
        compact: false,
    };
    html! { div.card { (table(lang, Swap::page(), &t)) } }
}

fn sample_row(lang: Lang, i: usize, row: &(&str, &str, Tone, &str, i64, f64, f64)) -> Row {
    let (name, domain, tone, health, users, seats, phish) = *row;
    let scores: Vec<f64> = (0..12_i64).map(|m| (40 + (m * (i as i64 + 3) * 7) % 31) as f64).collect();
    Row {
        id: format!("cus_{i}"),
        name: name.into(),
        cells: vec![
            lead(name, "#", domain),
            badge::badge(tone, health),
            spark::spark(&scores, tone),
            html! { (lang.int(users)) },
            meter::meter(lang, "Seats used", seats, meter::load_tone(seats)),
            html! { span class=[(phish > 15.0).then_some("bad-text")] { (lang.percent1(phish)) } },
        ],
        actions: vec![Item::link("Open", "#", "eye"), Item { danger: true, ..Item::link("Suspend", "#", "pause") }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sorted_column_says_so() {
        let made = sample(Lang::En).into_string();
        assert_eq!(made.matches("aria-sort=").count(), 1);
        assert!(made.contains(r#"aria-sort="descending""#) && made.contains("sort=phish"), "{made}");
        assert!(made.contains("Showing 5 of 45 customers") && made.contains("Select Lumen Media GmbH"));
    }
}
