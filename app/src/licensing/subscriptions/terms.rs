//! Terms of a subscription. No I/O: which term runs at an instant follows from what was booked and from the clock, whoever
//! looks and whenever somebody looked before.

use serde::{Deserialize, Serialize};
use store::{Timestamp, Zone};

use super::plan::{Plan, PlanKind};

/// A plan that follows at the end of a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// What is sold then.
    pub plan: Plan,
    /// Its code in the partner's catalogue; empty once it was sold by another partner.
    pub code: String,
    /// No term of it begins from then on.
    pub stops_at: Option<Timestamp>,
}

/// The term that was booked last, and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    /// What was sold.
    pub plan: Plan,
    /// Its code in the partner's catalogue; empty once it was sold by another partner.
    pub code: String,
    /// No term of it begins from then on.
    pub stops_at: Option<Timestamp>,
    /// What ends of terms are counted from, so that 31 January, 28 February and 31 March follow each other.
    pub anchor_at: Timestamp,
    /// Calendar months from there to the end.
    pub months: i64,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when, exclusive; [`Timestamp::FOREVER`] for what has no end.
    pub ends_at: Timestamp,
    /// Calendar months by which it renews itself.
    pub renew_months: Option<i64>,
    /// The plan that follows, where another one shall.
    pub next: Option<Next>,
}

/// Where a subscription stands in its term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TermStatus {
    /// It runs.
    Normal,
    /// It ends within the plan's days of notice, and nothing follows.
    ExpiringSoon,
    /// It has ended; the plan grants some days to renew it.
    Grace,
    /// It has ended.
    Expired,
    /// Its customer is suspended: nothing serves, whatever was paid.
    Suspended,
}

impl Booked {
    /// A first term of a plan. A plan without a term of its own has no end here.
    #[must_use]
    pub fn begin(plan: Plan, stops_at: Option<Timestamp>, at: Timestamp, zone: &Zone) -> Booked {
        let ends_at = if plan.term_months > 0 { zone.plus_months(at, plan.term_months) } else { Timestamp::FOREVER };
        Booked {
            code: plan.code.clone(),
            stops_at,
            anchor_at: at,
            months: plan.term_months,
            starts_at: at,
            ends_at,
            renew_months: plan.renew_months,
            next: None,
            plan,
        }
    }

    /// The term that follows by itself; none when this one is the last.
    #[must_use]
    pub fn following(&self, zone: &Zone) -> Option<Booked> {
        let (more, follows) = match &self.next {
            Some(next) => (next.plan.term_months, self.switched(next)),
            None => (self.renew_months?, self.clone()),
        };
        if self.ends_at == Timestamp::FOREVER || follows.stops_at.is_some_and(|stop| stop <= self.ends_at) {
            return None;
        }
        let months = self.months + more;
        let ends_at = zone.plus_months(self.anchor_at, months);
        (ends_at > self.ends_at).then_some(Booked { months, starts_at: self.ends_at, ends_at, ..follows })
    }

    fn switched(&self, next: &Next) -> Booked {
        let Next { plan, code, stops_at } = next.clone();
        Booked { renew_months: plan.renew_months, plan, code, stops_at, next: None, ..self.clone() }
    }

    /// The terms that began since it was booked, oldest first.
    #[must_use]
    pub fn since(&self, now: Timestamp, zone: &Zone) -> Vec<Booked> {
        let mut terms = Vec::new();
        let mut last = self.clone();
        while last.ends_at <= now
            && let Some(next) = last.following(zone)
        {
            terms.push(next.clone());
            last = next;
        }
        terms
    }

    /// The term that runs at an instant, or the last one that ran.
    #[must_use]
    pub fn at(&self, now: Timestamp, zone: &Zone) -> Booked {
        self.since(now, zone).pop().unwrap_or_else(|| self.clone())
    }

    /// True when another term follows by itself: then it renews, and does not expire.
    #[must_use]
    pub fn goes_on(&self, zone: &Zone) -> bool {
        self.ends_at == Timestamp::FOREVER || self.following(zone).is_some()
    }

    /// When the days after its end are over.
    #[must_use]
    pub fn grace_ends_at(&self) -> Timestamp {
        self.ends_at.plus_days(self.plan.grace_days)
    }

