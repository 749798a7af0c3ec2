//! People from an LDAP directory, Active Directory among them, over LDAPS or StartTLS and in pages (RFC 2696).
//!
//! The protocol is spoken here and not by a library: those at hand read a server's answer recursively and into memory
//! without a limit, so that a hostile directory could end this program for everybody.

mod ber;
mod filter;
mod group;
mod people;
mod session;
mod settings;
mod wire;

pub use settings::{Attributes, Schema, Settings, Tls};

use filter::Filter;
use group::Belonging;
use people::Names;
use session::{Line, Session};
use wire::{Scope, Search};

use crate::{Ended, Extent, Fault, News, Reach};

/// People of Active Directory: no computers, no contacts.
const AD_PEOPLE: &str = "(&(objectCategory=person)(objectClass=user))";
/// People elsewhere.
const PEOPLE: &str = "(objectClass=inetOrgPerson)";

pub(crate) async fn fetch(reach: &Reach<'_>, settings: &Settings) -> Result<Ended, Fault> {
    let mut session = Session::open(reach.net, settings, reach.secret.reveal()).await?;
    read(reach, settings, &mut session).await?;
    session.close().await;
    Ok(Ended { extent: Extent::Whole, cursor: None })
}

async fn read(reach: &Reach<'_>, settings: &Settings, session: &mut Session<impl Line>) -> Result<(), Fault> {
    let base = settings.base.trim();
    let group = settings.group.as_deref().map(str::trim).filter(|group| !group.is_empty());
    let belonging = match group {
        Some(group) => Some(Belonging::find(session, group, base).await?),
        None => None,
    };
    let mut filter = people(settings)?;
    if let Some(Belonging::Ask(group)) = &belonging {
        filter = filter.and(group.clone());
    }
    let names = Names::of(settings);
    let attributes = names.all();
    let search = Search { base, scope: Scope::Below, filter: &filter, attributes: &attributes };
    let mut cookie = Vec::new();
    loop {
        let (page, next) = session.page(&search, &cookie).await?;
        let wanted = page.iter().filter(|entry| belonging.as_ref().is_none_or(|group| group.holds(entry)));
        let news = wanted.map(|entry| names.person(entry).map(News::Is)).collect::<Result<_, _>>()?;
        reach.hand(news).await?;
        if next.is_empty() {
            return Ok(());
        }
        cookie = next;
    }
}

fn people(settings: &Settings) -> Result<Filter, Fault> {
    let usual = match settings.schema {
        Schema::ActiveDirectory => AD_PEOPLE,
        Schema::InetOrgPerson => PEOPLE,
    };
    let text = settings.filter.as_deref().filter(|text| !text.trim().is_empty()).unwrap_or(usual);
    Filter::parse(text).ok_or_else(|| Fault::setting("filter", "it is no LDAP filter, such as (objectClass=person)"))
}

#[cfg(test)]
mod tests;
