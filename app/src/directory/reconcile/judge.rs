//! What a piece of news means. No I/O; read it from top to bottom.
//!
//! A member belongs to the source that brought it, while that names it. A source takes over whoever belongs to none (imported, added
//! in the console, left elsewhere); whom another source or SCIM has brought is left to it, and that is shown as a conflict. Whoever a person put out is let in by
//! no source; whoever a person removed is brought back by none.

use serde::{Deserialize, Serialize};
use store::{MemberId, SourceId};

use super::said::{News, Said};
use crate::{
    directory::{
        attributes::{self, Values},
        member::{Member, MemberStatus},
    },
    noun::word_noun,
};

word_noun!(
    /// What a change is.
    Class { /// Somebody new.
        Joins "joins", /// Something about a member is different.
        Moves "moves", /// A member is to be let in no more.
        Leaves "leaves", /// A member that had left is back.
        Returns "returns", /// It cannot be done as it is.
        Conflict "conflict", /// When its turn came there was nothing left to do.
        Nothing "nothing" }
);
word_noun!(
    /// Why it is one.
    Why { /// There is no more to say.
        Said "said", /// The source takes over a member that belonged to none.
        Adopted "adopted", /// The source names it no more.
        Gone "gone", /// The source does not let it work any more.
        Disabled "disabled", /// Another member of the same source has the address.
        AddressTaken "address_taken", /// The member of this address was brought by another source, or by SCIM.
        OtherSource "other_source", /// Two people of the source have one user name, in capitals or not.
        UserNameTwice "user_name_twice" }
);

impl Class {
    /// Its place among the changes of a reading.
    #[must_use]
    pub const fn place(self) -> i64 {
        match self {
            Class::Leaves => 0,
            Class::Moves => 1,
            Class::Returns => 2,
            Class::Joins => 3,
            Class::Conflict | Class::Nothing => 4,
        }
    }
}

/// To whom a member belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// To no source: none brought it, or the one that did names it no more.
    Nobody,
    /// To a directory that pushes (SCIM).
    Scim,
    /// To a source.
    Source(SourceId),
}

/// A member as the judge sees it.
#[derive(Debug, Clone)]
pub struct Person {
    /// The member.
    pub member: Member,
    /// A person decided its status.
    pub by_hand: bool,
    /// To whom it belongs.
    pub owner: Owner,
}

impl Person {
    fn belongs_elsewhere(&self, source: SourceId) -> bool {
        match self.owner {
            Owner::Nobody => false,
            Owner::Scim => true,
            Owner::Source(owner) => owner != source,
        }
    }
}

/// What is known of a source's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    /// Which member it is, or was.
    pub member: MemberId,
    /// How it stands.
    pub state: Tied,
}

/// How a key stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tied {
    /// The source names it, and said this.
    Named(Said),
    /// The source has ceased to name it, and had said this.
    Gone(Said),
    /// A person removed the member.
    Removed,
}

/// All that decides about one piece of news.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// Which source speaks.
    pub source: SourceId,
    /// What is known of the key.
    pub tie: Option<&'a Tie>,
    /// The member of the key.
    pub own: Option<&'a Person>,
    /// The member, other than the key's, that has the address the news names.
    pub holder: Option<&'a Person>,
    /// Another key of the source has the user name.
    pub name_taken: bool,
    /// Another key of this reading is to get the address.
    pub address_taken: bool,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What it is.
    pub class: Class,
    /// Why.
    pub why: Why,
    /// Whether the source's word on coming in is a new one, and which.
    pub turned: Option<bool>,
}

impl Verdict {
    const fn new(class: Class, why: Why, turned: Option<bool>) -> Option<Verdict> {
        Some(Verdict { class, why, turned })
    }

    const fn conflict(why: Why) -> Option<Verdict> {
        Verdict::new(Class::Conflict, why, None)
    }
}

/// Judges a piece of news; none when there is nothing to do.
#[must_use]
pub fn judge(news: &News, around: &Around<'_>) -> Option<Verdict> {
    match (news, around.tie.map(|tie| &tie.state), around.own) {
        (News::Gone(_), Some(Tied::Named(_)), Some(own)) => leaver(own, around),
        (News::Gone(_), ..) => None,
        (News::Is(_, said), Some(Tied::Named(before) | Tied::Gone(before)), Some(own)) => known(said, before, own, around),
        (News::Is(_, said), tied, _) => stranger(said, matches!(tied, Some(Tied::Removed)), around),
    }
}

