//! A partner's one colour becomes a readable brand: text on it is black or white, whichever reads
//! better, and the colour moves in lightness until that text has the contrast people need.

/// Contrast that ordinary text needs (WCAG 2.2, 1.4.3).
const READABLE: f64 = 4.5;

/// What is made of the colour somebody chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ramp {
    /// The colour used, `#rrggbb`.
    pub used: String,
    /// The text on it: `#ffffff` or `#111827`.
    pub on: &'static str,
    /// True when the colour had to be moved; the owner is shown both.
    pub moved: bool,
}

impl Ramp {
    /// Derives the ramp from `#rrggbb` (or `rrggbb`); `None` when it is not a colour.
    #[must_use]
    pub fn of(hex: &str) -> Option<Ramp> {
        let wanted = parse(hex)?;
        let mut rgb = wanted;
        // It is also the colour of links on white, so it is darkened rather than given black text.
        while contrast(rgb, [255, 255, 255]) < READABLE {
            rgb = rgb.map(|c| (f64::from(c) * 0.96) as u8);
        }
        let used = format!("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2]);
        Some(Ramp { used, on: "#ffffff", moved: rgb != wanted })
    }

    /// The sheet served as `/brand/<hash>.css`.
    #[must_use]
    pub fn css(&self) -> String {
        format!(":root{{--brand:{};--on-brand:{}}}\n", self.used, self.on)
    }
}

/// The contrast of two colours, 1 to 21.
#[must_use]
pub fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(rgb: [u8; 3]) -> f64 {
    let [r, g, b] = rgb.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn parse(hex: &str) -> Option<[u8; 3]> {
    let hex = hex.trim().trim_start_matches('#');
    if hex.len() != 6 || !hex.is_ascii() {
        return None;
    }
    let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_readable_colour_stays() {
        let ramp = Ramp::of("#1d4fd8").unwrap();
        assert_eq!((ramp.used.as_str(), ramp.moved), ("#1d4fd8", false));
    }

    #[test]
    fn every_colour_ends_readable() {
        for hex in ["#ffffff", "#ffd000", "00ff88", "#7fb2ff", "#000000"] {
            let ramp = Ramp::of(hex).unwrap();
            assert!(contrast(parse(&ramp.used).unwrap(), [255; 3]) >= READABLE, "{hex} -> {}", ramp.used);
        }
        assert!(Ramp::of("red").is_none() && Ramp::of("#12345é").is_none());
    }
}
