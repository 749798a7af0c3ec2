//! The workbook, opened again.

use std::io::{Cursor, Read};

use sheets::{Cell, Column, Kind, Table, Writer, Xlsx};

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn types_survive_and_formulas_do_not() {
    let table = Table {
        title: "Umsatz 11/2026".into(),
        columns: vec![
            Column::new("name", "Name", Kind::Text),
            Column::new("price", "Price", Kind::Decimal { places: 2 }),
            Column::new("day", "Day", Kind::Date),
            Column::new("at", "At", Kind::DateTime),
        ],
        rows: vec![vec!["=1+1".into(), Cell::Decimal(1250), Cell::Date(0), Cell::DateTime(43_200_000_000)]],
    };
    let bytes = table.xlsx(1_795_305_600_000_000).unwrap();
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>"), "a formula was written");
    assert!(sheet.contains("<v>12.5</v>") && sheet.contains("<v>25569</v>") && sheet.contains("<v>25569.5</v>"));
    assert!(sheet.contains("<autoFilter ref=\"A1:D2\"/>") && sheet.contains("state=\"frozen\""));
    assert!(sheet.contains("<col min=\"1\""));
    assert!(sheet.contains("t=\"inlineStr\"><is><t>=1+1</t>"));
    assert!(part(&bytes, "xl/workbook.xml").contains("Umsatz 11 2026"));
    assert!(part(&bytes, "docProps/core.xml").contains("2026-11-22T00:00:00Z"));
    assert_eq!(bytes, table.xlsx(1_795_305_600_000_000).unwrap(), "the same table gives the same bytes");
}

#[test]
fn a_hundred_thousand_rows_stream() {
    let columns = [Column::new("n", "N", Kind::Int), Column::new("t", "Text", Kind::Text)];
    let mut writer = Xlsx::new("big", &columns, 0).unwrap();
    for number in 0..100_000 {
        writer.row(&[Cell::Int(number), "text".into()]).unwrap();
    }
    let bytes = writer.finish().unwrap();
    assert!(part(&bytes, "xl/worksheets/sheet1.xml").contains("A1:B100001"));
}
