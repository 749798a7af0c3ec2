//! The basic encoding rules (X.690), as far as LDAP uses them (RFC 4511, 5.1): definite lengths, one-byte tags.
//!
//! Nothing here follows a message into its depth, so nobody can make it deep enough to end this program: a reader takes
//! one level apart, and its caller knows which levels there are.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// A value under a tag.
pub(super) fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 6);
    out.push(tag);
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let length = content.len().to_be_bytes();
            let first = length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1);
            out.push(0x80 | u8::try_from(length.len() - first).unwrap_or(0));
            out.extend_from_slice(&length[first..]);
        }
    }
    out.extend_from_slice(content);
    out
}

pub(super) fn octets(content: &[u8]) -> Vec<u8> {
    wrap(OCTETS, content)
}

pub(super) fn boolean(value: bool) -> Vec<u8> {
    wrap(0x01, &[if value { 0xff } else { 0 }])
}

/// A number that is not negative.
pub(super) fn number(tag: u8, value: u32) -> Vec<u8> {
    // A leading zero keeps the sign bit free.
    let bytes = u64::from(value).to_be_bytes();
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(7);
    let first = if bytes[first] & 0x80 != 0 { first - 1 } else { first };
    wrap(tag, &bytes[first..])
}

/// Takes values off the front.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values<'a>(pub(super) &'a [u8]);

impl<'a> Values<'a> {
    /// The next value, whatever its tag; none where nothing whole is left.
    pub(super) fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, length, head) = header(self.0)?;
        let end = head.checked_add(length)?;
        let content = self.0.get(head..end)?;
        self.0 = &self.0[end..];
        Some((tag, content))
    }

    /// The next value, which must have this tag.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.any().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }

    /// The next value, as a number that is not negative.
    pub(super) fn number(&mut self, tag: u8) -> Option<u32> {
        let bytes = self.take(tag)?;
        if bytes.is_empty() || bytes.len() > 5 || bytes[0] & 0x80 != 0 {
            return None;
        }
        u32::try_from(bytes.iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte))).ok()
    }
}

/// Tag, length of the content and length of the header, where the whole header is there. An odd header is `Some` with a
/// length nobody can mean, so that who waits for more bytes does not wait for ever.
pub(super) fn header(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (tag, first) = (*bytes.first()?, *bytes.get(1)?);
    if first < 0x80 {
        return Some((tag, usize::from(first), 2));
    }
    let count = usize::from(first & 0x7f);
    if count == 0 || count > 8 {
        return Some((tag, usize::MAX, 2));
    }
    let length = bytes.get(2..2 + count)?.iter().fold(0u64, |length, byte| length << 8 | u64::from(*byte));
    Some((tag, usize::try_from(length).unwrap_or(usize::MAX), 2 + count))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_keep_their_sign_bit_free() {
        assert_eq!(number(INTEGER, 0), [2, 1, 0]);
        assert_eq!(number(INTEGER, 127), [2, 1, 127]);
        assert_eq!(number(INTEGER, 128), [2, 2, 0, 128]);
        assert_eq!(number(INTEGER, u32::MAX), [2, 5, 0, 255, 255, 255, 255]);
    }

    #[test]
    fn an_endless_length_is_not_waited_for() {
        assert_eq!(header(&[0x30, 0x80]), Some((0x30, usize::MAX, 2)));
        assert_eq!(header(&[0x30, 0x84, 1]), None);
        assert!(Values(&[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255]).any().is_none());
    }

    proptest! {
        #[test]
        fn what_is_wrapped_comes_out(content in prop::collection::vec(any::<u8>(), 0..70_000), value: u32) {
            let bytes = [wrap(OCTETS, &content), number(ENUMERATED, value)].concat();
            let mut values = Values(&bytes);
            prop_assert_eq!(values.take(OCTETS), Some(&content[..]));
            prop_assert_eq!(values.number(ENUMERATED), Some(value));
            prop_assert!(values.any().is_none());
        }

        #[test]
        fn junk_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut values = Values(&bytes);
            while values.any().is_some() {}
            let _ = Values(&bytes).number(INTEGER);
        }
    }
}
