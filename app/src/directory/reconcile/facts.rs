//! What is known around some pieces of news: read at once, and kept true while they are judged one after the other.

use std::collections::{HashMap, HashSet};

use access::Scope;
use store::{Region, Result, SourceId, Uuid, View};

use super::{
    judge::{Around, Class, Owner, Person, Tie, Tied, Verdict, judge},
    said::{News, Said},
    store as rows,
};
use crate::directory::member::{Member, MemberStatus, email_key};

/// The facts.
#[derive(Debug)]
pub struct Facts {
    source: SourceId,
    ties: HashMap<String, Tie>,
    own: HashMap<String, Person>,
    holders: HashMap<String, Vec<Person>>,
    names: HashMap<String, HashSet<String>>,
    staged_emails: HashMap<String, HashSet<String>>,
    staged_names: HashMap<String, HashSet<String>>,
}

impl Facts {
    /// What the source said before of these.
    pub fn ties<P>(view: &mut View<'_, Region>, scope: &Scope<P>, source: SourceId, news: &[News]) -> Result<HashMap<String, Tie>> {
        let keys: Vec<String> = news.iter().map(|n| n.key().to_owned()).collect();
        rows::ties(view, scope, source, &keys)
    }

    /// All else that decides about them; `reading` where what is staged of it counts too.
    pub fn load<P>(
        view: &mut View<'_, Region>,
        scope: &Scope<P>,
        (source, reading): (SourceId, Option<Uuid>),
        ties: HashMap<String, Tie>,
        news: &[&News],
    ) -> Result<Facts> {
        let keys: Vec<String> = news.iter().map(|n| n.key().to_owned()).filter(|key| ties.contains_key(key)).collect();
        let said = news.iter().filter_map(|n| if let News::Is(_, said) = n { Some(said) } else { None });
        let (mut emails, mut names): (Vec<String>, Vec<String>) = said.map(|s| (s.email_key(), s.user_name_key())).unzip();
        emails.retain(|e| !e.is_empty());
        names.retain(|n| !n.is_empty());
        let mut staged = |wanted: &[String], by_name| match reading {
            Some(reading) => rows::staged(view, scope, (source, reading), wanted, by_name),
            None => Ok(HashMap::new()),
        };
        let (staged_emails, staged_names) = (staged(&emails, false)?, staged(&names, true)?);
        Ok(Facts {
            source,
            own: rows::own(view, scope, source, &keys)?,
            holders: rows::holders(view, scope, &emails)?,
            names: rows::names(view, scope, source, &names)?,
            ties,
            staged_emails,
            staged_names,
        })
    }

    /// Judges a piece of news as things stand.
    pub fn judge(&self, news: &News) -> Option<Verdict> {
        let key = news.key();
        let (tie, own) = (self.ties.get(key), self.own.get(key));
        let (mut holder, mut name_taken, mut address_taken) = (None, false, false);
        if let News::Is(_, said) = news {
            let another = |map: &HashMap<String, HashSet<String>>, word: &str| {
                !word.is_empty() && map.get(word).is_some_and(|keys| keys.iter().any(|k| k != key))
            };
            let (email, name) = (said.email_key(), said.user_name_key());
            holder = self.holders.get(&email).into_iter().flatten().find(|p| own.is_none_or(|own| own.member.id != p.member.id));
            name_taken = another(&self.names, &name) || another(&self.staged_names, &name);
            address_taken = another(&self.staged_emails, &email);
        }
        judge(news, &Around { source: self.source, tie, own, holder, name_taken, address_taken })
    }

    /// What the source said of a key before.
    pub fn before(&self, key: &str) -> Option<&Said> {
        match self.ties.get(key).map(|tie| &tie.state) {
            Some(Tied::Named(said) | Tied::Gone(said)) => Some(said),
            _ => None,
        }
    }

    /// The member of a key, or the one it takes over.
    pub fn member(&self, news: &News) -> Option<&Person> {
        let holder = || match news {
            News::Is(_, said) => self.holders.get(&said.email_key()).and_then(|all| all.first()),
            News::Gone(_) => None,
        };
        self.own.get(news.key()).or_else(holder)
    }

    /// A key is to get an address and a user name: nobody else of this page may.
    pub fn stage(&mut self, key: &str, said: &Said, class: Class) {
        if !matches!(class, Class::Conflict | Class::Nothing) {
            self.staged_emails.entry(said.email_key()).or_default().insert(key.to_owned());
            self.staged_names.entry(said.user_name_key()).or_default().insert(key.to_owned());
        }
    }

    /// A key's member is as here from now on; none for `said` where the source names it no more.
    pub fn became(&mut self, key: &str, member: &Member, status: MemberStatus, said: Option<&Said>) {
        let known = self.own.get(key).or_else(|| self.holders.values().flatten().find(|p| p.member.id == member.id));
        // What a person decided stands as long as the status does.
        let by_hand = known.is_some_and(|p| p.by_hand && p.member.status == status);
        let before = known.map(|p| email_key(&p.member.email));
        if let Some(all) = before.and_then(|email| self.holders.get_mut(&email)) {
            all.retain(|p| p.member.id != member.id);
        }
        for keys in self.names.values_mut() {
            keys.remove(key);
        }
        let member = Member { status, ..member.clone() };
        let owner = if said.is_some() { Owner::Source(self.source) } else { Owner::Nobody };
        let person = Person { by_hand, owner, member };
        let last = said.cloned().or_else(|| self.before(key).cloned());
        let state = match (said, last) {
            (Some(said), _) => {
                self.names.entry(said.user_name_key()).or_default().insert(key.to_owned());
                Tied::Named(said.clone())
            }
            (None, Some(last)) => Tied::Gone(last),
            (None, None) => Tied::Removed,
        };
        self.ties.insert(key.to_owned(), Tie { member: person.member.id, state });
        if !person.member.email.is_empty() {
            let holders = self.holders.entry(email_key(&person.member.email)).or_default();
            holders.retain(|p| p.member.id != person.member.id);
            holders.push(person.clone());
        }
        self.own.insert(key.to_owned(), person);
    }
}
