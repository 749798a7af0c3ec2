//! A customer's primary administrator, as the customer names it (3.05–3.07). The person is `identity`'s; the address is a column of
//! `customer`, changed by [`super::edit`]. Here: how it stands, and the link sent again.

mod api;
mod pages;

pub use api::routes as api;
pub use pages::{Drawn, card, routes as pages};

use ::store::{Control, CustomerId, Result, Timestamp, View};
use access::{
    Denied, Scope,
    permissions::{ManageCustomers, Read},
};
use command::{Command, Cx, Fail, Node, Query, Refusal};
use serde::Serialize;

use super::customers::{self, Customer};
use crate::{
    identity::administrator::{self, Administrator, EmailTaken, Proof},
    noun::Email,
};

/// Seconds between two links to one address.
const PAUSE: i64 = 60;

/// Names another administrator: whoever never came is let go, the new one is made and mailed.
///
/// # Errors
/// The store's; the inner result is the address's no.
pub(super) fn replace<C: Command<Home = Control>>(
    cx: &mut Cx<'_, '_, C>,
    before: &Customer,
    email: Option<&str>,
) -> Result<std::result::Result<(), EmailTaken>> {
    if let Some(old) = &before.admin_email {
        administrator::let_go_unverified(cx, before.id, Some(old))?;
    }
    match email.map(Email::parse) {
        Some(Ok(email)) => administrator::appoint(cx, before.id, &email, true),
        _ => Ok(Ok(())),
    }
}

/// Asks how a customer's administrator stands; none when there is no such customer.
#[derive(Debug)]
pub struct AdministratorOf {
    /// Whose.
    pub customer: CustomerId,
}

impl Query for AdministratorOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<Administrator>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Option<Administrator>> {
        let Some(customer) = customers::find(view, scope, self.customer)? else { return Ok(None) };
        administrator::of(view, self.customer, customer.admin_email.as_deref()).map(Some)
    }
}

/// Sends the administrator their link (again). The one before stops working.
#[derive(Debug, Serialize)]
pub struct ResendToAdministrator {
    /// Of which customer.
    pub customer: CustomerId,
}

/// Why no link was sent.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotResent {
    /// No address is named.
    NoAdministrator {},
    /// The address is proved, or the person was shut out.
    NotInvited {},
    /// Somebody else has the address by now.
    EmailTaken {},
    /// One was sent a moment ago.
    TooSoon {
        /// Seconds until the next one.
        retry_after: i64,
    },
}

impl Refusal for NotResent {
    fn status(&self) -> u16 {
        match self {
            NotResent::TooSoon { .. } => 429,
            _ => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            NotResent::NoAdministrator {} => "no-administrator",
            NotResent::NotInvited {} => "not-invited",
            NotResent::EmailTaken {} => "email-taken",
            NotResent::TooSoon { .. } => "too-many-requests",
        }
    }
    fn title(&self) -> String {
        match self {
            NotResent::NoAdministrator {} => "The customer names no administrator".into(),
            NotResent::NotInvited {} => "The administrator is not waiting for a link".into(),
            NotResent::EmailTaken {} => "This mail address is already in use".into(),
            NotResent::TooSoon { retry_after } => format!("A link was sent just now; try again in {retry_after} s"),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            NotResent::NoAdministrator {} => "Give the customer an administrator's address first.",
            NotResent::NotInvited {} => "The address is verified already, or the person was shut out by the team page.",
            NotResent::EmailTaken {} => "Name another address, such as an alias.",
            NotResent::TooSoon { .. } => "The mail may still arrive.",
        };
        format!("{next} No mail was sent.")
    }
}

impl Command for ResendToAdministrator {
    const NAME: &'static str = "hierarchy.administrator.resend";
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = Administrator;
    type Refusal = NotResent;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Administrator, Fail<NotResent>> {
        let customer = customers::find(cx.tx, cx.scope, self.customer)?.ok_or(Fail::Denied(Denied::NotFound))?;
        let Some(email) = customer.admin_email.as_deref() else { return Err(NotResent::NoAdministrator {}.into()) };
        let found = administrator::of(cx.tx, self.customer, Some(email))?;
        match (found.status, found.staff_id) {
            (Proof::Unverified, Some(staff)) => {
                if let Some(sent) = found.link_sent_at.filter(|sent| sent.plus_seconds(PAUSE) > cx.now) {
                    let left = sent.plus_seconds(PAUSE).0 - cx.now.0;
                    return Err(NotResent::TooSoon { retry_after: left.div_euclid(Timestamp::SECOND) + 1 }.into());
                }
                administrator::send(cx, staff);
                cx.changed("customer", self.customer, "administrator", "invited", "sent again");
            }
            // Let go while the customer was removed: it has been restored since.
            (Proof::None, _) => {
                let email = Email::parse(email).map_err(|_| NotResent::NoAdministrator {})?;
                administrator::appoint(cx, self.customer, &email, true)?.map_err(|EmailTaken| NotResent::EmailTaken {})?;
                cx.changed("customer", self.customer, "administrator", (), "invited");
            }
            _ => return Err(NotResent::NotInvited {}.into()),
        }
        Ok(administrator::of(cx.tx, self.customer, Some(email))?)
    }
}
