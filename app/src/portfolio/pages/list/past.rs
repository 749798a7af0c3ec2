//! The list as it stood on a past day.

use std::cmp::Ordering;

use maud::{Markup, html};
use web::{
    Lang,
    parts::{Tone, card, pager::Paging},
};

use super::{Asked, Shown, Sort};
use crate::{
    hierarchy::Tier,
    portfolio::{
        filter::{STATUSES, SortBy},
        queries::Listed,
        row::{Counts, CustomerRow},
    },
};

/// The list of a past day: filtered, sorted and paged here, since it is in no table.
pub fn stood(rows: Vec<CustomerRow>, asked: &Asked) -> Listed {
    let open = asked.filter.any_status();
    let mut counts = Counts::default();
    for row in rows.iter().filter(|r| open.fits(r)) {
        counts.0[STATUSES.iter().position(|s| *s == row.status).unwrap_or(5)] += 1;
    }
    let mut rows: Vec<CustomerRow> = rows.into_iter().filter(|r| asked.filter.fits(r)).collect();
    if asked.sort != Sort::default() {
        rows.sort_by_cached_key(|r| r.name_key());
        rows.sort_by(|a, b| order(a, b, asked.sort));
    }
    let total = rows.len();
    let page = Paging::of(&asked.at, u64::try_from(total).unwrap_or(0));
    let skip = usize::try_from(page.offset()).unwrap_or(0);
    let rows = rows.into_iter().skip(skip).take(usize::try_from(page.per).unwrap_or(25)).collect();
    Listed { rows, next: None, total: i64::try_from(total).unwrap_or(i64::MAX), counts }
}

/// Nulls last both ways, as in the store.
fn order(a: &CustomerRow, b: &CustomerRow, sort: Sort) -> Ordering {
    let way = |o: Ordering| if sort.falls { o.reverse() } else { o };
    fn nullable<T: PartialOrd>(a: Option<T>, b: Option<T>, way: impl Fn(Ordering) -> Ordering) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) => way(a.partial_cmp(&b).unwrap_or(Ordering::Equal)),
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (None, None) => Ordering::Equal,
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a sort key")]
    let share = |r: &CustomerRow| (r.seats.allocated > 0).then(|| r.seats.active as f64 / r.seats.allocated as f64);
    let tier = |r: &CustomerRow| Tier::ALL.iter().position(|t| *t == r.tier);
    match sort.by {
        SortBy::Health | SortBy::Status => nullable(a.status, b.status, way),
        SortBy::Name => way(a.name_key().cmp(&b.name_key())),
        SortBy::Seats => way(a.seats.allocated.cmp(&b.seats.allocated)),
        SortBy::Utilization => nullable(share(a), share(b), way),
        SortBy::Tier => nullable(tier(a), tier(b), way),
        SortBy::PassRate => nullable(a.pass_rate.map(|r| r.percent), b.pass_rate.map(|r| r.percent), way),
        SortBy::LastCampaign => nullable(a.last_campaign_at, b.last_campaign_at, way),
        SortBy::AccountNumber => way(a.account_number.cmp(&b.account_number)),
    }
}

/// Says that this is the past, and leads back.
pub fn past_banner(lang: Lang, asked: &Asked, shown: &Shown) -> Markup {
    let when = lang.date_time(shown.now, &shown.around.zone);
    card::note(
        Tone::Info,
        html! {
            strong { (lang.with("portfolio-past", &[("when", when.as_str().into())])) }
            " " (lang.t("portfolio-past-line")) " "
            a href=(asked.at.with("as_of", "").to_string()) { (lang.t("portfolio-past-back")) }
        },
    )
}
