//! One colour becomes a readable brand. Wherever the console uses it, in light and in dark, words must have the contrast people
//! need; a colour that does not give it is moved to the nearest one that does, as people see nearness.

mod colour;

use colour::{Lab, Rgb, contrast, hex, luminance, parse};

/// Contrast that ordinary text needs (WCAG 2.2, 1.4.3).
pub const READABLE: f64 = 4.5;

/// The console's own colour: what is used where nothing else is nearer.
const OURS: Rgb = [0x1d, 0x4f, 0xd8];

/// Grounds of the dark theme on which words in the colour stand (`assets/src/css/tokens.css`): canvas, surface, raised.
const DARK: [Rgb; 3] = [[0x0d, 0x11, 0x17], [0x15, 0x1b, 0x23], [0x1c, 0x24, 0x2e]];
/// The ground the dark theme's soft colour is mixed with.
const SUNKEN: Rgb = [0x10, 0x16, 0x1e];
/// Grounds of the light theme: surface, canvas.
const LIGHT: [Rgb; 2] = [[0xff; 3], [0xf6, 0xf7, 0xf9]];

/// The least contrast of words wherever a colour is used, by theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// In the light theme: white words on it; it as words on the page, on itself softened.
    pub light: f64,
    /// In the dark theme, likewise.
    pub dark: f64,
}

impl Contrast {
    /// Of `#rrggbb`; none when it is no colour.
    #[must_use]
    pub fn of(hex: &str) -> Option<Contrast> {
        parse(hex).map(worst)
    }

    /// True when words can be read everywhere.
    #[must_use]
    pub fn is_readable(self) -> bool {
        self.light >= READABLE && self.dark >= READABLE
    }
}

/// The mixtures are those of `tokens.css`.
fn worst(rgb: Rgb) -> Contrast {
    let (brand, white, black) = (Lab::of(rgb), Lab::of([255; 3]), Lab::of([0; 3]));
    let least = |words: f64, grounds: &[f64]| grounds.iter().map(|g| contrast(words, *g)).fold(f64::MAX, f64::min);
    let solid = contrast(1.0, luminance(rgb));
    let ink = brand.mixed(black, 0.08).luminance();
    let soft = white.mixed(brand, 0.09).luminance();
    let light = least(ink, &[luminance(LIGHT[0]), luminance(LIGHT[1]), soft]);
    let ink = brand.mixed(white, 0.52).luminance();
    let soft = Lab::of(SUNKEN).mixed(brand, 0.24).luminance();
    let dark = least(ink, &[luminance(DARK[0]), luminance(DARK[1]), luminance(DARK[2]), soft]);
    Contrast { light: light.min(solid), dark: dark.min(solid) }
}

/// The nearest colour that can be read everywhere; a colour that can is its own nearest.
fn nearest(wanted: Rgb) -> Rgb {
    if worst(wanted).is_readable() {
        return wanted;
    }
    let target = Lab::of(wanted);
    let mut best = Best { target, rgb: OURS, distance: target.distance(Lab::of(OURS)) };
    // First lighter and darker, paler and not: the same hue. Then all round, and the neighbours of what was found.
    for step in 0..=100_u8 {
        for share in 0..=20_u8 {
            let (l, c) = (f64::from(step) / 100.0, f64::from(share) / 20.0);
            best.try_out(Lab { l, a: target.a * c, b: target.b * c }.rgb());
        }
    }
    // A colour that is nearly none has no hue to keep: anything may be nearer.
    for r in (0..=255_u8).step_by(15) {
        for g in (0..=255_u8).step_by(15) {
            for b in (0..=255_u8).step_by(15) {
                best.try_out(Some([r, g, b]));
            }
        }
    }
    while best.look_round() {}
    best.rgb
}

struct Best {
    target: Lab,
    rgb: Rgb,
    distance: f64,
}

impl Best {
    fn try_out(&mut self, rgb: Option<Rgb>) -> bool {
        let Some(rgb) = rgb else { return false };
        let distance = self.target.distance(Lab::of(rgb));
        let better = distance + 1e-9 < self.distance && worst(rgb).is_readable();
        if better {
            (self.rgb, self.distance) = (rgb, distance);
        }
        better
    }

    /// Tries colours near and less near, each channel by a way of its own: the next better one may lie behind worse ones.
    fn look_round(&mut self) -> bool {
        const WAYS: [i16; 13] = [-32, -16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16, 32];
        let from = self.rgb;
        let mut better = false;
        for r in WAYS {
            for g in WAYS {
                for b in WAYS {
                    better |= self.try_out(moved(from, [r, g, b]));
                }
            }
        }
        better
    }
}

