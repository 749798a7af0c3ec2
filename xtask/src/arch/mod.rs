//! `xtask arch`: the walls of the house. Floors come from the table in ARCHITECTURE.md, so the page *is* the check.

mod floors;
mod rules;

#[cfg(test)]
mod tests;

use std::path::Path;

use crate::source::{self, Lang};
use crate::{Faults, read};
use floors::Floors;

/// One Rust file as the rules see it: comments, strings and test code blanked.
struct File {
    /// From the repository's root, with `/`.
    shown: String,
    /// Module path inside its crate: `["licensing", "pools", "allocate"]`.
    module: Vec<String>,
    code: String,
}

/// Reads every Rust file of the product and reports each wall that is broken.
pub fn check(root: &Path) -> Result<Faults, String> {
    let floors = Floors::read(root)?;
    let mut faults = Faults::new();
    for file in product_files(root)? {
        rules::drivers(&file, &mut faults);
        rules::axum(&file, &mut faults);
        rules::edge(&file, &mut faults);
        if file.shown.starts_with("app/src/") {
            rules::imports(&file, &floors, &mut faults);
        }
    }
    Ok(faults)
}

/// Test files are left out: they look at the house from outside.
fn product_files(root: &Path) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    for folder in ["app/src", "crates", "bench"] {
        for path in source::files(&root.join(folder), &[".rs"])? {
            let shown = source::shown(root, &path);
            if is_test(&shown) {
                continue;
            }
            let masked = source::mask(&read(&path)?, Lang::Rust);
            files.push(File { module: module(&shown), code: source::without_tests(&masked), shown });
        }
    }
    Ok(files)
}

fn is_test(shown: &str) -> bool {
    shown.ends_with("/tests.rs") || shown.ends_with("_tests.rs") || shown.contains("/tests/")
}

fn module(shown: &str) -> Vec<String> {
    let inside = shown.split_once("src/").map_or(shown, |(_, inside)| inside);
    let inside = inside.trim_end_matches(".rs").trim_end_matches("/mod");
    inside.split('/').map(str::to_owned).collect()
}
