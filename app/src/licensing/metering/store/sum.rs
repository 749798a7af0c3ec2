//! A partner's sums, kept with every number they rest on, so that no reader adds up its customers.
//!
//! Of a month is kept by how many it counts more than were active when it began (`counted`), and how many more are active at its end
//! (`active`): both 0 for a customer of which nothing is said. So a month's total is what earlier months have left active, and `counted`
//! of its own; and a month that begins needs no row. How many customers are billed follows in the same way from the stretches that
//! `began` with a month and those that had `ended` before it.

use std::collections::BTreeMap;

use access::Scope;
use store::{Control, CustomerId, PartnerId, Result, Tx, View, p, sql};

use super::{month, span::Span};
use crate::licensing::month::{Counted, Month};

/// What a month has more than the one before it left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct More {
    counted: i64,
    active: i64,
    began: i64,
    ended: i64,
}

impl More {
    fn add(&mut self, more: More, sign: i64) {
        self.counted += sign * more.counted;
        self.active += sign * more.active;
        self.began += sign * more.began;
        self.ended += sign * more.ended;
    }
}

fn add(tx: &mut Tx<'_, Control>, partner: PartnerId, month: Month, more: More) -> Result<()> {
    if more == More::default() {
        return Ok(());
    }
    tx.exec(
        sql!(
            Control,
            "INSERT INTO maa_sum (partner_id, month, counted, active, began, ended) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (partner_id, month) DO UPDATE SET counted = maa_sum.counted + excluded.counted, active = maa_sum.active + excluded.active,
               began = maa_sum.began + excluded.began, ended = maa_sum.ended + excluded.ended"
        ),
        p![partner, month, more.counted, more.active, more.began, more.ended],
    )
    .map(drop)
}

/// A month of a stretch counts so many more, and leaves so many more active: the next of which something is said began with more.
pub fn shift(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    span: &Span,
    month: Month,
    [counted, active]: [i64; 2],
) -> Result<()> {
    add(tx, partner, month, More { counted, active, ..More::default() })?;
    if active == 0 {
        return Ok(());
    }
    let row = tx.one(
        sql!(
            Control,
            "SELECT MIN(month) AS month FROM maa_month WHERE partner_id = $1 AND customer_id = $2 AND month > $3 AND month <= $4"
        ),
        p![partner, customer, month, span.until.unwrap_or(Month::LAST)],
    )?;
    let next: Option<Month> = row.get("month")?;
    match next.or(span.until.map(|until| until.plus(1))) {
        Some(next) => add(tx, partner, next, More { counted: -active, active: -active, ..More::default() }),
        None => Ok(()),
    }
}

/// A stretch becomes another: what it contributes changes by the difference. None: there was none, or is none any more.
pub fn replace(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, was: Option<&Span>, is: Option<&Span>) -> Result<()> {
    let mut more: BTreeMap<Month, More> = BTreeMap::new();
    for (span, sign) in [(was, -1), (is, 1)] {
        let Some(span) = span else { continue };
        for (month, part) in contribution(span, &said_in(tx, partner, customer, span)?) {
            more.entry(month).or_default().add(part, sign);
        }
    }
    more.into_iter().try_for_each(|(month, more)| add(tx, partner, month, more))
}

fn said_in(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, span: &Span) -> Result<Vec<Counted>> {
    let told = month::told(tx, partner, customer, [span.since, span.until.unwrap_or(Month::LAST)])?;
    Ok(told.into_iter().map(|(said, stands)| Counted { users: stands.unwrap_or(said.users), ..said }).collect())
}

/// What a stretch contributes to the months of which something is said, to its first one and to the one after its last.
fn contribution(span: &Span, said: &[Counted]) -> Vec<(Month, More)> {
    let quiet = Counted { month: span.since, users: span.active, active_users: span.active };
    let begins = said.first().is_none_or(|first| first.month > span.since).then_some(quiet);
    let ends = span.until.map(|until| Counted { month: until.plus(1), users: 0, active_users: 0 });
    let mut active = 0;
    let more = |c: Counted| {
        let more = More { counted: c.users - active, active: c.active_users - active, ..More::default() };
        active = c.active_users;
        (c.month, more)
    };
    let mut parts: Vec<(Month, More)> = begins.into_iter().chain(said.iter().copied()).chain(ends).map(more).collect();
    parts.push((span.since, More { began: 1, ..More::default() }));
    parts.extend(span.until.map(|until| (until.plus(1), More { ended: 1, ..More::default() })));
    parts
}

/// The totals of these months, the first one first: of all customers, whoever asks.
pub fn sums<P>(view: &mut View<'_, Control>, scope: &Scope<P>, [first, last]: [Month; 2]) -> Result<Vec<i64>> {
    let rows = view.rows(
        sql!(Control, "SELECT month, counted, active FROM maa_sum WHERE partner_id = $1 AND month <= $2 ORDER BY month"),
        p![scope.partner(), last],
    )?;
    let kept = rows.iter().map(|r| Ok((r.get("month")?, r.get("counted")?, r.get("active")?)));
    let kept: Vec<(Month, i64, i64)> = kept.collect::<Result<_>>()?;
    let total =
        |month: Month| kept.iter().map(|(at, counted, active)| if *at < month { *active } else { counted * i64::from(*at == month) }).sum();
    Ok(first.through(last).map(total).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::licensing::metering::rules::by_month;

    fn month(n: i64) -> Month {
        Month::FIRST.plus(n)
    }

    proptest! {
        /// Whatever was said and left unsaid: the sums give what a reading month by month gives, and nothing outside the stretch.
        #[test]
        fn a_stretch_contributes_what_its_months_count(
            since in 0_i64..6, length in proptest::option::of(0_i64..6), active in 0_i64..9,
            said in proptest::collection::btree_map(0_i64..14, (0_i64..9, 0_i64..9), 0..8),
        ) {
            let span = Span { since: month(since), until: length.map(|n| month(since + n)), came_from: None, active, active_seq: 0 };
            let last = length.map_or(15, |n| since + n);
            let said = said.into_iter().filter(|(at, _)| (since..=last).contains(at));
            let said: Vec<Counted> = said.map(|(at, (users, left))| Counted { month: month(at), users, active_users: left }).collect();
            let parts = contribution(&span, &said);
            let read = by_month(span.since, month(last), active, &said);
            for n in 0..=15 {
                let part = |(at, more): &(Month, More)| if *at < month(n) { more.active } else { more.counted * i64::from(*at == month(n)) };
                let summed: i64 = parts.iter().map(part).sum();
                let billed: i64 = parts.iter().filter(|(at, _)| *at <= month(n)).map(|(_, more)| more.began - more.ended).sum();
                prop_assert_eq!(billed, i64::from((since..=last).contains(&n)), "billed in month {}", n);
                let meant = read.iter().find(|(at, _)| *at == month(n)).map_or(0, |(_, maa)| *maa);
                prop_assert_eq!(summed, meant, "month {}", n);
            }
        }
    }
}
