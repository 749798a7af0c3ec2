//! The walls, one function each.

use super::{File, floors::Floors};
use crate::Faults;
use crate::source::{crate_paths, find_word, line_of};

/// These stand above every floor and may name any room.
const ABOVE: [&str; 13] =
    ["api_docs", "api_metrics", "app", "cli", "config", "console", "demo", "lib", "main", "operator", "router", "server", "worker"];

/// Where machine time, randomness and environment may be read.
const EDGE: [&str; 4] = ["app/src/app.rs", "app/src/config.rs", "app/src/console/layers.rs", "app/src/main.rs"];

/// A room imports strictly lower floors, and never another room's `store`.
pub fn imports(file: &File, floors: &Floors, faults: &mut Faults) {
    let Some(room) = file.module.first().filter(|name| !ABOVE.contains(&name.as_str())) else {
        return;
    };
    let own = floors.of(room);
    let is_folder = file.shown.matches('/').count() > 2;
    if own.is_none() && (is_folder || imports_a_room(file, floors)) {
        faults.push(format!("{}: the room `{room}` has no floor in ARCHITECTURE.md", file.shown));
    }
    for path in crate_paths(&file.code, &file.module) {
        let Some(target) = path.names.first().filter(|target| *target != room) else {
            continue;
        };
        let place = format!("{}:{}", file.shown, path.line);
        if target == "*" {
            faults.push(format!("{place}: `crate::*` hides what is imported; name the rooms"));
        }
        if let (Some(here), Some(there)) = (own, floors.of(target))
            && there >= here
        {
            faults.push(format!("{place}: `{room}` (floor {here}) imports `{target}` (floor {there}); imports go strictly down"));
        }
        if floors.of(target).is_some() && path.names.iter().skip(1).any(|name| name == "store") {
            faults.push(format!("{place}: `{}` is another room's private store", path.names.join("::")));
        }
        // `app` holds what every handler and job is given, `console` the shell round every page: rooms are told of both.
        if ["cli", "demo", "operator", "router", "server", "worker"].contains(&target.as_str()) {
            faults.push(format!("{place}: `{room}` reaches up to `{target}`, which stands above every floor"));
        }
    }
}

/// A file beside the rooms that names none of them (a list of constants, say) needs no floor.
fn imports_a_room(file: &File, floors: &Floors) -> bool {
    crate_paths(&file.code, &file.module).iter().any(|path| path.names.first().is_some_and(|name| floors.of(name).is_some()))
}

/// Only `crates/store` knows a database driver.
pub fn drivers(file: &File, faults: &mut Faults) {
    // A benchmark compares with the raw engine.
    if file.shown.starts_with("crates/store/") || file.shown.starts_with("bench/") {
        return;
    }
    for driver in ["rusqlite", "tokio_postgres"] {
        report(file, driver, "only crates/store knows a database driver", faults);
    }
}

/// Rooms meet HTTP only in `api.rs` and `pages.rs`.
pub fn axum(file: &File, faults: &mut Faults) {
    let may = |name: &String| name == "api" || name == "pages" || name.starts_with("api_") || name.starts_with("pages_");
    let top = ["app/src/router.rs", "app/src/app.rs"].contains(&file.shown.as_str()) || file.shown.starts_with("app/src/console/");
    if top || file.shown.starts_with("crates/web/") || file.module.iter().any(may) {
        return;
    }
    report(file, "axum", "HTTP belongs in api.rs, pages.rs, router.rs, app.rs or crates/web", faults);
}

/// Clock, randomness and environment are read at the edge and handed down.
pub fn edge(file: &File, faults: &mut Faults) {
    let build_script = file.shown.ends_with("/build.rs");
    if EDGE.contains(&file.shown.as_str()) || file.shown.starts_with("bench/") || build_script {
        return;
    }
    let mut banned = vec!["SystemTime::now", "std::env", "rand::", "getrandom", "OsRng", "Uuid::now_v7", "Uuid::new_v4"];
    // Leaf crates may measure a span of time (a batch, a timeout); clippy.toml still wants a reason for each.
    if file.shown.starts_with("app/") {
        banned.push("Instant::now");
    }
    for word in banned {
        report(file, word, "clock, randomness and environment are read only in app.rs, config.rs and main.rs", faults);
    }
}

fn report(file: &File, word: &str, why: &str, faults: &mut Faults) {
    if let Some(at) = find_word(&file.code, word) {
        faults.push(format!("{}:{}: `{word}`: {why}", file.shown, line_of(&file.code, at)));
    }
}
