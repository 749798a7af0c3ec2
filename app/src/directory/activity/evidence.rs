//! Why a month's number is what it is: who was counted in it, and when each was active.

use access::{Scope, permissions::ReadMembers};
use command::{Node, Query};
use serde::Serialize;
use store::{CustomerId, MemberId, Region, Result, Timestamp, View};

use super::store as rows;
use crate::{
    directory::store::meant,
    licensing::{month::Month, policy},
};

/// A time in which a member was active.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Active {
    /// Since when; it may lie before the month.
    pub since: Timestamp,
    /// Until when, exclusive; null while it lasts.
    pub until: Option<Timestamp>,
    /// What began it: `console`, `api`, `import`, `scim`, `activity`, `manual`, …
    pub source: String,
    /// What ended it.
    pub ended_by: Option<String>,
}

/// A member that a month counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Evident {
    /// Its id.
    pub member: MemberId,
    /// Its mail address; null for one that is gone.
    pub email: Option<String>,
    /// Its name; null for one that is gone.
    pub name: Option<String>,
    /// Its first active instant in the month.
    pub first_active_at: Timestamp,
    /// What made it active then, or before.
    pub source: String,
    /// The times in which it was active, as far as they touch the month.
    pub intervals: Vec<Active>,
}

/// A month and some of those it counts.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Which.
    pub month: Month,
    /// Its bounds, the end exclusive; none before anything happened.
    pub bounds: Option<[Timestamp; 2]>,
    /// How many members it counts: the stored number.
    pub users: i64,
    /// How many are looked for: all it counts, or the one that was asked for if it is counted.
    pub found: i64,
    /// Some of them, by id.
    pub members: Vec<Evident>,
}

/// Asks who is counted in a month.
#[derive(Debug)]
pub struct EvidenceOf {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which month; the running one when absent.
    pub month: Option<Month>,
    /// Only this one, by its id, external id or mail address.
    pub member: Option<String>,
    /// Behind whom to go on.
    pub after: Option<MemberId>,
    /// How many members at most.
    pub limit: i64,
}

impl Query for EvidenceOf {
    type Home = Region;
    type Needs = ReadMembers;
    /// None for a month that has not begun.
    type Found = Option<Evidence>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, now: Timestamp) -> Result<Option<Evidence>> {
        let months = policy::months(view, scope, now)?;
        let running = months.last().map(|m| m.month);
        let Some(month) = self.month.or(running) else { return Ok(Some(Evidence::none(Month::FIRST))) };
        if running.is_some_and(|running| month > running) {
            return Ok(None);
        }
        let Some(found) = months.into_iter().find(|m| m.month == month) else { return Ok(Some(Evidence::none(month))) };
        let bounds = [found.starts_at, found.ends_at];
        let times = match &self.member {
            None => rows::counted(view, scope, bounds, self.after, self.limit)?,
            Some(text) => of_one(view, scope, bounds, text)?,
        };
        let (users, members) = (found.users, people(times, found.starts_at));
        let found = if self.member.is_some() { i64::try_from(members.len()).unwrap_or(0) } else { users };
        Ok(Some(Evidence { month, bounds: Some(bounds), users, found, members }))
    }
}

/// The times of one member in a month. One that is gone has an id and nothing else.
fn of_one(view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, bounds: [Timestamp; 2], text: &str) -> Result<Vec<rows::Counted>> {
    if let Some(id) = MemberId::parse(text) {
        let times = rows::counted_of(view, scope, bounds, id)?;
        if !times.is_empty() {
            return Ok(times);
        }
    }
    meant(view, scope, text)?.map_or(Ok(Vec::new()), |id| rows::counted_of(view, scope, bounds, id))
}

impl Evidence {
    const fn none(month: Month) -> Evidence {
        Evidence { month, bounds: None, users: 0, found: 0, members: Vec::new() }
    }
}

fn people(times: Vec<rows::Counted>, start: Timestamp) -> Vec<Evident> {
    let mut found: Vec<Evident> = Vec::new();
    for t in times {
        let until = Some(t.until).filter(|until| *until != Timestamp::FOREVER);
        let active = Active { since: t.since, until, source: t.source, ended_by: t.ended_by };
        match found.last_mut().filter(|last| last.member == t.member) {
            Some(last) => last.intervals.push(active),
            None => found.push(Evident {
                member: t.member,
                email: t.email,
                name: t.name,
                first_active_at: t.since.max(start),
                source: active.source.clone(),
                intervals: vec![active],
            }),
        }
    }
    found
}
