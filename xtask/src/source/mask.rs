//! Blanks comments and the insides of strings, so that a word in prose is never taken for code.
//! Positions and line numbers stay as they are.

/// The two languages the guards read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Rust.
    Rust,
    /// TypeScript.
    Ts,
}

/// `text` with comments and string contents turned into spaces; newlines and the quotes stay.
pub fn mask(text: &str, lang: Lang) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = skip(bytes, at, lang);
        match end {
            Some((from, to)) => {
                blank(&mut out, from, to);
                at = to.max(at + 1);
            }
            None => at += 1,
        }
    }
    // Only whole runs between ASCII delimiters were blanked, so what is left is still UTF-8.
    String::from_utf8_lossy(&out).into_owned()
}

fn blank(out: &mut [u8], from: usize, to: usize) {
    for byte in out.iter_mut().take(to).skip(from) {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// The stretch to blank when a comment or literal starts at `at`.
fn skip(bytes: &[u8], at: usize, lang: Lang) -> Option<(usize, usize)> {
    let rest = bytes.get(at..)?;
    if rest.starts_with(b"//") {
        return Some((at, find(bytes, at, b"\n").unwrap_or(bytes.len())));
    }
    if rest.starts_with(b"/*") {
        return Some((at, block_comment(bytes, at, lang)));
    }
    match (lang, rest.first()?) {
        (Lang::Rust, b'r') => raw_string(bytes, at),
        (_, b'"') => Some((at, quoted(bytes, at, b'"'))),
        (Lang::Rust, b'\'') => char_literal(bytes, at),
        (Lang::Ts, quote @ (b'\'' | b'`')) => Some((at, quoted(bytes, at, *quote))),
        (Lang::Ts, b'/') if regex_may_start(bytes, at) => Some((at, quoted(bytes, at, b'/'))),
        _ => None,
    }
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    bytes.get(from..)?.windows(what.len()).position(|window| window == what).map(|offset| from + offset)
}

/// Rust nests block comments, TypeScript does not.
fn block_comment(bytes: &[u8], at: usize, lang: Lang) -> usize {
    let mut depth = 0usize;
    let mut here = at;
    while here < bytes.len() {
        let rest = &bytes[here..];
        if rest.starts_with(b"/*") && (lang == Lang::Rust || depth == 0) {
            depth += 1;
            here += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            here += 2;
            if depth == 0 {
                return here;
            }
        } else {
            here += 1;
        }
    }
    bytes.len()
}

/// The end of a literal with backslash escapes, closing quote included.
fn quoted(bytes: &[u8], at: usize, quote: u8) -> usize {
    let mut here = at + 1;
    while let Some(byte) = bytes.get(here) {
        match byte {
            b'\\' => here += 2,
            b'\n' if quote == b'/' => return here,
            byte if *byte == quote => return here + 1,
            _ => here += 1,
        }
    }
    bytes.len()
}

fn raw_string(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let inside_word = at > 0 && word_byte(bytes[at - 1]) && bytes[at - 1] != b'b';
    let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
    if inside_word || bytes.get(at + 1 + hashes) != Some(&b'"') {
        return None;
    }
    let mut end = vec![b'"'];
    end.resize(hashes + 1, b'#');
    let body = at + 2 + hashes;
    Some((at, find(bytes, body, &end).map_or(bytes.len(), |close| close + end.len())))
}

/// A character, not a lifetime: `'x'`, `'\n'`, `'é'`.
fn char_literal(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    if bytes.get(at + 1) == Some(&b'\\') {
        return Some((at, quoted(bytes, at, b'\'')));
    }
    let close = bytes.iter().skip(at + 2).take(4).position(|byte| *byte == b'\'')?;
    let one_char = std::str::from_utf8(&bytes[at + 1..at + 2 + close]).is_ok_and(|text| text.chars().count() == 1);
    one_char.then_some((at, at + close + 3))
}

fn regex_may_start(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].iter().rev().find(|byte| **byte != b' ');
    before.is_none_or(|byte| b"(,=:[!&|?{};\n".contains(byte))
}

fn word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
