//! The questions: who works at a partner; and what a person may know about themselves.

use access::{
    Actor, Credential, MembershipView, Memberships, Role, Scope,
    permissions::{self, ReadStaff},
};
use command::{Node, Query};
use serde::Serialize;
use store::{Control, GroupId, PartnerId, Result, SessionId, StaffId, Timestamp, Uuid, View};

use super::{
    noun::{Person, StaffMember, StaffStatus, node_text},
    store as rows,
    tokens::Token,
};
use crate::app::App;

/// Which people of a partner.
#[derive(Debug, Clone, Default)]
pub struct Narrow {
    /// Only those with these words in their name or address.
    pub q: Option<String>,
    /// Only those who work as this.
    pub role: Option<Role>,
}

impl Narrow {
    pub(super) fn pattern(&self) -> Option<String> {
        self.q.as_deref().map(store::like)
    }
}

/// Asks who works at a partner, in the order they came.
#[derive(Debug)]
pub struct StaffOf {
    /// Which partner.
    pub partner: PartnerId,
    /// Which of its people.
    pub narrow: Narrow,
    /// Where the page begins: the last id seen.
    pub after: Option<Uuid>,
    /// Rows wanted.
    pub limit: i64,
}

impl Query for StaffOf {
    type Home = Control;
    type Needs = ReadStaff;
    /// The people and how many fit.
    type Found = (Vec<StaffMember>, i64);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ReadStaff>, _: Timestamp) -> Result<Self::Found> {
        let people = rows::members(view, scope.partner(), &self.narrow, self.after.unwrap_or(Uuid::nil()), self.limit)?;
        Ok((people, rows::count_members(view, scope.partner(), &self.narrow)?))
    }
}

/// People of the scope's partner who hold a right there and can sign in, at most 200, in the order they came.
///
/// # Errors
/// The store's.
pub fn colleagues<P>(view: &mut View<'_, Control>, scope: &Scope<P>, right: &str) -> Result<Vec<(StaffId, String)>> {
    let all = rows::members(view, scope.partner(), &Narrow::default(), Uuid::nil(), 200)?;
    Ok(all.into_iter().filter(|m| holds(m, right)).map(|m| (m.id, m.name)).collect())
}

/// True for somebody who works at the scope's partner, holds a right there and can sign in.
///
/// # Errors
/// The store's.
pub fn may_here<P>(view: &mut View<'_, Control>, scope: &Scope<P>, staff: StaffId, right: &str) -> Result<bool> {
    Ok(rows::member(view, scope.partner(), staff)?.is_some_and(|held| holds(&held.member, right)))
}

fn holds(member: &StaffMember, right: &str) -> bool {
    member.status == StaffStatus::Active && permissions::held(member.role, member.grants).contains(&right)
}

/// Asks for one person of a partner, with what an editor of their reach shows.
#[derive(Debug)]
pub struct OneStaff {
    /// Which partner.
    pub partner: PartnerId,
    /// Who.
    pub staff: StaffId,
}

/// One person, and the partner's choices.
#[derive(Debug)]
pub struct Detail {
    /// The person.
    pub member: StaffMember,
    /// Account numbers of the customers in the reach.
    pub numbers: Vec<String>,
    /// The partner's groups.
    pub groups: Vec<(GroupId, String)>,
}

impl Query for OneStaff {
    type Home = Control;
    type Needs = ReadStaff;
    type Found = Option<Detail>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ReadStaff>, _: Timestamp) -> Result<Self::Found> {
        let Some(held) = rows::member(view, scope.partner(), self.staff)? else { return Ok(None) };
        let mut numbers = Vec::new();
        for customer in &held.member.reach.customers {
            numbers.extend(rows::number_of(view, scope.partner(), *customer)?);
        }
        Ok(Some(Detail { member: held.member, numbers, groups: rows::groups(view, scope.partner())? }))
    }
}

/// Asks what a reach can be chosen from, and which customers some account numbers name.
#[derive(Debug)]
pub struct Choices {
    /// Which partner.
    pub partner: PartnerId,
    /// Account numbers to look up.
    pub numbers: Vec<String>,
}

