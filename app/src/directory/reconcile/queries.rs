//! What a reading would change, counted and listed.

use access::{Scope, permissions::ManageMembers};
use command::{Node, Query};
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberId, Region, Result, SourceId, Timestamp, Uuid, View};

use super::{
    judge::{Class, Why},
    store as rows,
};
use crate::licensing::policy::Gate;

/// The changes of a reading, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Tally {
    /// Somebody new.
    pub joins: i64,
    /// Something about a member is different.
    pub moves: i64,
    /// Members to be let in no more.
    pub leaves: i64,
    /// Members who are back.
    pub returns: i64,
    /// What cannot be done as it is.
    pub conflicts: i64,
    /// Of all these: who is to come in, with a seat or waiting for one.
    pub to_seat: i64,
    /// Of those: who finds no seat and waits.
    pub waiting: i64,
    /// Of all these: who is held, for want of a verified domain.
    pub held: i64,
    /// Of those who leave, or are held from now on: who is active now, and frees a seat.
    pub freed: i64,
    /// Of all whose status changes: who waits or is held now, and so is known to be about to come without this reading.
    pub awaited: i64,
    /// People the source named before this reading.
    pub named_before: i64,
    /// People it names of whom something is new.
    #[serde(skip)]
    pub new_of: i64,
}

impl Tally {
    pub(super) fn add(&mut self, class: Option<Class>, want: &str, gone: bool, n: i64) {
        match class {
            Some(Class::Joins) => self.joins += n,
            Some(Class::Moves) => self.moves += n,
            Some(Class::Leaves) => self.leaves += n,
            Some(Class::Returns) => self.returns += n,
            Some(Class::Conflict) => self.conflicts += n,
            Some(Class::Nothing) | None => return,
        }
        self.new_of += if gone { 0 } else { n };
        match want {
            "in" => self.to_seat += n,
            "held" => self.held += n,
            _ => {}
        }
    }

    /// How many more would be active, were the changes made and room for all, beyond those who wait or are held now: they are
    /// counted where they stand.
    #[must_use]
    pub const fn net(&self) -> i64 {
        self.to_seat - self.freed - self.awaited
    }

    /// Changes in all, conflicts apart.
    #[must_use]
    pub fn changes(&self) -> i64 {
        self.joins + self.moves + self.leaves + self.returns
    }
}

/// Asks for the changes of a reading, counted.
#[derive(Debug)]
pub struct TallyOf {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which source.
    pub source: SourceId,
    /// Which reading.
    pub reading: Uuid,
}

impl Query for TallyOf {
    type Home = Region;
    type Needs = ManageMembers;
    type Found = Tally;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ManageMembers>, now: Timestamp) -> Result<Tally> {
        let counted = rows::tally(view, scope, (self.source, self.reading))?;
        let (freed, awaited) = rows::count_standing(view, scope, (self.source, self.reading))?;
        let serving = super::super::store::serving(view, scope)? == Some(true);
        // Seats that are freed go to whoever waits already, then to who joins, as far as MAX MAU allows.
        let free = Gate::look(view, scope, now)?.filter(|_| serving).map_or(0, |mut gate| {
            gate.leave(freed);
            let seats = gate.places() - gate.active - gate.waiting;
            seats.min(gate.max_mau - gate.month_users).max(0)
        });
        let named_before = rows::count_named(view, scope, self.source)?;
        Ok(Tally { waiting: (counted.to_seat - free).max(0), freed, awaited, named_before, ..counted })
    }
}

/// One change of a reading.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Change {
    /// Its number within the reading.
    pub seq: i64,
    /// What it is.
    pub class: Class,
    /// Why.
    pub why: Why,
    /// What status it comes to: `in`, `held` or `out` while it is planned, the status itself once it is made; null where that stays.
    pub comes_to: Option<String>,
    /// The member, once there is one.
    pub member_id: Option<MemberId>,
    /// Its name, as the source says.
    pub name: String,
    /// Its address, as the source says.
    pub email: String,
    /// Its name here, where that is another.
    pub known_as: Option<String>,
    /// Its address here, where that is another.
    pub known_email: Option<String>,
    /// Whether it is made.
    pub done: bool,
}

/// Asks for changes of a reading.
#[derive(Debug)]
pub struct Changes {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which source.
    pub source: SourceId,
    /// Which reading.
    pub reading: Uuid,
    /// Only of this class.
    pub class: Option<Class>,
    /// Behind which number.
    pub after: i64,
    /// How many.
    pub limit: i64,
}

impl Query for Changes {
    type Home = Region;
    type Needs = ManageMembers;
    type Found = Vec<Change>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ManageMembers>, _: Timestamp) -> Result<Vec<Change>> {
        rows::changes(view, scope, (self.source, self.reading), self.class, (self.after, self.limit))
    }
}
