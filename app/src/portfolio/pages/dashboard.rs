//! The dashboard: the numbers, what needs attention, how it came about, and the list behind it all (1.01, 2.01–2.04, 2.39).

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};
use store::{PartnerId, Timestamp};
use web::{
    Address, Lang,
    parts::{
        Tone, badge, card,
        chart::{self, Chart, Series, donut, line},
        empty::empty,
        icon,
        kpi::{Delta, Kpi, kpi},
    },
    problem::Problem,
    swap,
};

use super::{
    Asked,
    list::{self, Shown},
    partner_of,
    why::Teller,
};
use crate::{
    app::{App, Shared},
    console::Visitor,
    hierarchy::standing::Status,
    licensing::pools::{Order, Orders},
    portfolio::{
        api::day_problem,
        asof::PortfolioAt,
        queries::NumbersOf,
        row::{Counts, Kpis, Limited, PassRate},
        store::Point,
    },
};

/// Days ahead in which an order's end is worth a look.
const SOON: i64 = 90;

/// `/msp/{msp}`.
pub async fn page(State(app): State<Shared>, visitor: Visitor, Path(msp): Path<String>) -> Result<Response, Problem> {
    let partner = partner_of(&msp);
    let asked = Asked::of(Address::of(&visitor.uri));
    let fragment = swap::is_fragment(&visitor.headers);
    let shown = list::look(&app, &visitor, partner, &asked, !fragment).await?;
    let lang = visitor.lang;
    let section = list::section(lang, &asked, &shown);
    if fragment {
        return Ok(swap::answer(&visitor.headers, section, |s| s));
    }
    let (kpis, counts) = numbers(&app, &visitor, partner, &asked).await?;
    let expiring = expiring(&app, &visitor, partner, shown.now).await?;
    let mut frame = visitor.frame(&app, partner, lang.t("portfolio-title")).await?;
    frame.context_line.clone_from(&shown.around.name);
    list::offer(&app, &visitor, &shown, &mut frame).await?;
    // The alerts counted are today's: a past day does not show them.
    let alerts = if shown.past { 0 } else { frame.alerts };
    let board = Board { lang, partner, asked: &asked, shown: &shown, kpis, counts, alerts };
    let body = html! {
        div.stack {
            (board.as_of())
            (board.kpis())
            (board.extent())
            (board.strip())
            div.grid-2 { (board.seats_chart()) (board.pass_chart()) }
            (section)
            div.grid-2 { (board.health()) (board.expiring(&expiring)) }
            (board.areas(&visitor))
        }
    };
    Ok(swap::answer(&visitor.headers, body, |body| web::page(&frame, body)))
}

async fn numbers(app: &App, visitor: &Visitor, partner: PartnerId, asked: &Asked) -> Result<(Kpis, Counts), Problem> {
    let call = visitor.caller.call();
    let Some(date) = asked.as_of else { return Ok(app.house.ask(&call, NumbersOf { partner }).await?) };
    let past = app.house.ask(&call, PortfolioAt { partner, date }).await?.ok_or_else(day_problem)?;
    let mut counts = Counts::default();
    for row in &past.rows {
        counts.0[row.status.map_or(5, |s| usize::try_from(s.number()).unwrap_or(5))] += 1;
    }
    Ok((past.portfolio.kpis, counts))
}

async fn expiring(app: &App, visitor: &Visitor, partner: PartnerId, now: Timestamp) -> Result<Vec<Order>, Problem> {
    let (orders, _) = app.house.ask(&visitor.caller.call(), Orders { partner }).await?;
    let mut soon: Vec<Order> = orders.into_iter().filter(|o| o.is_live(now) && o.ends_at <= now.plus_days(SOON)).collect();
    soon.sort_by_key(|o| o.ends_at);
    Ok(soon)
}

struct Board<'a> {
    lang: Lang,
    partner: PartnerId,
    asked: &'a Asked,
    shown: &'a Shown,
    kpis: Kpis,
    counts: Counts,
    alerts: u64,
}

