//! The list everything else leads to: sortable, paged on the server, selectable, readable on a phone.

use maud::{Markup, html};

use super::{
    icon, initials,
    menu::{self, Item},
    pager::{Paging, pager},
};
use crate::{
    address::Address,
    i18n::Lang,
    swap::{Link, Swap},
};

/// A column.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Its key in the parameter `sort`.
    pub key: &'static str,
    /// Its name.
    pub label: String,
    /// Can be sorted by.
    pub sorts: bool,
    /// Holds numbers: right-aligned.
    pub number: bool,
    /// May break into lines.
    pub wraps: bool,
    /// Left out where the screen is narrow: the page says how to see it there.
    pub wide: bool,
}

impl Column {
    /// Text that can be sorted by.
    pub fn text(key: &'static str, label: impl Into<String>) -> Column {
        Column { key, label: label.into(), sorts: true, ..Column::default() }
    }

    /// Numbers that can be sorted by.
    pub fn number(key: &'static str, label: impl Into<String>) -> Column {
        Column { number: true, ..Column::text(key, label) }
    }

    /// Something that cannot be sorted by.
    pub fn plain(key: &'static str, label: impl Into<String>) -> Column {
        Column { sorts: false, ..Column::text(key, label) }
    }

    /// Numbers that cannot be sorted by.
    pub fn figure(key: &'static str, label: impl Into<String>) -> Column {
        Column { sorts: false, ..Column::number(key, label) }
    }
}

/// A row. The first cell leads: it names the row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its id, sent when it is selected.
    pub id: String,
    /// What it is called, for screen readers.
    pub name: String,
    /// One cell per column.
    pub cells: Vec<Markup>,
    /// What can be done with it.
    pub actions: Vec<Item>,
}

/// Rows can be selected, and the chosen ones sent to one of these forms.
#[derive(Clone, Debug)]
pub struct Pick {
    /// Id of the form the checkboxes belong to.
    pub form: String,
    /// Where it goes.
    pub action: String,
    /// Hidden fields: token, filter.
    pub hidden: Markup,
    /// The buttons of the bar.
    pub buttons: Markup,
}

/// A table with everything around its rows.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    /// What it lists, for screen readers.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The rows of this page.
    pub rows: Vec<Row>,
    /// The address: holds sort, page and filter.
    pub at: &'a Address,
    /// Sorted like this when the address does not say: `mfa` or `-mfa`.
    pub default_sort: &'static str,
    /// Where in the list we are; `None` for a short list without paging.
    pub paging: Option<Paging>,
    /// "Showing 8 of 45 customers"; empty for the plain sentence.
    pub summary: String,
    /// Selection, if rows can be selected.
    pub pick: Option<Pick>,
    /// Shown when nothing exists or nothing fits.
    pub nothing: Markup,
    /// 36 instead of 44 pixels a row.
    pub compact: bool,
}

impl Default for Table<'_> {
    /// A short list: not sorted by its heads, not paged here, nothing to select, nothing said where it is empty.
    fn default() -> Self {
        static NOWHERE: Address = Address::NOWHERE;
        Table {
            caption: String::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            at: &NOWHERE,
            default_sort: "",
            paging: None,
            summary: String::new(),
            pick: None,
            nothing: html! {},
            compact: false,
        }
    }
}

/// Draws it.
#[must_use]
pub fn table(lang: Lang, swap: Swap, t: &Table<'_>) -> Markup {
    if t.rows.is_empty() {
        return t.nothing.clone();
    }
    let bar = |top| html! { @if let Some(p) = t.paging { (pager(lang, swap, t.at, p, &t.summary, top)) } };
    let long = t.paging.is_some_and(|p| p.shown() > 12 && p.total > p.per);
    let inside = html! {
        @if long { (bar(true)) }
        (grid(lang, swap, t))
        (bar(false))
    };
    match &t.pick {
        Some(pick) => selectable(lang, t, pick, inside),
        None => inside,
    }
}

fn grid(lang: Lang, swap: Swap, t: &Table<'_>) -> Markup {
    let acts = t.rows.iter().any(|r| !r.actions.is_empty());
    html! {
        tn-table role="region" aria-label=(t.caption) {
            table class=(if t.compact { "table cards compact" } else { "table cards" }) role="table" {
                caption.sr-only { (t.caption) }
                thead role="rowgroup" {
                    tr role="row" {
                        @if let Some(pick) = &t.pick {
                            th.pick scope="col" role="columnheader" { input type="checkbox" data-all form=(pick.form) aria-label=(lang.t("ui-select-all")); }
                        }
                        @for column in &t.columns { (head(lang, swap, t, column)) }
                        @if acts { th.act scope="col" role="columnheader" { span.sr-only { (lang.t("ui-more")) } } }
                    }
                }
                tbody role="rowgroup" { @for row in &t.rows { (body_row(lang, t, row, acts)) } }
            }
        }
    }
}

