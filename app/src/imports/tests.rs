//! Rules of imports: what columns mean, and that a file's rows are read once each however it is cut.

use std::collections::BTreeMap;

use proptest::prelude::*;
use store::Timestamp;

use super::{
    fields::fields,
    import::ImportKind,
    kind_members::Members,
    mapping::{Cells, Mapping},
    reading::{Sheet, chunks, examine},
};

fn headers(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

#[test]
fn columns_are_guessed_in_three_languages() {
    for names in
        [["E-Mail", "First Name", "Department"], ["E-Mail-Adresse", "Vorname", "Abteilung"], ["E-postadress", "Förnamn", "Avdelning"]]
    {
        let made = Mapping::guess(ImportKind::Members, &headers(&names));
        let of = |field: &str| made.fields.get(field).map(String::as_str);
        assert_eq!((of("email"), of("first_name"), of("department")), (Some(names[0]), Some(names[1]), Some(names[2])));
        assert!(made.missing(ImportKind::Members).is_empty());
    }
    assert_eq!(
        Mapping::guess(ImportKind::Results, &headers(&["Domain", "Datum"])).missing(ImportKind::Results),
        ["campaign", "delivered", "compromised"]
    );
}

#[test]
fn a_choice_that_cannot_be_is_refused_by_field() {
    let columns = headers(&["a", "b"]);
    let choose = |pairs: &[(&str, &str)]| {
        let choice: BTreeMap<String, String> = pairs.iter().map(|(f, c)| ((*f).to_owned(), (*c).to_owned())).collect();
        Mapping::chosen(ImportKind::Members, &columns, &choice)
    };
    assert_eq!(choose(&[("colour", "a")]).expect_err("no such field").0, "colour");
    assert_eq!(choose(&[("email", "c")]).expect_err("no such column").0, "email");
    assert_eq!(choose(&[("email", "a"), ("name", "a")]).expect_err("one column, two fields").0, "name");
    assert_eq!(choose(&[("email", "b"), ("name", "")]).expect("fine").fields.len(), 1);
}

#[test]
fn formulas_are_found_and_numbers_are_none() {
    let mapping = Mapping::guess(ImportKind::Members, &headers(&["email", "name"]));
    let columns = mapping.columns(ImportKind::Members);
    let formula = |name: &str| Cells { columns: &columns, cells: &headers(&["a@b.se", name]) }.formula();
    for bad in ["=1+1", "@SUM(A1)", "+cmd|x", "-x", "\tx"] {
        assert_eq!(formula(bad), Some("name"), "{bad}");
    }
    for fine in ["Ann", "-5", "'=quoted", "a=b"] {
        assert_eq!(formula(fine), None, "{fine}");
    }
}

/// Every alias is its own: no header could mean two fields.
#[test]
fn no_name_means_two_fields() {
    for kind in [ImportKind::Customers, ImportKind::Members, ImportKind::Results] {
        let mut seen = BTreeMap::new();
        for wanted in fields(kind) {
            for name in std::iter::once(&wanted.field.key).chain(wanted.field.aliases) {
                let other = seen.insert(store::fold(name), wanted.field.key);
                assert!(other.is_none_or(|o| o == wanted.field.key), "{name} is {} and {other:?}", wanted.field.key);
            }
        }
    }
}

/// Lines of items and of refusals, from a line on.
async fn lines(path: &std::path::Path, from_line: u64) -> (Vec<u64>, Vec<u64>) {
    let mapping = Mapping::guess(ImportKind::Members, &headers(&["email", "name"]));
    let mut coming = chunks::<Members>(Sheet { path: path.to_owned(), mapping, from_line, now: Timestamp(0) });
    let (mut items, mut refused) = (Vec::new(), Vec::new());
    while let Some(chunk) = coming.recv().await {
        let chunk = chunk.expect("a list");
        items.extend(chunk.items.iter().map(|(line, _)| *line));
        refused.extend(chunk.refused.iter().map(|r| r.line));
    }
    (items, refused)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Reading on from any line gives exactly the rows that were left, each judged as before.
    #[test]
    fn a_file_cut_anywhere_is_read_once(rows in prop::collection::vec(0_u8..40, 1..2_500), cut in 0_usize..2_500) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("list.csv");
        let row = |n: &u8| match n { 0 => "nonsense,x\n".to_owned(), 1 => "\n".to_owned(), 2 => "a,b,c\n".to_owned(), n => format!("p{n}@x.example,P\n") };
        let body: String = rows.iter().map(row).collect();
        std::fs::write(&path, format!("email,name\n{body}")).expect("a file");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let (items, refused) = runtime.block_on(lines(&path, 0));
        if let Ok(contents) = examine(&path) {
            prop_assert_eq!(contents.rows, i64::try_from(items.len() + refused.len()).expect("a count"));
        }
        let from = 2 + u64::try_from(cut % rows.len()).expect("a line");
        let (later, refused_later) = runtime.block_on(lines(&path, from));
        prop_assert_eq!(later, items.into_iter().filter(|l| *l >= from).collect::<Vec<_>>());
        prop_assert_eq!(refused_later, refused.into_iter().filter(|l| *l >= from).collect::<Vec<_>>());
    }
}
