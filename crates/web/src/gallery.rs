//! Every part from its own sample, in light and dark side by side: looked at, tested with axe, photographed.

use maud::{Markup, PreEscaped, html};

use crate::{i18n::Lang, parts};

type Sample = fn(Lang) -> Markup;

/// Name and sample of every part. The names are code, not text: they are files in `parts/`.
pub const SAMPLES: [(&str, Sample); 23] = [
    ("kpi", parts::kpi::sample),
    ("filters", parts::filters::sample),
    ("table", parts::table_sample::sample),
    ("pager", parts::pager::sample),
    ("chart/line", parts::chart::line::sample),
    ("chart/bar", parts::chart::bar::sample),
    ("chart/donut", parts::chart::donut::sample),
    ("chart/spark", parts::chart::spark::sample),
    ("badge", parts::badge::sample),
    ("meter", parts::meter::sample),
    ("card", parts::card::sample),
    ("stepper", parts::stepper::sample),
    ("timeline", parts::timeline::sample),
    ("keyvalue", parts::keyvalue::sample),
    ("tabs", parts::tabs::sample),
    ("menu", parts::menu::sample),
    ("evidence", parts::evidence::sample),
    ("empty", parts::empty::sample),
    ("toast", parts::toast::sample),
    ("code", parts::code::sample),
    ("dialog", parts::dialog::sample),
    ("field", parts::field::sample),
    ("form", parts::form::sample),
];

/// The body of `/ui/gallery`.
#[must_use]
pub fn gallery(lang: Lang) -> Markup {
    html! {
        div.stack {
            @for (name, sample) in SAMPLES {
                @let slug = name.replace('/', "-");
                section id={ "part-" (slug) } {
                    h2 { code { (name) } }
                    div.gallery-pair {
                        @for theme in ["light", "dark"] {
                            div data-theme=(theme) { div.stack-tight { (distinct(sample(lang), &format!("{slug}-{theme}"))) } }
                        }
                    }
                }
            }
        }
    }
}

/// A sample stands on the page more than once, so ids, and what points to them, get a prefix.
fn distinct(made: Markup, prefix: &str) -> Markup {
    let mut html = made.into_string();
    for attribute in ["id", "for", "form", "name", "data-open", "aria-describedby", "aria-labelledby"] {
        let start = format!(" {attribute}=\"");
        let mut parts = html.split(start.as_str());
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (ids, rest) = part.split_once('"').unwrap_or((part, ""));
            let ids: Vec<String> = ids.split(' ').map(|id| format!("{prefix}-{id}")).collect();
            out += &format!("{start}{}\"{rest}", ids.join(" "));
        }
        html = out;
    }
    PreEscaped(html.replace("url(#", &format!("url(#{prefix}-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_styled_or_scripted_inline() {
        let made = gallery(Lang::De).into_string();
        for never in [" style=", "<style", "<script", " onclick=", "javascript:"] {
            assert!(!made.contains(never), "{never}");
        }
        assert!(made.len() > 20_000);
    }

    #[test]
    fn no_id_stands_twice() {
        let made = gallery(Lang::En).into_string();
        let mut ids: Vec<&str> = made.split(" id=\"").skip(1).filter_map(|part| part.split('"').next()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
