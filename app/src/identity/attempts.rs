//! Counted attempts: how often somebody tried, per identity and per address, in a window of a minute. A bucket is a hash,
//! so the table names nobody. A good attempt is taken back: only wrong ones use the minute up.

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, House, Never, Node};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Control, Timestamp};

use super::store as rows;
use crate::{console, noun::PLATFORM};

/// The hash of a thing that is counted.
#[must_use]
pub fn bucket(kind: &str, what: &str) -> [u8; 32] {
    Sha256::new().chain_update(b"attempt|").chain_update(kind).chain_update(b"|").chain_update(what.to_lowercase()).finalize().into()
}

/// The buckets of a try: whom it is about, and where it comes from (if known).
#[must_use]
pub fn buckets(kind: &str, identity: &str, address: &str) -> Vec<[u8; 32]> {
    let mut all = vec![bucket(&format!("{kind} identity"), identity.trim())];
    all.extend(source(kind, address));
    all
}

/// The bucket of where a try comes from; none where that is not known. Of IPv6 a network counts, as for tokens.
#[must_use]
pub fn source(kind: &str, address: &str) -> Vec<[u8; 32]> {
    let known = (!address.is_empty()).then(|| bucket(&format!("{kind} address"), &console::network(address)));
    known.into_iter().collect()
}

/// What a count came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Counted {
    /// Go on.
    Within,
    /// Too many; try again in so many seconds.
    Over(u32),
}

/// Counts one attempt in every bucket.
#[derive(Debug, Serialize)]
struct CountAttempt {
    buckets: Vec<[u8; 32]>,
    most: i64,
}

impl Command for CountAttempt {
    const NAME: &'static str = "identity.count_attempt";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = Counted;
    type Refusal = Never;

    fn node(&self) -> Node {
        Node::known(PLATFORM)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Counted, Fail<Never>> {
        let mut worst = Counted::Within;
        for bucket in &self.buckets {
            let (attempts, since) = rows::count_attempt(cx.tx, *bucket, cx.now)?;
            if attempts > self.most {
                worst = Counted::Over(seconds_left(since, cx.now));
            }
        }
        Ok(worst)
    }
}

fn seconds_left(since: Timestamp, now: Timestamp) -> u32 {
    u32::try_from((since.plus_seconds(60).0 - now.0).div_euclid(Timestamp::SECOND) + 1).unwrap_or(60).clamp(1, 60)
}

#[derive(Debug, Serialize)]
struct Forgive {
    buckets: Vec<[u8; 32]>,
}

impl Command for Forgive {
    const NAME: &'static str = "identity.forgive_attempt";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        Node::known(PLATFORM)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        for bucket in &self.buckets {
            rows::forgive_attempt(cx.tx, *bucket)?;
        }
        Ok(())
    }
}

/// Counts an attempt before it is judged, so that parallel guesses cannot pass together.
///
/// # Errors
/// The store's.
pub async fn count(house: &House, buckets: Vec<[u8; 32]>, most: u32) -> store::Result<Counted> {
    match house.execute(Call::operator(), CountAttempt { buckets, most: i64::from(most) }).await {
        Ok(answer) => Ok(answer.value),
        Err(Fail::Store(error)) => Err(error),
        // Before the installation is set up there is no platform, and nobody to guess.
        Err(_) => Ok(Counted::Within),
    }
}

/// Takes a good attempt back. Failing to is harmless.
pub async fn forgive(house: &House, buckets: Vec<[u8; 32]>) {
    let _ = house.execute(Call::operator(), Forgive { buckets }).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_names_nobody_and_letters_do_not_matter() {
        let of = |identity: &str| buckets("sign-in", identity, "192.0.2.1");
        assert_eq!(of("Ann@example.se "), of("ann@EXAMPLE.se"));
        assert_ne!(of("ann@example.se")[0], of("bob@example.se")[0]);
        assert_eq!(buckets("sign-in", "x", "").len(), 1, "an unknown address is not one everybody shares");
        let from = |address: &str| source("sign-in", address);
        assert_eq!(from("2001:db8:1:2:3::4"), from("2001:db8:1:2::9"), "one sender has all of a network");
        assert!(from("2001:db8:1:3::4") != from("2001:db8:1:2::9") && from("192.0.2.1") != from("192.0.2.2"));
    }

    #[test]
    fn a_window_ends_within_a_minute() {
        let at = |s: i64| Timestamp(s * Timestamp::SECOND);
        assert_eq!(seconds_left(at(100), at(100)), 60);
        assert_eq!(seconds_left(at(100), at(159)), 2);
        assert_eq!(seconds_left(at(100), at(400)), 60, "never nonsense");
    }
}
