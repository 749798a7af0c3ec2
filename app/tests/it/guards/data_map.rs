//! The data map names every table and column of both schemas, once; and whatever it says a purge takes is taken by a text.

use std::collections::BTreeSet;

use tenantry::offboarding::{
    data_map::{Fate, TABLES, page},
    purged_tables,
};

use crate::{scenes, support::World};

/// What is wrong between a schema and the map, each with what to do.
fn differences(home: &str, shape: &[(String, Vec<String>)]) -> Vec<String> {
    let mut wrong = Vec::new();
    let advice = "classify it in app/src/offboarding/data_map.rs (personal or plain) and say what a purge does with it";
    for (table, columns) in shape.iter().filter(|(table, _)| table != "schema_migration") {
        let Some(entry) = TABLES.iter().find(|t| t.home == home && t.name == table) else {
            wrong.push(format!("{home}.{table} is not in the data map: {advice}"));
            continue;
        };
        let known: Vec<&str> = entry.personal.iter().chain(entry.plain).copied().collect();
        wrong.extend(
            columns.iter().filter(|c| known.iter().filter(|k| *k == c).count() != 1).map(|c| format!("{home}.{table}.{c}: {advice}")),
        );
        wrong.extend(
            known
                .iter()
                .filter(|k| !columns.iter().any(|c| c == *k))
                .map(|k| format!("{home}.{table}.{k} is in the data map and not in the schema")),
        );
        let of_customer = ["customer_id", "chain_id", "target_id"].iter().any(|c| columns.iter().any(|k| k == c));
        if of_customer && entry.fate == Fate::Apart && table != "audit_head" {
            wrong.push(format!("{home}.{table} holds rows of a customer: say what a purge does with them, not Apart"));
        }
    }
    let gone = TABLES.iter().filter(|t| t.home == home && !shape.iter().any(|(table, _)| table == t.name));
    wrong.extend(gone.map(|t| format!("{home}.{} is in the data map and not in the schema", t.name)));
    wrong
}

/// Tables a purge should take that no text takes, and the other way round.
fn untaken(taken: &[(&str, &str)]) -> Vec<String> {
    let should: BTreeSet<(&str, &str)> =
        TABLES.iter().filter(|t| matches!(t.fate, Fate::Deleted | Fate::Emptied)).map(|t| (t.home, t.name)).collect();
    let taken: BTreeSet<(&str, &str)> = taken.iter().copied().collect();
    let text = |(home, table): &(&str, &str), what: &str| format!("{home}.{table} {what} app/src/offboarding/purge_store.rs");
    let missing = should.difference(&taken).map(|t| text(t, "should be taken by a purge and has no text in"));
    missing.chain(taken.difference(&should).map(|t| text(t, "is kept by the data map and taken by a text in"))).collect()
}

#[test]
fn a_purge_takes_what_the_map_says() {
    let taken = purged_tables();
    assert_eq!(untaken(&taken), Vec::<String>::new());
    let without_members: Vec<_> = taken.into_iter().filter(|t| *t != ("region", "member")).collect();
    assert_eq!(untaken(&without_members).len(), 1, "sabotage: a text that is missing is reported");
}

#[test]
fn the_printed_map_is_the_one_in_code() {
    let printed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operating/data-map.md")).unwrap_or_default();
    assert!(printed.trim() == page().trim(), "docs/operating/data-map.md is old: tenantry data-map > docs/operating/data-map.md");
}

scenes! {
    async fn every_column_is_classified(w: World) {
        let columns = |shape: std::collections::BTreeMap<String, store::TableShape>| -> Vec<(String, Vec<String>)> {
            shape.into_iter().map(|(table, s)| (table, s.columns.into_iter().map(|c| c.name).collect())).collect()
        };
        let control = columns(store::shape::<store::Control>(&w.app.config.control()).expect("control answers"));
        let mut region = columns(store::shape::<store::Region>(&w.app.config.region("eu")).expect("the region answers"));
        assert!(control.len() > 40 && region.len() > 6, "{} and {}", control.len(), region.len());
        let wrong = [differences("control", &control), differences("region", &region)].concat();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // Sabotage: a migration that adds a table and a column.
        region.push(("member_shoe".into(), vec!["customer_id".into(), "size".into()]));
        region.iter_mut().find(|(table, _)| table == "member").expect("members").1.push("shoe_size".into());
        assert_eq!(differences("region", &region).len(), 2);
    }
}
