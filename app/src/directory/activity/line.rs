//! The straight line through what is known of one member.
//!
//! A change is an instant from which on the member is active, or is not. Of two words of one instant the one that says *inactive*
//! counts (of two that count from now because they run ahead, the later); what a person, a directory or a rule decided at that very instant counts before any word. Where words come after
//! others have decided, the line through the words alone differs from the times that stand: what differs is what others decided,
//! and is learned as a change of its own, so that no later word loses it.

use std::collections::{BTreeMap, HashSet};

use store::Timestamp;

use crate::licensing::policy::Times;

/// What a stretch says began or ended it, where a word did.
pub const WORD: &str = "activity";

/// A stretch of time in which a member was active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Since when.
    pub since: Timestamp,
    /// Until when, exclusive; [`Timestamp::FOREVER`] while it lasts.
    pub until: Timestamp,
    /// What began it.
    pub source: String,
    /// What ended it.
    pub ended_by: Option<String>,
}

/// What is known of one instant.
#[derive(Debug, Clone, Default)]
struct Point {
    /// What others decided, and who.
    other: Option<(bool, String)>,
    /// The latest word that says active, and the latest that says inactive, by when they were said to be: several of the next
    /// minutes count from the same now.
    on: Option<Timestamp>,
    off: Option<Timestamp>,
}

impl Point {
    fn says(&self) -> Option<bool> {
        match (&self.other, self.on, self.off) {
            (Some((active, _)), ..) => Some(*active),
            (None, None, None) => None,
            (None, on, off) => Some(on > off),
        }
    }

    fn source(&self) -> String {
        self.other.as_ref().map_or_else(|| WORD.to_owned(), |(_, source)| source.clone())
    }
}

/// A change that others made, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// When.
    pub at: Timestamp,
    /// Whether the member is active from then on.
    pub active: bool,
    /// Who decided.
    pub source: String,
}

/// A word as it is kept: when it was said to be, whether active, and from when it counts.
pub type Kept = (Timestamp, bool, Timestamp);

/// One member's line.
#[derive(Debug)]
pub struct Line {
    /// Nothing before it is drawn anew.
    from: Timestamp,
    /// As it stands in the store, by time.
    held: Vec<Stretch>,
    points: BTreeMap<Timestamp, Point>,
    /// Words that are kept, by when they were said to be.
    said: HashSet<(Timestamp, bool)>,
    /// What others decided, and no kept change says.
    pub learned: Vec<Other>,
    /// The times as they are now.
    pub drawn: Vec<Stretch>,
}

impl Line {
    /// The line from an instant on. `held` = the member's times as they stand, `words` and `others` = what is kept of changes.
    #[must_use]
    pub fn of(from: Timestamp, mut held: Vec<Stretch>, words: &[Kept], others: Vec<Other>) -> Line {
        held.sort_by_key(|s| s.since);
        let mut line = Line { from, points: BTreeMap::new(), said: HashSet::new(), learned: Vec::new(), drawn: held.clone(), held };
        for &(at, active, counts_at) in words {
            line.said.insert((at, active));
            if counts_at >= from {
                line.set(at, counts_at, active);
            }
        }
        for other in others.into_iter().filter(|o| o.at >= from) {
            line.points.entry(other.at).or_default().other = Some((other.active, other.source));
        }
        line.learn();
        line
    }

    /// What the times that stand say and the changes do not is what others decided since.
    fn learn(&mut self) {
        let mut stands: BTreeMap<Timestamp, (bool, String)> = BTreeMap::new();
        for s in &self.held {
            if s.since >= self.from {
                stands.insert(s.since, (true, s.source.clone()));
            }
            if s.until >= self.from && s.until != Timestamp::FOREVER {
                stands.insert(s.until, (false, s.ended_by.clone().unwrap_or_default()));
            }
        }
        for (at, (active, source)) in stands {
            let point = self.points.entry(at).or_default();
            if point.says() != Some(active) {
                point.other = Some((active, source.clone()));
                self.learned.push(Other { at, active, source });
            }
        }
    }

    fn set(&mut self, at: Timestamp, counts_at: Timestamp, active: bool) {
        let point = self.points.entry(counts_at).or_default();
        let said = if active { &mut point.on } else { &mut point.off };
        *said = (*said).max(Some(at));
    }

