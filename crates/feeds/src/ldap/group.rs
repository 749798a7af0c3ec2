//! Members of a group, also through groups in it.

use std::collections::{HashSet, VecDeque};

use super::{
    filter::Filter,
    session::{Line, Session},
    wire::{Entry, Scope, Search},
};
use crate::Fault;

/// Active Directory says so at its root.
const ACTIVE_DIRECTORY: &str = "1.2.840.113556.1.4.800";
/// "Is a member, also through other groups" (MS-ADTS, 3.1.1.3.4.4.3).
const IN_CHAIN: &str = "1.2.840.113556.1.4.1941";
/// What a group holds its members in.
const MEMBERS: [&str; 2] = ["member", "uniqueMember"];
/// Groups and members that are kept in mind while walking.
const MOST: usize = 500_000;

/// Who belongs to the group.
pub(super) enum Belonging {
    /// The server can tell by a filter.
    Ask(Filter),
    /// The names (distinguished, made equal) of all members.
    Known(HashSet<String>),
}

impl Belonging {
    pub(super) async fn find(session: &mut Session<impl Line>, group: &str, base: &str) -> Result<Belonging, Fault> {
        let root = Search {
            base: "",
            scope: Scope::Base,
            filter: &Filter::present("objectClass"),
            attributes: &["supportedCapabilities", "namingContexts"],
        };
        let root = session.entry(&root).await?.unwrap_or_default();
        if root.texts("supportedCapabilities").any(|capability| capability == ACTIVE_DIRECTORY) {
            // A filter would find nobody in a group there is not, and everybody would be gone.
            members(session, group, &["objectClass"]).await?;
            return Ok(Belonging::Ask(Filter::by_rule(IN_CHAIN, "memberOf", group.as_bytes())));
        }
        let wanted = plain(group);
        let context = root.texts("namingContexts").find(|context| !context.is_empty() && wanted.ends_with(&plain(context)));
        let groups = groups(session, context.unwrap_or(base)).await?;
        walk(session, group, &groups).await.map(Belonging::Known)
    }

    pub(super) fn holds(&self, entry: &Entry) -> bool {
        match self {
            Belonging::Ask(_) => true,
            Belonging::Known(members) => members.contains(&plain(&entry.dn)),
        }
    }
}

/// The names of all groups there are, so that a walk need not ask of every member whether it is one.
async fn groups(session: &mut Session<impl Line>, base: &str) -> Result<HashSet<String>, Fault> {
    let filter = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=groupOfMembers)(objectClass=group))";
    let filter = Filter::parse(filter).ok_or_else(|| Fault::odd("the filter for groups"))?;
    // "1.1" asks for no attribute at all (RFC 4511, 4.5.1.8).
    let search = Search { base, scope: Scope::Below, filter: &filter, attributes: &["1.1"] };
    let (mut found, mut cookie) = (HashSet::new(), Vec::new());
    loop {
        let (page, next) = session.page(&search, &cookie).await?;
        found.extend(page.iter().map(|entry| plain(&entry.dn)));
        limit(found.len())?;
        if next.is_empty() {
            return Ok(found);
        }
        cookie = next;
    }
}

/// Down from the group. Each group is read once, so a circle ends.
async fn walk(session: &mut Session<impl Line>, group: &str, groups: &HashSet<String>) -> Result<HashSet<String>, Fault> {
    let (mut seen, mut people) = (HashSet::from([plain(group)]), HashSet::new());
    let mut queue = VecDeque::from([group.to_owned()]);
    while let Some(next) = queue.pop_front() {
        let entry = match members(session, &next, &MEMBERS).await {
            // A group within may have been deleted a moment ago; the one that was asked for may not.
            Err(Fault::BadSettings { .. }) if next != group => continue,
            other => other?,
        };
        for member in MEMBERS.iter().flat_map(|name| entry.texts(name)) {
            let name = plain(member);
            if !groups.contains(&name) {
                people.insert(name);
            } else if seen.insert(name) {
                queue.push_back(member.to_owned());
            }
        }
        limit(people.len() + seen.len())?;
    }
    // The usual reason is a group that holds its members in another attribute: better said than obeyed.
    if people.is_empty() { Err(Fault::setting("group", "it has no members that can be read")) } else { Ok(people) }
}

async fn members(session: &mut Session<impl Line>, group: &str, attributes: &[&str]) -> Result<Entry, Fault> {
    let search = Search { base: group, scope: Scope::Base, filter: &Filter::present("objectClass"), attributes };
    let missing = || Fault::setting("group", "there is no such group, or the signed-in user may not see it");
    match session.entry(&search).await {
        Ok(entry) => entry.ok_or_else(missing),
        Err(Fault::BadSettings { .. }) => Err(missing()),
        Err(other) => Err(other),
    }
}

fn limit(count: usize) -> Result<(), Fault> {
    if count > MOST { Err(Fault::TooMuch(format!("a group of more than {MOST} members"))) } else { Ok(()) }
}

/// A distinguished name so that equal ones are the same text: small letters, no blanks round its signs.
fn plain(dn: &str) -> String {
    let mut plain = String::with_capacity(dn.len());
    for part in dn.split_inclusive([',', '=', '+']) {
        let (text, sign) = part.strip_suffix([',', '=', '+']).map_or((part, ""), |text| (text, &part[text.len()..]));
        // A blank after a backslash belongs to the name.
        let text = if text.trim_end().ends_with('\\') { text.trim_start() } else { text.trim() };
        plain.push_str(&text.to_lowercase());
        plain.push_str(sign);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_one_text() {
        assert_eq!(plain("UID = Ada , OU=Staff,DC=example"), plain("uid=ada,ou=staff,dc=example"));
        assert_ne!(plain("uid=ada,dc=example"), plain("uid=ad,dc=example"));
    }
}
