//! Every page of the console is on the list that the browser reads for barriers (`tests/browser/support/pages.json`).

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;

/// A route or an address without what differs from one to the next: `/msp/{}/groups/{}`.
fn plain(address: &str) -> String {
    let words = address.split('?').next().unwrap_or_default().split('/');
    words.map(|word| if word.starts_with('{') { "{}" } else { word }).collect::<Vec<_>>().join("/")
}

/// Pages that are on no list.
fn unlisted(pages: &[&str], list: &Value) -> Vec<String> {
    let lists = list.as_object().into_iter().flat_map(|lists| lists.values());
    let listed: BTreeSet<String> = lists
        .flat_map(|one| match one {
            Value::Array(addresses) => addresses.iter().filter_map(|a| a.as_str().map(plain)).collect::<Vec<_>>(),
            Value::Object(left_out) => left_out.keys().map(|a| plain(a)).collect(),
            _ => Vec::new(),
        })
        .collect();
    pages.iter().filter(|page| !listed.contains(&plain(page))).map(|page| (*page).to_owned()).collect()
}

#[test]
fn every_page_is_read_for_barriers() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/browser/support/pages.json");
    let list: Value = serde_json::from_str(&std::fs::read_to_string(file).expect("the list")).expect("JSON");
    let pages = tenantry::router::pages();
    let pages: Vec<&str> = pages.listed().iter().filter(|(method, _)| *method == http::Method::GET).map(|(_, path)| *path).collect();
    assert!(pages.len() > 25, "only {} pages: is the program linked?", pages.len());
    let missing = unlisted(&pages, &list);
    assert!(missing.is_empty(), "add to tests/browser/support/pages.json: {}", missing.join(", "));
    for (page, why) in list["left out"].as_object().expect("reasons") {
        assert!(why.as_str().is_some_and(|w| w.len() > 10), "say why {page} is left out");
    }
}

#[test]
fn sabotage_a_page_on_no_list_is_reported() {
    let list = serde_json::json!({ "owner": ["/msp/{msp}/things?status=x", "/msp/{msp}/things/{thing}"], "left out": { "/picture": "a picture" } });
    assert_eq!(unlisted(&["/msp/{msp}/things", "/msp/{msp}/things/{id}", "/picture"], &list), Vec::<String>::new());
    assert_eq!(unlisted(&["/msp/{msp}/things/{id}/edit", "/new"], &list), ["/msp/{msp}/things/{id}/edit", "/new"]);
}