    /// Whether this word is kept already.
    #[must_use]
    pub fn knows(&self, at: Timestamp, active: bool) -> bool {
        self.said.contains(&(at, active))
    }

    /// True when nothing is known of a later time than this.
    #[must_use]
    pub fn ends_by(&self, at: Timestamp) -> bool {
        self.points.iter().rev().find(|(_, p)| p.says().is_some()).is_none_or(|(last, _)| *last <= at)
    }

    /// The line with one word more.
    #[must_use]
    pub fn with(&mut self, at: Timestamp, counts_at: Timestamp, active: bool) -> Vec<Stretch> {
        let before = self.points.get(&counts_at).cloned();
        self.set(at, counts_at, active);
        let drawn = self.draw();
        // Only a word that is taken stays: see `take`.
        match before {
            Some(before) => drop(self.points.insert(counts_at, before)),
            None => drop(self.points.remove(&counts_at)),
        }
        drawn
    }

    /// Keeps a word, and the line as it is with it.
    pub fn take(&mut self, at: Timestamp, counts_at: Timestamp, active: bool, drawn: Vec<Stretch>) {
        self.set(at, counts_at, active);
        self.said.insert((at, active));
        self.drawn = drawn;
    }

    fn draw(&self) -> Vec<Stretch> {
        let mut done: Vec<Stretch> = self.held.iter().filter(|s| s.until < self.from).cloned().collect();
        let mut open = self.held.iter().rev().find(|s| s.since < self.from && s.until >= self.from).map(|s| (s.since, s.source.clone()));
        for (at, point) in &self.points {
            match (point.says(), open.take()) {
                (Some(true), None) => open = Some((*at, point.source())),
                (Some(false), Some((since, source))) => done.push(Stretch { since, until: *at, source, ended_by: Some(point.source()) }),
                (_, stays) => open = stays,
            }
        }
        done.extend(open.map(|(since, source)| Stretch { since, until: Timestamp::FOREVER, source, ended_by: None }));
        done
    }

    /// What is to be taken out of the store, by its beginning, and what is to be written.
    #[must_use]
    pub fn difference(&self) -> (Vec<Timestamp>, Vec<&Stretch>) {
        let gone = self.held.iter().map(|s| s.since).filter(|since| !self.drawn.iter().any(|d| d.since == *since)).collect();
        (gone, self.drawn.iter().filter(|d| !self.held.contains(d)).collect())
    }
}

