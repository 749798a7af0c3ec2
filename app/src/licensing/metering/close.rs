//! Months close by the clock: a final month keeps its number, whoever asks and whenever, and whether or not a worker came. Until
//! something is said of it there is nothing to do: its number is what was read of it all along. What is said later is booked beside that
//! number, and by how much it differs is an adjustment. A schedule keeps each final month's hash, in the trail and in a row of its own.

use access::{Scope, permissions::Operate};
use command::{Call, Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{Control, PartnerId, Result, Timestamp, Tx, View, Zone};

use super::{
    meter::BookMonths,
    queries,
    rules::{self, State, by_month},
    store::{self as rows, Known, Late, Span},
};
use crate::{
    app::App,
    hierarchy::{self, settings},
    licensing::{
        month::{Counted, Month},
        pools,
    },
};

/// When a partner's months end, and when they are final.
pub struct Calendar {
    /// Where it cuts them.
    pub zone: Zone,
    set: Vec<(Timestamp, i64)>,
}

impl Calendar {
    /// That of the scope's partner.
    pub fn of<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Calendar> {
        let (zone, _) = pools::terms(view, scope)?;
        Ok(Calendar { zone, set: settings::draft_days(view, scope)? })
    }

    /// When a month is final, or will be if nothing else is set before it ends.
    pub fn final_at(&self, month: Month) -> Timestamp {
        rules::final_at(month.end(&self.zone), &self.set)
    }

    /// How settled a month is.
    pub fn state(&self, month: Month, now: Timestamp) -> State {
        State::of(month.end(&self.zone), self.final_at(month), now)
    }

    fn is_final(&self, month: Month, now: Timestamp) -> bool {
        self.state(month, now) == State::Final
    }
}

/// Books what a region said of months of one stretch, oldest first.
pub fn put<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    news: &BookMonths,
    span: &Span,
    months: &[Counted],
    now: Timestamp,
) -> Result<()> {
    let Some(first) = months.first().map(|c| c.month) else { return Ok(()) };
    // Nearly all news is of the running month: it ends later than this in any zone.
    if first.end(&Zone::utc()).plus_days(-1) > now {
        return months
            .iter()
            .try_for_each(|counted| rows::put_month(tx, scope, news.customer, span, *counted, news.seq, news.at).map(drop));
    }
    let calendar = Calendar::of(tx, scope)?;
    settle(tx, scope, news, span, first, &calendar, now)?;
    for (n, counted) in months.iter().enumerate() {
        let newest = if calendar.is_final(counted.month, now) {
            adjust(tx, scope, news, span, counted, now)?
        } else {
            rows::put_month(tx, scope, news.customer, span, *counted, news.seq, news.at)?
        };
        if newest {
            let until = months.get(n + 1).map_or(Month::LAST, |next| next.month.plus(-1));
            carry(tx, scope, news, span, [counted.month.plus(1), until], counted.active_users, &calendar, now)?;
        }
    }
    Ok(())
}

/// So many are active when a stretch begins whose first months may be quiet ones, as was said of the month before it: what was read of
/// final ones stays. News that is older than what is known of that changes nothing.
pub fn begin_with<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    news: &BookMonths,
    span: &Span,
    told: &Counted,
    now: Timestamp,
) -> Result<()> {
    if news.seq <= span.active_seq {
        return Ok(());
    }
    let calendar = Calendar::of(tx, scope)?;
    settle(tx, scope, news, span, span.since, &calendar, now)?;
    let span = rows::begin_with(tx, scope, news.customer, span, (told.active_users, news.seq))?;
    carry(tx, scope, news, &span, [span.since, Month::LAST], told.active_users, &calendar, now)
}

/// Months of quiet behind one that is known anew: as many were active in them as at its end. Up to the first of which something was
/// said; one that is not final is read anew anyway.
fn carry<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    news: &BookMonths,
    span: &Span,
    [first, last]: [Month; 2],
    active: i64,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<()> {
    let running = Month::of(&calendar.zone, now);
    let last = last.min(running).min(span.until.unwrap_or(running));
    for month in first.through(last) {
        let Some(Known { users, seq, .. }) = rows::known(tx, scope, news.customer, month)? else { continue };
        if seq > 0 {
            return Ok(());
        }
        if users != active {
            rows::correct_quiet(tx, scope, news.customer, span, month, active, now)?;
            if calendar.is_final(month, now) {
                book_late(tx, scope, news, span, month, [users, active], now)?;
            }
        }
    }
    Ok(())
}

