//! CSV by RFC 4180: UTF-8, a header row, CRLF, and no cell a spreadsheet would run.

use std::borrow::Cow;
use std::io::Write;

use crate::table::fits;
use crate::{Cell, Column, Kind, WriteError, Writer};

/// Streams rows as CSV into any `io::Write`.
pub struct Csv<W: Write> {
    out: csv::Writer<W>,
    kinds: Vec<Kind>,
}

impl<W: Write> Csv<W> {
    /// Starts a file and writes the header.
    pub fn new(out: W, columns: &[Column]) -> Result<Self, WriteError> {
        let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        out.write_record(columns.iter().map(|column| guard(&column.title).into_owned()))?;
        let kinds = columns.iter().map(|column| column.kind).collect();
        Ok(Self { out, kinds })
    }

    /// Goes on with a file whose header is written: for an export that is sent piece by piece.
    pub fn further(out: W, columns: &[Column]) -> Self {
        let out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        Self { out, kinds: columns.iter().map(|column| column.kind).collect() }
    }

    /// Like [`Csv::new`] with a byte order mark first: Excel opened by double click reads umlauts only then.
    pub fn with_mark(mut out: W, columns: &[Column]) -> Result<Self, WriteError> {
        out.write_all(b"\xEF\xBB\xBF")?;
        Self::new(out, columns)
    }
}

impl<W: Write> Writer for Csv<W> {
    type Output = W;

    fn row(&mut self, cells: &[Cell]) -> Result<(), WriteError> {
        fits(self.kinds.len(), cells)?;
        for (cell, kind) in cells.iter().zip(&self.kinds) {
            match cell {
                Cell::Text(text) => self.out.write_field(guard(text).as_bytes())?,
                typed => self.out.write_field(typed.text(*kind))?,
            }
        }
        self.out.write_record(None::<&[u8]>)?;
        Ok(())
    }

    fn finish(self) -> Result<W, WriteError> {
        self.out.into_inner().map_err(|error| WriteError::Io(error.into_error()))
    }
}

/// First characters that make a spreadsheet read a cell as a formula. LF counts: some programs skip it.
fn dangerous(first: char) -> bool {
    matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠')
}

/// Puts `'` before text that a spreadsheet would run as a formula.
pub fn guard(text: &str) -> Cow<'_, str> {
    match text.chars().next() {
        Some(first) if dangerous(first) => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// Takes the guard off again, for files that we exported and somebody brings back.
pub fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(dangerous) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        vec![
            Column::new("name", "Name", Kind::Text),
            Column::new("seats", "Seats", Kind::Int),
            Column::new("price", "Price", Kind::Decimal { places: 2 }),
        ]
    }

    #[test]
    fn writes_rfc_4180() {
        let mut csv = Csv::new(Vec::new(), &columns()).unwrap();
        csv.row(&["Ärzte, \"Nord\"\nSüd".into(), Cell::Int(-3), Cell::Decimal(-1250)]).unwrap();
        csv.row(&["=1+1".into(), Cell::Empty, Cell::Empty]).unwrap();
        let text = String::from_utf8(csv.finish().unwrap()).unwrap();
        assert_eq!(text, "Name,Seats,Price\r\n\"Ärzte, \"\"Nord\"\"\nSüd\",-3,-12.50\r\n'=1+1,,\r\n");
    }

    #[test]
    fn a_file_in_pieces_is_the_same_file() {
        let rows: [[Cell; 3]; 2] = [["a".into(), Cell::Int(1), Cell::Empty], ["b, c".into(), Cell::Int(2), Cell::Empty]];
        let mut whole = Csv::with_mark(Vec::new(), &columns()).unwrap();
        let mut pieces = Csv::with_mark(Vec::new(), &columns()).and_then(Writer::finish).unwrap();
        for row in &rows {
            whole.row(row).unwrap();
            let mut piece = Csv::further(Vec::new(), &columns());
            piece.row(row).unwrap();
            pieces.extend(piece.finish().unwrap());
        }
        assert_eq!(whole.finish().unwrap(), pieces);
    }

    #[test]
    fn refuses_a_ragged_row() {
        let mut csv = Csv::new(Vec::new(), &columns()).unwrap();
        assert!(matches!(csv.row(&[Cell::Empty]), Err(WriteError::Ragged { expected: 3, found: 1 })));
    }

    #[test]
    fn guards_every_dangerous_start_and_nothing_else() {
        for bad in ["=a", "+a", "-a", "@a", "\ta", "\ra", "\0a", "＝a", "＋a", "－a", "＠a"] {
            assert_eq!(guard(bad), format!("'{bad}"));
            assert_eq!(unguard(&guard(bad)), bad);
        }
        assert_eq!(guard("a=b"), "a=b");
        assert_eq!(unguard("'quoted"), "'quoted");
    }
}
