//! The command center (3.01–3.03, 3.10–3.16, 3.21–3.24): an MSP's customers as *paid subscriptions*, *active trials* and *expired trials*,
//! each customer that is not removed in exactly one of them (D17), with what there is to see to and the way there; and the page of one
//! customer's trial, where it is extended, upgraded, and said who stays active when it ends.
//!
//! A trial moves at its instant: whoever asks has what time alone changes booked first. No table of its own.

mod api;
mod pages;
mod pages_trial;
mod store;

pub use api::routes as api;

use ::store::{Control, CustomerId, PartnerId, Result, Timestamp, Uuid, View, Zone};
use access::{Scope, permissions::ReadMembers};
use command::{Node, Query};
use serde::{Deserialize, Serialize};
use web::routes::Pages;

use crate::{
    app::Shared,
    hierarchy::{CustomerKind, Lifecycle},
};

/// The pages.
#[must_use]
pub fn pages() -> Pages<Shared> {
    pages::routes().merge(pages_trial::routes())
}

/// One of the three lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum List {
    /// Customers that have or had a paid subscription.
    #[default]
    Paid,
    /// Trials that run.
    ActiveTrials,
    /// Customers on the free plan after a trial.
    ExpiredTrials,
}

impl List {
    /// All, in the order of the menu.
    pub const ALL: [List; 3] = [List::Paid, List::ActiveTrials, List::ExpiredTrials];

    /// The word in addresses.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            List::Paid => "paid",
            List::ActiveTrials => "active-trials",
            List::ExpiredTrials => "expired-trials",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<List> {
        List::ALL.into_iter().find(|l| l.word() == word)
    }

    /// The kind of its customers.
    #[must_use]
    pub const fn kind(self) -> CustomerKind {
        match self {
            List::Paid => CustomerKind::Paid,
            List::ActiveTrials => CustomerKind::Trial,
            List::ExpiredTrials => CustomerKind::Free,
        }
    }
}

/// A customer as the command center shows it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Card {
    /// Its id.
    pub tenant_id: CustomerId,
    /// The number people use.
    pub account_number: String,
    /// Its name.
    pub name: String,
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
    /// Its users, whatever their status.
    pub total_users: i64,
    /// Those who are active.
    pub active_users: i64,
    /// Those who wait: for a seat, or for the end of the free plan.
    pub waiting: i64,
    /// Seats it holds.
    pub seats: i64,
    /// Alerts that are open.
    pub alarms: i64,
    /// Agents that are active and yet silent.
    pub agents_not_reporting: i64,
    /// A licence or the trial is near its end, or a licence is over it.
    pub expiring: bool,
    /// No seat is free, more are active than there are seats, or members wait to come in.
    pub over_limit: bool,
    /// When its trial ends, or ended.
    pub trial_ends_at: Option<Timestamp>,
    /// Days a running trial still has, the last one begun counted whole.
    pub days_left: Option<i64>,
}

/// What a list comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Sums {
    /// Its customers.
    pub customers: i64,
    /// Their users.
    pub total_users: i64,
    /// Those who are active.
    pub active_users: i64,
    /// Alerts that are open.
    pub alarms: i64,
    /// Agents that do not report.
    pub agents_not_reporting: i64,
    /// Customers of which a licence or the trial is near its end, or a licence is over it.
    pub expiring: i64,
    /// Customers without a free seat, with more active members than seats, or with members who wait to come in.
    pub over_limit: i64,
}

/// The users an MSP is billed for, and those it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ActiveUsers {
    /// To be billed: the active users of paid subscriptions.
    pub value: i64,
    /// Active users of paid subscriptions.
    pub paid: i64,
    /// Active users of running trials: not billed.
    pub trial: i64,
    /// Active users on the free plan: not billed.
    pub free: i64,
}

/// The place of a row: when its trial ends (0 for none), its name's key, its id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct After(pub i64, pub String, pub Uuid);

impl Default for After {
    fn default() -> Self {
        After(-1, String::new(), Uuid::nil())
    }
}

/// Asks for a page of a list.
#[derive(Debug)]
pub struct CenterOf {
    /// Whose customers.
    pub partner: PartnerId,
    /// Which list.
    pub list: List,
    /// Only those with these words in name, domain, number or reference.
    pub q: Option<String>,
    /// The last row seen.
    pub after: After,
    /// Rows to skip.
    pub offset: i64,
    /// Rows wanted.
    pub limit: i64,
}

/// A page of a list with what stands round it.
#[derive(Debug)]
pub struct Center {
    /// When this was true.
    pub as_of: Timestamp,
    /// The customers: trials by their end, then by name.
    pub cards: Vec<Card>,
    /// The last one's place.
    pub last: Option<After>,
    /// What all customers of the list and the search come to.
    pub sums: Sums,
    /// How many customers each list has, in the order of [`List::ALL`].
    pub counts: [i64; 3],
    /// The users to be billed.
    pub active_users: ActiveUsers,
    /// Where the partner cuts days.
    pub zone: Zone,
}

impl Query for CenterOf {
    type Home = Control;
    /// The MSP's own people hold it at the MSP; its distributor does not (3.01).
    type Needs = ReadMembers;
    type Found = Center;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ReadMembers>, now: Timestamp) -> Result<Center> {
        let all = store::sums(view, scope, None)?;
        let found = match &self.q {
            Some(q) => store::sums(view, scope, Some(&::store::like(q)))?,
            None => all,
        };
        let [paid, trial, free] = all.map(|s| s.active_users);
        let at = List::ALL.iter().position(|l| *l == self.list).unwrap_or(0);
        let (cards, last) = store::page(view, scope, self, now)?;
        Ok(Center {
            as_of: now,
            cards,
            last,
            sums: found[at],
            counts: all.map(|s| s.customers),
            active_users: ActiveUsers { value: paid, paid, trial, free },
            zone: super::store::terms(view, scope)?.zone,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_part_the_kinds() {
        let kinds: Vec<CustomerKind> = List::ALL.into_iter().map(List::kind).collect();
        assert_eq!(kinds, [CustomerKind::Paid, CustomerKind::Trial, CustomerKind::Free]);
        assert!(List::ALL.into_iter().all(|l| List::parse(l.word()) == Some(l)));
    }
}
