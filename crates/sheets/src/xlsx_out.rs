//! XLSX: text as strings, numbers and dates as real ones, a frozen header with filters.

use std::io::{Seek, Write};

use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, Workbook, Worksheet};

use crate::cell::{MICROS_PER_DAY, places};
use crate::table::fits;
use crate::{Cell, Column, Kind, WriteError, Writer};

/// Rows a sheet can hold below its header.
pub const MAX_ROWS: u32 = 1_048_575;

/// Characters a cell of a workbook can hold.
const MAX_TEXT: usize = 32_767;

/// Largest whole number that a workbook's 64-bit float keeps exactly.
const EXACT: u64 = 1 << 53;

/// 1970-01-01 counted in days of the workbook calendar.
const EPOCH: f64 = 25_569.0;

/// Before this day (1900-03-01) the workbook calendar has a leap day that never was.
const FIRST_SAFE_DAY: i64 = -25_508;

/// Streams rows into a workbook; earlier rows wait in a temporary file, not in memory.
pub struct Xlsx {
    book: Workbook,
    sheet: Worksheet,
    formats: Vec<Format>,
    kinds: Vec<Kind>,
    widths: Vec<usize>,
    rows: u32,
}

impl Xlsx {
    /// Starts a workbook with one sheet. `made_at` (microseconds UTC) is its creation date.
    pub fn new(title: &str, columns: &[Column], made_at: i64) -> Result<Self, WriteError> {
        let mut book = Workbook::new();
        let created = ExcelDateTime::from_timestamp(made_at.div_euclid(1_000_000))?;
        book.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&created));
        let mut sheet = book.new_worksheet_with_constant_memory()?;
        sheet.set_name(sheet_name(title))?;
        sheet.set_freeze_panes(1, 0)?;
        let header = Format::new().set_bold().set_background_color(Color::RGB(0xEE_F1_F5));
        for (at, column) in (0_u16..).zip(columns) {
            sheet.write_string_with_format(0, at, clip(&column.title), &header)?;
        }
        Ok(Self {
            book,
            sheet,
            formats: columns.iter().map(|column| format(column.kind)).collect(),
            kinds: columns.iter().map(|column| column.kind).collect(),
            // Room for the filter arrow beside the title.
            widths: columns.iter().map(|column| column.title.chars().count() + 3).collect(),
            rows: 0,
        })
    }

    /// Ends the workbook into any seekable target, such as a file.
    pub fn finish_into<W: Write + Seek + Send>(mut self, out: W) -> Result<(), WriteError> {
        if let Some(last) = self.kinds.len().checked_sub(1) {
            let last = u16::try_from(last).map_err(|_| rust_xlsxwriter::XlsxError::RowColumnLimitError)?;
            self.sheet.autofilter(0, 0, self.rows, last)?;
        }
        for (at, width) in (0_u16..).zip(&self.widths) {
            let width = u16::try_from((*width).clamp(8, 60)).unwrap_or(60);
            self.sheet.set_column_width(at, f64::from(width))?;
        }
        self.book.push_worksheet(self.sheet);
        self.book.save_to_writer(out)?;
        Ok(())
    }

    fn cell(&mut self, at: u16, cell: &Cell, kind: Kind) -> Result<(), WriteError> {
        let format = &self.formats[usize::from(at)];
        match number(cell, kind) {
            Some(number) => self.sheet.write_number_with_format(self.rows, at, number, format)?,
            None => {
                let text = cell.text(kind);
                if text.is_empty() {
                    return Ok(());
                }
                self.sheet.write_string(self.rows, at, clip(&text))?
            }
        };
        Ok(())
    }
}

impl Writer for Xlsx {
    type Output = Vec<u8>;

