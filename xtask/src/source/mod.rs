//! Source files as the guards see them: found, with comments and strings blanked, and (for Rust) without test code.

mod mask;
mod paths;
mod tests_out;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use mask::{Lang, mask};
pub use paths::crate_paths;
pub use tests_out::without_tests;

/// Every file below `dir` with one of these endings, sorted; a missing folder holds none.
pub fn files(dir: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    collect(dir, endings, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(dir: &Path, endings: &[&str], found: &mut Vec<PathBuf>) -> Result<(), String> {
    if !dir.is_dir() {
        return Ok(());
    }
    let entries = std::fs::read_dir(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| format!("{}: {error}", dir.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "node_modules" && name != "target" && !name.starts_with('.') {
                collect(&path, endings, found)?;
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
    Ok(())
}

/// `path` as written in messages and documents: from the root, with `/`.
pub fn shown(root: &Path, path: &Path) -> String {
    let short = path.strip_prefix(root).unwrap_or(path);
    short.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The line (from 1) on which the byte `at` lies.
pub fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// Where `word` first stands in `text` as a whole word; `word` may hold `::` or end with it.
pub fn find_word(text: &str, word: &str) -> Option<usize> {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let bytes = text.as_bytes();
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let after = bytes.get(at + word.len()).filter(|_| !word.ends_with(':'));
        !part(before) && !part(after)
    })
}

/// The end (exclusive) of the bracket that opens at `open`, in masked text.
pub fn closing(masked: &str, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in masked.bytes().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}
