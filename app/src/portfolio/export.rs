//! The customer list as a file: exactly the filter, one row per customer, nothing a spreadsheet would run (1.04). Its rows go
//! from one snapshot to a temporary file as they are read.

use sheets::{Cell, Column, Csv, Kind, Writer, Xlsx};
use store::Timestamp;

use super::{filter::status_word, queries::Sink, row::CustomerRow};
use crate::console::spool::Spool;

/// The columns, in the words of the API: a program that reads the file knows them in every language.
fn columns() -> Vec<Column> {
    let text = |key: &str| Column::new(key, key, Kind::Text);
    let int = |key: &str| Column::new(key, key, Kind::Int);
    vec![
        text("id"),
        text("account_number"),
        text("name"),
        text("domain"),
        text("status"),
        text("health"),
        text("tier"),
        text("kind"),
        text("lifecycle"),
        int("seats_active"),
        int("seats_allocated"),
        Column::new("pass_rate_percent", "pass_rate_percent", Kind::Decimal { places: 1 }),
        int("passed"),
        int("delivered"),
        Column::new("last_campaign_at", "last_campaign_at", Kind::DateTime),
    ]
}

fn cells(row: &CustomerRow) -> Vec<Cell> {
    let rate = row.pass_rate;
    #[expect(clippy::cast_possible_truncation, reason = "0 to 1000 tenths")]
    let tenths = |percent: f64| (percent * 10.0).round() as i64;
    vec![
        row.id.to_string().into(),
        row.account_number.clone().into(),
        row.name.clone().into(),
        row.domain.clone().into(),
        row.status.map(|s| status_word(Some(s)).to_owned()).into(),
        row.health.into(),
        row.tier.word().into(),
        row.kind.word().into(),
        row.lifecycle.word().into(),
        row.seats.active.into(),
        row.seats.allocated.into(),
        rate.map_or(Cell::Empty, |r| Cell::Decimal(tenths(r.percent))),
        rate.map(|r| r.passed).into(),
        rate.map(|r| r.of).into(),
        row.last_campaign_at.map_or(Cell::Empty, |t| Cell::DateTime(t.0)),
    ]
}

/// Rows as CSV.
pub struct CsvSink(Csv<Spool>);

impl CsvSink {
    /// Starts the file.
    ///
    /// # Errors
    /// The writer's, in words.
    pub fn open(_: Timestamp) -> Result<CsvSink, String> {
        Csv::with_mark(Spool::open()?, &columns()).map(CsvSink).map_err(|e| e.to_string())
    }
}

impl Sink for CsvSink {
    type Out = Spool;
    fn take(&mut self, row: &CustomerRow) -> Result<(), String> {
        self.0.row(&cells(row)).map_err(|e| e.to_string())
    }
    fn end(self) -> Result<Spool, String> {
        self.0.finish().map_err(|e| e.to_string())
    }
}

/// Rows as a workbook.
pub struct XlsxSink(Xlsx);

impl XlsxSink {
    /// Starts the file.
    ///
    /// # Errors
    /// The writer's, in words.
    pub fn open(now: Timestamp) -> Result<XlsxSink, String> {
        Xlsx::new("Customers", &columns(), now.0).map(XlsxSink).map_err(|e| e.to_string())
    }
}

impl Sink for XlsxSink {
    type Out = Spool;
    fn take(&mut self, row: &CustomerRow) -> Result<(), String> {
        self.0.row(&cells(row)).map_err(|e| e.to_string())
    }
    fn end(self) -> Result<Spool, String> {
        let mut spool = Spool::open()?;
        self.0.finish_into(spool.file()).map_err(|e| e.to_string())?;
        Ok(spool)
    }
}
