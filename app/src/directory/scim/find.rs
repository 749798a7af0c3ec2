//! The questions: one user, users by filter, order and page. What a filter compares by an index is asked of the index; the rest
//! is tested row by row, so every answer is exact whatever the filter.

use access::{Scope, permissions::ReadMembers};
use command::Query;
use serde_json::Value;
use store::{CustomerId, MemberId, Region, Result, Timestamp, Uuid, View};

use super::{
    compiled::{Node, Test, folded, values},
    filter::Op,
    resource::Fields,
    schema::{Kind, Place},
    store::{self as rows, Probe},
    user::User,
};
use crate::licensing::policy;

/// Rows read at once.
const CHUNK: i64 = 1_000;

/// Asks for one user.
#[derive(Debug)]
pub struct UserOf {
    /// Of which tenant.
    pub customer: CustomerId,
    /// Which.
    pub member: MemberId,
}

impl Query for UserOf {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = Option<User>;

    fn node(&self) -> command::Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, _: Timestamp) -> Result<Option<User>> {
        let Some(mut user) = rows::find(view, scope, self.member)? else { return Ok(None) };
        rows::add_groups(view, scope, std::slice::from_mut(&mut user))?;
        Ok(Some(user))
    }
}

/// Which part of a list.
#[derive(Debug, Clone)]
pub struct Part {
    /// What fits; everybody without.
    pub filter: Option<Node>,
    /// By what it is ordered, and whether the order falls; as they came without.
    pub sort: Option<(Place, bool)>,
    /// Behind whom it begins (a cursor).
    pub after: Option<Uuid>,
    /// How many are passed over.
    pub skip: i64,
    /// How many are wanted.
    pub count: i64,
    /// The base address, which filters may ask about.
    pub base: String,
}

/// Asks for users.
#[derive(Debug)]
pub struct Users {
    /// Of which tenant.
    pub customer: CustomerId,
    /// Which part.
    pub part: Part,
    /// Whether their groups are shown.
    pub groups: bool,
}

/// A part of a list.
#[derive(Debug)]
pub struct Found<T> {
    /// How many there are in all.
    pub total: i64,
    /// Those of the part.
    pub items: Vec<T>,
}

impl Query for Users {
    type Home = Region;
    type Needs = ReadMembers;
    type Found = Found<User>;

    fn node(&self) -> command::Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>, _: Timestamp) -> Result<Found<User>> {
        let mut found = self.find(view, scope)?;
        if self.groups {
            rows::add_groups(view, scope, &mut found.items)?;
        }
        Ok(found)
    }
}

impl Users {
    fn find(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>) -> Result<Found<User>> {
        let Part { filter, sort, after, skip, count, .. } = &self.part;
        let after = after.map(MemberId::new);
        match (filter, sort) {
            (None, None) => {
                let items = if *count > 0 { rows::page(view, scope, after, *count, *skip)? } else { Vec::new() };
                Ok(Found { total: everybody(view, scope)?, items })
            }
            (None, Some((place, falls))) if place.attribute.is_some_and(|a| a.name == "userName") => {
                Ok(Found { total: everybody(view, scope)?, items: rows::page_by_name(view, scope, *falls, *count, *skip)? })
            }
            (Some(node), None) if span(node).is_some() => {
                let span = span(node).unwrap_or((Timestamp(0), Timestamp(0)));
                let (total, items) = rows::changed_between(view, scope, span, (after, *count, *skip))?;
                Ok(Found { total, items })
            }
            _ => self.test(view, scope),
        }
    }

    /// Tests whoever an index finds, or everybody, a thousand at a time.
    fn test(&self, view: &mut View<'_, Region>, scope: &Scope<ReadMembers>) -> Result<Found<User>> {
        let mut sieve = Sieve::new(&self.part);
        let asks = sieve.asks("groups");
        if let Some(probe) = self.part.filter.as_ref().and_then(probe) {
            let mut users = rows::probe(view, scope, &probe)?;
            if asks {
                rows::add_groups(view, scope, &mut users)?;
            }
            users.into_iter().for_each(|user| sieve.take(user));
            return Ok(sieve.found());
        }
        let mut last = None;
        loop {
            let mut users = rows::page(view, scope, last, CHUNK, 0)?;
            last = users.last().map(|u| u.member.id);
            let full = i64::try_from(users.len()).is_ok_and(|n| n == CHUNK);
            if asks {
                rows::add_groups(view, scope, &mut users)?;
            }
            users.into_iter().for_each(|user| sieve.take(user));
            if !full {
                return Ok(sieve.found());
            }
        }
    }
}

/// The tenant's counter, kept with every change: the exact number of rows.
fn everybody(view: &mut View<'_, Region>, scope: &Scope<ReadMembers>) -> Result<i64> {
    Ok(policy::usage(view, scope)?.map_or(0, |u| u.members))
}

/// Something a list is made of.
pub trait Listed {
    /// Its id.
    fn id(&self) -> Uuid;
    /// The whole resource.
    fn whole(&self, base: &str) -> Fields;
}

impl Listed for User {
    fn id(&self) -> Uuid {
        self.member.id.0
    }
    fn whole(&self, base: &str) -> Fields {
        self.resource(base)
    }
}

/// Keeps what fits and lies in the part, counts what fits.
pub struct Sieve<'p, T> {
    part: &'p Part,
    total: i64,
    kept: Vec<(SortKey, T)>,
}

/// What has no value comes last, and first when the order falls.
type SortKey = (bool, String);

