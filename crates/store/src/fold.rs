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

/// The key under which two names are one: case and width folded, inner white space collapsed, marks kept ("Bär" is not "Bar").
#[must_use]
pub fn alike(name: &str) -> String {
    let folded: String = name.nfkc().flat_map(char::to_lowercase).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The pattern that finds folded keys holding these words: for `LIKE $n ESCAPE '\\'`.
#[must_use]
pub fn like(words: &str) -> String {
    let mut pattern = String::from("%");
    for c in fold(words).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::{alike, fold, like};

    #[test]
    fn signs_of_a_pattern_stand_for_themselves() {
        assert_eq!(like(" Luleå 100%_\\ "), "%lulea 100\\%\\_\\\\%");
    }

    #[test]
    fn names_are_one_in_any_case_and_width() {
        assert_eq!(alike(" \u{ff21}cme  AB "), alike("ACME ab"));
        assert_ne!(alike("Bär"), alike("Bar"));
        // Alike names meet in the folded key as well, by which they are found.
        assert_eq!(fold("\u{ff21}cme AB"), fold("acme ab"));
    }

    #[test]
    fn marks_case_and_space_do_not_matter() {
        assert_eq!(fold("  Luleå   Transport AB "), "lulea transport ab");
        assert_eq!(fold("STRAẞE"), fold("Straße"));
        assert_eq!(fold("Ørsted"), "orsted");
    }
}
