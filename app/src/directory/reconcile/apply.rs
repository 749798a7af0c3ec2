//! Making the changes of a reading, a chunk at a time. Each is judged anew as things stand now; done twice, a chunk finds nothing
//! left of itself.

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberId, Region, SourceId, Uuid};

use super::{
    CHUNK,
    facts::Facts,
    judge::{Class, Verdict, Why, changed},
    said::{News, Said},
    store::{self as rows, Came, NewTie},
};
use crate::{
    directory::{
        admission::{self, admit},
        attributes::{self, taken},
        held::{Domains, Want, settle, wanted},
        member::{Member, MemberRefusal, MemberStatus, MemberType},
        set_status::publish,
        store as members,
    },
    hierarchy::standing,
    licensing::policy::{self, Gate},
    noun::Name,
};

/// Makes up to a chunk of the changes of a reading.
#[derive(Debug, Serialize)]
pub struct ApplyChanges {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which source.
    pub source: SourceId,
    /// Which reading.
    pub reading: Uuid,
    /// What is written as the source of members and intervals: `csv`, `ldap`, `entra`, `google`.
    pub word: Name,
}

/// What was made of changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Applied {
    /// Members added.
    pub joined: i64,
    /// Members changed.
    pub moved: i64,
    /// Members let in no more.
    pub left: i64,
    /// Members let in again.
    pub returned: i64,
    /// Of those who came: who waits for a seat.
    pub waiting: i64,
    /// Of those who came: who is held.
    pub held: i64,
    /// What could not be done as it was.
    pub conflicts: i64,
    /// Changes looked at.
    #[serde(skip)]
    pub looked_at: i64,
}

impl Applied {
    pub(super) fn count(&mut self, class: Class, status: Option<MemberStatus>, n: i64) {
        match class {
            Class::Joins => self.joined += n,
            Class::Moves => self.moved += n,
            Class::Leaves => self.left += n,
            Class::Returns => self.returned += n,
            Class::Conflict => self.conflicts += n,
            Class::Nothing => {}
        }
        match status {
            Some(MemberStatus::Waiting) => self.waiting += n,
            Some(MemberStatus::Held) => self.held += n,
            _ => {}
        }
        self.looked_at += n;
    }
}

impl Command for ApplyChanges {
    const NAME: &'static str = "directory.reconcile.apply";
    type Home = Region;
    type Needs = ManageMembers;
    /// How many changes were looked at; none once all are made.
    type Done = i64;
    type Refusal = MemberRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<i64, Fail<MemberRefusal>> {
        let at = (self.source, self.reading);
        let most = i64::try_from(CHUNK).unwrap_or(500);
        if rows::next(cx.tx, cx.scope, at, 1)?.is_empty() {
            return Ok(0);
        }
        // The gate is held first: whoever applies the same reading elsewhere comes after, and finds the next chunk, or nothing any more.
        let mut gate = admission::hold(cx)?.ok_or(MemberRefusal::NotReady { tenant_id: self.customer })?;
        let mut news = rows::next(cx.tx, cx.scope, at, most)?;
        if news.is_empty() {
            return Ok(0);
        }
        admission::enter_month(cx, &mut gate)?;
        gate.save(cx.tx, cx.scope)?;
        // An attribute may have been removed since the source was read: its values do not come back.
        let declared = attributes::of(cx.tx, cx.scope)?;
        for one in &mut news {
            if let News::Is(_, said) = one {
                said.attributes = taken(&declared, &said.attributes);
            }
        }
        let ties = Facts::ties(cx.tx, cx.scope, self.source, &news)?;
        let all: Vec<&News> = news.iter().collect();
        let facts = Facts::load(cx.tx, cx.scope, (self.source, None), ties, &all)?;
        let domains = Domains::of(cx.tx, cx.scope)?;
        let mut ids: Vec<MemberId> = news.iter().map(|_| cx.new_id()).collect();
        ids.sort_by_key(|id| id.0);
        let mut work = Work {
            source: self.source,
            word: self.word.as_str(),
            facts,
            domains,
            ids: ids.into_iter(),
            gate: None,
            joining: Vec::new(),
            ties: Vec::new(),
            done: Applied::default(),
        };
        let mut came = Vec::with_capacity(news.len());
        for one in &news {
            came.push(work.make(cx, one)?);
        }
        work.flush(cx)?;
        rows::book(cx.tx, cx.scope, at, &came)?;
        let done = work.done;
        cx.changed("source", self.source, "members_added", 0, done.joined);
        cx.changed("source", self.source, "changes_made", 0, done.looked_at);
        publish(cx)?;
        standing::tell(cx, self.customer, done.waiting + done.held > 0);
        Ok(done.looked_at)
    }
}

type ApplyCx<'a, 'c> = Cx<'a, 'c, ApplyChanges>;

/// Somebody new, until the chunk's rows are written at once.
struct Joining<'n> {
    id: MemberId,
    said: &'n Said,
    status: MemberStatus,
}

/// A chunk at work.
struct Work<'n> {
    source: SourceId,
    word: &'n str,
    facts: Facts,
    domains: Domains,
    // Ids of one instant fall in no order: sorted, whoever is named first is also the first to get the next free seat.
    ids: std::vec::IntoIter<MemberId>,
    // Held while several join one after the other.
    gate: Option<Gate>,
    joining: Vec<Joining<'n>>,
    ties: Vec<NewTie<'n>>,
    done: Applied,
}