impl<'p, T: Listed> Sieve<'p, T> {
    /// An empty one.
    pub fn new(part: &'p Part) -> Self {
        Sieve { part, total: 0, kept: Vec::new() }
    }

    /// True when the filter or the order asks for this attribute.
    pub fn asks(&self, name: &str) -> bool {
        let sorts = self.part.sort.is_some_and(|(p, _)| p.attribute.is_some_and(|a| a.name == name));
        sorts || self.part.filter.as_ref().is_some_and(|f| f.asks(name))
    }

    /// Looks at one. They come by their ids.
    pub fn take(&mut self, one: T) {
        let whole = (self.part.filter.is_some() || self.part.sort.is_some()).then(|| one.whole(&self.part.base));
        if let (Some(filter), Some(whole)) = (&self.part.filter, &whole)
            && !filter.fits(whole)
        {
            return;
        }
        self.total += 1;
        let key = match (&self.part.sort, &whole) {
            (Some((place, _)), Some(whole)) => sort_key(whole, place),
            _ => (false, String::new()),
        };
        let behind = self.part.after.is_none_or(|after| one.id() > after);
        // Without an order the part is cut while they come, so that memory holds a page and no more.
        let wanted = self.part.sort.is_some() || i64::try_from(self.kept.len()).is_ok_and(|n| n < self.part.skip + self.part.count);
        if behind && wanted {
            self.kept.push((key, one));
        }
    }

    /// What is left.
    pub fn found(mut self) -> Found<T> {
        if let Some((_, falls)) = self.part.sort {
            self.kept.sort_by(|a, b| if falls { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) });
        }
        let size = |n: i64| usize::try_from(n).unwrap_or(usize::MAX);
        let items = self.kept.into_iter().skip(size(self.part.skip)).take(size(self.part.count)).map(|(_, one)| one).collect();
        Found { total: self.total, items }
    }
}

fn sort_key(whole: &Fields, place: &Place) -> SortKey {
    let last = place.sub.or(place.attribute);
    // A complex value is ordered by its `value`; of several, the primary one counts.
    let value_of = |v: &Value| if v.is_object() { v.get("value").cloned() } else { Some(v.clone()) };
    let primary =
        place.attribute.filter(|a| a.multi).and_then(|a| whole.get(a.name)?.as_array()?.iter().find(|v| super::resource::is_primary(v)));
    let found = match (primary, place.sub) {
        (Some(v), Some(sub)) => v.get(sub.name).cloned(),
        (Some(v), None) => value_of(v),
        (None, _) => values(whole, place).first().and_then(|v| value_of(v)),
    };
    let Some(found) = found else { return (true, String::new()) };
    let text = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
    if last.is_some_and(|a| a.kind == Kind::DateTime) {
        let at = text.parse::<Timestamp>().map_or(0, |t| t.0);
        return (false, format!("{at:020}"));
    }
    (false, folded(&text, last.is_some_and(|a| a.exact)))
}

/// What an index can find of whoever fits: any term that must hold will do.
fn probe(node: &Node) -> Option<Probe> {
    match node {
        Node::And(all) => all.iter().find_map(probe),
        Node::Test(place, Test::Text(Op::Eq, text, _)) if place.urn.is_none() => {
            let name = (place.attribute?.name, place.sub.map(|s| s.name));
            match name {
                ("id", None) => Some(Probe::Id(MemberId::parse(text).unwrap_or(MemberId::new(Uuid::nil())))),
                ("userName", None) => Some(Probe::UserName(text.clone())),
                ("externalId", None) => Some(Probe::ExternalId(text.clone())),
                ("emails", Some("value")) => Some(Probe::Address(text.clone())),
                ("displayName", None) => Some(Probe::Display(text.clone(), store::fold(text))),
                _ => None,
            }
        }
        // Of `emails[…]` too, a term on the address must hold for some value.
        Node::Values(place, inner) if place.urn.is_none() && place.attribute.is_some_and(|a| a.name == "emails") => address(inner),
        _ => None,
    }
}

fn address(inner: &Node) -> Option<Probe> {
    match inner {
        Node::And(all) => all.iter().find_map(address),
        Node::Test(place, Test::Text(Op::Eq, text, _)) if place.attribute.is_some_and(|a| a.name == "value") => {
            Some(Probe::Address(text.clone()))
        }
        _ => None,
    }
}

/// The span of `meta.lastModified` that is all the filter asks for.
fn span(node: &Node) -> Option<(Timestamp, Timestamp)> {
    match node {
        Node::And(all) => all.iter().map(span).try_fold((Timestamp(i64::MIN), Timestamp::FOREVER), |(from, to), one| {
            let (a, b) = one?;
            Some((from.max(a), to.min(b)))
        }),
        Node::Test(place, Test::Instant(op, at)) => {
            let is = place.attribute.is_some_and(|a| a.name == "meta") && place.sub.is_some_and(|s| s.name == "lastModified");
            let (first, last) = (Timestamp(i64::MIN), Timestamp::FOREVER);
            match op {
                _ if !is => None,
                Op::Eq => Some((*at, *at)),
                Op::Gt => Some((Timestamp(at.0.saturating_add(1)), last)),
                Op::Ge => Some((*at, last)),
                Op::Lt => Some((first, Timestamp(at.0.saturating_sub(1)))),
                Op::Le => Some((first, *at)),
                _ => None,
            }
        }
        _ => None,
    }
}
