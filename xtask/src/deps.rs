//! `xtask deps`: what may be linked into the binary. The lists stand in deny.toml, so `cargo deny` reads the same ones.

mod spdx;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{Faults, read};

/// The part of deny.toml that this guard enforces.
struct Policy {
    banned: Vec<String>,
    licences: Vec<String>,
}

/// Asks cargo for every package in the build and holds each against the policy.
pub fn check(root: &Path) -> Result<Faults, String> {
    let policy = Policy::parse(&read(&root.join("deny.toml"))?)?;
    let answer = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    if !answer.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&answer.stderr).trim()));
    }
    let metadata = serde_json::from_slice(&answer.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
    Ok(judge(&metadata, &policy))
}

impl Policy {
    fn parse(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|error| format!("deny.toml: {error}"))?;
        let list = |section: &str, key: &str| {
            table.get(section).and_then(|section| section.get(key)).and_then(toml::Value::as_array).cloned().unwrap_or_default()
        };
        let text = |value: &toml::Value| value.as_str().map(str::to_owned);
        let banned: Vec<String> = list("bans", "deny").iter().filter_map(|ban| ban.get("name").and_then(text)).collect();
        let licences: Vec<String> = list("licenses", "allow").iter().filter_map(text).collect();
        if banned.is_empty() || licences.is_empty() {
            return Err("deny.toml lists no bans or no licences".to_owned());
        }
        Ok(Self { banned, licences })
    }
}

fn judge(metadata: &Value, policy: &Policy) -> Faults {
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    packages.iter().flat_map(|package| judge_package(package, policy)).collect()
}

fn judge_package(package: &Value, policy: &Policy) -> Faults {
    let text = |key: &str| package[key].as_str().unwrap_or_default();
    let name = format!("{} {}", text("name"), text("version"));
    let mut faults = Faults::new();
    if policy.banned.iter().any(|banned| banned == text("name")) {
        faults.push(format!("{name} is banned (deny.toml)"));
    }
    if text("source").starts_with("git+") {
        faults.push(format!("{name} comes from git; only published crates may be built in"));
    }
    if !spdx::allowed(text("license"), &policy.licences) {
        faults.push(format!("{name}: the licence `{}` is not on the list in deny.toml", text("license")));
    }
    faults
}
