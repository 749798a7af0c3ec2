//! The questions people and programs ask of a directory.

use access::{
    Scope,
    permissions::{ManageCustomers, ManageMembers, ReadMembers},
};
use command::{Node, Query};
use serde::{Deserialize, Serialize};
use store::{CustomerId, MemberGroupId, MemberId, Region, Result, Timestamp, Uuid, View};

use super::{
    groups,
    member::{Member, MemberStatus},
    rules::like,
    store as rows,
    which::Which,
};
use crate::licensing::policy::{self, Gate, Usage};

/// By what a list is ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// By name.
    #[default]
    Name,
    /// By mail address.
    Email,
    /// By status, then name.
    Status,
    /// By when they were made.
    Created,
}

impl Order {
    /// All of them, in the order the store's texts are made in.
    pub const ALL: [Order; 4] = [Order::Name, Order::Email, Order::Status, Order::Created];
    /// Their words in `sort`.
    pub const WORDS: &'static [&'static str] = &["name", "email", "status", "created_at"];

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Order> {
        Order::WORDS.iter().position(|w| *w == word).and_then(|at| Order::ALL.get(at).copied())
    }
}

/// Where a member stands in an order: what a cursor holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The first key.
    pub key: String,
    /// The second, if the order has one.
    pub then: String,
    /// The member.
    pub id: Uuid,
}

/// Asks for members.
#[derive(Debug, Clone)]
pub struct Members {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which of them.
    pub which: Which,
    /// Only those in this group; in one that is not there is nobody.
    pub group: Option<MemberGroupId>,
    /// Only whose name or address holds this.
    pub q: Option<String>,
    /// By what they are ordered.
    pub order: Order,
    /// Whether the order falls.
    pub falls: bool,
    /// After which place.
    pub after: Option<Place>,
    /// How many.
    pub limit: i64,
    /// How many to skip, for numbered pages.
    pub offset: i64,
}

/// What a list finds.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The members.
    pub members: Vec<Member>,
    /// Where the last one stands.
    pub last: Option<Place>,
    /// How many there are under this filter.
    pub total: i64,
    /// The tenant's counters; none while it is being prepared.
    pub usage: Option<Usage>,
    /// Different members that were active in the running month, and how many may be (MAX MAU).
    pub month: Option<(i64, i64)>,
    /// Whether members may be changed.
    pub may_manage: bool,
    /// Whether people may be erased.
    pub may_erase: bool,
}

impl Query for Members {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = Listed;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, now: Timestamp) -> Result<Listed> {
        let pattern = self.q.as_deref().map(like);
        let usage = policy::usage(view, scope)?.map(|u| u.at(now));
        let (which, group) = self.meant(view, scope)?;
        let total = match &pattern {
            None if group.is_none() && which.says_only_status() => usage.map_or(0, |u| counted(&u, which.status)),
            _ => rows::count(view, scope, &which, group, pattern.as_deref())?,
        };
        let slice = rows::Slice {
            which: &which,
            group,
            like: pattern.as_deref(),
            order: self.order,
            falls: self.falls,
            after: self.after.as_ref(),
            limit: self.limit,
            offset: self.offset,
        };
        let (members, last) = rows::list(view, scope, &slice)?;
        let month = Gate::look(view, scope, now)?.map(|gate| (gate.month_users, gate.max_mau));
        Ok(Listed {
            members,
            last,
            total,
            usage,
            month,
            may_manage: scope.also::<ManageMembers>(),
            may_erase: scope.also::<ManageCustomers>(),
        })
    }
}

impl Members {
    /// The filter with that of a group by rule, or with the group that is to be looked at by its members.
    fn meant(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>) -> Result<(Which, Option<MemberGroupId>)> {
        let Some(id) = self.group else { return Ok((self.which.clone(), None)) };
        let rule = groups::find(view, scope, id)?.and_then(|group| group.rule);
        Ok(match rule.map(|rule| self.which.and(&rule)) {
            Some(Some(both)) => (both, None),
            // Chosen by hand, or two filters nobody fits both of: then nobody is in it, as in one that is not there.
            Some(None) => (self.which.clone(), Some(MemberGroupId::new(Uuid::nil()))),
            None => (self.which.clone(), Some(id)),
        })
    }
}

/// The counters are kept with every change, so they are the exact number of rows.
fn counted(usage: &Usage, status: Option<MemberStatus>) -> i64 {
    match status {
        None => usage.members,
        Some(MemberStatus::Active) => usage.active_users,
        Some(MemberStatus::Waiting) => usage.waiting,
        Some(MemberStatus::Held) => usage.held,
        Some(MemberStatus::Inactive) => usage.members - usage.active_users - usage.waiting - usage.held,
    }
}

/// Asks for one member.
#[derive(Debug)]
pub struct MemberOf {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which one.
    pub member: MemberId,
}

impl Query for MemberOf {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = Option<Member>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, _: Timestamp) -> Result<Option<Member>> {
        rows::find(view, scope, self.member)
    }
}

/// A time in which a member was active.
#[derive(Debug, Clone)]
pub struct Interval {
    /// Since when.
    pub since: Timestamp,
    /// Until when; [`Timestamp::FOREVER`] while it lasts.
    pub until: Timestamp,
    /// What began it.
    pub source: String,
    /// What ended it.
    pub ended_by: Option<String>,
}

/// Asks for the times in which a member was active, the last first.
#[derive(Debug)]
pub struct IntervalsOf {
    /// Of which customer.
    pub customer: CustomerId,
    /// Of which member.
    pub member: MemberId,
    /// How many at most.
    pub limit: i64,
}

impl Query for IntervalsOf {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = Vec<Interval>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, _: Timestamp) -> Result<Vec<Interval>> {
        rows::intervals(view, scope, self.member, self.limit)
    }
}

/// Asks for the member of an address.
#[derive(Debug)]
pub struct MemberByAddress {
    /// Of which customer.
    pub customer: CustomerId,
    /// Its mail address, or what its directory calls it.
    pub email: String,
}

impl Query for MemberByAddress {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = Option<MemberId>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, _: Timestamp) -> Result<Option<MemberId>> {
        rows::email_holder(view, scope, &self.email, None)
    }
}

/// Asks whether somebody may come in (0.26): what a network controller asks. Whoever is not known to be active may not.
#[derive(Debug)]
pub struct AccessOf {
    /// Of which customer.
    pub customer: CustomerId,
    /// Id, external id or mail address.
    pub member_ref: String,
}

impl Query for AccessOf {
    type Home = Region;
    type Needs = ReadMembers;
    /// None where the free plan lets fewer in than are active: who stays has to be settled first.
    type Found = Option<bool>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, now: Timestamp) -> Result<Option<bool>> {
        if rows::serving(view, scope)? != Some(true) {
            return Ok(Some(false));
        }
        let active = rows::by_ref(view, scope, &self.member_ref)? == Some(MemberStatus::Active);
        // Whoever is not active may not come in either way.
        if active && policy::is_crowded(view, scope, now)? {
            return Ok(None);
        }
        Ok(Some(active))
    }
}
