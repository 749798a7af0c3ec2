//! Colours as people see them: OKLab, where equal distances look equally different.

/// A colour in OKLab: lightness, green to red, blue to yellow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lab {
    pub(super) l: f64,
    pub(super) a: f64,
    pub(super) b: f64,
}

/// A colour of a screen.
pub(super) type Rgb = [u8; 3];

/// Reads `#rrggbb` (or `rrggbb`).
pub(super) fn parse(hex: &str) -> Option<Rgb> {
    let hex = hex.trim().trim_start_matches('#');
    if hex.len() != 6 || !hex.is_ascii() {
        return None;
    }
    let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// Writes `#rrggbb`.
pub(super) fn hex(rgb: Rgb) -> String {
    format!("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2])
}

fn linear(channel: u8) -> f64 {
    let c = f64::from(channel) / 255.0;
    if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

fn encoded(c: f64) -> f64 {
    if c <= 0.003_130_8 { 12.92 * c } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 }
}

fn weighed([r, g, b]: [f64; 3]) -> f64 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// How much light a colour gives, 0 to 1 (WCAG relative luminance).
pub(super) fn luminance(rgb: Rgb) -> f64 {
    weighed(rgb.map(linear))
}

/// The contrast of two luminances, 1 to 21.
pub(super) fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

impl Lab {
    /// A screen's colour as people see it.
    pub(super) fn of(rgb: Rgb) -> Lab {
        let [r, g, b] = rgb.map(linear);
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        Lab {
            l: 0.210_454_255_3 * l + 0.793_617_785 * m - 0.004_072_046_8 * s,
            a: 1.977_998_495_1 * l - 2.428_592_205 * m + 0.450_593_709_9 * s,
            b: 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766 * s,
        }
    }

    fn linear(self) -> [f64; 3] {
        let l = (self.l + 0.396_337_777_4 * self.a + 0.215_803_757_3 * self.b).powi(3);
        let m = (self.l - 0.105_561_345_8 * self.a - 0.063_854_172_8 * self.b).powi(3);
        let s = (self.l - 0.089_484_177_5 * self.a - 1.291_485_548 * self.b).powi(3);
        [
            4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
            -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
            -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s,
        ]
    }

    /// The nearest colour of a screen, channel by channel; none when the screen has no such colour.
    pub(super) fn rgb(self) -> Option<Rgb> {
        let channels = self.linear();
        let shown = channels.iter().all(|c| (-0.001..=1.001).contains(c));
        shown.then(|| channels.map(|c| (encoded(c.clamp(0.0, 1.0)) * 255.0).round() as u8))
    }

    /// How much light a screen gives that shows it as well as it can.
    pub(super) fn luminance(self) -> f64 {
        weighed(self.linear().map(|c| c.clamp(0.0, 1.0)))
    }

    /// So much of another colour mixed in, as `color-mix(in oklab, …)` does.
    pub(super) fn mixed(self, other: Lab, share: f64) -> Lab {
        let between = |a: f64, b: f64| a + (b - a) * share;
        Lab { l: between(self.l, other.l), a: between(self.a, other.a), b: between(self.b, other.b) }
    }

    /// How different two colours look.
    pub(super) fn distance(self, other: Lab) -> f64 {
        let (l, a, b) = (self.l - other.l, self.a - other.a, self.b - other.b);
        (l * l + a * a + b * b).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_is_the_same_colour() {
        for rgb in [[0, 0, 0], [255, 255, 255], [29, 79, 216], [255, 0, 0], [1, 254, 128]] {
            assert_eq!(Lab::of(rgb).rgb(), Some(rgb));
        }
        let white = Lab::of([255; 3]);
        assert!((white.l - 1.0).abs() < 1e-4 && white.a.abs() < 1e-4 && white.b.abs() < 1e-4);
    }

    #[test]
    fn contrast_is_what_the_guideline_says() {
        assert!((contrast(luminance([0; 3]), luminance([255; 3])) - 21.0).abs() < 1e-9);
        assert!((contrast(luminance([0x76; 3]), luminance([255; 3])) - 4.54).abs() < 0.01);
    }
}
