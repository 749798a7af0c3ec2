//! Laws of reading and writing, on texts nobody would think of.

use proptest::prelude::*;
use sheets::{Cell, Column, Kind, Reader, Table, unguard};

/// Texts rich in what breaks CSV. No NUL: the reader refuses it by rule.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[=+@\t\r\n,;|\"'＝＋－＠äß😀 a-]{0,12}", any::<String>().prop_map(|text| text.replace('\0', "")),]
}

fn table(rows: &[Vec<String>]) -> Table {
    let width = rows.first().map_or(1, Vec::len);
    Table {
        title: "t".into(),
        columns: (0..width).map(|at| Column::new(format!("c{at}"), format!("Column {at}"), Kind::Text)).collect(),
        rows: rows.iter().map(|row| row.iter().cloned().map(Cell::Text).collect()).collect(),
    }
}

fn grid(text: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = Vec<Vec<String>>> {
    (2_usize..5).prop_flat_map(move |width| prop::collection::vec(prop::collection::vec(text.clone(), width), 1..8))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(rows in grid(text().boxed())) {
        let bytes = table(&rows).csv().unwrap();
        let back: Vec<Vec<String>> = Reader::new(bytes.as_slice()).unwrap().map(|row| row.unwrap().cells).collect();
        prop_assert_eq!(back.len(), rows.len());
        for (cell, original) in back.iter().flatten().zip(rows.iter().flatten()) {
            prop_assert!(cell == original || (unguard(cell) == original && cell.len() == original.len() + 1));
        }
    }

    #[test]
    fn no_text_cell_starts_a_formula(rows in grid(prop_oneof![text(), "[=+@\t\r\0＝＋－＠-].*"].boxed())) {
        let bytes = table(&rows).csv().unwrap();
        // Read by the other parser: it lets NUL through.
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        for record in reader.records() {
            for cell in &record.unwrap() {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠']), "{cell:?}");
            }
        }
    }

    /// Our splitter and the csv crate agree on any text whose quotes are closed.
    #[test]
    fn the_splitter_agrees_with_the_csv_crate(body in "[a,\"\r\n é]{0,40}") {
        let file = format!("h1,h2,h3\n{body}");
        let ours: Result<Vec<_>, _> = Reader::new(file.as_bytes()).unwrap()
            .filter(|row| !matches!(row, Err(fault) if fault.skips_one_row()))
            .map(|row| row.map(|row| row.cells)).collect();
        if let Ok(ours) = ours {
            let theirs: Vec<Vec<String>> = csv::ReaderBuilder::new().flexible(true).from_reader(file.as_bytes()).records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
                .filter(|cells| cells.len() == 3).collect();
            prop_assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(reader) = Reader::new(bytes.as_slice()) {
            let _ = reader.count();
        }
    }
}
