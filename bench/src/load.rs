//! Callers at work at the same time for a while, and how long each call took.

use std::time::{Duration, Instant};

/// Somebody who does the same thing again and again.
pub trait Caller: Send + 'static {
    /// Does it once.
    fn once(&mut self) -> impl Future<Output = Result<(), String>> + Send;
}

/// What a load came to.
#[derive(Debug, Default)]
pub struct Load {
    /// Calls that succeeded, a second.
    pub rate: f64,
    /// Calls that succeeded.
    pub done: usize,
    /// Calls that did not.
    pub failed: usize,
    /// What the first of them said.
    pub complaint: Option<String>,
    micros: Vec<u32>,
}

impl Load {
    /// The time within which this share of the calls was answered, in microseconds.
    pub fn within(&self, share: f64) -> u32 {
        let last = self.micros.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a sorted list"
        )]
        let at = (last as f64 * share).round() as usize;
        self.micros.get(at).copied().unwrap_or(0)
    }

    /// The middle one.
    pub fn p50(&self) -> u32 {
        self.within(0.5)
    }

    /// All but one in a hundred.
    pub fn p99(&self) -> u32 {
        self.within(0.99)
    }

    /// Failures in words; nothing when there were none.
    pub fn trouble(&self) -> String {
        match &self.complaint {
            Some(first) => format!("{} failed: {first}", self.failed),
            None => String::new(),
        }
    }
}

#[derive(Default)]
struct Shift {
    micros: Vec<u32>,
    failed: usize,
    complaint: Option<String>,
}

/// Lets all callers work for `span` and gives them back with what they did.
pub async fn run<C: Caller>(callers: Vec<C>, span: Duration) -> (Load, Vec<C>) {
    let began = Instant::now();
    let until = began + span;
    let tasks: Vec<_> = callers.into_iter().map(|caller| tokio::spawn(work(caller, until))).collect();
    let mut load = Load::default();
    let mut back = Vec::new();
    for task in tasks {
        let Ok((caller, shift)) = task.await else {
            load.failed += 1;
            load.complaint.get_or_insert_with(|| "a caller panicked".into());
            continue;
        };
        back.push(caller);
        load.micros.extend(shift.micros);
        load.failed += shift.failed;
        load.complaint = load.complaint.or(shift.complaint);
    }
    load.micros.sort_unstable();
    load.done = load.micros.len();
    #[expect(clippy::cast_precision_loss, reason = "a count of calls")]
    let done = load.done as f64;
    load.rate = done / began.elapsed().as_secs_f64();
    (load, back)
}

async fn work<C: Caller>(mut caller: C, until: Instant) -> (C, Shift) {
    let mut shift = Shift::default();
    loop {
        let began = Instant::now();
        if began >= until {
            return (caller, shift);
        }
        match caller.once().await {
            Ok(()) => shift.micros.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX)),
            Err(why) => {
                shift.failed += 1;
                shift.complaint.get_or_insert(why);
                // A server that refuses at once must not be asked in a busy loop.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }
}

/// Small, fast and good enough to spread load (xorshift).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Seeded by a number.
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() >> 16).unwrap_or(0) % n.max(1)
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}
