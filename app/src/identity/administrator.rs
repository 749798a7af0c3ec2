//! A customer's primary administrator: a person of the customer with the role `customer_admin` there. Whoever names the address
//! makes the person; opening the mailed link makes the address a proved one.
//!
//! An address belongs to one person of the whole installation. A person who never came is let go with the customer, so that the
//! address is free again.

use access::{Grants, Role};
use command::{Command, Cx};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, PartnerId, Result, StaffId, Timestamp, View};

use super::{
    links::LinkKind,
    mail::SendLink,
    noun::{Person, StaffReach, StaffStatus},
    people::{self, NewMembership},
    store as rows,
};
use crate::noun::{Email, Name};

/// Whether the address is proved to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Nobody is the administrator: no address is named, or whoever had it was let go.
    None,
    /// The mailed link was not used yet.
    Unverified,
    /// The mailed link was used.
    Verified,
    /// The person is shut out.
    Disabled,
}

impl Proof {
    /// The word in texts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Proof::None => "none",
            Proof::Unverified => "unverified",
            Proof::Verified => "verified",
            Proof::Disabled => "disabled",
        }
    }
}

/// The primary administrator of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Administrator {
    /// The address; null when none is named.
    pub email: Option<String>,
    /// Whether it is proved to reach somebody.
    pub status: Proof,
    /// Who it is.
    pub staff_id: Option<StaffId>,
    /// What they are called.
    pub name: Option<String>,
    /// When the last link was mailed that was not used; null when none was.
    pub link_sent_at: Option<Timestamp>,
    /// Until when it works.
    pub link_expires_at: Option<Timestamp>,
}

/// The administrator of a customer, by the address the customer names.
///
/// # Errors
/// The store's.
pub fn of(view: &mut View<'_, Control>, customer: CustomerId, email: Option<&str>) -> Result<Administrator> {
    let mut found = Administrator {
        email: email.map(str::to_owned),
        status: Proof::None,
        staff_id: None,
        name: None,
        link_sent_at: None,
        link_expires_at: None,
    };
    let Some(email) = email else { return Ok(found) };
    let Some(person) = here(view, customer, email)? else { return Ok(found) };
    found.status = match person.status {
        StaffStatus::Invited => Proof::Unverified,
        StaffStatus::Active => Proof::Verified,
        StaffStatus::Disabled => Proof::Disabled,
    };
    if person.status == StaffStatus::Invited
        && let Some((sent, until)) = rows::last_link(view, person.staff, LinkKind::Invite)?
    {
        (found.link_sent_at, found.link_expires_at) = (Some(sent), Some(until));
    }
    (found.staff_id, found.name) = (Some(person.staff), Some(person.name));
    Ok(found)
}

/// The person of an address, if they administer this customer.
fn here(view: &mut View<'_, Control>, customer: CustomerId, email: &str) -> Result<Option<Person>> {
    let Some(person) = rows::person_by_email(view, email)? else { return Ok(None) };
    let own = rows::membership_at(view, person.staff, customer.0)?;
    Ok(own.filter(|own| own.role == Role::CustomerAdmin).map(|_| person))
}

/// An administrator who proved their address and can sign in, and a customer that is theirs.
#[derive(Debug, Clone, Copy)]
pub struct Post {
    /// Who.
    pub staff: StaffId,
    /// The customer's partner.
    pub partner: PartnerId,
    /// The customer.
    pub customer: CustomerId,
}

/// What the person of an address administers; nothing for an address nobody has, or whose person never came or was shut out.
///
/// # Errors
/// The store's.
pub fn posts(view: &mut View<'_, Control>, email: &str) -> Result<Vec<Post>> {
    let found = rows::administered(view, email)?;
    Ok(found.into_iter().map(|(staff, partner, customer)| Post { staff, partner, customer }).collect())
}

/// A person of a customer, as long as they administer it and can sign in.
///
/// # Errors
/// The store's.
pub fn at_work(view: &mut View<'_, Control>, customer: CustomerId, staff: StaffId) -> Result<Option<Person>> {
    let Some(person) = rows::person(view, staff)?.filter(|p| p.status == StaffStatus::Active) else { return Ok(None) };
    here(view, customer, &person.email)
}

/// The address is somebody's already: whose is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmailTaken;

/// Makes the person of an address the administrator of a customer, and mails them their link unless told not to. Somebody who
/// administers the customer already goes on doing so.
///
/// # Errors
/// The store's; the inner result is the address's no.
pub fn appoint<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    email: &Email,
    notify: bool,
) -> Result<std::result::Result<(), EmailTaken>> {
    if here(cx.tx, customer, email.as_str())?.is_some() {
        return Ok(Ok(()));
    }
    let membership = NewMembership { node: customer.0, role: Role::CustomerAdmin, grants: Grants::default(), reach: StaffReach::all() };
    // They say what they are called when they come.
    let local = email.as_str().split('@').next().unwrap_or_default();
    let Ok(name) = Name::parse(local) else { return Ok(Err(EmailTaken)) };
    let home = cx.scope.partner().0;
    let staff = match people::add(cx, home, email, &name, None, &membership) {
        Ok(staff) => staff,
        Err(command::Fail::Store(error)) => return Err(error),
        Err(_) => return Ok(Err(EmailTaken)),
    };
    if notify {
        send(cx, staff);
    }
    Ok(Ok(()))
}

/// Lets the administrator who was appointed in this transaction in at once, with a name and a password of their own: they have proved
/// the address before. The link that was told for them then finds nobody who waits for it. False when nobody waits under the address.
///
/// # Errors
/// The store's.
pub fn let_in<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    email: &Email,
    name: &Name,
    password_hash: &str,
) -> Result<bool> {
    let found = here(cx.tx, customer, email.as_str())?.filter(|person| person.status == StaffStatus::Invited);
    let Some(person) = found else { return Ok(false) };
    rows::set_password(cx.tx, person.staff, password_hash)?;
    rows::set_name(cx.tx, person.staff, name)?;
    cx.changed("staff", person.staff, "name", &person.name, name);
    cx.changed("staff", person.staff, "status", person.status, StaffStatus::Active);
    Ok(true)
}

/// True when somebody has the address, whether or not they ever came.
///
/// # Errors
/// The store's.
pub fn is_somebody(view: &mut View<'_, Control>, email: &str) -> Result<bool> {
    Ok(rows::person_by_email(view, email)?.is_some())
}

/// Mails a person who was invited their link.
pub fn send<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, staff: StaffId) {
    cx.tell("identity.mail", &SendLink { staff, kind: LinkKind::Invite });
}

/// Lets the people go who were invited to a customer, work nowhere else and never came: their addresses are free again. With an
/// address, only that person.
///
/// # Errors
/// The store's.
pub fn let_go_unverified<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId, email: Option<&str>) -> Result<()> {
    for (staff, address) in rows::never_came(cx.tx, customer)? {
        if email.is_some_and(|wanted| rows::email_key(wanted) != rows::email_key(&address)) {
            continue;
        }
        rows::forget_person(cx.tx, staff, &format!("withdrawn+{}@invalid", staff.0.simple()), cx.now)?;
        rows::void_links(cx.tx, LinkKind::Invite, Some(staff), cx.now)?;
        cx.changed("staff", staff, "status", StaffStatus::Invited, StaffStatus::Disabled);
    }
    Ok(())
}
