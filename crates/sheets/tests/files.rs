//! Whole files through the public interface: what people upload, and what attackers do.

use std::io::Read;

use sheets::{Cell, Column, Csv, Fault, Kind, Limits, Reader, Row, Table, Writer, unguard};

fn open(bytes: &[u8]) -> Result<Reader<&[u8]>, Fault> {
    Reader::new(bytes)
}

fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    open(bytes).unwrap().map(|row| row.unwrap().cells).collect()
}

fn fault(bytes: &[u8]) -> Fault {
    match open(bytes) {
        Err(fault) => fault,
        Ok(mut reader) => reader.find_map(Result::err).unwrap(),
    }
}

#[test]
fn reads_what_excel_saves() {
    let utf8 = "\u{feff}Name;E-Mail\r\nMüller;a@b.de\r\n";
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(utf8[3..].encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [utf8.as_bytes(), &utf16, b"Name;E-Mail\r\nM\xFCller;a@b.de\r\n"] {
        let mut reader = open(bytes).unwrap();
        assert_eq!(reader.headers(), ["Name", "E-Mail"]);
        assert_eq!(reader.delimiter(), ';');
        let row = reader.next().unwrap().unwrap();
        assert_eq!(row, Row { line: 2, cells: vec!["Müller".into(), "a@b.de".into()] });
        assert!(reader.next().is_none());
    }
}

#[test]
fn finds_delimiters_although_others_occur() {
    assert_eq!(open(b"name\trole\na, b\tc, d\n").unwrap().delimiter(), '\t');
    assert_eq!(open(b"name|role\na,b|c\n").unwrap().delimiter(), '|');
    assert_eq!(open(b"name;price\na;1,20\nb;2,30\n").unwrap().delimiter(), ';');
    assert_eq!(open(b"name\nsolo\n").unwrap().delimiter(), ',');
    assert_eq!(open(b"\"a;b;c\",d\n\"x;y\",z\n").unwrap().delimiter(), ',');
}

#[test]
fn counts_lines_through_quoted_newlines() {
    let reader = open(b"a,b\r\n\"x\r\ny\",1z\r\n\r\np,\"q \"\"r\"\"\"\n").unwrap();
    let rows: Vec<Row> = reader.map(Result::unwrap).collect();
    assert_eq!(rows[0], Row { line: 2, cells: vec!["x\r\ny".into(), "1z".into()] });
    assert_eq!(rows[1], Row { line: 5, cells: vec!["p".into(), "q \"r\"".into()] });
}

#[test]
fn a_file_without_header_loses_no_row() {
    let mut reader = open(b"anna@example.com,Anna\nbo@example.com,Bo\n").unwrap();
    assert!(!reader.has_header());
    assert_eq!(reader.headers(), ["A", "B"]);
    assert_eq!(reader.next().unwrap().unwrap().cells[1], "Anna");
    assert_eq!(reader.count(), 1);
}

#[test]
fn names_every_fault() {
    assert_eq!(fault(b""), Fault::Empty);
    assert_eq!(fault(b"\r\n\n"), Fault::Empty);
    assert_eq!(fault(b"a,A \n"), Fault::DuplicateHeader { name: "A".into() });
    assert_eq!(fault(b"a,b\n1,2\n1\n"), Fault::Ragged { line: 3, expected: 2, found: 1 });
    assert_eq!(fault(b"a,b\n1,2\n1,\x002\n"), Fault::NulByte { line: 3 });
    assert_eq!(fault(b"a,b\n1,\"2\n3,4\n"), Fault::OpenQuote { line: 2 });
    let broken = [("ä,ö\n".repeat(5)).as_bytes(), b"\xFF"].concat();
    assert_eq!(fault(&broken), Fault::NotText { offset: 30 });
    let wide = ["x,".repeat(300).as_bytes(), b"\n"].concat();
    assert_eq!(fault(&wide), Fault::TooManyColumns { line: 1, columns: 201 });
    let long = [b"a,b\n1,".as_slice(), &vec![b'x'; 70_000], b"\n"].concat();
    assert_eq!(fault(&long), Fault::CellTooLong { line: 2, column: 2 });
    let tight = Limits { rows: 2, ..Limits::default() };
    let reader = Reader::with_limits(b"a\nx\ny\nz\n".as_slice(), tight).unwrap();
    assert_eq!(reader.last(), Some(Err(Fault::TooLarge)));
}

#[test]
fn reading_goes_on_after_a_ragged_row() {
    let results: Vec<_> = open(b"a,b\n1\nx,y\n").unwrap().collect();
    assert_eq!(results.len(), 2);
    assert!(results[0].is_err() && results[1].is_ok());
}

/// An endless upload: the reader must stop at its limit without keeping what it read.
struct Endless(u64);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0 += buffer.len() as u64;
        buffer.fill(b'\n');
        if let Some(first) = buffer.first_mut() {
            *first = b'x';
        }
        Ok(buffer.len())
    }
}

#[test]
fn an_endless_file_ends_at_the_limit() {
    let limits = Limits { bytes: 1_000_000, ..Limits::default() };
    let reader = Reader::with_limits(Endless(0), limits).unwrap();
    assert_eq!(reader.last(), Some(Err(Fault::TooLarge)));
}

#[test]
fn encodings_are_told_late_in_the_file() {
    let mut bytes = b"name,note\n".to_vec();
    for _ in 0..50_000 {
        bytes.extend_from_slice(b"plain,ascii only\n");
    }
    let mut latin = bytes.clone();
    latin.extend_from_slice(b"J\xF6rg,M\xFCller\n");
    bytes.extend_from_slice("Jörg,Müller\n".as_bytes());
    for file in [latin, bytes] {
        assert_eq!(open(&file).unwrap().last().unwrap().unwrap().cells, ["Jörg", "Müller"]);
    }
}

#[test]
fn characters_cut_by_blocks_survive() {
    let line = "äöü€😀,x\n";
    let text = format!("name,note\n{}", line.repeat(30_000));
    assert!(rows(text.as_bytes()).iter().all(|row| row[0] == "äöü€😀"));
}

#[test]
fn a_hundred_thousand_rows_stream() {
    let columns = [Column::new("n", "N", Kind::Int), Column::new("t", "Text", Kind::Text)];
    let mut csv = Csv::new(Vec::new(), &columns).unwrap();
    for number in 0..100_000 {
        csv.row(&[Cell::Int(number), "=cmd()".into()]).unwrap();
    }
    let bytes = csv.finish().unwrap();
    assert_eq!(open(&bytes).unwrap().count(), 100_000);
}

#[test]
fn the_export_comes_back() {
    let table = Table {
        title: "Kunden".into(),
        columns: vec![Column::new("name", "Name", Kind::Text), Column::new("due", "Due", Kind::Date)],
        rows: vec![vec!["+49 40".into(), Cell::Date(0)], vec![Cell::Empty, Cell::Empty]],
    };
    let back = rows(&table.csv().unwrap());
    assert_eq!(unguard(&back[0][0]), "+49 40");
    assert_eq!(back[0][1], "1970-01-01");
    assert_eq!(back[1], ["", ""]);
}
