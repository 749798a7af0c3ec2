//! The portfolio at the end of any past day, put together from facts (beyond 2: settle disputes for any day).

use std::collections::HashMap;

use access::{Scope, permissions::Read};
use command::{Node, Query};
use jiff::civil::Date;
use store::{Control, CustomerId, PartnerId, Result, Timestamp, View};

use super::{
    row::{ATTENTION, Counted, CustomerRow, Kpis, Limited, PassKpi, PassRate, Plain, Portfolio, SeatUse, SeatsKpi},
    store::{self as rows, Stood},
};
use crate::hierarchy::{
    CustomerKind, Lifecycle,
    standing::{Facts, Run, Thresholds, Windows, judge, windows},
};

/// Asks how the portfolio stood at the end of a day of the partner's zone (now, on the day that has not ended).
#[derive(Debug)]
pub struct PortfolioAt {
    /// Whose.
    pub partner: PartnerId,
    /// The day.
    pub date: Date,
}

/// How it stood: the dashboard, and every customer that was in the list.
#[derive(Debug)]
pub struct Past {
    /// The dashboard.
    pub portfolio: Portfolio,
    /// The list in its default order.
    pub rows: Vec<CustomerRow>,
}

impl Query for PortfolioAt {
    type Home = Control;
    type Needs = Read;
    /// None for a day that has not begun.
    type Found = Option<Past>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Option<Past>> {
        let terms = rows::terms(view, scope)?;
        if self.date > terms.zone.date(now) {
            return Ok(None);
        }
        let at = now.min(Timestamp(terms.zone.day_end(self.date).0 - 1));
        let stood = rows::stood(view, scope, at, terms.zone.day(at))?;
        let by = rows::thresholds_at(view, scope, at)?;
        let mut runs: HashMap<CustomerId, Vec<Run>> = HashMap::new();
        for (customer, run) in rows::runs_before(view, scope, at)? {
            runs.entry(customer).or_default().push(run);
        }
        let mut sum = Sum::default();
        let mut list: Vec<CustomerRow> =
            stood.iter().filter_map(|s| sum.add(s, runs.get(&s.id).map_or(&[], Vec::as_slice), &by, at)).collect();
        list.sort_by_cached_key(|r| (r.status.map_or(9, |s| s.number()), r.name_key(), r.id.0));
        let before = rows::counted_at(view, scope, Timestamp(terms.zone.month_start(at).0 - 1))?;
        let attention: Vec<_> = list.iter().filter(|r| needs_attention(r)).cloned().collect();
        let kpis = Kpis {
            active_customers: Counted { value: sum.counted, delta: sum.counted - before },
            seats: SeatsKpi { allocated: sum.pooled, total: rows::capacity_at(view, scope, at)? },
            pass_rate: PassKpi::of(&sum.windows),
            attention: Plain { value: i64::try_from(attention.len()).unwrap_or(i64::MAX) },
            organizations: Limited { value: i64::try_from(list.len()).unwrap_or(i64::MAX), max: terms.max_customers },
            members: Limited { value: sum.members, max: terms.max_members },
            networks: Plain { value: rows::networks_at(view, scope, at)? },
        };
        let attention = attention.into_iter().take(ATTENTION).collect();
        Ok(Some(Past { portfolio: Portfolio { as_of: at, kpis, attention }, rows: list }))
    }
}

fn needs_attention(row: &CustomerRow) -> bool {
    row.status.is_some_and(|s| s != crate::hierarchy::standing::Status::Active)
}

#[derive(Default)]
struct Sum {
    counted: i64,
    pooled: i64,
    members: i64,
    windows: Windows,
}

impl Sum {
    /// Adds one customer and gives its line, if it was in the list.
    fn add(&mut self, s: &Stood, runs: &[Run], by: &Thresholds, at: Timestamp) -> Option<CustomerRow> {
        let present = !matches!(s.lifecycle, Lifecycle::Removed | Lifecycle::Purged);
        if present && matches!(s.kind, CustomerKind::Paid | CustomerKind::Internal) {
            self.pooled += s.allocated;
        }
        if !present || s.kind == CustomerKind::Internal {
            return None;
        }
        let (sums, _) = windows(runs, at);
        self.counted += i64::from(s.lifecycle != Lifecycle::Disabled);
        self.members += s.members;
        self.windows.passed += sums.passed;
        self.windows.delivered += sums.delivered;
        self.windows.passed_before += sums.passed_before;
        self.windows.delivered_before += sums.delivered_before;
        Some(line(s, &sums, by, at))
    }
}

fn line(s: &Stood, sums: &Windows, by: &Thresholds, at: Timestamp) -> CustomerRow {
    let facts = Facts {
        judged: matches!(s.lifecycle, Lifecycle::Setup | Lifecycle::Active),
        setup_done: s.why.setup_done,
        email_ok: s.why.email_ok,
        sync_ok: s.why.sync_ok,
        launched_at: s.why.launched_at,
        last_campaign_at: s.last_campaign_at,
        passed: sums.passed,
        delivered: sums.delivered,
    };
    let (status, _) = judge(&facts, by, at);
    CustomerRow {
        id: s.id,
        account_number: s.account_number.clone(),
        name: s.name.clone(),
        domain: s.domain.clone(),
        status,
        health: status.map(|s| s.health()),
        tier: s.tier,
        seats: SeatUse { active: s.active, allocated: s.allocated },
        pass_rate: PassRate::of(sums.passed, sums.delivered),
        last_campaign_at: s.last_campaign_at,
        lifecycle: s.lifecycle,
        kind: s.kind,
        why: s.why.clone(),
    }
}
