//! Bars, stacked where there is more than one series.

use maud::{Markup, html};

use super::{Chart, SIZE, Series, axis, counts, frame, number, tone};
use crate::i18n::Lang;

/// Draws one stack per label.
#[must_use]
pub fn bar(lang: Lang, c: &Chart) -> Markup {
    let n = c.labels.len();
    let totals: Vec<f64> = (0..n).map(|i| c.series.iter().map(|s| value(s, i)).sum()).collect();
    let (top, step) = axis(totals.iter().copied().chain(c.limit.iter().map(|l| l.1)).fold(0.0, f64::max));
    let drawing = html! { @for i in 0..n { (stack(c, i, n, top)) } };
    frame(lang, c, top, step, true, &totals, drawing)
}

fn stack(c: &Chart, i: usize, n: usize, top: f64) -> Markup {
    let band = SIZE / n as f64;
    let width = band * 0.58;
    let x = band * (i as f64 + 0.5) - width / 2.0;
    let mut floor = SIZE;
    html! {
        @for (s, series) in c.series.iter().enumerate() {
            @let height = value(series, i) / top * SIZE;
            @let y = floor - height;
            @if height > 0.0 {
                rect class={ "bar-fill " (tone(s)) } x=(number(x)) y=(number(y)) width=(number(width)) height=(number(height)) {}
            }
            ({ floor = y; "" })
        }
    }
}

fn value(series: &Series, i: usize) -> f64 {
    series.values.get(i).copied().flatten().unwrap_or(0.0).max(0.0)
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let c = Chart {
        title: "Simulation results".into(),
        labels: (4..=11).map(|m| lang.month(m).to_owned()).collect(),
        series: vec![
            Series::new("Reported", &[120.0, 180.0, 210.0, 260.0, 240.0, 310.0, 330.0, 380.0]),
            Series::new("No reaction", &[420.0, 380.0, 350.0, 340.0, 330.0, 290.0, 270.0, 240.0]),
            Series::new("Clicked", &[90.0, 84.0, 71.0, 66.0, 58.0, 49.0, 41.0, 36.0]),
        ],
        limit: None,
        format: counts,
    };
    bar(lang, &c)
}
