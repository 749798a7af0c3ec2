//! Sabotage: each wall broken once in a small tree, which must be refused.

use super::*;

const PAGE: &str = "| floor | rooms |\n|---|---|\n| 3 | metering (status, caps) |\n| 2 | licensing |\n| 0 | identity, audit |\n";

/// Faults of a house that holds one file beside a sound one.
fn faults(path: &str, code: &str) -> Faults {
    let house = tempfile::tempdir().expect("a folder");
    let put = |path: &str, text: &str| {
        let path = house.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    };
    put("ARCHITECTURE.md", PAGE);
    put("app/src/licensing/mod.rs", "use crate::audit::note;\nuse store::Id;\nfn f() { crate::identity::who() }");
    put(path, code);
    check(house.path()).expect("a table of floors")
}

fn refused(path: &str, code: &str, word: &str) {
    let faults = faults(path, code);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].contains(word), "{faults:?}");
}

#[test]
fn a_sound_house_has_no_fault() {
    assert_eq!(faults("app/src/metering/caps.rs", "use crate::{licensing::Seats, audit};"), Faults::new());
}

#[test]
fn an_import_that_goes_up_is_refused() {
    refused("app/src/licensing/pools/a.rs", "use crate::metering::caps::Cap;", "strictly down");
    refused("app/src/licensing/a.rs", "fn f() { crate::metering::g() }", "strictly down");
}

#[test]
fn an_import_on_the_same_floor_is_refused() {
    refused("app/src/identity/a.rs", "use crate::{identity::b, audit::{self}};", "strictly down");
}

#[test]
fn super_is_no_way_round() {
    refused("app/src/licensing/pools/a.rs", "use super::super::super::metering::Cap;", "strictly down");
}

#[test]
fn another_rooms_store_is_refused() {
    refused("app/src/metering/a.rs", "use crate::licensing::pools::store::find;", "private store");
}

#[test]
fn a_room_that_reaches_for_the_router_is_refused() {
    refused("app/src/metering/a.rs", "use crate::router::State;", "above every floor");
}

#[test]
fn a_room_without_a_floor_is_refused() {
    refused("app/src/gadgets/mod.rs", "fn f() {}", "no floor");
    refused("app/src/gadget.rs", "use crate::licensing::Seats;", "no floor");
    assert_eq!(faults("app/src/words.rs", "pub const A: u8 = 1;"), Faults::new());
}

#[test]
fn a_glob_over_the_crate_is_refused() {
    refused("app/src/metering/a.rs", "use crate::*;", "hides");
}

#[test]
fn a_driver_outside_store_is_refused() {
    refused("app/src/metering/a.rs", "fn f(c: &rusqlite::Connection) {}", "rusqlite");
    refused("crates/jobs/src/lib.rs", "use tokio_postgres::Client;", "tokio_postgres");
    assert_eq!(faults("crates/store/src/sqlite.rs", "use rusqlite::Connection;"), Faults::new());
}

#[test]
fn axum_deep_in_a_room_is_refused() {
    refused("app/src/licensing/allocate.rs", "use axum::Json;", "axum");
    refused("crates/jobs/src/lib.rs", "use axum::Json;", "axum");
    assert_eq!(faults("app/src/licensing/api.rs", "use axum::Json;"), Faults::new());
    assert_eq!(faults("app/src/licensing/pages/list.rs", "use axum::Form;"), Faults::new());
}

#[test]
fn machine_time_chance_and_environment_are_refused() {
    refused("app/src/licensing/a.rs", "fn f() { std::time::SystemTime::now(); }", "SystemTime::now");
    refused("app/src/licensing/a.rs", "fn f() { let t = Instant::now(); }", "Instant::now");
    refused("app/src/licensing/a.rs", "fn f() { std::env::var(\"A\"); }", "std::env");
    refused("crates/jobs/src/lib.rs", "fn f() { rand::random() }", "rand");
    assert_eq!(faults("app/src/app.rs", "fn f() { SystemTime::now(); Instant::now(); }"), Faults::new());
}

#[test]
fn tests_and_prose_may_say_anything() {
    let code = "// axum\nfn f() -> &'static str { \"rusqlite\" }\n#[cfg(test)]\nmod tests { use crate::metering::X; }";
    assert_eq!(faults("app/src/licensing/a.rs", code), Faults::new());
    assert_eq!(faults("app/src/licensing/tests.rs", "use crate::metering::X;"), Faults::new());
}

#[test]
fn a_page_without_floors_is_an_error() {
    let house = tempfile::tempdir().expect("a folder");
    assert!(check(house.path()).is_err());
    std::fs::write(house.path().join("ARCHITECTURE.md"), "# The house").expect("a file");
    assert!(check(house.path()).is_err());
}