impl<'n> Work<'n> {
    fn make(&mut self, cx: &mut ApplyCx<'_, '_>, news: &'n News) -> Result<Came, Fail<MemberRefusal>> {
        let nothing = Verdict { class: Class::Nothing, why: Why::Said, turned: None };
        let verdict = self.facts.judge(news).unwrap_or(nothing);
        let status = match (verdict.class, news) {
            (Class::Conflict | Class::Nothing, _) => None,
            (Class::Joins, News::Is(key, said)) => Some(self.join(cx, key, said)?),
            (_, news) => self.change(cx, news, verdict)?,
        };
        self.done.count(verdict.class, status, 1);
        Ok(Came { key: news.key().to_owned(), class: verdict.class, why: verdict.why, status: status.map_or("", MemberStatus::word) })
    }

    fn join(&mut self, cx: &mut ApplyCx<'_, '_>, key: &'n str, said: &'n Said) -> Result<MemberStatus, Fail<MemberRefusal>> {
        let mut gate = match self.gate.take() {
            Some(gate) => gate,
            None => admission::known_gate(cx)?,
        };
        let status = admit(cx, &mut gate, Want::of(true, &said.email, &self.domains), None)?;
        self.gate = Some(gate);
        let id = self.ids.next().unwrap_or_else(|| cx.new_id());
        self.facts.became(key, &member_of(id, said, cx.now), status, Some(said));
        self.joining.push(Joining { id, said, status });
        self.ties.push(NewTie { key, member: id, gone: false, said });
        Ok(status)
    }

    /// Changes the member of a key, or the one it takes over; gives its status where that is another.
    fn change(&mut self, cx: &mut ApplyCx<'_, '_>, news: &'n News, verdict: Verdict) -> Result<Option<MemberStatus>, Fail<MemberRefusal>> {
        // Whoever waits must stand in the table before somebody else's seat becomes free.
        self.flush(cx)?;
        let Some(member) = self.facts.member(news).map(|p| p.member.clone()) else { return Ok(None) };
        let key = news.key();
        let (after, said, want) = match news {
            News::Is(_, said) => {
                let said: &Said = said;
                let after = changed(&member, self.facts.before(key), said);
                let want = wanted(&member, &after.email, verdict.turned, &self.domains);
                (after, Some(said), want)
            }
            News::Gone(_) => (Member { directory_groups: Vec::new(), ..member.clone() }, None, Some(Want::Out)),
        };
        if after != member {
            members::update(cx.tx, cx.scope, std::slice::from_ref(&after), cx.now)?;
            cx.changed("member", member.id, "attributes", (), differences(&member, &after));
        }
        let status = match want {
            Some(want) => settle(cx, &member, want, self.word)?,
            None => member.status,
        };
        if verdict.why == Why::Adopted {
            rows::untie(cx.tx, cx.scope, member.id)?;
        }
        if let Some(last) = said.or(self.facts.before(key)) {
            rows::tie_all(cx.tx, cx.scope, self.source, &[NewTie { key, member: member.id, gone: said.is_none(), said: last }])?;
        }
        self.facts.became(key, &after, status, said);
        Ok((status != member.status).then_some(status))
    }

    /// Writes who joins.
    fn flush(&mut self, cx: &mut ApplyCx<'_, '_>) -> Result<(), Fail<MemberRefusal>> {
        if let Some(gate) = self.gate.take() {
            gate.save(cx.tx, cx.scope)?;
        }
        if self.joining.is_empty() {
            return Ok(());
        }
        let made: Vec<rows::Made<'_>> = self.joining.drain(..).map(|j| rows::Made { id: j.id, said: j.said, status: j.status }).collect();
        rows::insert(cx.tx, cx.scope, &made, self.word, cx.now)?;
        for one in made.iter().filter(|m| m.status == MemberStatus::Active) {
            members::open(cx.tx, cx.scope, one.id, self.word, cx.now)?;
        }
        rows::tie_all(cx.tx, cx.scope, self.source, &self.ties)?;
        policy::note_members(cx.tx, cx.scope, i64::try_from(made.len()).unwrap_or(0), 0)?;
        self.ties.clear();
        Ok(())
    }
}

fn member_of(id: MemberId, said: &Said, now: store::Timestamp) -> Member {
    Member {
        id,
        email: said.email.clone(),
        name: said.name.clone(),
        external_id: said.external_id.clone(),
        status: MemberStatus::Inactive,
        department: said.department.clone(),
        title: said.title.clone(),
        kind: MemberType::default(),
        site_id: None,
        language: said.language.clone(),
        attributes: said.attributes.clone(),
        directory_groups: said.groups.clone(),
        source: String::new(),
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

/// The names of what is different: the audit trail keeps no copies of people.
fn differences(before: &Member, after: &Member) -> Vec<&'static str> {
    let pairs = [
        ("email", before.email != after.email),
        ("name", before.name != after.name),
        ("external_id", before.external_id != after.external_id),
        ("department", before.department != after.department),
        ("title", before.title != after.title),
        ("language", before.language != after.language),
        ("attributes", before.attributes != after.attributes),
        ("directory_groups", before.directory_groups != after.directory_groups),
    ];
    pairs.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}