fn leaver(own: &Person, around: &Around<'_>) -> Option<Verdict> {
    if own.belongs_elsewhere(around.source) {
        return Verdict::conflict(Why::OtherSource);
    }
    Verdict::new(Class::Leaves, Why::Gone, Some(false))
}

/// Somebody the source has not named before, or whose member a person removed.
fn stranger(said: &Said, removed: bool, around: &Around<'_>) -> Option<Verdict> {
    if let Some(holder) = around.holder {
        return match holder.owner {
            Owner::Nobody if around.name_taken => Verdict::conflict(Why::UserNameTwice),
            Owner::Nobody => adopt(said, holder),
            _ if !said.active => None,
            Owner::Source(source) if source == around.source => Verdict::conflict(Why::AddressTaken),
            Owner::Source(_) | Owner::Scim => Verdict::conflict(Why::OtherSource),
        };
    }
    // Whom the source does not let work, and nobody here knows, is nobody's business.
    if removed || !said.active {
        return None;
    }
    if around.name_taken {
        return Verdict::conflict(Why::UserNameTwice);
    }
    if around.address_taken {
        return Verdict::conflict(Why::AddressTaken);
    }
    Verdict::new(Class::Joins, Why::Said, Some(true))
}

/// The first word on a member that belonged to no source does not overturn what a person decided.
fn adopt(said: &Said, member: &Person) -> Option<Verdict> {
    let in_now = member.member.status != MemberStatus::Inactive;
    let turned = (said.active != in_now && !member.by_hand).then_some(said.active);
    let class = match turned {
        Some(false) => Class::Leaves,
        Some(true) => Class::Returns,
        None => Class::Moves,
    };
    Verdict::new(class, Why::Adopted, turned)
}

fn known(said: &Said, before: &Said, own: &Person, around: &Around<'_>) -> Option<Verdict> {
    let back = matches!(around.tie, Some(Tie { state: Tied::Gone(_), .. }));
    if said == before && !back {
        return None;
    }
    if own.belongs_elsewhere(around.source) {
        return Verdict::conflict(Why::OtherSource);
    }
    if around.name_taken && said.user_name_key() != before.user_name_key() {
        return Verdict::conflict(Why::UserNameTwice);
    }
    if let (Some(holder), true) = (around.holder, said.email_key() != before.email_key()) {
        let ours = matches!(holder.owner, Owner::Source(s) if s == around.source);
        return Verdict::conflict(if ours || holder.owner == Owner::Nobody { Why::AddressTaken } else { Why::OtherSource });
    }
    if around.address_taken && said.email_key() != before.email_key() {
        return Verdict::conflict(Why::AddressTaken);
    }
    let turned = (back || said.active != before.active).then_some(said.active);
    match turned {
        Some(false) if !back => Verdict::new(Class::Leaves, Why::Disabled, turned),
        Some(true) if own.by_hand && own.member.status == MemberStatus::Inactive => Verdict::new(Class::Moves, Why::Said, None),
        Some(true) => Verdict::new(Class::Returns, Why::Said, turned),
        _ => Verdict::new(Class::Moves, Why::Said, None),
    }
}

/// The member with what the source changed: another word of the source, and nothing else.
#[must_use]
pub fn changed(member: &Member, before: Option<&Said>, said: &Said) -> Member {
    fn newer<T: Clone + PartialEq>(known: &T, was: Option<&T>, is: &T) -> T {
        if was == Some(is) { known.clone() } else { is.clone() }
    }
    // A first word that leaves something out takes nothing away.
    let optional = |known: &Option<String>, was: Option<&Option<String>>, is: &Option<String>| match was {
        None => is.clone().or_else(|| known.clone()),
        was => newer(known, was, is),
    };
    Member {
        external_id: optional(&member.external_id, before.map(|b| &b.external_id), &said.external_id),
        email: newer(&member.email, before.map(|b| &b.email), &said.email),
        name: newer(&member.name, before.map(|b| &b.name), &said.name),
        department: optional(&member.department, before.map(|b| &b.department), &said.department),
        title: optional(&member.title, before.map(|b| &b.title), &said.title),
        language: optional(&member.language, before.map(|b| &b.language), &said.language),
        attributes: attributes::newer(&member.attributes, before.map_or(&Values::new(), |b| &b.attributes), &said.attributes),
        // Nobody but its directory says in which of its groups somebody is.
        directory_groups: said.groups.clone(),
        ..member.clone()
    }
}
