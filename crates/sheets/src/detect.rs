//! Which encoding a file is in, decided from the first stretch that is not plain ASCII.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// What a stretch of bytes was judged to be.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Text in this encoding.
    Text(&'static Encoding),
    /// UTF-8 with a broken byte at this position of the stretch.
    Broken(usize),
}

/// Judges bytes that hold at least one non-ASCII byte. `whole` says nothing follows them.
pub(crate) fn judge(bytes: &[u8], whole: bool) -> Verdict {
    let Err(error) = std::str::from_utf8(bytes) else {
        return Verdict::Text(UTF_8);
    };
    // A character cut in two by the end of the stretch is no fault.
    if error.error_len().is_none() && !whole {
        return Verdict::Text(UTF_8);
    }
    if mostly_utf8(bytes) {
        return Verdict::Broken(error.valid_up_to());
    }
    Verdict::Text(windows(bytes))
}

/// Text of another encoding almost never forms valid UTF-8 pairs, so a few of them beside a single
/// bad byte mean a damaged UTF-8 file. Guessing another encoding would spoil every umlaut silently.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= 2 && good >= bad * 2
}

/// The best single-byte guess. Short files tempt the detector to East Asian encodings, which our
/// importers' tools do not write; Western European is the better answer then.
fn windows(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    if guess.name().starts_with("windows-") { guess } else { WINDOWS_1252 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::WINDOWS_1251;

    #[test]
    fn tells_encodings_apart() {
        assert_eq!(judge("Jörg".as_bytes(), true), Verdict::Text(UTF_8));
        assert_eq!(judge(b"name\nM\xFCller\nJ\xF6rg \xC5str\xF6m\n", true), Verdict::Text(WINDOWS_1252));
        let (cyrillic, _, _) = WINDOWS_1251.encode("Имя и фамилия\nПётр Чайковский\nАнна Каренина\n");
        assert_eq!(judge(&cyrillic, true), Verdict::Text(WINDOWS_1251));
    }

    #[test]
    fn one_broken_byte_is_not_another_encoding() {
        let mut bytes = "Jörg\nMüller\nÅsa\nSören\n".as_bytes().to_vec();
        bytes.push(0xFF);
        assert_eq!(judge(&bytes, true), Verdict::Broken(bytes.len() - 1));
    }

    #[test]
    fn a_cut_character_is_no_fault() {
        let bytes = "Jörg Müller ä".as_bytes();
        assert_eq!(judge(&bytes[..bytes.len() - 1], false), Verdict::Text(UTF_8));
    }
}
