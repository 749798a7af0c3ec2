//! The console's scripts, styles, font and icons: built from the npm lock by `build.rs`, embedded here.
//!
//! Names carry a hash of the content, so every file may be cached for ever.

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// One embedded file.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// The file as it is.
    pub bytes: &'static [u8],
    /// The same file compressed with brotli, where that is smaller.
    pub brotli: Option<&'static [u8]>,
    /// Its media type.
    pub mime: &'static str,
}

/// The file at a URL path such as [`SCRIPT`].
pub fn find(path: &str) -> Option<Asset> {
    let at = FILES.binary_search_by(|(name, _)| (*name).cmp(path)).ok()?;
    Some(FILES[at].1)
}

/// The URL paths of all files.
pub fn paths() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(path, _)| *path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constant_is_embedded() {
        for path in [SCRIPT, STYLE, FONT, ICONS, FAVICON, NOTICES] {
            assert!(find(path).is_some(), "{path}");
        }
        assert!(find("/assets/none.js").is_none());
    }

    #[test]
    fn text_has_a_smaller_twin() {
        for path in [SCRIPT, STYLE, ICONS] {
            let file = find(path).map(|a| (a.bytes.len(), a.brotli.map_or(0, <[u8]>::len)));
            let (plain, small) = file.unwrap_or_default();
            assert!(small > 0 && small < plain, "{path}: {small} of {plain}");
        }
    }

    #[test]
    fn the_first_load_stays_small() {
        let cost = |path| find(path).and_then(|a| a.brotli).map_or(usize::MAX, <[u8]>::len);
        assert!(cost(SCRIPT) < 32_000, "script: {}", cost(SCRIPT));
        assert!(cost(STYLE) < 16_000, "style: {}", cost(STYLE));
    }
}
