//! Sabotage: packages that must be refused.

use serde_json::json;

use super::*;

fn committed() -> Policy {
    let text = read(&crate::root().join("deny.toml")).expect("deny.toml");
    Policy::parse(&text).expect("a policy")
}

fn faults(package: Value) -> Faults {
    judge(&json!({ "packages": [package] }), &committed())
}

#[test]
fn a_common_crate_passes() {
    let package = json!({ "name": "serde", "version": "1.0.0", "license": "MIT OR Apache-2.0", "source": "registry+x" });
    assert_eq!(faults(package), Faults::new());
}

#[test]
fn every_ban_of_the_house_is_refused() {
    for name in ["openssl", "openssl-sys", "native-tls", "aws-lc-rs", "aws-lc-sys", "cmake"] {
        let found = faults(json!({ "name": name, "version": "1.0.0", "license": "MIT" }));
        assert!(found.iter().any(|fault| fault.contains("banned")), "{name}");
    }
}

#[test]
fn a_git_dependency_is_refused() {
    let found = faults(json!({ "name": "x", "version": "1.0.0", "license": "MIT", "source": "git+https://example.org/x" }));
    assert_eq!(found.len(), 1);
}

#[test]
fn a_licence_off_the_list_or_missing_is_refused() {
    for licence in ["AGPL-3.0-only", "MIT AND GPL-3.0-only", "", "MIT OR", "(MIT"] {
        assert_eq!(faults(json!({ "name": "x", "version": "1.0.0", "license": licence })).len(), 1, "{licence}");
    }
    assert_eq!(faults(json!({ "name": "x", "version": "1.0.0", "license": null })).len(), 1);
}

#[test]
fn expressions_are_read_as_written() {
    for licence in ["GPL-2.0-only OR MIT", "MIT/Apache-2.0", "(MIT OR Apache-2.0) AND Unicode-3.0", "Apache-2.0 WITH LLVM-exception"] {
        assert_eq!(faults(json!({ "name": "x", "version": "1.0.0", "license": licence })), Faults::new(), "{licence}");
    }
}

#[test]
fn a_policy_without_bans_is_an_error() {
    assert!(Policy::parse("[licenses]\nallow = [\"MIT\"]").is_err());
    assert!(Policy::parse("nonsense").is_err());
}