fn moved(from: Rgb, by: [i16; 3]) -> Option<Rgb> {
    let channel = |at: usize| u8::try_from(i16::from(from[at]) + by[at]).ok();
    Some([channel(0)?, channel(1)?, channel(2)?])
}

/// What is made of the colour somebody chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ramp {
    /// The colour used, `#rrggbb`.
    pub used: String,
    /// The text on it.
    pub on: &'static str,
    /// True when the colour had to be moved; the owner is shown both.
    pub moved: bool,
}

impl Ramp {
    /// Derives the ramp from `#rrggbb` (or `rrggbb`); `None` when it is not a colour.
    #[must_use]
    pub fn of(hex: &str) -> Option<Ramp> {
        let wanted = parse(hex)?;
        let rgb = nearest(wanted);
        Some(Ramp { used: self::hex(rgb), on: "#ffffff", moved: rgb != wanted })
    }

    /// The sheet served as `/brand/<hash>.css`.
    #[must_use]
    pub fn css(&self) -> String {
        self.sheet(":root")
    }

    /// The sheet of a preview: the brand of what stands inside one, and of nothing else on the page.
    #[must_use]
    pub fn preview_css(&self) -> String {
        self.sheet(".brand-preview")
    }

    fn sheet(&self, selector: &str) -> String {
        format!("{selector}{{--brand:{};--on-brand:{}}}\n", self.used, self.on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(step: usize) -> impl Iterator<Item = Rgb> {
        let channel = move || (0..=255_u8).step_by(step);
        channel().flat_map(move |r| channel().flat_map(move |g| channel().map(move |b| [r, g, b])))
    }

    #[test]
    fn a_readable_colour_stays() {
        let ramp = Ramp::of("#1d4fd8").unwrap();
        assert_eq!((ramp.used.as_str(), ramp.moved), ("#1d4fd8", false));
        assert!(worst(OURS).is_readable(), "{:?}", worst(OURS));
    }

    #[test]
    fn every_repaired_colour_is_readable_and_a_readable_one_is_its_own_repair() {
        for rgb in grid(25) {
            let repaired = nearest(rgb);
            assert!(worst(repaired).is_readable(), "{rgb:?} -> {repaired:?}: {:?}", worst(repaired));
            assert_eq!(repaired == rgb, worst(rgb).is_readable(), "{rgb:?}");
            assert_eq!(nearest(repaired), repaired);
        }
        for hex in ["#ffffff", "#ffd000", "00ff88", "#7fb2ff", "#000000"] {
            let ramp = Ramp::of(hex).unwrap();
            assert!(ramp.moved && Contrast::of(&ramp.used).unwrap().is_readable(), "{hex} -> {}", ramp.used);
        }
        assert!(Ramp::of("red").is_none() && Ramp::of("#12345é").is_none());
    }

    #[test]
    fn no_colour_that_can_be_read_is_nearer() {
        for wanted in [[255, 208, 0], [127, 178, 255], [0, 0, 0], [255, 255, 255], [0, 255, 136], [255, 0, 120], [255, 255, 204]] {
            let (target, found) = (Lab::of(wanted), nearest(wanted));
            let ours = target.distance(Lab::of(found));
            let better = grid(5).filter(|rgb| target.distance(Lab::of(*rgb)) < ours - 0.004).find(|rgb| worst(*rgb).is_readable());
            assert_eq!(better, None, "{wanted:?} -> {found:?}");
        }
    }

    #[test]
    fn the_mixtures_are_those_of_the_tokens() {
        let tokens = include_str!("../../../assets/src/css/tokens.css");
        for line in [
            "--brand-ink: light-dark(color-mix(in oklab, var(--brand), #000 8%), color-mix(in oklab, var(--brand), #fff 52%));",
            "--brand-soft: light-dark(color-mix(in oklab, var(--brand) 9%, #fff), color-mix(in oklab, var(--brand) 24%, #10161e));",
            "--brand-hover: color-mix(in oklab, var(--brand), #000 12%);",
            "--canvas: light-dark(#f6f7f9, #0d1117);",
            "--surface: light-dark(#ffffff, #151b23);",
            "--raised: light-dark(#ffffff, #1c242e);",
        ] {
            assert!(tokens.contains(line), "tokens.css no longer says {line}: change what is judged here with it");
        }
    }
}