fn head(lang: Lang, swap: Swap, t: &Table<'_>, c: &Column) -> Markup {
    let sort = t.at.get("sort").unwrap_or(t.default_sort);
    let (key, down) = sort.strip_prefix('-').map_or((sort, false), |key| (key, true));
    let here = c.sorts && key == c.key;
    let state = here.then_some(if down { "descending" } else { "ascending" });
    let class = match (c.number, c.wide) {
        (true, true) => "num wide",
        (true, false) => "num",
        (false, true) => "wide",
        (false, false) => "",
    };
    // A first click on numbers shows the largest first; a second one turns the order round.
    let next = match (here, down, c.number) {
        (true, true, _) | (false, _, false) => c.key.to_owned(),
        _ => format!("-{}", c.key),
    };
    let symbol = match state {
        Some("descending") => "arrow-down",
        Some(_) => "arrow-up",
        None => "sort",
    };
    html! {
        th class=(class) scope="col" role="columnheader" aria-sort=[state] {
            @if c.sorts {
                @let href = t.at.with("sort", &next).to_string();
                @let label = lang.with("ui-sort-by", &[("column", c.label.as_str().into())]);
                (swap.link_to(Link { href: &href, class: "sorter", label: Some(&label), current: false }, html! { (c.label) (icon(symbol)) }))
            } @else { (c.label) }
        }
    }
}

fn body_row(lang: Lang, t: &Table<'_>, row: &Row, acts: bool) -> Markup {
    let name = || row.name.as_str().into();
    html! {
        tr role="row" id=[(!row.id.is_empty()).then_some(&row.id)] {
            @if let Some(pick) = &t.pick {
                td.pick role="cell" {
                    input type="checkbox" data-row name="id" value=(row.id) form=(pick.form) aria-label=(lang.with("ui-select-row", &[("name", name())]));
                }
            }
            @for (i, (column, cell)) in t.columns.iter().zip(&row.cells).enumerate() {
                td role="cell" class=(cell_class(i, column)) data-label=[(i > 0).then_some(&column.label)] { (cell) }
            }
            @if acts { td.act role="cell" { (menu::more(&lang.with("ui-row-actions", &[("name", name())]), &row.actions)) } }
        }
    }
}

fn cell_class(at: usize, c: &Column) -> &'static str {
    match (at, c.number, c.wraps) {
        (0.., true, _) if at > 0 && c.wide => "num wide",
        (0.., ..) if at > 0 && c.wide => "wide",
        (0, _, true) => "lead wrap",
        (0, ..) => "lead",
        (_, true, _) => "num",
        (_, _, true) => "wrap",
        _ => "",
    }
}

fn selectable(lang: Lang, t: &Table<'_>, pick: &Pick, inside: Markup) -> Markup {
    let total = t.paging.map_or(t.rows.len() as u64, |p| p.total);
    html! {
        tn-select data-total=(total) data-some=(lang.t("ui-selected")) {
            (inside)
            form.bulk id=(pick.form) method="post" action=(pick.action) data-bar hidden {
                (pick.hidden)
                input type="hidden" name="all" value="" data-everything;
                span data-count {}
                button.link-btn type="button" data-all-matching hidden { (lang.with("ui-select-matching", &[("n", total.into())])) }
                button.link-btn type="button" data-none { (lang.t("ui-select-none")) }
                div.row { (pick.buttons) }
            }
        }
    }
}

/// A row's first cell: avatar, link, and a line below it.
#[must_use]
pub fn lead(name: &str, href: &str, sub: &str) -> Markup {
    html! {
        div.cell-main {
            span.avatar aria-hidden="true" { (initials(name)) }
            span.cell-text { a href=(href) dir="auto" translate="no" { (name) } @if !sub.is_empty() { small { (sub) } } }
        }
    }
}

/// The same without an avatar.
#[must_use]
pub fn lead_plain(name: &str, href: &str, sub: &str) -> Markup {
    html! { div.cell-main { span.cell-text { a href=(href) dir="auto" translate="no" { (name) } @if !sub.is_empty() { small { (sub) } } } } }
}

/// The mark for "no value".
#[must_use]
pub fn nothing(lang: Lang) -> Markup {
    html! { span.faint { (lang.t("ui-nothing")) } }
}
