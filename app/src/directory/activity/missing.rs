//! Members that words name and the customer does not have: where the sender wants them made, whoever is named by an address in a
//! verified domain is, with the first word of it that is kept.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use command::Cx;
use store::{MemberId, Result};

use super::{RecordActivity, store::Person};
use crate::{
    directory::{
        held::Domains,
        member::{MemberStatus, NewMember, email_key},
        rules::{self, Written},
        store as members,
    },
    licensing::policy,
};

/// Adds whoever may be made to those who are meant; gives what they would be. Not to be let in yet: their words decide that.
pub fn find<'i>(
    cx: &mut Cx<'_, '_, RecordActivity>,
    said: &BTreeSet<&'i str>,
    people: &mut HashMap<&'i str, Person>,
) -> Result<HashMap<MemberId, NewMember>> {
    let domains = Domains::of(cx.tx, cx.scope)?;
    let mut texts: BTreeMap<String, Vec<&'i str>> = BTreeMap::new();
    for text in said.iter().copied().filter(|text| domains.hold(text) && !people.contains_key(text)) {
        texts.entry(email_key(text)).or_default().push(text);
    }
    let keys: Vec<String> = texts.keys().cloned().collect();
    // A directory calls a member so that has another address: who that is, is the directory's to say.
    for key in members::called(cx.tx, cx.scope, &keys)? {
        texts.remove(&key);
    }
    let mut new = HashMap::with_capacity(texts.len());
    for (email, texts) in texts {
        let Ok(member) = rules::read(&Written { email: &email, status: "inactive", ..Written::default() }) else { continue };
        let person = Person { id: cx.new_id(), status: MemberStatus::Inactive, since: cx.now, active_until: None };
        people.extend(texts.into_iter().map(|text| (text, person)));
        new.insert(person.id, member);
    }
    Ok(new)
}

/// Makes them.
pub fn make(cx: &mut Cx<'_, '_, RecordActivity>, new: &HashMap<MemberId, NewMember>) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let status = MemberStatus::Inactive;
    let one = |(id, new)| members::Made { id, new, status, source: "api", import: None, by_hand: false };
    let mut made: Vec<members::Made<'_>> = new.iter().map(|(id, new)| one((*id, new))).collect();
    made.sort_by_key(|m| m.id.0);
    members::insert(cx.tx, cx.scope, &made, cx.now)?;
    let n = i64::try_from(made.len()).unwrap_or(i64::MAX);
    policy::note_members(cx.tx, cx.scope, n, 0)?;
    cx.changed("tenant", members::customer(cx.scope), "members_added", 0, n);
    Ok(())
}
