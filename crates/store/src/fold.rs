use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The key by which names sort and are searched: decomposed, marks stripped, folded to lower case, inner white space
/// collapsed. Made in Rust, so that both engines agree ("Luleå" and "lulea" meet).
#[must_use]
pub fn fold(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.nfkd().filter(|c| !is_combining_mark(*c)) {
        if c.is_whitespace() {
            gap = !key.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            key.push(' ');
        }
        match c {
            'ø' | 'Ø' => key.push('o'),
            'ł' | 'Ł' => key.push('l'),
            'đ' | 'Đ' => key.push('d'),
            'æ' | 'Æ' => key.push_str("ae"),
            'œ' | 'Œ' => key.push_str("oe"),
            'ß' | 'ẞ' => key.push_str("ss"),
            _ => key.extend(c.to_lowercase()),
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn marks_case_and_space_do_not_matter() {
        assert_eq!(fold("  Luleå   Transport AB "), "lulea transport ab");
        assert_eq!(fold("STRAẞE"), fold("Straße"));
        assert_eq!(fold("Ørsted"), "orsted");
    }
}
