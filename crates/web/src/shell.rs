//! Whole pages: the document, navigation, top bar and page head around what a room has to show.

use maud::{DOCTYPE, Markup, html};

pub use crate::frame::{Action, Brand, Closed, Frame, NavGroup, NavItem, Person, Theme, Toast};
use crate::{
    i18n::Lang,
    parts::{
        icon,
        menu::{self, Item},
        toast,
    },
    swap,
};

/// A page of the console.
#[must_use]
pub fn page(frame: &Frame, body: Markup) -> Markup {
    document(
        frame,
        html! {
            div.shell {
                (navigation(frame))
                (top_bar(frame))
                main.main #main tabindex="-1" {
                    @if let Some((text, back)) = &frame.part_of { div.part-of { span { (icon("flag")) (text) } (back.draw("small")) } }
                    (head(frame))
                    (body)
                }
            }
            (palette(frame.lang))
        },
    )
}

/// A page without navigation (sign-in, set-up, problems): one card in the middle.
#[must_use]
pub fn bare(frame: &Frame, body: Markup) -> Markup {
    document(
        frame,
        html! {
            div.bare {
                main.bare-main #main tabindex="-1" {
                    div.bare-brand { (mark(&frame.brand)) (frame.brand.name) }
                    div.bare-card {
                        h1 { (frame.title) }
                        @if !frame.context_line.is_empty() { p.head-line { (frame.context_line) } }
                        (body)
                    }
                }
                footer.bare-foot { (theme_menu(frame.lang, true)) a href=(assets::NOTICES) { (frame.lang.t("ui-licences")) } }
            }
        },
    )
}

/// The page for an error: what failed, what to do, and a reference to quote.
#[must_use]
pub fn problem_page(frame: &Frame, status: u16, title: &str, detail: &str, reference: &str) -> Markup {
    let lang = frame.lang;
    let around = Frame { title: title.to_owned(), context_line: String::new(), primary: None, toast: None, ..frame.clone() };
    bare(
        &around,
        html! {
            div.stack-tight {
                p.muted { (detail) }
                div.row {
                    a.btn.primary href="/" { (lang.t("ui-problem-back")) }
                    @if status >= 500 { a.btn href=(frame.path) { (lang.t("ui-problem-retry")) } }
                }
                p.small.faint { (status) " · " (lang.with("ui-reference", &[("reference", reference.into())])) }
            }
        },
    )
}

fn document(frame: &Frame, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(frame.lang.tag()) dir="ltr" data-theme=[frame.theme.attribute()] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="htmx-config" content=(swap::CONFIG);
                title { (frame.title) " · " (frame.brand.product) }
                link rel="icon" href=(assets::FAVICON) type="image/svg+xml";
                link rel="preload" href=(assets::FONT) as="font" type="font/woff2" crossorigin;
                link rel="stylesheet" href=(assets::STYLE);
                @if let Some(href) = &frame.brand.css_href { link rel="stylesheet" href=(href); }
                script type="module" src=(assets::SCRIPT) {}
            }
            body {
                a.skip href="#main" { (frame.lang.t("ui-skip")) }
                (body)
                (toast::area(frame.lang, frame.toast.as_ref()))
            }
        }
    }
}

fn mark(brand: &Brand) -> Markup {
    html! {
        span.logo aria-hidden="true" {
            @if let Some(src) = &brand.logo_href { img src=(src) alt=""; } @else { (brand.initials) }
        }
    }
}

fn navigation(frame: &Frame) -> Markup {
    html! {
        nav.side #side popover aria-label=(frame.lang.t("ui-nav")) {
            a.side-brand href="/" { (mark(&frame.brand)) span.truncate { (frame.brand.name) } }
            @if frame.nav.is_empty() { ul { li { (nav_item(frame.lang, &home(frame.lang))) } } }
            @for group in &frame.nav {
                div {
                    @if !group.label.is_empty() { p.side-label { (group.label) } }
                    ul { @for item in &group.items { li { (nav_item(frame.lang, item)) } } }
                }
            }
            @if let Some(person) = &frame.person { div.side-foot { (person_menu(frame, person)) } }
        }
    }
}

/// The way out of a page that belongs to nobody's console.
fn home(lang: Lang) -> NavItem {
    NavItem { label: lang.t("ui-problem-back"), href: "/".into(), icon: "arrow-left", ..NavItem::default() }
}

fn nav_item(lang: Lang, item: &NavItem) -> Markup {
    html! {
        a.side-link href=(item.href) aria-current=[item.active.then_some("page")] {
            (icon(item.icon))
            span { (item.label) }
            @if let Some(n) = item.badge.filter(|n| *n > 0) { span.count { (lang.int(n)) } }
        }
    }
}

fn person_menu(frame: &Frame, person: &Person) -> Markup {
    let lang = frame.lang;
    html! {
        tn-menu {
            details {
                summary.person-menu title=(lang.with("ui-signed-in-as", &[("name", person.name.as_str().into())])) {
                    span.avatar aria-hidden="true" { (person.initials) }
                    span.grow.person { span.truncate { (person.name) small { (person.role) } } }
                    (icon("chevron-up"))
                }
                div.sheet.above {
                    (menu::item(&Item::link(lang.t("ui-profile"), "/profile", "user")))
                    hr;
                    form method="post" action="/sign-out" {
                        button.sheet-item type="submit" { (icon("log-out")) (lang.t("ui-sign-out")) }
                    }
                }
            }
        }
    }
}

