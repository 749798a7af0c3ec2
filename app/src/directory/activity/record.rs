//! Words about activity are kept, judged one by one, in one transaction.

use std::collections::{BTreeSet, HashMap, HashSet};

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};
use sha2::{Digest, Sha256};
use store::{CustomerId, MemberId, Region, Timestamp, Value};

use super::{
    line::{Line, times},
    missing,
    store::{self as rows, Change, Named, Person},
    word::{Item, Outcome, Reason},
};
use crate::{
    directory::{
        admission,
        member::{MemberRefusal, MemberStatus, NewMember},
        seat_waiting::seat_waiting,
    },
    licensing::{
        month::Month,
        policy::{self, Gate, Months, Shut},
        pools,
    },
};

/// Keeps what is said of members' activity. Of several words those that say *inactive* are taken first, for they make room, and
/// the others by time: what a request comes to does not depend on the order in it.
#[derive(Debug)]
pub struct RecordActivity {
    /// Of which customer.
    pub customer: CustomerId,
    /// The words.
    pub items: Vec<Item>,
    /// Whoever is named by an address in a verified domain, and is not there, is made.
    pub create_missing: bool,
    /// Further words of the same request follow: what seats these free is theirs before it is anybody's who waits.
    pub more: bool,
}

/// The trail keeps how many and a hash.
impl Serialize for RecordActivity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let hash = Sha256::digest(serde_json::to_vec(&self.items).unwrap_or_default());
        let mut out = serializer.serialize_struct("RecordActivity", 4)?;
        out.serialize_field("customer", &self.customer)?;
        out.serialize_field("create_missing", &self.create_missing)?;
        out.serialize_field("items", &self.items.len())?;
        out.serialize_field("sha256", &data_encoding::HEXLOWER.encode(&hash))?;
        out.end()
    }
}

/// What became of one word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Judged {
    /// Its name at the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// The member it means, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// What became of it.
    pub result: Outcome,
    /// Why it is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// What became of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Recorded {
    /// Words that are kept now.
    pub accepted: usize,
    /// Words that were known.
    pub duplicate: usize,
    /// Words that are not kept.
    pub rejected: usize,
    /// Each of them, in the order they were sent.
    pub items: Vec<Judged>,
}

impl Command for RecordActivity {
    const NAME: &'static str = "directory.record_activity";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Recorded;
    type Refusal = MemberRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Recorded, Fail<MemberRefusal>> {
        let Some(mut gate) = admission::gate(cx)? else {
            return Err(MemberRefusal::NotReady { tenant_id: self.customer }.into());
        };
        let mut batch = Batch::read(cx, &gate, self)?;
        let judged: HashMap<usize, Verdict> =
            batch.in_order().into_iter().map(|(n, at)| (n, batch.judge(&mut gate, &self.items[n], at))).collect();
        batch.leave_unmade();
        let first = batch.write(cx, &mut gate)?;
        let done = self.told(&batch, &judged);
        for (field, n) in [("accepted", done.accepted), ("duplicate", done.duplicate), ("rejected", done.rejected)] {
            cx.changed("activity", self.customer, field, 0, n);
        }
        if !self.more {
            seat_waiting(cx, &mut gate)?;
        }
        gate.save(cx.tx, cx.scope)?;
        pools::tell_since(cx, self.customer, first.unwrap_or(Month::LAST), true)?;
        Ok(done)
    }
}

impl RecordActivity {
    fn told(&self, batch: &Batch<'_>, judged: &HashMap<usize, Verdict>) -> Recorded {
        let mut done = Recorded::default();
        for (n, item) in self.items.iter().enumerate() {
            let verdict = judged.get(&n).copied().or_else(|| batch.timely.get(n).and_then(|at| at.err()).map(Err));
            let verdict = verdict.unwrap_or(Err(Reason::UnknownMember));
            let (result, reason) = match verdict {
                Ok(outcome) => (outcome, None),
                Err(reason) => (Outcome::Rejected, Some(reason)),
            };
            *match result {
                Outcome::Accepted => &mut done.accepted,
                Outcome::Duplicate => &mut done.duplicate,
                Outcome::Rejected => &mut done.rejected,
            } += 1;
            let member = batch.people.get(item.of.as_str()).map(|p| p.id);
            done.items.push(Judged { event_id: item.event_id.clone(), member, result, reason });
        }
        done
    }
}

