//! A partner's sums, kept with every number they rest on, so that no reader adds up its customers.
//!
//! Of a month is kept by how many it counts more than were active when it began (`counted`), and how many more are active at its end
//! (`active`): both 0 for a customer of which nothing is said. So a month's total is what earlier months have left active, and `counted`
//! of its own; and a month that begins needs no row.

use std::collections::BTreeMap;

use access::Scope;
use store::{Control, CustomerId, PartnerId, Result, Tx, View, p, sql};

use super::span::Span;
use crate::licensing::month::{Counted, Month};

fn add(tx: &mut Tx<'_, Control>, partner: PartnerId, month: Month, [counted, active]: [i64; 2]) -> Result<()> {
    if counted == 0 && active == 0 {
        return Ok(());
    }
    tx.exec(
        sql!(
            Control,
            "INSERT INTO maa_sum (partner_id, month, counted, active) VALUES ($1, $2, $3, $4)
             ON CONFLICT (partner_id, month) DO UPDATE SET counted = maa_sum.counted + excluded.counted, active = maa_sum.active + excluded.active"
        ),
        p![partner, month, counted, active],
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
    add(tx, partner, month, [counted, active])?;
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
        Some(next) => add(tx, partner, next, [-active, -active]),
        None => Ok(()),
    }
}

/// A stretch becomes another: what it contributes changes by the difference. None: there was none, or is none any more.
pub fn replace(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, was: Option<&Span>, is: Option<&Span>) -> Result<()> {
    let mut more: BTreeMap<Month, [i64; 2]> = BTreeMap::new();
    for (span, sign) in [(was, -1), (is, 1)] {
        let Some(span) = span else { continue };
        for (month, [counted, active]) in contribution(span, &said_in(tx, partner, customer, span)?) {
            let [c, a] = more.entry(month).or_default();
            (*c, *a) = (*c + sign * counted, *a + sign * active);
        }
    }
    more.into_iter().try_for_each(|(month, more)| add(tx, partner, month, more))
}

fn said_in(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, span: &Span) -> Result<Vec<Counted>> {
    let rows = tx.rows(
        sql!(
            Control,
            "SELECT month, COALESCE(final_users, users) AS users, active_users FROM maa_month
             WHERE partner_id = $1 AND customer_id = $2 AND month >= $3 AND month <= $4 ORDER BY month"
        ),
        p![partner, customer, span.since, span.until.unwrap_or(Month::LAST)],
    )?;
    rows.iter().map(|r| Ok(Counted { month: r.get("month")?, users: r.get("users")?, active_users: r.get("active_users")? })).collect()
}

/// What a stretch contributes to the months of which something is said, to its first one and to the one after its last.
fn contribution(span: &Span, said: &[Counted]) -> Vec<(Month, [i64; 2])> {
    let quiet = Counted { month: span.since, users: span.active, active_users: span.active };
    let begins = said.first().is_none_or(|first| first.month > span.since).then_some(quiet);
    let ends = span.until.map(|until| Counted { month: until.plus(1), users: 0, active_users: 0 });
    let mut active = 0;
    let more = |c: Counted| {
        let more = [c.users - active, c.active_users - active];
        active = c.active_users;
        (c.month, more)
    };
    begins.into_iter().chain(said.iter().copied()).chain(ends).map(more).collect()
}

/// The totals of these months, the first one first: of all customers, whoever asks.
pub fn sums<P>(view: &mut View<'_, Control>, scope: &Scope<P>, first: Month, last: Month) -> Result<Vec<i64>> {
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
            let span = Span { since: month(since), until: length.map(|n| month(since + n)), came_from: None, active };
            let last = length.map_or(15, |n| since + n);
            let said = said.into_iter().filter(|(at, _)| (since..=last).contains(at));
            let said: Vec<Counted> = said.map(|(at, (users, left))| Counted { month: month(at), users, active_users: left }).collect();
            let parts = contribution(&span, &said);
            let read = by_month(span.since, month(last), active, &said);
            for n in 0..=15 {
                let part = |(at, [counted, active]): &(Month, [i64; 2])| if *at < month(n) { *active } else { counted * i64::from(*at == month(n)) };
                let summed: i64 = parts.iter().map(part).sum();
                let meant = read.iter().find(|(at, _)| *at == month(n)).map_or(0, |(_, maa)| *maa);
                prop_assert_eq!(summed, meant, "month {}", n);
            }
        }
    }
}
