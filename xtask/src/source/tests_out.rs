//! Blanks what is compiled for tests only: items under `#[cfg(test)]` and functions under `#[test]`.

use super::closing;

const MARKS: [&str; 4] = ["#[cfg(test)]", "#[cfg(any(test", "#[test]", "#[tokio::test"];

/// Masked Rust text with test-only items blanked; lines stay as they are.
pub fn without_tests(masked: &str) -> String {
    let mut out = masked.as_bytes().to_vec();
    for mark in MARKS {
        for (at, _) in masked.match_indices(mark) {
            let end = item_end(masked, at);
            for byte in out.iter_mut().take(end).skip(at).filter(|byte| **byte != b'\n') {
                *byte = b' ';
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// An item ends at its first `;` outside brackets, or where its first `{` closes.
fn item_end(masked: &str, start: usize) -> usize {
    let bytes = masked.as_bytes();
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            b'(' | b'[' => at = closing(masked, at).unwrap_or(bytes.len()),
            b'{' => return closing(masked, at).unwrap_or(bytes.len()),
            b';' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
