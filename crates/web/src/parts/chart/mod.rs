//! Charts as SVG drawn here: no script needed to see them, a table behind each for reading.
//!
//! The drawing is stretched to its box (strokes are not), and all text stands outside it as HTML,
//! so words keep their size at every width. `tn-chart` adds crosshair, tooltip and arrow keys.

use maud::{Markup, html};
use serde::Serialize;

use crate::i18n::Lang;

pub mod bar;
pub mod donut;
pub mod line;
pub mod spark;

/// How a chart writes its values.
pub type Format = fn(Lang, f64) -> String;

/// One series: a name and a value per label (`None` where there is none).
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Its values.
    pub values: Vec<Option<f64>>,
    /// Drawn dashed: plans, limits, last year.
    pub dashed: bool,
}

impl Series {
    /// A series without gaps.
    pub fn new(name: impl Into<String>, values: &[f64]) -> Series {
        Series { name: name.into(), values: values.iter().copied().map(Some).collect(), dashed: false }
    }
}

/// What is drawn: labels along x and up to five series.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What it shows, for screen readers.
    pub title: String,
    /// The labels along x.
    pub labels: Vec<String>,
    /// The series.
    pub series: Vec<Series>,
    /// A line across, such as a limit: name and value.
    pub limit: Option<(String, f64)>,
    /// How values are written.
    pub format: Format,
}

#[derive(Serialize)]
struct Point<'a> {
    label: &'a str,
    at: f64,
    values: Vec<Value<'a>>,
}

#[derive(Serialize)]
struct Value<'a> {
    name: &'a str,
    tone: &'static str,
    text: String,
    y: f64,
}

const TONES: [&str; 5] = ["s1", "s2", "s3", "s4", "s5"];
/// The drawing's own units in both directions.
const SIZE: f64 = 1000.0;

pub(super) fn tone(i: usize) -> &'static str {
    TONES[i % TONES.len()]
}

/// The top of the y axis and the step between its lines: round numbers, from 0.
pub(super) fn axis(max: f64) -> (f64, f64) {
    if max <= 0.0 || !max.is_finite() {
        return (1.0, 1.0);
    }
    let rough = max / 4.0;
    let ten = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].iter().map(|m| m * ten).find(|s| *s >= rough).unwrap_or(10.0 * ten);
    ((max / step).ceil() * step, step)
}

/// A whole number with grouping: the usual format of counts.
#[must_use]
pub fn counts(lang: Lang, n: f64) -> String {
    lang.compact(n.round() as i64)
}

/// A percentage with one digit.
#[must_use]
pub fn percents(lang: Lang, n: f64) -> String {
    lang.percent1(n)
}

/// Frame, legend, axes, tooltip and table around a drawing. `bands`: labels stand under bars.
pub(super) fn frame(lang: Lang, c: &Chart, top: f64, step: f64, bands: bool, totals: &[f64], drawing: Markup) -> Markup {
    let points = serde_json::to_string(&points(lang, c, top, bands, totals)).unwrap_or_default();
    let lines = (top / step).round() as usize;
    html! {
        tn-chart.chart data-points=(points) {
            (above(lang, c))
            div.plot {
                div.plot-y aria-hidden="true" { @for i in 0..=lines { span { ((c.format)(lang, i as f64 * step)) } } }
                div.plot-area data-plot role="img" aria-label={ (c.title) ". " (lang.t("ui-chart-keys")) } {
                    svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true" {
                        (fade(&fade_id(c)))
                        @for i in 0..=lines {
                            @let y = number(SIZE - i as f64 / lines as f64 * SIZE);
                            line class=(if i == 0 { "baseline" } else { "gridline" }) x1="0" x2="1000" y1=(y) y2=(y) {}
                        }
                        (drawing)
                        @if let Some((_, value)) = &c.limit {
                            @let y = number(SIZE - value / top * SIZE);
                            line class="limit" x1="0" x2="1000" y1=(y) y2=(y) {}
                        }
                    }
                    div.cross data-cross hidden {}
                    div.tip data-tip hidden aria-live="polite" {}
                }
                span {}
                div class=(if bands { "plot-x bands" } else { "plot-x" }) aria-hidden="true" { @for label in &c.labels { span { (label) } } }
            }
            (data(lang, c))
        }
    }
}

fn above(lang: Lang, c: &Chart) -> Markup {
    html! {
        div.chart-top {
            div.legend {
                @for (i, series) in c.series.iter().enumerate() { span { i class={ "swatch " (tone(i)) } {} (series.name) } }
                @if let Some((name, value)) = &c.limit { span { i.swatch.tone-bad {} (name) ": " ((c.format)(lang, *value)) } }
            }
            button.link-btn type="button" data-as-table aria-pressed="false" { (lang.t("ui-as-table")) }
        }
    }
}

fn data(lang: Lang, c: &Chart) -> Markup {
    html! {
        div.chart-data {
            table {
                caption.sr-only { (c.title) }
                thead { tr { td {} @for series in &c.series { th scope="col" { (series.name) } } } }
                tbody {
                    @for (i, label) in c.labels.iter().enumerate() {
                        tr {
                            th scope="row" { (label) }
                            @for series in &c.series { td { (text(lang, c, series.values.get(i).copied().flatten())) } }
                        }
                    }
                }
            }
        }
    }
}

fn points<'a>(lang: Lang, c: &'a Chart, top: f64, bands: bool, totals: &[f64]) -> Vec<Point<'a>> {
    let n = c.labels.len();
    let at = |i: usize| {
        if bands { (i as f64 + 0.5) / n as f64 } else { i as f64 / (n.max(2) - 1) as f64 }
    };
    let point = |(i, label): (usize, &'a String)| {
        let known = c.series.iter().enumerate().filter_map(|(s, series)| Some((s, series, series.values.get(i).copied().flatten()?)));
        let values = known.map(|(s, series, v)| {
            let height = totals.get(i).copied().unwrap_or(v);
            Value { name: &series.name, tone: tone(s), text: (c.format)(lang, v), y: short((1.0 - height / top).clamp(0.0, 1.0)) }
        });
        Point { label, at: short(at(i)), values: values.collect() }
    };
    c.labels.iter().enumerate().map(point).collect()
}

fn text(lang: Lang, c: &Chart, value: Option<f64>) -> String {
    value.map_or_else(|| lang.t("ui-nothing"), |v| (c.format)(lang, v))
}

/// The gradient below the first line; its id differs between the charts of a page.
fn fade(id: &str) -> Markup {
    html! {
        defs {
            linearGradient id=(id) x1="0" y1="0" x2="0" y2="1" { stop class="fade-top" offset="0" {} stop class="fade-end" offset="1" {} }
        }
    }
}

pub(super) fn fade_id(c: &Chart) -> String {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    format!("fade-{:08x}", c.title.bytes().fold(2_166_136_261, mix))
}

/// A share of the plot, as exact as a pixel needs.
fn short(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}

pub(super) fn number(n: f64) -> String {
    format!("{n:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_on_round_numbers() {
        assert_eq!(axis(192.0), (200.0, 50.0));
        assert_eq!(axis(7.0), (8.0, 2.0));
        assert_eq!(axis(0.0), (1.0, 1.0));
        assert_eq!(axis(100.0), (100.0, 25.0));
    }

    #[test]
    fn every_chart_has_its_table() {
        for made in [line::sample(Lang::En), bar::sample(Lang::En), donut::sample(Lang::En)] {
            let made = made.into_string();
            assert!(made.contains("<table>") && !made.contains(" style=") && !made.contains("NaN"), "{made}");
        }
    }
}