    fn row(&mut self, cells: &[Cell]) -> Result<(), WriteError> {
        fits(self.kinds.len(), cells)?;
        if self.rows == MAX_ROWS {
            return Err(WriteError::TooManyRows);
        }
        self.rows += 1;
        for (at, cell) in (0_u16..).zip(cells) {
            let column = usize::from(at);
            let kind = self.kinds[column];
            self.widths[column] = self.widths[column].max(width(cell));
            self.cell(at, cell, kind)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<u8>, WriteError> {
        let mut out = std::io::Cursor::new(Vec::new());
        self.finish_into(&mut out)?;
        Ok(out.into_inner())
    }
}

/// The value as a workbook number, or nothing where it is better kept as text.
fn number(cell: &Cell, kind: Kind) -> Option<f64> {
    let exact = |whole: i64| (whole.unsigned_abs() <= EXACT).then_some(whole as f64);
    match cell {
        Cell::Empty | Cell::Text(_) => None,
        Cell::Int(whole) => exact(*whole),
        Cell::Decimal(units) => exact(*units).map(|units| units / 10_f64.powi(i32::from(places(kind)))),
        Cell::Percent(share) => share.is_finite().then_some(*share),
        Cell::Date(days) => (i64::from(*days) >= FIRST_SAFE_DAY).then(|| f64::from(*days) + EPOCH),
        Cell::DateTime(micros) => {
            (micros.div_euclid(MICROS_PER_DAY) >= FIRST_SAFE_DAY).then(|| micros.div_euclid(1_000_000) as f64 / 86_400.0 + EPOCH)
        }
    }
}

fn format(kind: Kind) -> Format {
    let format = Format::new();
    match kind {
        Kind::Text => format,
        Kind::Int => format.set_num_format("#,##0"),
        Kind::Decimal { places: 0 } => format.set_num_format("#,##0"),
        Kind::Decimal { places } => format.set_num_format(format!("#,##0.{}", "0".repeat(usize::from(places.min(9))))),
        Kind::Percent => format.set_num_format("0.0%"),
        Kind::Date => format.set_num_format("yyyy-mm-dd"),
        Kind::DateTime => format.set_num_format("yyyy-mm-dd hh:mm:ss"),
    }
}

/// Characters the cell will need, near enough for a column width.
fn width(cell: &Cell) -> usize {
    match cell {
        Cell::Empty => 0,
        Cell::Text(text) => text.lines().map(|line| line.chars().count()).max().unwrap_or(0) + 1,
        Cell::Int(number) | Cell::Decimal(number) => {
            let digits = number.unsigned_abs().checked_ilog10().unwrap_or(0) as usize;
            digits + digits / 3 + 4
        }
        Cell::Percent(_) => 8,
        Cell::Date(_) => 12,
        Cell::DateTime(_) => 20,
    }
}

/// A workbook refuses longer text, and losing the tail is better than losing the export.
fn clip(text: &str) -> String {
    // The limit counts UTF-16 units.
    if text.encode_utf16().count() <= MAX_TEXT {
        return text.to_owned();
    }
    let mut units = 0;
    let mut clipped: String = text
        .chars()
        .take_while(|letter| {
            units += letter.len_utf16();
            units < MAX_TEXT
        })
        .collect();
    clipped.push('…');
    clipped
}

/// A title made fit to name a sheet: 31 characters, none of the seven that Excel refuses.
fn sheet_name(title: &str) -> String {
    let clean: String = title
        .chars()
        .map(|letter| if matches!(letter, '[' | ']' | ':' | '*' | '?' | '/' | '\\') || letter.is_control() { ' ' } else { letter })
        .collect();
    let mut units = 0;
    let short: String = clean
        .trim_matches(|letter: char| letter == '\'' || letter.is_whitespace())
        .chars()
        .take_while(|letter| {
            units += letter.len_utf16();
            units <= 31
        })
        .collect();
    let short = short.trim_end_matches(|letter: char| letter == '\'' || letter.is_whitespace());
    if short.is_empty() { "Sheet1".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheet_names_are_always_accepted() {
        assert_eq!(sheet_name("Kunden: 11/2026"), "Kunden  11 2026");
        assert_eq!(sheet_name("'[]'"), "Sheet1");
        assert_eq!(sheet_name(&"ä".repeat(40)).chars().count(), 31);
    }

    #[test]
    fn big_numbers_stay_text() {
        assert_eq!(number(&Cell::Int(i64::MAX), Kind::Int), None);
        assert_eq!(number(&Cell::Decimal(1250), Kind::Decimal { places: 2 }), Some(12.5));
        assert_eq!(number(&Cell::Date(0), Kind::Date), Some(25_569.0));
        assert_eq!(number(&Cell::Date(-40_000), Kind::Date), None);
    }

    #[test]
    fn long_text_is_clipped_by_utf16_units() {
        assert_eq!(clip(&"😀".repeat(20_000)).encode_utf16().count(), 32_767);
    }
}
