//! Reproducible chance: the same seed throws the same numbers, and a scene that fails names its seed.

/// A die with a seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    /// A number from 0 to `n - 1`.
    pub fn below(&mut self, n: i64) -> i64 {
        let n = u64::try_from(n.max(1)).expect("positive");
        i64::try_from(self.next() % n).expect("small")
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.below(i64::try_from(of.len()).expect("few"))).expect("small")]
    }
}

/// How many random worlds to play: few in the check, `TENANTRY_HISTORIES` of them in a long proof.
#[expect(clippy::disallowed_methods, reason = "a long proof is asked for by the environment")]
pub fn rounds(few: u64) -> u64 {
    std::env::var("TENANTRY_HISTORIES").ok().and_then(|n| n.parse().ok()).unwrap_or(few)
}