/// When somebody was active, as months ask.
#[must_use]
pub fn times(of: &[Stretch]) -> Vec<Times> {
    of.iter().map(|s| (s.since, s.until)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(since: i64, until: i64) -> Stretch {
        let ended_by = (until != i64::MAX).then(|| "manual".to_owned());
        Stretch { since: Timestamp(since), until: Timestamp(until), source: "manual".into(), ended_by }
    }

    /// The line after words in this order, each as if it came alone: what was learned and said is kept in between.
    fn after(held: &[Stretch], words: &[(i64, bool)]) -> Vec<(i64, i64)> {
        let (mut held, mut said, mut others): (Vec<Stretch>, Vec<Kept>, Vec<Other>) = (held.to_vec(), Vec::new(), Vec::new());
        for (at, active) in words {
            let at = Timestamp(*at);
            let mut line = Line::of(at, held, &said, others.clone());
            let drawn = line.with(at, at, *active);
            line.take(at, at, *active, drawn);
            others.retain(|o| !line.learned.iter().any(|l| l.at == o.at));
            others.append(&mut line.learned);
            said.push((at, *active, at));
            held = line.drawn;
        }
        times(&held).into_iter().map(|(a, b)| (a.0, b.0)).collect()
    }

    #[test]
    fn words_say_the_same_in_every_order() {
        let words = [(10, true), (20, false), (15, true), (30, true), (40, false), (20, true), (25, false)];
        for held in [vec![], vec![stretch(22, 33)], vec![stretch(5, 12), stretch(35, i64::MAX)], vec![stretch(18, 20), stretch(20, 21)]] {
            let meant = after(&held, &words);
            let mut order = words;
            // Heap's way through all 5,040 orders.
            let mut places = [0; 7];
            let mut n = 0;
            while n < order.len() {
                if places[n] < n {
                    if n % 2 == 0 {
                        order.swap(0, n)
                    } else {
                        order.swap(places[n], n)
                    }
                    assert_eq!(after(&held, &order), meant, "{held:?} {order:?}");
                    places[n] += 1;
                    n = 0;
                } else {
                    places[n] = 0;
                    n += 1;
                }
            }
        }
    }

    #[test]
    fn the_line_runs_from_change_to_change() {
        assert_eq!(after(&[], &[(10, true), (20, false)]), [(10, 20)]);
        assert_eq!(after(&[], &[(20, false), (10, true)]), [(10, 20)]);
        assert_eq!(after(&[stretch(10, i64::MAX)], &[(15, false)]), [(10, 15)]);
        assert_eq!(after(&[stretch(10, i64::MAX)], &[(5, true), (7, false)]), [(5, 7), (10, i64::MAX)], "what a person decided stays");
        assert_eq!(after(&[stretch(10, 20)], &[(15, false), (17, true)]), [(10, 15), (17, 20)]);
        assert_eq!(after(&[stretch(10, 20)], &[(10, false)]), [(10, 20)], "a person's word counts before another of the same instant");
        assert_eq!(after(&[], &[(10, true), (10, false)]), Vec::<(i64, i64)>::new(), "of two words of one instant: inactive");
    }

    #[test]
    fn words_that_run_ahead_count_from_now_and_in_their_own_order() {
        let now = Timestamp(100);
        for said in [[(103, false), (108, true)], [(108, true), (103, false)]] {
            let mut line = Line::of(now, vec![stretch(10, i64::MAX)], &[], Vec::new());
            for (at, active) in said {
                let drawn = line.with(Timestamp(at), now, active);
                line.take(Timestamp(at), now, active, drawn);
            }
            assert_eq!(times(&line.drawn), [(Timestamp(10), Timestamp::FOREVER)], "the last says active: {said:?}");
            let words: Vec<Kept> = said.iter().map(|(at, active)| (Timestamp(*at), *active, now)).collect();
            let mut again = Line::of(now, line.drawn, &words, Vec::new());
            let drawn = again.with(Timestamp(109), now, false);
            assert_eq!((again.learned.len(), times(&drawn)), (0, vec![(Timestamp(10), now)]));
        }
    }

    #[test]
    fn a_decision_that_ended_no_time_holds_against_words_of_before_it() {
        let off = |at: i64| Other { at: Timestamp(at), active: false, source: "manual".into() };
        let drawn = |at: i64| times(&Line::of(Timestamp(at), Vec::new(), &[], vec![off(20)]).with(Timestamp(at), Timestamp(at), true));
        assert_eq!(drawn(10), [(Timestamp(10), Timestamp(20))]);
        assert_eq!(drawn(20), Vec::<Times>::new(), "it counts before a word of the same instant");
        assert_eq!(drawn(21), [(Timestamp(21), Timestamp::FOREVER)], "the newest word wins");
    }

    #[test]
    fn what_others_decide_after_words_is_learned() {
        let word = |at: i64, active| (Timestamp(at), active, Timestamp(at));
        // A word let it in at 10; a person ended that at 20 and began again at 30.
        let held = vec![Stretch { source: WORD.into(), ..stretch(10, 20) }, stretch(30, i64::MAX)];
        let mut line = Line::of(Timestamp(5), held.clone(), &[word(10, true)], Vec::new());
        assert_eq!(line.learned.iter().map(|o| (o.at.0, o.active)).collect::<Vec<_>>(), [(20, false), (30, true)]);
        let drawn = line.with(Timestamp(15), Timestamp(15), false);
        assert_eq!(times(&drawn), [(Timestamp(10), Timestamp(15)), (Timestamp(30), Timestamp::FOREVER)]);
        assert_eq!(line.drawn, held, "a word that is not taken changes nothing");
        line.take(Timestamp(15), Timestamp(15), false, drawn);
        assert!(line.knows(Timestamp(15), false) && !line.knows(Timestamp(15), true) && !line.ends_by(Timestamp(29)));
        let (gone, written) = line.difference();
        assert_eq!((gone, written.len(), written[0].ended_by.as_deref()), (vec![], 1, Some(WORD)));
    }
}
