//! Somebody proved the address: their trial is opened, by the one way in which customers are made, and they are let in as its
//! administrator.

use access::{Scope, permissions::Operate};
use command::{Command, Cx, Fail, Node, Query, Secret};
use serde::Serialize;
use store::{Control, PartnerId, Result, Timestamp, View};

use super::{
    over,
    refusal::SignUpRefusal,
    store::{self as rows, Kept},
};
use crate::{
    alerts::{self, Code},
    hierarchy::{
        CustomerKind,
        customers::{self, NewCustomer},
        settings,
    },
    identity::{administrator, newcomers},
    noun::{Email, Name},
    provisioning::{Created, NotCreated, create},
};

/// Asks what a link is for, while it can be used. Only looks.
#[derive(Debug)]
pub(super) struct LinkOf {
    pub partner: PartnerId,
    pub link: [u8; 32],
}

impl Query for LinkOf {
    type Home = Control;
    type Needs = Operate;
    type Found = Option<Kept>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, now: Timestamp) -> Result<Option<Kept>> {
        // Who got the address meanwhile has a sign-in: there is nothing left to prove.
        match rows::by_link(view, scope, self.link, over(now))? {
            Some(kept) if !administrator::is_somebody(view, &kept.email)? => Ok(Some(kept)),
            _ => Ok(None),
        }
    }
}

/// Opens the trial, with whoever has the link as its administrator. Only here does a customer come into being.
#[derive(Debug, Serialize)]
pub(super) struct OpenTrial {
    pub partner: PartnerId,
    pub link: Secret<[u8; 32]>,
    /// What the person is called.
    pub name: Name,
    /// Their password, hashed.
    pub password_hash: Secret<String>,
}

impl Command for OpenTrial {
    const NAME: &'static str = "signup.open_trial";
    type Home = Control;
    type Needs = Operate;
    type Done = Created;
    type Refusal = SignUpRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Created, Fail<SignUpRefusal>> {
        let gone = SignUpRefusal::LinkGone {};
        if newcomers::hold_host(cx.tx)? != Some(self.partner) {
            return Err(gone.into());
        }
        let Some(kept) = rows::use_up(cx.tx, cx.scope, self.link.0, over(cx.now), cx.now)? else { return Err(gone.into()) };
        let (Ok(email), Ok(said)) = (Email::parse(kept.email.as_str()), Name::parse(kept.name.as_str())) else {
            return Err(store::Error::Corrupt(format!("{}: name or address", kept.id)).into());
        };
        let Some(name) = free_name(cx.tx, cx.scope, &said, &email)? else { return Err(SignUpRefusal::NoPlace {}.into()) };
        let host = settings::of(cx.tx, cx.scope)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        let new = NewCustomer {
            kind: CustomerKind::Trial,
            max_mau: host.default_max_mau,
            language: Some(kept.language),
            admin_email: Some(email.clone()),
            ..NewCustomer::named(name)
        };
        let created = create(cx, &new, 0).map_err(refused)?;
        let customer = created.tenant_id;
        if !administrator::let_in(cx, customer, &email, &self.name, &self.password_hash.0)? {
            return Err(gone.into());
        }
        cx.changed("sign_up", kept.id, "used", false, true);
        cx.changed("customer", customer, "came_by", (), "sign-up");
        let news = Code::TrialSignedUp;
        alerts::raise(cx, customer, news, news.subject(), &serde_json::json!({}))?;
        Ok(created)
    }
}

fn refused(fail: Fail<NotCreated>) -> Fail<SignUpRefusal> {
    match fail {
        Fail::Refused(NotCreated::EmailTaken {}) => SignUpRefusal::LinkGone {}.into(),
        Fail::Refused(_) => SignUpRefusal::NoPlace {}.into(),
        Fail::Denied(denied) => Fail::Denied(denied),
        Fail::KeyReused => Fail::KeyReused,
        Fail::Store(error) => Fail::Store(error),
    }
}

/// How often a name may be taken before nobody is taken in under it.
const MOST_ALIKE: u32 = 200;

/// What the customer is called: as was said, or, where another one is called that, with the address's domain behind it.
fn free_name<P>(view: &mut View<'_, Control>, scope: &Scope<P>, said: &Name, email: &Email) -> Result<Option<Name>> {
    if !customers::name_taken(view, scope, said.as_str())? {
        return Ok(Some(said.clone()));
    }
    for number in 1..=MOST_ALIKE {
        let Ok(name) = Name::parse(told_apart(said.as_str(), email.as_str(), number)) else { return Ok(None) };
        if !customers::name_taken(view, scope, name.as_str())? {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// A name with what tells it apart behind it, in the 200 characters that a name may have.
fn told_apart(said: &str, email: &str, number: u32) -> String {
    let domain: String = email.rsplit('@').next().unwrap_or_default().chars().take(80).collect();
    let end = if number == 1 { format!(" ({domain})") } else { format!(" ({domain} {number})") };
    let front: String = said.chars().take(200 - end.chars().count()).collect();
    format!("{front}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_name_is_told_apart_within_its_length() {
        assert_eq!(told_apart("Eklund Bygg", "ann@eklund.example", 1), "Eklund Bygg (eklund.example)");
        assert_eq!(told_apart("Eklund Bygg", "ann@eklund.example", 7), "Eklund Bygg (eklund.example 7)");
        let long = told_apart(&"å".repeat(200), &format!("a@{}.example", "x".repeat(200)), 200);
        assert!(Name::parse(long.as_str()).is_ok() && long.chars().count() == 200, "{long}");
    }
}
