//! The whole table as a value, and what every format's writer has in common.

use crate::{Cell, Column, Csv, Xlsx};

/// A titled table that fits in memory. Large exports stream through a [`Writer`] instead.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The sheet's name and the document's title.
    pub title: String,
    /// What each position of a row means.
    pub columns: Vec<Column>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
}

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A row is longer or shorter than the header.
    #[error("a row has {found} cells, the table has {expected} columns")]
    Ragged {
        /// Columns of the table.
        expected: usize,
        /// Cells of the row.
        found: usize,
    },
    /// XLSX ends at 1,048,576 rows.
    #[error("a workbook holds at most 1,048,575 rows below its header; export as CSV instead")]
    TooManyRows,
    /// The target refused the bytes.
    #[error("the export could not be written: {0}")]
    Io(#[from] std::io::Error),
    /// The workbook could not be built.
    #[error("the workbook could not be built: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

impl From<csv::Error> for WriteError {
    fn from(error: csv::Error) -> Self {
        Self::Io(error.into())
    }
}

/// Takes rows one at a time; the header is written when the writer is made.
pub trait Writer {
    /// What is left when the last row is written.
    type Output;

    /// Writes one row.
    fn row(&mut self, cells: &[Cell]) -> Result<(), WriteError>;

    /// Ends the table.
    fn finish(self) -> Result<Self::Output, WriteError>;
}

impl Table {
    /// The table as CSV bytes.
    pub fn csv(&self) -> Result<Vec<u8>, WriteError> {
        self.write(Csv::new(Vec::new(), &self.columns)?)
    }

    /// The table as a workbook. `made_at` (microseconds UTC) is its creation date.
    pub fn xlsx(&self, made_at: i64) -> Result<Vec<u8>, WriteError> {
        self.write(Xlsx::new(&self.title, &self.columns, made_at)?)
    }

    /// All rows through any writer.
    pub fn write<W: Writer>(&self, mut writer: W) -> Result<W::Output, WriteError> {
        for row in &self.rows {
            writer.row(row)?;
        }
        writer.finish()
    }
}

/// Refuses a row that does not fit the header.
pub(crate) fn fits(columns: usize, cells: &[Cell]) -> Result<(), WriteError> {
    if cells.len() == columns {
        return Ok(());
    }
    Err(WriteError::Ragged { expected: columns, found: cells.len() })
}
