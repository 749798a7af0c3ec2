//! Tables people read, and verdicts.

use std::time::Duration;

/// A table that is printed as soon as it is complete.
pub struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table.
    pub fn new(title: impl Into<String>, heads: &[&str]) -> Table {
        Table { title: title.into(), rows: vec![heads.iter().map(ToString::to_string).collect()] }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[String]) {
        self.rows.push(cells.to_vec());
    }

    /// Prints it, first column to the left, numbers to the right.
    pub fn print(&self) {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |c: usize| self.rows.iter().filter_map(|r| r.get(c)).map(|t| t.chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        println!("\n{}", self.title);
        for (n, row) in self.rows.iter().enumerate() {
            let cell = |(c, text): (usize, &String)| {
                if c == 0 { format!("{text:<w$}", w = widths[c]) } else { format!("{text:>w$}", w = widths[c]) }
            };
            println!("  {}", row.iter().enumerate().map(cell).collect::<Vec<_>>().join("  "));
            if n == 0 {
                println!("  {}", widths.iter().map(|w| "-".repeat(*w)).collect::<Vec<_>>().join("  "));
            }
        }
    }
}

/// What a number must be.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// Not less.
    AtLeast(f64),
    /// Not more.
    AtMost(f64),
}

/// Says whether a number meets its target.
pub fn verdict(what: &str, value: f64, target: Target, unit: &str) {
    let (met, sign, limit) = match target {
        Target::AtLeast(limit) => (value >= limit, "≥", limit),
        Target::AtMost(limit) => (value <= limit, "≤", limit),
    };
    let word = if met { "PASS" } else { "FAIL" };
    println!("  {word}  {what}: {} {unit} (target {sign} {} {unit})", short(value), short(limit));
}

/// Says whether something holds, and gives that back.
pub fn holds(what: &str, true_or_why: Result<(), String>) -> bool {
    match &true_or_why {
        Ok(()) => println!("  PASS  {what}"),
        Err(why) => println!("  FAIL  {what}: {why}"),
    }
    true_or_why.is_ok()
}

/// A number with as many digits as matter.
pub fn short(value: f64) -> String {
    if value.abs() >= 100.0 { grouped(value) } else { format!("{value:.2}") }
}

/// A whole number in groups of three digits.
pub fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let parts: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|c| std::str::from_utf8(c).ok()).collect();
    format!("{}{}", if value < 0.0 { "-" } else { "" }, parts.join(","))
}

/// Milliseconds.
pub fn millis(micros: u32) -> String {
    format!("{:.1}", f64::from(micros) / 1000.0)
}

/// Seconds of a span.
pub fn seconds(span: Duration) -> f64 {
    span.as_secs_f64()
}

/// The middle of a few numbers.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}