    /// Where it stands. It is the term of `now` that is asked ([`Booked::at`]).
    #[must_use]
    pub fn status(&self, now: Timestamp, zone: &Zone) -> TermStatus {
        if self.goes_on(zone) {
            TermStatus::Normal
        } else if now >= self.grace_ends_at() {
            TermStatus::Expired
        } else if now >= self.ends_at {
            TermStatus::Grace
        } else if now >= zone.days_before(self.ends_at, self.plan.notice_days) {
            TermStatus::ExpiringSoon
        } else {
            TermStatus::Normal
        }
    }

    /// It goes on for another term from its end, or begins anew.
    #[must_use]
    pub fn renewed(&self, now: Timestamp, zone: &Zone) -> Booked {
        if self.begins_anew(now, zone) {
            let begun = Booked::begin(self.plan.clone(), self.stops_at, now, zone);
            return Booked { renew_months: self.renew_months, code: self.code.clone(), ..begun };
        }
        let (months, ends_at) = self.prolonged(zone);
        Booked { months, starts_at: self.goes_on_from(now), ends_at, ..self.clone() }
    }

    /// True when a renewal begins anew: it is over, days of grace included, or a term more from its end would be over by now as well.
    #[must_use]
    pub fn begins_anew(&self, now: Timestamp, zone: &Zone) -> bool {
        !self.is_held(now) || self.prolonged(zone).1 <= now
    }

    /// Calendar months from the anchor, and the end, with a term more.
    fn prolonged(&self, zone: &Zone) -> (i64, Timestamp) {
        let months = self.months + self.plan.term_months;
        (months, zone.plus_months(self.anchor_at, months))
    }

    /// It ends with another one, and later terms of both end together.
    #[must_use]
    pub fn aligned(&self, with: &Booked, now: Timestamp) -> Booked {
        let starts_at = self.goes_on_from(now);
        Booked { anchor_at: with.anchor_at, months: with.months, starts_at, ends_at: with.ends_at, next: None, ..self.clone() }
    }

    /// True while it has not expired.
    fn is_held(&self, now: Timestamp) -> bool {
        now < self.ends_at.max(self.grace_ends_at())
    }

    /// From when it runs if it is prolonged now: a gap is left only where it has expired.
    fn goes_on_from(&self, now: Timestamp) -> Timestamp {
        if now < self.ends_at {
            self.starts_at
        } else if self.is_held(now) {
            self.ends_at
        } else {
            now
        }
    }
}

/// Days before an end at which people are told: the plan's own, then a week and a day.
fn stages(notice_days: i64) -> impl Iterator<Item = i64> {
    [notice_days, 7, 1].into_iter().enumerate().filter(move |(n, days)| *n == 0 || *days < notice_days).map(|(_, days)| days)
}

/// How near the end of a term is: the stage of notice, in days, and since when it is reached.
#[must_use]
pub fn stage(term: &Booked, now: Timestamp, zone: &Zone) -> Option<(i64, Timestamp)> {
    let begun = stages(term.plan.notice_days).map(|days| (days, zone.days_before(term.ends_at, days)));
    begun.filter(|(_, at)| *at <= now).last()
}

/// Until when nothing about a term is news by the clock alone. Trials are looked after elsewhere.
#[must_use]
pub fn settled_until(term: &Booked, now: Timestamp, zone: &Zone) -> Timestamp {
    if term.plan.kind != PlanKind::Full {
        return Timestamp::FOREVER;
    }
    if term.goes_on(zone) {
        return term.ends_at;
    }
    let notices = stages(term.plan.notice_days).map(|days| zone.days_before(term.ends_at, days));
    let all = notices.chain([term.ends_at, term.grace_ends_at()]);
    all.filter(|at| *at > now).min().unwrap_or(Timestamp::FOREVER)
}

/// True when a licence that ends then stands on the list of those that expire: today ≤ its day ≤ so many calendar months from today, in
/// the partner's zone (1.18). What has ended already is listed apart.
#[must_use]
pub fn expires_within(ends_at: Timestamp, months: i64, now: Timestamp, zone: &Zone) -> bool {
    now < ends_at && zone.date(ends_at) <= zone.date(zone.plus_months(now, months))
}
