//! Weighing: what a page of news would change, without changing anything.

use std::collections::HashSet;

use access::{Scope, permissions::ManageMembers};
use command::{Node, Query};
use store::{CustomerId, Region, Result, SourceId, Timestamp, Uuid, View};

use super::{
    facts::Facts,
    judge::{Class, Tied, Verdict, Why},
    said::News,
    stage::Staged,
    store as rows,
};
use crate::directory::{
    held::{self, Domains, Want},
    member::{Member, MemberStatus},
};

/// Asks what a page of news would change. Who is as before is not in the answer.
#[derive(Debug)]
pub struct WeighNews {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which source speaks.
    pub source: SourceId,
    /// In which reading.
    pub reading: Uuid,
    /// What it says: at most [`super::PAGE`], each key once.
    pub news: Vec<News>,
    /// Keys the reading has named before: its last word counts, even if that is the old one.
    pub again: HashSet<String>,
}

impl Query for WeighNews {
    type Home = Region;
    type Needs = ManageMembers;
    type Found = Vec<Staged>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ManageMembers>, _: Timestamp) -> Result<Vec<Staged>> {
        let ties = Facts::ties(view, scope, self.source, &self.news)?;
        let same = |news: &&News| match (news, ties.get(news.key()).map(|tie| &tie.state)) {
            (News::Is(_, said), Some(Tied::Named(before))) => said.as_ref() == before,
            (News::Gone(_), tie) => !matches!(tie, Some(Tied::Named(_))),
            _ => false,
        };
        let (old, new): (Vec<&News>, Vec<&News>) = self.news.iter().partition(same);
        let mut staged: Vec<Staged> = old.into_iter().filter(|n| self.again.contains(n.key())).map(nothing).collect();
        if new.is_empty() {
            return Ok(staged);
        }
        let mut facts = Facts::load(view, scope, (self.source, Some(self.reading)), ties, &new)?;
        let domains = Domains::of(view, scope)?;
        for news in new {
            match facts.judge(news) {
                Some(verdict) => {
                    if let News::Is(key, said) = news {
                        facts.stage(key, said, verdict.class);
                    }
                    staged.push(Staged {
                        news: news.clone(),
                        class: verdict.class,
                        why: verdict.why,
                        want: want(&facts, news, verdict, &domains),
                    });
                }
                None if self.again.contains(news.key()) => staged.push(nothing(news)),
                None => {}
            }
        }
        Ok(staged)
    }
}

fn nothing(news: &News) -> Staged {
    Staged { news: news.clone(), class: Class::Nothing, why: Why::Said, want: "" }
}

/// What a change would come to: `in` with a seat or waiting for one, `held`, `out`; empty where the status stays.
fn want(facts: &Facts, news: &News, verdict: Verdict, domains: &Domains) -> &'static str {
    let said = if let News::Is(_, said) = news { Some(said) } else { None };
    let want = match (verdict.class, facts.member(news), said) {
        (Class::Conflict | Class::Nothing, ..) => None,
        (Class::Joins, _, Some(said)) => Some(Want::of(true, &said.email, domains)),
        (_, Some(person), Some(said)) => {
            let after = super::judge::changed(&person.member, facts.before(news.key()), said);
            held::wanted(&person.member, &after.email, verdict.turned, domains).filter(|want| differs(&person.member, *want))
        }
        (_, Some(person), None) => Some(Want::Out).filter(|want| differs(&person.member, *want)),
        (_, None, _) => None,
    };
    want.map_or("", |want| match want {
        Want::Out => "out",
        Want::Held => "held",
        Want::In => "in",
    })
}

fn differs(member: &Member, want: Want) -> bool {
    match want {
        Want::Out => member.status != MemberStatus::Inactive,
        Want::Held => member.status != MemberStatus::Held,
        Want::In => !matches!(member.status, MemberStatus::Active | MemberStatus::Waiting),
    }
}

/// Asks for the keys a source names, in order.
#[derive(Debug)]
pub struct KeysOf {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which source.
    pub source: SourceId,
    /// Behind which key.
    pub after: String,
    /// How many.
    pub limit: i64,
}

impl Query for KeysOf {
    type Home = Region;
    type Needs = ManageMembers;
    type Found = Vec<String>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ManageMembers>, _: Timestamp) -> Result<Vec<String>> {
        rows::named_keys(view, scope, self.source, &self.after, self.limit)
    }
}
