use super::*;

fn paths(code: &str, module: &[&str]) -> Vec<String> {
    let module: Vec<String> = module.iter().map(|name| (*name).to_owned()).collect();
    crate_paths(&mask(code, Lang::Rust), &module).iter().map(|path| path.names.join("/")).collect()
}

#[test]
fn comments_and_strings_are_blank_and_lines_stay() {
    let code = "let a = \"rusqlite // \\\" {\"; // axum\n/* x /* y */ z */ let c = '\"'; let r = r#\"a\"b\"#; fn f<'a>() {}";
    let masked = mask(code, Lang::Rust);
    for gone in ["rusqlite", "axum", "x", "y", "z", "\"b"] {
        assert!(!masked.contains(gone), "{gone} is still in {masked}");
    }
    assert!(masked.contains("fn f<'a>() {}"));
    assert_eq!(masked.len(), code.len());
    assert_eq!(masked.lines().count(), 2);
}

#[test]
fn typescript_strings_templates_and_patterns_are_blank() {
    let masked = mask("f('it', `a ${b}`, /it's/); x = a / b / c; // 'end", Lang::Ts);
    assert!(!masked.contains("it"));
    assert!(!masked.contains("end"));
    assert!(masked.contains("x = a / b / c;"));
}

#[test]
fn umlauts_in_strings_do_no_harm() {
    assert!(mask("let a = \"Grüße\"; let b = 'ü'; let c = 1;", Lang::Rust).ends_with("let c = 1;"));
}

#[test]
fn test_items_are_left_out() {
    let code = "fn a() { one() }\n#[cfg(test)]\nmod tests { fn b() { two() } }\n#[cfg(test)]\nmod more;\nfn c() { three() }";
    let left = without_tests(code);
    assert!(left.contains("one") && left.contains("three"));
    assert!(!left.contains("two") && !left.contains("more"));
}

#[test]
fn groups_unfold() {
    let found = paths("use crate::{licensing::{pools::Seats, self}, audit as log};", &["alerts"]);
    assert_eq!(found, ["licensing/pools/Seats", "licensing/self", "audit"]);
}

#[test]
fn super_leads_out_of_the_room() {
    let found = paths("use super::super::hierarchy::Tree; fn f() { super::rules::g() }", &["licensing", "pools"]);
    assert_eq!(found, ["hierarchy/Tree", "licensing/rules/g"]);
}

#[test]
fn expressions_count_and_foreign_paths_do_not() {
    let found = paths("pub(crate) fn f() { crate::audit::note::<u8>(1); other::crate_x::y() }", &["licensing"]);
    assert_eq!(found, ["audit/note"]);
}

#[test]
fn words_are_whole() {
    assert_eq!(find_word("grand rand", "rand"), Some(6));
    assert_eq!(find_word("let rand = rand::random();", "rand::"), Some(11));
    assert_eq!(find_word("my_rand rand_x", "rand"), None);
}
