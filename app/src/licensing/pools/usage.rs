//! The usage snapshot: how many members a tenant has and how many are active, as its region last said (2.37, 0.03). Last
//! writer by sequence wins; never increments.

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never, Node};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, Region, Timestamp};

use super::store as rows;
use crate::{
    app::App,
    hierarchy::standing::{self, People},
    licensing::{
        metering::{self, BookMonths},
        month::{Counted, Month},
        policy::{self, Usage},
        subscriptions,
    },
};

/// News from a region: a tenant's counters changed. Told by `directory` with every change of a member's status.
#[derive(Debug, Serialize, Deserialize)]
pub struct PublishUsage {
    /// Which tenant.
    pub customer: CustomerId,
    /// Members with status active.
    pub active_users: i64,
    /// All members, whatever their status.
    pub members: i64,
    /// Members who wait for a seat.
    pub waiting: i64,
    /// Members who are held.
    #[serde(default)]
    pub held: i64,
    /// How many more would be active if what waits for a decision of its sources were applied.
    #[serde(default)]
    pub arriving: i64,
    /// The MAX MAU for which members wait; none when they wait for seats.
    #[serde(default)]
    pub waiting_cap: Option<i64>,
    /// Since when more are active than seats; none while they fit.
    #[serde(default)]
    pub exceeded_at: Option<Timestamp>,
    /// What was counted in the month last counted, and in those before where they are told again; oldest first.
    #[serde(default)]
    pub months: Vec<Counted>,
    /// Where the last of these ends.
    #[serde(default)]
    pub month_until: Option<Timestamp>,
    /// Whether months are told again because activity of theirs came late.
    #[serde(default)]
    pub corrects: bool,
    /// The snapshot's number in its region.
    pub seq: i64,
    /// When it was true.
    pub at: Timestamp,
}

impl PublishUsage {
    /// The job's kind.
    pub const KIND: &'static str = "licensing.publish_usage";

    /// What a tenant's counters say now.
    #[must_use]
    pub fn of(customer: CustomerId, u: &Usage, at: Timestamp) -> PublishUsage {
        let Usage { active_users, members, waiting, held, arriving, exceeded_at, month_until, seq, .. } = *u;
        let months = u.month.map(|month| Counted { month, users: u.month_users, active_users }).into_iter().collect();
        let waiting_cap = u.waiting_cap(at);
        PublishUsage {
            customer,
            active_users,
            members,
            waiting,
            held,
            arriving,
            waiting_cap,
            exceeded_at,
            months,
            month_until,
            corrects: false,
            seq,
            at,
        }
    }
}

/// Tells a tenant's counters with every month that is over, from one on. `corrects` = activity of them came late.
///
/// # Errors
/// The store's.
pub fn tell_since<C: Command<Home = Region>>(
    cx: &mut Cx<'_, '_, C>,
    customer: CustomerId,
    first: Month,
    corrects: bool,
) -> store::Result<()> {
    if let Some(usage) = policy::usage(cx.tx, cx.scope)? {
        let mut news = PublishUsage { corrects, ..PublishUsage::of(customer, &usage, cx.now) };
        news.months.splice(0..0, policy::months_since(cx.tx, cx.scope, first)?);
        cx.tell(PublishUsage::KIND, &news);
    }
    Ok(())
}

impl Job<App> for PublishUsage {
    const KIND: &'static str = PublishUsage::KIND;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        let mut elsewhere = job.house.execute(Call::operator(), UsageOf(self)).await?.value;
        while let Some(months) = elsewhere {
            elsewhere = job.house.execute(Call::operator(), months).await?.value;
        }
        Ok(())
    }
}

/// Books a usage snapshot in control.
#[derive(Debug, Serialize)]
pub struct UsageOf(pub PublishUsage);

impl Command for UsageOf {
    const NAME: &'static str = "licensing.pools.publish_usage";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    /// Months for which another partner is billed.
    type Done = Option<BookMonths>;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.0.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Option<BookMonths>, Fail<Never>> {
        let PublishUsage {
            customer,
            active_users,
            members,
            waiting,
            held,
            arriving,
            waiting_cap,
            exceeded_at,
            ref months,
            month_until,
            corrects,
            seq,
            at,
        } = self.0;
        let partner = cx.scope.partner();
        let said = BookMonths { partner, customer, months: months.clone(), corrects, seq, at, before: Month::LAST };
        let elsewhere = metering::book(cx.tx, cx.scope, &said, cx.now)?;
        let (zone, _) = rows::terms(cx.tx, cx.scope)?;
        let Some(rows::Known { pooled, seats, active_users: before, exceeded_at: since }) =
            rows::set_usage(cx.tx, cx.scope, customer, (active_users, arriving, exceeded_at), seq, at)?
        else {
            // Overtaken by newer news: so many were active all the same.
            rows::set_usage_day(cx.tx, cx.scope, customer, zone.day(at), [active_users, members], (at, false))?;
            return Ok(elsewhere);
        };
        let month_users = months.last().map_or(0, |counted| counted.users);
        let people = People { active: active_users, members, waiting, held, waiting_cap, month_users, month_until };
        let news = standing::publish_people(cx.tx, cx.scope, customer, people, cx.now)?;
        rows::set_usage_day(cx.tx, cx.scope, customer, zone.day(at), [active_users, members], (at, true))?;
        if pooled && before != active_users {
            rows::add_active(cx.tx, cx.scope, active_users - before)?;
        }
        if since != exceeded_at {
            subscriptions::judge_again(cx.tx, cx.scope, customer)?;
        }
        let watched = |active: i64| active > seats || standing::scarce(active, seats);
        standing::tell(cx, customer, news || since != exceeded_at || watched(before) || watched(active_users));
        Ok(elsewhere)
    }
}
