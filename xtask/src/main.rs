//! The guards of the house: `cargo run -p xtask -- arch | features | deps | openapi`.
//!
//! Each guard reads the tree and prints one line per fault; a fault ends the program with status 1.
//! Every guard has sabotage cases in its tests: a small broken tree that must be refused.

mod arch;
mod deps;
mod features;
mod openapi;
mod source;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a guard finds: one sentence per fault, empty when the house is in order.
type Faults = Vec<String>;

const USAGE: &str = "usage: xtask arch | features [--check] | deps | openapi [--check]";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&root(), &words) {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            for fault in &faults {
                eprintln!("{fault}");
            }
            eprintln!("{} fault(s)", faults.len());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(root: &Path, words: &[&str]) -> Result<Faults, String> {
    match words {
        ["arch"] => arch::check(root),
        ["features"] => features::write(root),
        ["features", "--check"] => features::check(root),
        ["deps"] => deps::check(root),
        ["openapi"] => openapi::write(root),
        ["openapi", "--check"] => openapi::check(root),
        _ => Err(USAGE.to_owned()),
    }
}

/// The repository: the folder above this crate.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Reads a text file, naming it when that fails.
fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
