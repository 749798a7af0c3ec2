//! Which column of a file belongs to which field of ours.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A field an import can fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// Our own name for it; also matches.
    pub key: &'a str,
    /// What people call it, in any language.
    pub aliases: &'a [&'a str],
}

/// For each field, the index of the header that names it. A header serves one field only, and only
/// whole names match: a wrong guess costs more than none ("manager e-mail" is not "e-mail").
pub fn guess(headers: &[String], fields: &[Field<'_>]) -> Vec<Option<usize>> {
    let mut free: Vec<Option<String>> = headers.iter().map(|header| Some(plain(header))).collect();
    fields
        .iter()
        .map(|field| {
            let names = std::iter::once(field.key).chain(field.aliases.iter().copied());
            let at = names
                .map(plain)
                .filter(|name| !name.is_empty())
                .find_map(|name| free.iter().position(|header| header.as_deref() == Some(name.as_str())))?;
            free[at] = None;
            Some(at)
        })
        .collect()
}

/// A name without case, marks, spaces and punctuation: `E-Mail Adresse` = `emailadresse`.
pub(crate) fn plain(name: &str) -> String {
    name.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).filter(|letter| letter.is_alphanumeric()).fold(
        String::new(),
        |mut plain, letter| {
            match letter {
                'ß' => plain.push_str("ss"),
                'ø' => plain.push('o'),
                'æ' => plain.push_str("ae"),
                'ł' => plain.push('l'),
                other => plain.push(other),
            }
            plain
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_columns_in_three_languages() {
        let fields = [
            Field { key: "email", aliases: &["e-mail", "e-mail-adresse", "e-postadress"] },
            Field { key: "first_name", aliases: &["given name", "Vorname", "Förnamn"] },
            Field { key: "last_name", aliases: &["surname", "Nachname", "Efternamn"] },
            Field { key: "department", aliases: &["Abteilung", "Avdelning"] },
        ];
        let of = |names: &[&str]| {
            let headers: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            guess(&headers, &fields)
        };
        assert_eq!(of(&["Last Name", "First-Name", "EMAIL"]), [Some(2), Some(1), Some(0), None]);
        assert_eq!(of(&["E-Mail Adresse", "Vorname", "Abteilung"]), [Some(0), Some(1), None, Some(2)]);
        assert_eq!(of(&["fornamn", "E-postadress", "EFTERNAMN"]), [Some(1), Some(0), Some(2), None]);
        assert_eq!(of(&["Manager e-mail"]), [None, None, None, None]);
    }

    #[test]
    fn one_header_serves_one_field() {
        let fields = [Field { key: "name", aliases: &[] }, Field { key: "display", aliases: &["name"] }];
        assert_eq!(guess(&["Name".to_owned()], &fields), [Some(0), None]);
    }
}
