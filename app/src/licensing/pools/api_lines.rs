//! What an order or a request for one names: one SKU, or several at once.

use std::collections::BTreeSet;

use serde::Deserialize;
use web::problem::Problem;

use super::{Line, order::LINES};

/// So many pieces of a SKU.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// What.
    pub sku: String,
    /// How many pieces, 1 to 10,000.
    pub quantity: i64,
    /// The version whose conditions were seen: where another is sold by now, nothing is done.
    pub version: Option<i64>,
}

/// What is wanted.
pub enum Wanted {
    /// So many pieces of one SKU.
    One(Line),
    /// Several SKUs, all or none.
    Several(Vec<Line>),
}

/// Pieces from 1 to 10,000.
fn pieces(pointer: &str, quantity: i64) -> Result<i64, Problem> {
    if (1..=10_000).contains(&quantity) {
        return Ok(quantity);
    }
    Err(Problem::invalid(pointer, "out-of-range", "A quantity must be a whole number from 1 to 10,000."))
}

impl Wanted {
    /// Reads one of the two forms: `sku`, `quantity` and perhaps `version`, or `lines`.
    ///
    /// # Errors
    /// The problem, naming the field.
    pub fn read(
        (sku, quantity, version): (Option<String>, Option<i64>, Option<i64>),
        lines: Option<Vec<NewLine>>,
    ) -> Result<Wanted, Problem> {
        let missing = |pointer| Problem::invalid(pointer, "invalid", "Give a SKU and a quantity, or lines.");
        match (sku, quantity, lines) {
            (Some(sku), Some(quantity), None) => Ok(Wanted::One(Line { sku, quantity: pieces("/quantity", quantity)?, version })),
            (None, None, Some(lines)) if version.is_none() => several(lines).map(Wanted::Several),
            (_, _, Some(_)) => Err(Problem::invalid("/lines", "invalid", "Give either a SKU and a quantity, or lines.")),
            (None, ..) => Err(missing("/sku")),
            (Some(_), None, None) => Err(missing("/quantity")),
        }
    }
}

fn several(lines: Vec<NewLine>) -> Result<Vec<Line>, Problem> {
    if !(1..=LINES).contains(&lines.len()) {
        return Err(Problem::invalid("/lines", "out-of-range", format!("Give 1 to {LINES} lines.")));
    }
    let mut seen = BTreeSet::new();
    let line = |(at, NewLine { sku, quantity, version }): (usize, NewLine)| {
        if !seen.insert(sku.clone()) {
            return Err(Problem::invalid(
                format!("/lines/{at}/sku"),
                "repeated",
                "This SKU stands twice: say it once, with all its pieces.",
            ));
        }
        let quantity = pieces(&format!("/lines/{at}/quantity"), quantity)?;
        Ok(Line { sku, quantity, version })
    };
    lines.into_iter().enumerate().map(line).collect()
}

/// A refusal of one of several lines names that line.
pub fn in_lines(mut problem: Problem, skus: &[String]) -> Problem {
    let named = problem.more.get("sku").and_then(serde_json::Value::as_str);
    let at = named.and_then(|named| skus.iter().position(|sku| sku == named));
    if let (Some(at), Some(first)) = (at, problem.errors.first_mut()) {
        first.pointer = format!("/lines/{at}{}", first.pointer);
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(sku: &str, quantity: i64) -> NewLine {
        NewLine { sku: sku.to_owned(), quantity, version: None }
    }

    fn fault(wanted: Result<Wanted, Problem>) -> String {
        wanted.err().and_then(|p| p.errors.first().map(|e| e.pointer.clone())).unwrap_or_default()
    }

    #[test]
    fn one_form_or_the_other_and_the_field_that_is_wrong() {
        let some = || Some("A".to_owned());
        assert!(
            matches!(Wanted::read((some(), Some(2), Some(3)), None), Ok(Wanted::One(line)) if line == Line { sku: "A".into(), quantity: 2, version: Some(3) })
        );
        assert!(
            matches!(Wanted::read((None, None, None), Some(vec![line("A", 1), line("B", 2)])), Ok(Wanted::Several(lines)) if lines.len() == 2)
        );
        for (wanted, pointer) in [
            (Wanted::read((None, None, None), None), "/sku"),
            (Wanted::read((some(), None, None), None), "/quantity"),
            (Wanted::read((some(), Some(0), None), None), "/quantity"),
            (Wanted::read((some(), Some(1), None), Some(vec![line("B", 1)])), "/lines"),
            (Wanted::read((None, None, None), Some(vec![])), "/lines"),
            (Wanted::read((None, None, Some(1)), Some(vec![line("A", 1)])), "/lines"),
            (Wanted::read((None, None, None), Some((0..21).map(|n| line(&n.to_string(), 1)).collect())), "/lines"),
            (Wanted::read((None, None, None), Some(vec![line("A", 1), line("A", 2)])), "/lines/1/sku"),
            (Wanted::read((None, None, None), Some(vec![line("A", 1), line("B", 10_001)])), "/lines/1/quantity"),
        ] {
            assert_eq!(fault(wanted), pointer);
        }
    }
}