fn top_bar(frame: &Frame) -> Markup {
    let lang = frame.lang;
    let alerts = lang.with("ui-alerts-open", &[("n", frame.alerts.into())]);
    html! {
        header.bar {
            button.btn.quiet.square.drawer type="button" popovertarget="side" aria-label=(lang.t("ui-open-nav")) { (icon("menu")) }
            a.bar-search href="/search" data-palette role="button" aria-keyshortcuts="Control+K" {
                (icon("search")) span.truncate { (lang.t("ui-search-jump")) } kbd { "Ctrl K" }
            }
            div.bar-end {
                @if let Some(center) = &frame.center {
                    a.btn.quiet.center href=(center.href) aria-label=(center.label) { (icon(center.icon.unwrap_or("overview"))) span { (center.label) } }
                }
                @if let Some(clock) = &frame.clock {
                    a.clock href="/dev/clock" title=(lang.t("ui-demo-clock")) { (icon("clock")) span { (clock) } }
                }
                @if !frame.help.is_empty() {
                    a.btn.quiet.square href=(frame.help) aria-label=(lang.t("ui-help")) title=(lang.t("ui-help")) { (icon("help")) }
                }
                (theme_menu(lang, false))
                a.btn.quiet.square.bell href="/alerts" aria-label=(alerts) title=(alerts) {
                    (icon("bell"))
                    @if frame.alerts > 0 { span.count aria-hidden="true" { @if frame.alerts > 99 { "99+" } @else { (frame.alerts) } } }
                }
            }
        }
    }
}

fn theme_menu(lang: Lang, above: bool) -> Markup {
    let choices = [("light", "sun", "ui-theme-light"), ("dark", "moon", "ui-theme-dark"), ("system", "display", "ui-theme-system")];
    html! {
        tn-theme {
            tn-menu {
                details {
                    summary.btn.quiet.square aria-label=(lang.t("ui-theme")) title=(lang.t("ui-theme")) { (icon("sun")) }
                    div class=(if above { "sheet above" } else { "sheet" }) {
                        @for (choice, symbol, label) in choices {
                            button.sheet-item type="button" data-choose=(choice) aria-pressed="false" { (icon(symbol)) (lang.t(label)) }
                        }
                    }
                }
            }
        }
    }
}

fn head(frame: &Frame) -> Markup {
    html! {
        div.head {
            div {
                @if !frame.crumbs.is_empty() {
                    nav.crumbs { @for crumb in &frame.crumbs { a href=(crumb.href) { (crumb.label) } span aria-hidden="true" { "/" } } }
                }
                h1 { (frame.title) }
                @if !frame.context_line.is_empty() { p.head-line { (frame.context_line) } }
            }
            @if frame.primary.is_some() || frame.closed.is_some() || !frame.actions.is_empty() {
                div.head-actions {
                    (actions(frame))
                    @if let Some(action) = &frame.primary { (action.draw("primary")) }
                    @if let Some(closed) = &frame.closed {
                        p.muted.small id="closed-why" { (closed.why) }
                        button.btn.primary type="button" disabled aria-describedby="closed-why" { (closed.label) }
                    }
                }
            }
        }
    }
}

/// Actions a head shows beside each other; of more, the last ones lie behind the dots.
const SIDE_BY_SIDE: usize = 6;

fn actions(frame: &Frame) -> Markup {
    let shown = if frame.actions.len() > SIDE_BY_SIDE { SIDE_BY_SIDE - 1 } else { frame.actions.len() };
    let (shown, behind) = frame.actions.split_at(shown);
    let items: Vec<Item> = behind.iter().map(|a| Item::link(&a.label, &a.href, a.icon.unwrap_or_default())).collect();
    html! {
        @for action in shown { (action.draw("")) }
        @if !items.is_empty() { (menu::menu(&frame.lang.t("ui-more"), "square", icon("dots"), html! { @for one in &items { (menu::item(one)) } })) }
    }
}

fn palette(lang: Lang) -> Markup {
    html! {
        tn-palette data-url="/palette" data-icons=(assets::ICONS) data-empty=(lang.t("ui-palette-none")) data-recent=(lang.t("ui-palette-recent")) {
            dialog.palette aria-label=(lang.t("ui-palette")) {
                div.palette-head {
                    (icon("search"))
                    input type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
                        aria-label=(lang.t("ui-search-jump")) placeholder=(lang.t("ui-search-jump")) autocomplete="off" spellcheck="false";
                }
                div #palette-list role="listbox" aria-label=(lang.t("ui-palette")) {}
                div.palette-foot aria-hidden="true" {
                    span { (lang.t("ui-palette-move")) } span { (lang.t("ui-palette-open")) } span { (lang.t("ui-palette-close")) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Frame {
        let brand = Brand { product: "Tenantry".into(), name: "Meridian".into(), initials: "M".into(), ..Brand::default() };
        Frame { title: "Customers".into(), path: "/customers".into(), brand, alerts: 3, ..Frame::default() }
    }

    #[test]
    fn a_page_has_its_landmarks_and_nothing_inline() {
        let made = page(&frame(), html! { p { "x" } }).into_string();
        for part in ["<h1>Customers</h1>", "href=\"#main\"", "<nav class=\"side\"", "3 open alerts", "lang=\"en\""] {
            assert!(made.contains(part), "{part} in {made}");
        }
        assert!(!made.contains(" style=") && !made.contains("<style") && !made.contains("onclick"));
    }

    #[test]
    fn a_problem_page_quotes_the_reference() {
        let made = problem_page(&frame(), 503, "Busy", "Try again soon.", "req_1").into_string();
        assert!(made.contains("Reference req_1") && made.contains("Try again</a>") && !made.contains("side-link"));
    }

    #[test]
    fn no_text_bypasses_the_catalogue() {
        let made = page(&Frame { lang: Lang::Pseudo, ..frame() }, html! {}).into_string();
        assert!(!made.contains("Search or jump"));
    }
}