type Verdict = Result<Outcome, Reason>;

/// A member of whom something is said.
struct Track {
    person: Person,
    status: MemberStatus,
    line: Line,
    seen_at: Option<Timestamp>,
}

/// What a request's words need to know, and what they have come to.
struct Batch<'i> {
    /// From when each word counts, or why it does not.
    timely: Vec<Result<Timestamp, Reason>>,
    items: &'i [Item],
    people: HashMap<&'i str, Person>,
    /// Those of them who are not there yet.
    new: HashMap<MemberId, NewMember>,
    named: HashMap<String, Named>,
    tracks: HashMap<MemberId, Track>,
    months: Months,
    taken: Vec<(MemberId, &'i Item, Timestamp)>,
}

impl<'i> Batch<'i> {
    fn read(cx: &mut Cx<'_, '_, RecordActivity>, gate: &Gate, sent: &'i RecordActivity) -> store::Result<Batch<'i>> {
        let items = sent.items.as_slice();
        let timely: Vec<Result<Timestamp, Reason>> = items.iter().map(|item| item.counts_at(cx.now)).collect();
        let good: Vec<(&Item, Timestamp)> = items.iter().zip(&timely).filter_map(|(item, at)| Some((item, (*at).ok()?))).collect();
        let said: BTreeSet<&str> = good.iter().map(|(item, _)| item.of.as_str()).collect();
        let mut people = rows::people(cx.tx, cx.scope, &said)?;
        let new = if sent.create_missing { missing::find(cx, &said, &mut people)? } else { HashMap::new() };
        let names: Vec<Value> = good.iter().filter_map(|(item, _)| item.event_id.as_deref()).map(Value::from).collect();
        let named = rows::named(cx.tx, cx.scope, &names)?;
        // Each member is drawn anew from its own first word on.
        let mut from: HashMap<MemberId, (Person, Timestamp)> = HashMap::new();
        for (item, at) in &good {
            if let Some(person) = people.get(item.of.as_str()) {
                let first = from.entry(person.id).or_insert((*person, *at));
                first.1 = first.1.min(*at);
            }
        }
        let earliest = from.values().map(|(_, at)| *at).min().unwrap_or(cx.now);
        let months = gate.months_since(cx.tx, cx.scope, earliest)?;
        let mut ids: Vec<MemberId> = from.keys().copied().collect();
        ids.sort_by_key(|id| id.0);
        let mut histories = rows::histories(cx.tx, cx.scope, months.start().min(earliest), &ids)?;
        let track = |(id, (person, from)): (MemberId, (Person, Timestamp))| {
            let history = histories.remove(&id).unwrap_or_default();
            let line = Line::of(from, history.held, &history.words, history.others);
            (id, Track { person, status: person.status, line, seen_at: None })
        };
        let tracks = from.into_iter().map(track).collect();
        Ok(Batch { timely, items, people, new, named, tracks, months, taken: Vec::new() })
    }

    /// The words to be judged, each with the instant from which it counts.
    fn in_order(&self) -> Vec<(usize, Timestamp)> {
        let mut order: Vec<(usize, Timestamp)> = self.timely.iter().enumerate().filter_map(|(n, at)| Some((n, (*at).ok()?))).collect();
        order.sort_by_key(|(n, _)| self.items[*n].turn());
        order
    }

    fn judge(&mut self, gate: &mut Gate, item: &'i Item, at: Timestamp) -> Verdict {
        let Some(person) = self.people.get(item.of.as_str()) else { return Err(Reason::UnknownMember) };
        let id = person.id;
        let Some(track) = self.tracks.get_mut(&id) else { return Err(Reason::UnknownMember) };
        if let Some(name) = &item.event_id
            && let Some(known) = self.named.get(name)
        {
            return if *known == (id, item.at, item.active) { Ok(Outcome::Duplicate) } else { Err(Reason::EventIdReused) };
        }
        if track.line.knows(item.at, item.active) {
            return Ok(Outcome::Duplicate);
        }
        if item.active && track.status == MemberStatus::Held {
            return Err(Reason::MemberHeld);
        }
        if item.active && !gate.serves() {
            return Err(Reason::TenantLimit);
        }
        let drawn = track.line.with(item.at, at, item.active);
        admission::amend(gate, &mut self.months, &times(&track.line.drawn), &times(&drawn)).map_err(|shut| match shut {
            Shut::Suspended | Shut::Free => Reason::TenantLimit,
            Shut::Cap => Reason::MauCapReached,
            Shut::Seats => Reason::NoFreeSeat,
        })?;
        track.take(item, at, drawn);
        self.named.extend(item.event_id.clone().map(|name| (name, (id, item.at, item.active))));
        self.taken.push((id, item, at));
        Ok(Outcome::Accepted)
    }

    /// Whoever is not there and has no word that is kept is not made.
    fn leave_unmade(&mut self) {
        let touched: HashSet<MemberId> = self.taken.iter().map(|(id, ..)| *id).collect();
        self.people.retain(|_, person| touched.contains(&person.id) || !self.new.contains_key(&person.id));
        self.new.retain(|id, _| touched.contains(id));
    }

    /// Writes what came of the words; gives the earliest month that is over and has other numbers now.
    fn write(&self, cx: &mut Cx<'_, '_, RecordActivity>, gate: &mut Gate) -> store::Result<Option<Month>> {
        let touched: HashSet<MemberId> = self.taken.iter().map(|(id, ..)| *id).collect();
        let mut tracks: Vec<&Track> = self.tracks.values().filter(|t| touched.contains(&t.person.id)).collect();
        tracks.sort_by_key(|t| t.person.id.0);
        let mut changes: Vec<(MemberId, Change<'_>)> = Vec::with_capacity(self.taken.len());
        let (mut gone, mut written, mut made) = (Vec::new(), Vec::new(), Vec::with_capacity(tracks.len()));
        let (mut waiting, mut held) = (0, 0);
        for track in tracks {
            let id = track.person.id;
            changes.extend(track.line.learned.iter().map(|other| (id, Change::Other(other))));
            let (old, new) = track.line.difference();
            gone.extend(old.into_iter().map(|since| (id, since)));
            written.extend(new.into_iter().map(|stretch| (id, stretch)));
            made.push(track.made(self.months.start()));
            let left = |status| i64::from(track.person.status == status && track.status != status);
            (waiting, held) = (waiting + left(MemberStatus::Waiting), held + left(MemberStatus::Held));
            let before = (!self.new.contains_key(&id)).then_some(track.person.status);
            cx.changed("member", id, "status", before, track.status);
        }
        changes.extend(self.taken.iter().map(|(id, item, at)| (*id, Change::Word(item, *at))));
        missing::make(cx, &self.new)?;
        rows::keep(cx.tx, cx.scope, &changes)?;
        rows::redraw(cx.tx, cx.scope, &gone, &written)?;
        rows::update(cx.tx, cx.scope, &made, cx.now)?;
        if waiting > 0 {
            policy::note_members(cx.tx, cx.scope, 0, -waiting)?;
        }
        if held > 0 {
            policy::note_held(cx.tx, cx.scope, -held)?;
        }
        gate.keep(cx.tx, cx.scope, &self.months)
    }
}

impl Track {
    fn take(&mut self, item: &Item, at: Timestamp, drawn: Vec<super::line::Stretch>) {
        let active = drawn.iter().any(|s| s.until == Timestamp::FOREVER);
        self.line.take(item.at, at, item.active, drawn);
        self.seen_at = Some(self.seen_at.map_or(at, |seen| seen.max(at)));
        // Only a word of when somebody waited, or was held, ends that.
        let ended = !item.active && at >= self.person.since && self.line.ends_by(at);
        self.status = match self.status {
            _ if active => MemberStatus::Active,
            MemberStatus::Active => MemberStatus::Inactive,
            MemberStatus::Waiting | MemberStatus::Held if ended => MemberStatus::Inactive,
            stays => stays,
        };
    }

    fn made(&self, start: Timestamp) -> rows::Made {
        let last = self.line.drawn.iter().map(|s| s.until).filter(|until| *until != Timestamp::FOREVER).max();
        let earlier = self.person.active_until.filter(|until| *until < start);
        rows::Made {
            id: self.person.id,
            status: self.status,
            active_until: last.or(earlier),
            seen_at: self.seen_at.unwrap_or(Timestamp(0)),
        }
    }
}