impl Board<'_> {
    fn teller(&self) -> Teller<'_> {
        Teller { lang: self.lang, zone: &self.shown.around.zone, now: self.shown.now, by: self.shown.by }
    }

    /// The same list with a filter, on the same day.
    fn list(&self, name: &str, value: &str) -> String {
        let at = Address::new(&format!("/msp/{}/customers", self.partner)).with(name, value);
        at.with("as_of", self.asked.at.get("as_of").unwrap_or("")).to_string()
    }

    fn as_of(&self) -> Markup {
        let lang = self.lang;
        let today = self.shown.around.zone.date(self.shown.now).to_string();
        html! {
            @if self.shown.past { (list::past_banner(lang, self.asked, self.shown)) }
            form.row.as-of method="get" action=(self.asked.at.path) {
                label.muted for="as-of" { (lang.t("portfolio-as-of")) }
                input.input id="as-of" type="date" name="as_of" value=(self.asked.at.get("as_of").unwrap_or("")) max=[(!self.shown.past).then_some(today)];
                button.btn.small type="submit" { (icon("clock")) (lang.t("portfolio-as-of-show")) }
            }
        }
    }

    fn kpis(&self) -> Markup {
        let (lang, kpis, teller) = (self.lang, &self.kpis, self.teller());
        let history = |of: fn(&Past) -> f64| self.points().iter().map(of).collect::<Vec<_>>();
        let active = self.list("lifecycle", "provisioning,setup,active");
        let attention = self.list("status", "attention");
        let by_rate = self.list("sort", "pass_rate");
        let licenses = format!("/msp/{}/licenses", self.partner);
        let show = |id: &str, href: &str| (lang.t(id), href.to_owned());
        let counted = kpis.active_customers;
        #[expect(clippy::cast_precision_loss, reason = "only the sign is used")]
        let change = counted.delta as f64;
        let customers = Kpi {
            label: lang.t("portfolio-kpi-customers"),
            value: lang.int(counted.value),
            delta: Some(Delta::of(change, lang.signed(counted.delta), Some(true), lang.t("portfolio-this-month"))),
            history: history(|p| p.counted),
            href: Some(active.clone()),
            ..Kpi::default()
        };
        let seats = Kpi {
            label: lang.t("portfolio-kpi-seats"),
            value: lang.int(kpis.seats.allocated),
            unit: lang.with("portfolio-of-pool", &[("n", kpis.seats.total.into())]),
            history: history(|p| p.seats),
            href: Some(licenses.clone()),
            ..Kpi::default()
        };
        let rate = Kpi {
            label: lang.t("portfolio-kpi-pass-rate"),
            value: kpis.pass_rate.map_or_else(|| lang.t("ui-nothing"), |r| lang.percent1(r.percent)),
            delta: kpis.pass_rate.and_then(|r| r.delta_points).map(|points| {
                let text = lang.with("portfolio-points", &[("n", lang.points(points).into())]);
                Delta::of(points, text, Some(true), lang.t("portfolio-vs-before"))
            }),
            history: self.points().iter().filter_map(|p| p.rate).collect(),
            href: Some(by_rate.clone()),
            ..Kpi::default()
        };
        let worst = Kpi {
            label: lang.t("portfolio-kpi-attention"),
            value: lang.int(kpis.attention.value),
            unit: lang.with("portfolio-of-customers", &[("n", kpis.organizations.value.into())]),
            href: Some(attention.clone()),
            ..Kpi::default()
        };
        html! {
            div.grid-kpi {
                div.kpi-box { (kpi(lang, &customers)) (teller.active_customers(kpis, show("portfolio-show-customers", &active))) }
                div.kpi-box { (kpi(lang, &seats)) (teller.pool(kpis, show("portfolio-show-licenses", &licenses))) }
                div.kpi-box { (kpi(lang, &rate)) (teller.pass_all(kpis, show("portfolio-show-customers", &by_rate))) }
                div.kpi-box { (kpi(lang, &worst)) (teller.attention(&self.counts, show("portfolio-show-customers", &attention))) }
            }
        }
    }

    /// How large it all is: customers and members of those allowed, and sites (0.02–0.04).
    fn extent(&self) -> Markup {
        let (lang, kpis, teller) = (self.lang, &self.kpis, self.teller());
        let all = self.list("", "");
        let show = || (lang.t("portfolio-show-customers"), all.clone());
        let of = |n: Limited| html! { span { strong { (lang.int(n.value)) } " " (lang.with("portfolio-of-max", &[("n", n.max.into())])) } };
        html! {
            ul.card.extent {
                li { (lang.t("portfolio-kpi-organizations")) " " (of(kpis.organizations)) (teller.organizations(kpis, show())) }
                li { (lang.t("portfolio-kpi-members")) " " (of(kpis.members)) (teller.members(kpis, show())) }
                li { (lang.t("portfolio-kpi-networks")) " " strong { (lang.int(kpis.networks.value)) } }
            }
        }
    }

    /// What needs attention, each a click from exactly these customers.
    fn strip(&self) -> Markup {
        let lang = self.lang;
        let all = self.counts.attention();
        html! {
            nav.card.strip aria-label=(lang.t("portfolio-attention")) {
                @if all == 0 && self.alerts == 0 {
                    (badge::dot(Tone::Good, &lang.t("portfolio-all-well")))
                }
                @for status in &Status::ALL[..4] {
                    @let n = self.counts.of(Some(*status));
                    @if n > 0 {
                        a.strip-item href=(self.list("status", status.word())) {
                            (badge::badge(list::tone_of(*status), &lang.t(list::status_id(Some(*status))))) b { (lang.int(n)) }
                        }
                    }
                }
                @if self.alerts > 0 {
                    a.strip-item href={ "/msp/" (self.partner) "/alerts" } { (icon("bell")) (lang.with("ui-alerts-open", &[("n", self.alerts.into())])) }
                }
            }
        }
    }

    /// The month ends of the charts: none that lies after the day that is shown.
    fn months(&self) -> impl Iterator<Item = &Point> + '_ {
        let end = self.asked.as_of.map_or(Timestamp::FOREVER, |date| self.shown.around.zone.day_end(date));
        self.shown.around.history.iter().filter(move |p| Timestamp(p.at) <= end)
    }

    fn points(&self) -> Vec<Past> {
        #[expect(clippy::cast_precision_loss, reason = "heights of a chart")]
        self.months()
            .map(|p| Past {
                seats: p.seats as f64,
                counted: p.counted as f64,
                rate: PassRate::of(p.passed, p.delivered).map(|r| r.percent),
            })
            .collect()
    }

    fn labels(&self) -> Vec<String> {
        let zone = &self.shown.around.zone;
        self.months().map(|p| self.lang.month(zone.date(Timestamp(p.at)).month()).to_owned()).collect()
    }

    fn seats_chart(&self) -> Markup {
        let lang = self.lang;
        let values: Vec<f64> = self.points().iter().map(|p| p.seats).collect();
        #[expect(clippy::cast_precision_loss, reason = "heights of a chart")]
        let pool = self.kpis.seats.total as f64;
        let c = Chart {
            title: lang.t("portfolio-chart-seats"),
            labels: self.labels(),
            series: vec![Series::new(lang.t("portfolio-series-seats"), &values)],
            limit: (pool > 0.0).then(|| (lang.t("portfolio-series-pool"), pool)),
            format: chart::counts,
        };
        card::card(&c.title, &lang.t("portfolio-twelve-months"), html! {}, line::line(lang, &c))
    }

    fn pass_chart(&self) -> Markup {
        let lang = self.lang;
        let values = self.points().into_iter().map(|p| p.rate).collect();
        let series = Series { name: lang.t("portfolio-col-pass-rate"), values, dashed: false };
        let low = lang.t("portfolio-series-low");
        #[expect(clippy::cast_precision_loss, reason = "0 to 100")]
        let limit = Some((low, self.shown.by.low_pass_percent as f64));
        let c = Chart {
            title: lang.t("portfolio-chart-pass-rate"),
            labels: self.labels(),
            series: vec![series],
            limit,
            format: chart::percents,
        };
        card::card(&c.title, &lang.t("portfolio-trailing"), html! {}, line::line(lang, &c))
    }

    fn health(&self) -> Markup {
        let lang = self.lang;
        let part = |status: Status| donut::Part {
            label: lang.t(list::status_id(Some(status))),
            value: self.counts.of(Some(status)),
            href: Some(self.list("status", status.word())),
            colour: Some(match status {
                Status::SyncFailed => "tone-bad",
                Status::EmailUnverified | Status::LowEngagement => "tone-warn",
                Status::SetupIncomplete => "tone-info",
                Status::Active => "tone-good",
            }),
        };
        let parts: Vec<donut::Part> = Status::ALL.into_iter().map(part).collect();
        let title = lang.t("portfolio-chart-health");
        let total = lang.int(self.counts.total());
        let drawn = donut::donut(lang, &title, (&total, &lang.t("portfolio-customers")), &parts);
        card::card(&title, &lang.t("portfolio-chart-health-line"), html! {}, drawn)
    }

    fn expiring(&self, orders: &[Order]) -> Markup {
        let lang = self.lang;
        let teller = self.teller();
        let more = html! { a href={ "/msp/" (self.partner) "/licenses" } { (lang.t("portfolio-show-licenses")) } };
        let body = html! {
            @if orders.is_empty() {
                (empty("calendar", &lang.t("portfolio-expiring-none"), &lang.with("portfolio-expiring-none-line", &[("days", SOON.into())]), None))
            } @else {
                ul.lines {
                    @for order in orders {
                        li.row-between {
                            span { strong { (lang.with(&format!("licensing-units-{}", order.unit), &[("n", order.units.into())])) } " " span.faint { (order.sku) } }
                            (list::ago(&teller, Some(order.ends_at)))
                        }
                    }
                }
            }
        };
        card::card(&lang.t("portfolio-expiring"), &lang.with("portfolio-expiring-line", &[("days", SOON.into())]), more, body)
    }

    /// The areas of the console, each one click away (1.01).
    fn areas(&self, visitor: &Visitor) -> Markup {
        let lang = self.lang;
        let all = [
            ("customers", "nav-customers", "customers", "read"),
            ("groups", "nav-groups", "group", "read"),
            ("licenses", "nav-licenses", "key", "read"),
            ("overview", "orders-overview", "overview", "read"),
            ("alerts", "nav-alerts", "bell", "read"),
            ("staff", "nav-staff", "team", "read_staff"),
        ];
        html! {
            nav.areas aria-label=(lang.t("portfolio-areas")) {
                @for (below, label, symbol, right) in all {
                    @if visitor.may(self.partner, right) {
                        a.card.area href={ "/msp/" (self.partner) "/" (below) } { (icon(symbol)) span { (lang.t(label)) } }
                    }
                }
            }
        }
    }
}

/// A month end of the charts.
struct Past {
    seats: f64,
    counted: f64,
    rate: Option<f64>,
}
