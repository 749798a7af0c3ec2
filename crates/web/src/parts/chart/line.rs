//! Lines over time; the first one filled below.

use maud::{Markup, html};

use super::{Chart, SIZE, Series, axis, counts, fade_id, frame, number, tone};
use crate::i18n::Lang;

/// Draws up to five series; gaps stay gaps.
#[must_use]
pub fn line(lang: Lang, c: &Chart) -> Markup {
    let values = c.series.iter().flat_map(|s| s.values.iter().flatten().copied());
    let max = values.chain(c.limit.iter().map(|l| l.1)).fold(0.0, f64::max);
    let (top, step) = axis(max);
    let drawing = html! { @for (i, series) in c.series.iter().enumerate().rev() { (one(series, i, c, top)) } };
    frame(lang, c, top, step, false, &[], drawing)
}

fn one(series: &Series, i: usize, c: &Chart, top: f64) -> Markup {
    let runs = runs(series, c.labels.len(), top);
    let path = |run: &[(f64, f64)]| run.iter().map(|(x, y)| format!("{} {}", number(*x), number(*y))).collect::<Vec<_>>().join(" L");
    let end = runs.last().and_then(|run| run.last());
    html! {
        g class=(tone(i)) {
            @for run in &runs {
                @if let (0, Some(first), Some(last)) = (i, run.first(), run.last()) {
                    path fill={ "url(#" (fade_id(c)) ")" } d={ "M" (number(first.0)) " 1000 L" (path(run)) " L" (number(last.0)) " 1000 Z" } {}
                }
                path class=(if series.dashed { "line dashed" } else { "line" }) d={ "M" (path(run)) } {}
            }
            // A line of no length with round ends: a dot that the stretching leaves round.
            @if let (false, Some((x, y))) = (series.dashed, end) { path class="end" d={ "M" (number(*x)) " " (number(*y)) " h0.01" } {} }
        }
    }
}

/// The series as unbroken runs of places.
fn runs(series: &Series, n: usize, top: f64) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (i, value) in series.values.iter().take(n).enumerate() {
        match (value, runs.last_mut()) {
            (Some(v), Some(run)) => run.push((i as f64 / (n.max(2) - 1) as f64 * SIZE, SIZE - v / top * SIZE)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let labels = (1..=12).map(|m| lang.month(m).to_owned()).collect();
    let active = [138e3, 141e3, 145e3, 147e3, 152e3, 154e3, 152.6e3, 156e3, 161e3, 168e3, 174e3, 179e3];
    let seats = [158e3, 160e3, 164e3, 166e3, 170e3, 171e3, 172.8e3, 176e3, 180e3, 184e3, 190e3, 195e3];
    let c = Chart {
        title: "Monthly active people and licensed seats".into(),
        labels,
        series: vec![Series::new("Active people", &active), Series { dashed: true, ..Series::new("Licensed seats", &seats) }],
        limit: None,
        format: counts,
    };
    line(lang, &c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_breaks_the_line() {
        let series = Series { values: vec![Some(1.0), None, Some(2.0), Some(3.0)], ..Series::default() };
        assert_eq!(runs(&series, 4, 4.0).iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
    }
}