impl Query for Choices {
    type Home = Control;
    type Needs = ReadStaff;
    /// The partner's groups, and for each number its customer.
    type Found = (Vec<(GroupId, String)>, Vec<Option<store::CustomerId>>);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ReadStaff>, _: Timestamp) -> Result<Self::Found> {
        let mut found = Vec::new();
        for number in &self.numbers {
            found.push(rows::customer_by_number(view, scope.partner(), number)?);
        }
        Ok((rows::groups(view, scope.partner())?, found))
    }
}

/// One membership as `GET /v1/me` shows it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Seat {
    /// Where: the text id of the node, its prefix says of what kind.
    pub node_id: String,
    /// What the node is.
    pub kind: &'static str,
    /// As what.
    pub role: Role,
    /// What that allows.
    pub permissions: Vec<&'static str>,
}

/// Who sends a request.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Me {
    /// The person; the one behind it, for a token.
    pub staff_id: StaffId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Where they work, highest node first.
    pub memberships: Vec<Seat>,
}

/// A session as its person sees it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Browser and system.
    pub label: String,
    /// Network address.
    pub address: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// True for the one that asks.
    pub current: bool,
}

/// Everything a person sees about themselves.
pub struct Own {
    /// They themselves.
    pub person: Person,
    /// As which actor they were recognised.
    pub actor: Actor,
    /// Where they work.
    pub memberships: Vec<MembershipView>,
    /// What those places are called, in the same order.
    pub places: Vec<String>,
    /// The suspended customers they work in, each with its partner, by name.
    pub suspended: Vec<(String, String)>,
    /// Their sessions.
    pub sessions: Vec<Session>,
    /// Their API tokens.
    pub tokens: Vec<Token>,
    /// Recovery codes left.
    pub recovery_left: i64,
}

impl Own {
    /// As `GET /v1/me` shows it.
    #[must_use]
    pub fn me(&self) -> Me {
        let seat = |m: &MembershipView| Seat {
            node_id: node_text(m.kind, m.node),
            kind: m.kind.word(),
            role: m.role,
            permissions: permissions::held(m.role, m.grants),
        };
        Me {
            staff_id: self.person.staff,
            email: self.person.email.clone(),
            name: self.person.name.clone(),
            memberships: self.memberships.iter().map(seat).collect(),
        }
    }
}

/// Recognises whoever shows a credential and gives what is theirs; `None` = 401. Needs no right but being somebody, which is
/// why it is no [`Query`].
///
/// # Errors
/// The store's.
pub async fn own(app: &App, credential: Credential) -> Result<Option<Own>> {
    let now = app.house.now();
    app.house.control().read(move |view| find(view, credential, now)).await
}

fn find(view: &mut View<'_, Control>, credential: Credential, now: Timestamp) -> Result<Option<Own>> {
    let Some(actor) = access::authenticate(view, &credential, now)? else { return Ok(None) };
    let Some(staff) = actor.staff else { return Ok(None) };
    let Some(person) = rows::person(view, staff)? else { return Ok(None) };
    let shown = match credential {
        Credential::Secret(hash) => Some(hash),
        _ => None,
    };
    let session = |k: rows::Kept| Session {
        id: SessionId::new(k.id),
        current: Some(k.hash) == shown,
        label: k.label,
        address: k.address,
        created_at: k.created_at,
        last_used_at: k.last_used_at,
        expires_at: k.expires_at,
    };
    let Memberships { held: memberships, suspended: closed } = access::memberships(view, actor)?;
    let places = memberships.iter().map(|m| rows::place(view, m)).collect::<Result<_>>()?;
    let mut suspended = Vec::new();
    for m in closed {
        suspended.push((rows::place(view, &m)?, rows::place(view, &MembershipView { customer: None, ..m })?));
    }
    Ok(Some(Own {
        memberships,
        places,
        suspended,
        sessions: rows::kept(view, staff, "session", now)?.into_iter().map(session).collect(),
        tokens: rows::kept(view, staff, "token", now)?.into_iter().filter_map(Token::of).collect(),
        recovery_left: rows::recovery_left(view, staff)?,
        person,
        actor,
    }))
}
