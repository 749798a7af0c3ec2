//! Lists the pages of the guide for the console's help, in the order in which the guide's first page links them.

#![expect(clippy::disallowed_methods, reason = "cargo speaks to a build script through its environment")]

use std::{env, fs, path::Path, process::exit};

const GUIDE: &str = "../docs/guide";

fn main() {
    println!("cargo::rerun-if-changed={GUIDE}");
    if let Err(reason) = build() {
        println!("cargo::error={reason}");
        exit(1);
    }
}

fn build() -> Result<(), String> {
    let home = env::var("CARGO_MANIFEST_DIR").map_err(|e| e.to_string())?;
    let out = env::var("OUT_DIR").map_err(|e| e.to_string())?;
    let read = |name: &str| {
        let file = Path::new(&home).join(GUIDE).join(name);
        fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))
    };
    let first = read("README.md")?;
    let mut code = String::from("&[\n");
    for slug in linked(&first) {
        code.push_str(&format!("    ({slug:?}, {:?}),\n", read(&format!("{slug}.md"))?));
    }
    code.push_str("]\n");
    fs::write(Path::new(&out).join("guide.rs"), code).map_err(|e| format!("guide.rs: {e}"))
}

/// The pages beside the first one that it links, each once.
fn linked(first: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for rest in first.split("](").skip(1) {
        let slug = rest.split(".md").next().unwrap_or_default();
        let here = !slug.is_empty() && slug.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        if here && !found.contains(&slug) {
            found.push(slug);
        }
    }
    found
}
