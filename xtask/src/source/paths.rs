//! The paths a Rust file names inside its own crate: `crate::a::b`, groups unfolded, `super::` resolved.

use super::line_of;

/// One path from the root of the crate, such as `["licensing", "pools", "store"]`.
#[derive(Debug, PartialEq, Eq)]
pub struct CratePath {
    /// The names after `crate::`.
    pub names: Vec<String>,
    /// The line on which the path starts.
    pub line: usize,
}

/// All paths in masked text that lead into the crate's root; `module` is the file's own module path.
pub fn crate_paths(masked: &str, module: &[String]) -> Vec<CratePath> {
    let tokens = tokens(masked);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let starts = at == 0 || tokens[at - 1].1 != "::";
        match root_path(&tokens, at, module).filter(|_| starts) {
            Some((prefix, next)) => {
                let line = line_of(masked, tokens[at].0);
                let first = found.len();
                tree(&tokens, next, &prefix, &mut found);
                for path in found.iter_mut().skip(first) {
                    path.line = line;
                }
                at = next;
            }
            None => at += 1,
        }
    }
    found
}

type Token<'a> = (usize, &'a str);

fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let word = bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let size = match bytes[at] {
            _ if word > 0 => word,
            b':' if bytes.get(at + 1) == Some(&b':') => 2,
            _ => 1,
        };
        if let Some(token) = text.get(at..at + size).filter(|token| !token.trim().is_empty()) {
            out.push((at, token));
        }
        at += size;
    }
    out
}

/// Where a path begins: after `crate::`, or after as many `super::` as leave a prefix of the module path.
fn root_path(tokens: &[Token<'_>], at: usize, module: &[String]) -> Option<(Vec<String>, usize)> {
    let colons = |at: usize| tokens.get(at).is_some_and(|token| token.1 == "::");
    if tokens[at].1 == "crate" && colons(at + 1) {
        return Some((Vec::new(), at + 2));
    }
    let mut ups = 0;
    while tokens.get(at + 2 * ups).is_some_and(|token| token.1 == "super") && colons(at + 2 * ups + 1) {
        ups += 1;
    }
    let kept = module.len().checked_sub(ups)?;
    (ups > 0).then(|| (module[..kept].to_vec(), at + 2 * ups))
}

/// Reads one path tree (`a::b::{c, d::e}`) and returns the position after it.
fn tree(tokens: &[Token<'_>], start: usize, prefix: &[String], found: &mut Vec<CratePath>) -> usize {
    let mut names = prefix.to_vec();
    let mut at = start;
    while let Some((_, token)) = tokens.get(at) {
        if *token == "{" {
            return group(tokens, at + 1, &names, found);
        }
        if *token != "*" && !token.starts_with(|first: char| first.is_alphanumeric() || first == '_') {
            break;
        }
        names.push((*token).to_owned());
        at += 1;
        if tokens.get(at).is_none_or(|token| token.1 != "::") {
            break;
        }
        at += 1;
    }
    found.push(CratePath { names, line: 0 });
    at
}

fn group(tokens: &[Token<'_>], start: usize, prefix: &[String], found: &mut Vec<CratePath>) -> usize {
    let mut at = start;
    while let Some((_, token)) = tokens.get(at) {
        match *token {
            "}" => return at + 1,
            "," => at += 1,
            "as" => at += 2,
            _ => at = tree(tokens, at, prefix, found).max(at + 1),
        }
    }
    at
}