/// Writes down what is read of final months of quiet, before what comes before them is said anew.
fn settle<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    news: &BookMonths,
    span: &Span,
    first: Month,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<()> {
    let running = Month::of(&calendar.zone, now);
    let until = span.until.map_or(running, |until| until.min(running));
    let Some(last) = first.through(until).take_while(|month| calendar.is_final(*month, now)).last() else { return Ok(()) };
    let told = rows::told(tx, scope.partner(), news.customer, [first, last])?;
    let told: Vec<Counted> = told.into_iter().map(|(counted, _)| counted).collect();
    let active = rows::active_before(tx, scope, news.customer, span, first)?;
    for (month, users) in by_month(first, last, active, &told) {
        if !told.iter().any(|c| c.month == month) {
            rows::put_quiet(tx, scope, news.customer, month, users, now)?;
        }
    }
    Ok(())
}

/// What is said of a final month is an adjustment. False where something newer was said of it.
fn adjust<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    news: &BookMonths,
    span: &Span,
    counted: &Counted,
    now: Timestamp,
) -> Result<bool> {
    let (customer, month) = (news.customer, counted.month);
    let known = rows::known(tx, scope, customer, month)?;
    let newest = rows::put_month(tx, scope, customer, span, *counted, news.seq, news.at)?;
    if let Some(Known { users, .. }) = known.filter(|known| newest && known.users != counted.users) {
        book_late(tx, scope, news, span, month, [users, counted.users], now)?;
    }
    Ok(newest)
}

/// A final month keeps the number it was known with; by how much it differs since is written beside it.
fn book_late<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    news: &BookMonths,
    span: &Span,
    month: Month,
    [known, users]: [i64; 2],
    now: Timestamp,
) -> Result<()> {
    rows::finish_month(tx, scope, news.customer, span, month, known)?;
    let why = if news.corrects { "activity" } else { "late" };
    let late = Late { customer: news.customer, month, seq: news.seq, difference: users - known, users, why };
    rows::add_adjustment(tx, scope, &late, now)
}

/// Months closed by one command.
const AT_ONCE: usize = 36;

/// Seconds after which a month's hash is taken: a draft's last news may be booked while it becomes final, by another server too.
const SETTLING: i64 = 600;

/// Keeps the hash of each month that is final and has none yet.
#[derive(Debug, Serialize)]
pub struct CloseMonths {
    /// Whose.
    pub partner: PartnerId,
}

impl Command for CloseMonths {
    const NAME: &'static str = "licensing.metering.close_months";
    type Home = Control;
    type Needs = Operate;
    /// How many were closed.
    type Done = usize;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<usize, Fail<Never>> {
        let calendar = Calendar::of(cx.tx, cx.scope)?;
        let Some(first) = rows::unclosed(cx.tx, cx.scope)? else { return Ok(0) };
        let running = Month::of(&calendar.zone, cx.now);
        let then = cx.now.plus_seconds(-SETTLING);
        let due: Vec<Month> = first.through(running).take_while(|month| calendar.is_final(*month, then)).take(AT_ONCE).collect();
        for month in &due {
            let lines = queries::numbers(cx.tx, cx.scope, *month)?;
            let sha256 = rules::seal(self.partner, *month, &lines);
            let maa: i64 = lines.iter().map(|(_, maa)| maa).sum();
            let customers = lines.iter().filter(|(_, maa)| *maa > 0).count();
            rows::close(cx.tx, cx.scope, *month, [maa, i64::try_from(customers).unwrap_or(i64::MAX)], &sha256, cx.now)?;
            cx.changed("month", month, "maa", (), maa);
            cx.changed("month", month, "sha256", (), sha256);
        }
        Ok(due.len())
    }
}

/// Closes the months of every partner; the schedule.
///
/// # Errors
/// In words; the others were looked at all the same.
pub async fn close_everywhere(app: &App) -> std::result::Result<(), String> {
    let mut trouble = None;
    for partner in app.house.control().read(hierarchy::all_partners).await.map_err(|e| e.to_string())? {
        // What a trial that is over left of its members is known before a month's number is sealed.
        if let Err(why) = hierarchy::standing::settle(&app.house, partner).await {
            trouble.get_or_insert(format!("{partner}: {why}"));
        }
        // Without a key: done again, it finds no month to close.
        while match app.house.execute(Call::operator(), CloseMonths { partner }).await {
            Ok(closed) => closed.value == AT_ONCE,
            Err(why) => {
                trouble.get_or_insert(format!("{partner}: {why:?}"));
                false
            }
        } {}
    }
    trouble.map_or(Ok(()), Err)
}
