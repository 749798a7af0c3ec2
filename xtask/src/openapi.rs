//! `xtask openapi`: the API document in the tree is what the binary prints.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{Faults, read};

const DOCUMENT: &str = "docs/openapi.json";
const BINARY: &str = "target/debug/tenantry";

/// Writes docs/openapi.json.
pub fn write(root: &Path) -> Result<Faults, String> {
    let text = pretty(&printed(root)?)?;
    std::fs::write(root.join(DOCUMENT), text).map_err(|error| format!("{DOCUMENT}: {error}"))?;
    Ok(Faults::new())
}

/// Compares docs/openapi.json with what the binary prints.
pub fn check(root: &Path) -> Result<Faults, String> {
    Ok(stale(&read(&root.join(DOCUMENT))?, &pretty(&printed(root)?)?))
}

fn stale(committed: &str, fresh: &str) -> Faults {
    if committed == fresh {
        return Faults::new();
    }
    vec![format!("{DOCUMENT} is stale: run `cargo run -p xtask -- openapi`")]
}

fn printed(root: &Path) -> Result<Vec<u8>, String> {
    let answer = Command::new(root.join(BINARY))
        .arg("openapi")
        .current_dir(root)
        .output()
        .map_err(|error| format!("{BINARY}: {error}; build it first with `cargo build`"))?;
    if !answer.status.success() {
        return Err(format!("{BINARY} openapi: {}", String::from_utf8_lossy(&answer.stderr).trim()));
    }
    Ok(answer.stdout)
}

/// One form whatever the binary's own layout, so that a diff shows changes and nothing else.
fn pretty(json: &[u8]) -> Result<String, String> {
    let value: Value = serde_json::from_slice(json).map_err(|error| format!("{BINARY} openapi: {error}"))?;
    let mut text = serde_json::to_string_pretty(&value).map_err(|error| error.to_string())?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_document_is_stale() {
        let fresh = pretty(br#"{"openapi":"3.1.0","paths":{}}"#).expect("JSON");
        assert_eq!(stale(&fresh, &fresh), Faults::new());
        assert_eq!(stale("{}\n", &fresh).len(), 1);
    }

    #[test]
    fn a_missing_binary_or_document_is_an_error() {
        let house = tempfile::tempdir().expect("a folder");
        assert!(check(house.path()).is_err());
        assert!(write(house.path()).is_err());
        assert!(pretty(b"no json").is_err());
    }
}
