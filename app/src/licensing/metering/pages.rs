//! Console twin of metering: `/msp/{msp}/metering`.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use store::{PartnerId, kinds};
use web::{
    Action, Address, Frame, Lang, Swap,
    door::PathId,
    parts::{
        Tone, badge, card,
        chart::{self, Chart, Series, bar},
        empty, icon,
        kpi::{Kpi, kpi},
        pager::Paging,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
    routes::Pages,
    swap::{self, Link},
};

use super::{
    Adjustment, History, HistoryOf, Line, MonthSum, State as Settled,
    history::{Asked, MONTHS},
};
use crate::{
    app::Shared,
    console::Visitor,
    hierarchy::standing,
    licensing::{
        catalogue::{SkusOf, Unit},
        month::Month,
    },
};

/// Months of the table that a narrow screen shows.
const NARROW: usize = 3;

const HISTORY: Swap = Swap::section("maa");

/// Hold the places of a number and a month in words: characters of private use, which no name needs.
const NUMBER: &str = "\u{e000}";
const MONTH: &str = "\u{e001}";

/// The page.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default().get("/msp/{msp}/metering", show)
}

async fn show(State(app): State<Shared>, visitor: Visitor, PathId(partner): PathId<kinds::Partner>) -> Result<Response, Problem> {
    let lang = visitor.lang;
    standing::settled(&app.house, &visitor.caller, partner).await?;
    let at = Address::of(&visitor.uri);
    let wanted = Paging::of(&at, u64::MAX);
    let page = [i64::try_from(wanted.offset()).unwrap_or(0), i64::try_from(wanted.per).unwrap_or(25)];
    let month = at.get("month").and_then(|text| text.parse().ok());
    let named = at.get("customer").map(str::trim).filter(|text| !text.is_empty());
    let customer = named.map(|text| text.parse().map_or_else(|_| Asked::Called(text.to_owned()), Asked::Id));
    let found = app.house.ask(&visitor.caller.call(), HistoryOf { partner, month, customer, page }).await?;
    let board = Board { lang, partner, found, at, exports: visitor.may(partner, "export"), explains: visitor.may(partner, "read_members") };
    let section = HISTORY.wrap(board.history());
    // Where no allowance is sold, the page of orders says what is.
    let offered = app.house.ask(&visitor.caller.call(), SkusOf { partner }).await?.offered;
    let allowance = offered.into_iter().find(|o| o.sku.unit == Unit::Maa).map(|o| o.sku.sku);
    let orders = format!("/msp/{partner}/licenses/orders");
    let frame = Frame {
        context_line: lang.t("metering-context"),
        primary: (board.found.may_order || visitor.may(partner, "allocate")).then(|| Action {
            label: lang.t(if board.found.may_order { "metering-extend" } else { "orders-request" }),
            href: allowance.map_or_else(|| orders.clone(), |sku| format!("{orders}?sku={sku}")),
            icon: Some("plus"),
        }),
        ..visitor.frame(&app, partner, lang.t("nav-metering")).await?
    };
    Ok(swap::answer(&visitor.headers, section, |section| {
        web::page(&frame, html! { div.stack { (board.now()) (section) (board.months()) (board.adjustments()) (board.orders()) } })
    }))
}

struct Board {
    lang: Lang,
    partner: PartnerId,
    found: History,
    at: Address,
    exports: bool,
    /// Whether who is counted may be shown.
    explains: bool,
}

impl Board {
    /// The one month the table shows; none for all.
    fn month(&self) -> Option<Month> {
        match self.found.shown[..] {
            [month] => Some(month),
            _ => None,
        }
    }

    fn name(&self, month: Month) -> String {
        format!("{} {}", self.lang.month(month.number()), month.year())
    }

    fn now(&self) -> Markup {
        let lang = self.lang;
        let Some(now) = self.found.months.last() else { return html! {} };
        let card_of = |label: &str, value: String, unit: String| kpi(lang, &Kpi { label: lang.t(label), value, unit, ..Kpi::default() });
        let over = match now.overage {
            None => (lang.t("ui-nothing"), lang.t("metering-overage-unknown")),
            Some(n) => (lang.int(n), lang.t(if n == 0 { "metering-overage-none" } else { "metering-overage-note" })),
        };
        html! {
            div.grid-kpi {
                (card_of("metering-maa-now", lang.int(now.maa), self.name(now.period)))
                (card_of("metering-allowance", lang.int(now.allowance), lang.t("metering-allowance-note")))
                (card_of("metering-overage", over.0, over.1))
            }
        }
    }

    /// Chart and table, each with its choice.
    fn history(&self) -> Markup {
        html! {
            div.stack {
                (card::card(&self.lang.t("metering-history"), &self.lang.t("metering-history-sub"), self.choose_customer(), self.chart()))
                (card::list(&self.lang.t("metering-by-customer"), &self.lang.t("metering-by-customer-sub"), html! { (self.choose_month()) (self.export()) }, self.table()))
            }
        }
    }

    /// Of few customers one is chosen, of many one is named.
    fn choose_customer(&self) -> Markup {
        if self.found.choices.is_empty() {
            return self.name_customer();
        }
        let chosen = self.found.one.as_ref().map(|line| line.customer.to_string());
        let options = self.found.choices.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
        self.choose("customer", "metering-all-customers", options, chosen)
    }

    fn name_customer(&self) -> Markup {
        let lang = self.lang;
        let typed = self.at.get("customer").unwrap_or_default();
        let value = self.found.one.as_ref().map_or(typed, |line| line.name.as_str());
        let nobody = !typed.is_empty() && self.found.one.is_none();
        self.choice(
            "customer",
            html! {
                input.input type="search" name="customer" value=(value) placeholder=(lang.t("metering-name-customer"))
                    aria-label=(lang.t("metering-name-customer")) aria-invalid=[nobody.then_some("true")];
                @if nobody { span.error role="status" { (lang.t("metering-nobody")) } }
            },
        )
    }

    fn choose_month(&self) -> Markup {
        let options = self.found.months.iter().rev().map(|m| (m.period.to_string(), self.name(m.period))).collect();
        self.choose("month", "metering-all-months", options, self.month().map(|month| month.to_string()))
    }

    /// The table as a file: the months that are shown.
    fn export(&self) -> Markup {
        let to = Address::new(&format!("/v1/msp/{}/metering/maa/export", self.partner));
        let to = match self.month() {
            Some(month) => to.with("period", &month.to_string()),
            None => to.with("months", &MONTHS.to_string()),
        };
        html! { @if self.exports { a.btn href=(to) download { (icon("download")) (self.lang.t("metering-export")) } } }
    }

    fn choose(&self, name: &str, all: &str, options: Vec<(String, String)>, chosen: Option<String>) -> Markup {
        let lang = self.lang;
        self.choice(
            name,
            html! {
                select.input name=(name) aria-label=(lang.t(&format!("metering-choose-{name}"))) {
                    option value="" { (lang.t(all)) }
                    @for (value, label) in &options { option value=(value) selected[chosen.as_ref() == Some(value)] { (label) } }
                }
            },
        )
    }

    fn choice(&self, name: &str, input: Markup) -> Markup {
        HISTORY.form(&self.at, &[name], "row", html! { (input) noscript { button.btn type="submit" { (self.lang.t("metering-show")) } } })
    }

    #[expect(clippy::cast_precision_loss, reason = "heights of a chart")]
    fn chart(&self) -> Markup {
        let lang = self.lang;
        let all = || self.found.months.iter().map(|m| Some(m.maa)).collect();
        let (name, values): (String, Vec<Option<i64>>) = match &self.found.one {
            Some(line) => (line.name.clone(), line.maa.clone()),
            None => (lang.t("metering-all-customers"), all()),
        };
        let values = values.into_iter().map(|v| v.map(|n| n as f64)).collect();
        // The allowance is the partner's, not one customer's.
        let level = self.found.months.last().map_or(0, |m| m.allowance);
        let limit = (level > 0 && self.found.one.is_none()).then(|| (lang.t("metering-allowance"), level as f64));
        let c = Chart {
            title: lang.t("metering-history"),
            labels: self.found.months.iter().map(|m| lang.month(m.period.number()).to_owned()).collect(),
            series: vec![Series { name, values, dashed: false }],
            limit,
            format: chart::counts,
        };
        bar::bar(lang, &c)
    }

    fn table(&self) -> Markup {
        let lang = self.lang;
        let shown = &self.found.shown;
        let paging = Paging::of(&self.at, u64::try_from(self.found.total).unwrap_or(0));
        let mut columns = vec![Column::plain("customer", lang.t("metering-customer"))];
        let folded = shown.len().saturating_sub(NARROW);
        let column = |(n, m): (usize, &Month)| Column { sorts: false, wide: n < folded, ..Column::number("month", self.name(*m)) };
        columns.extend(shown.iter().enumerate().map(column));
        let table = Table {
            caption: lang.t("metering-by-customer"),
            columns,
            rows: self.found.lines.iter().map(|line| self.row(line)).collect(),
            at: &self.at,
            default_sort: "",
            paging: Some(paging),
            summary: lang.with("metering-showing", &[("shown", paging.shown().into()), ("total", paging.total.into())]),
            pick: None,
            nothing: empty::empty("users", &lang.t("metering-none"), &lang.t("metering-none-text"), None),
            compact: true,
        };
        html! {
            @if folded > 0 && !table.rows.is_empty() { div.card-body.only-narrow.muted { (lang.with("metering-folded", &[("n", NARROW.into())])) } }
            (table::table(lang, HISTORY, &table))
        }
    }

    fn row(&self, line: &Line) -> Row {
        let lang = self.lang;
        let sub = match (line.internal, line.here) {
            (true, _) => lang.t("metering-internal"),
            (false, false) => lang.t("metering-gone"),
            (false, true) => String::new(),
        };
        let label = lang.with("metering-show-one", &[("name", line.name.as_str().into())]);
        let to = self.at.with("customer", &line.customer.to_string()).to_string();
        let link = Link { href: &to, label: Some(&label), ..Link::default() };
        let name = HISTORY.link_to(link, html! { span dir="auto" { (line.name) } });
        let mut cells = vec![html! { (name) @if !sub.is_empty() { " " span.faint { (sub) } } }];
        let leads = self.leads(line);
        let cell =
            |(month, maa): (&Month, &Option<i64>)| maa.map_or_else(|| table::nothing(lang), |maa| self.number(leads.as_ref(), *month, maa));
        cells.extend(self.found.shown.iter().zip(&line.maa).map(cell));
        Row { id: line.customer.to_string(), name: line.name.clone(), cells, ..Row::default() }
    }

    /// Where the numbers of a line lead, and what their links say of number and month, which are filled in for each: a page has
    /// hundreds of them, and the catalogue is asked once a line. None where nobody is shown.
    fn leads(&self, line: &Line) -> Option<(String, String)> {
        if !line.here || !self.explains {
            return None;
        }
        let label = [("n", NUMBER.into()), ("name", line.name.as_str().into()), ("month", MONTH.into())];
        let to = format!("/msp/{}/customers/{}/metering?month=", self.partner, line.customer);
        Some((to, self.lang.with("metering-why", &label)))
    }

    /// A customer's number, leading to who is counted.
    fn number(&self, leads: Option<&(String, String)>, month: Month, maa: i64) -> Markup {
        let text = self.lang.int(maa);
        match leads.filter(|_| maa > 0) {
            None => html! { (text) },
            Some((to, label)) => {
                let label = label.replacen(NUMBER, &text, 1).replacen(MONTH, &self.name(month), 1);
                html! { a href={ (to) (month) } aria-label=(label) { (text) } }
            }
        }
    }

    /// The months with their allowance and state, the running one first.
    fn months(&self) -> Markup {
        let lang = self.lang;
        let number = |n: Option<i64>| n.map_or_else(|| table::nothing(lang), |n| html! { (lang.int(n)) });
        let row = |m: &MonthSum| Row {
            id: m.period.to_string(),
            name: self.name(m.period),
            cells: vec![
                html! { (self.name(m.period)) },
                self.state(m),
                number(Some(m.maa)),
                number(Some(m.allowance)),
                number(m.overage),
                if m.adjusted == 0 {
                    table::nothing(lang)
                } else {
                    html! { (self.signed(m.adjusted)) }
                },
                m.sha256.as_ref().map_or_else(|| table::nothing(lang), |hash| sealed(hash)),
            ],
            ..Row::default()
        };
        let plain = |id: &'static str| Column::plain(id, lang.t(id));
        let mut columns = vec![plain("metering-month"), plain("metering-state")];
        columns.extend(
            ["metering-maa", "metering-allowance", "metering-overage", "metering-adjusted"]
                .map(|id| Column { sorts: false, ..Column::number(id, lang.t(id)) }),
        );
        columns.push(plain("metering-hash"));
        let rows = self.found.months.iter().rev().map(row).collect();
        self.list("metering-months", "metering-months-sub", columns, rows, html! {})
    }

    /// How settled a month is, and until or since when.
    fn state(&self, m: &MonthSum) -> Markup {
        let (lang, word) = (self.lang, m.state.word());
        let day = match m.state {
            Settled::Open => m.ends_at,
            Settled::Draft | Settled::Final => m.final_at,
        };
        let when = lang.with(&format!("metering-{word}-when"), &[("day", lang.date(day, &self.found.zone).into())]);
        html! { (badge::badge(tone(m.state), &lang.t(&format!("metering-state-{word}")))) " " small.muted { (when) } }
    }

    fn signed(&self, n: i64) -> String {
        let number = self.lang.int(n.abs());
        if n < 0 { format!("−{number}") } else { format!("+{number}") }
    }

    /// What was said of final months, newest first.
    fn adjustments(&self) -> Markup {
        let (lang, zone) = (self.lang, &self.found.zone);
        let row = |(report, a): (Month, &Adjustment)| Row {
            id: format!("{}-{}-{}", a.tenant_id, a.period, a.at.0),
            name: a.name.clone(),
            cells: vec![
                html! { (self.name(report)) },
                html! { (self.name(a.period)) },
                html! { span dir="auto" { (a.name) } },
                html! { (self.signed(a.difference)) },
                html! { (lang.int(a.now)) },
                html! { (lang.t(&format!("metering-why-{}", a.why.word()))) },
                html! { (lang.date_time(a.at, zone)) },
            ],
            ..Row::default()
        };
        let all = self.found.months.iter().rev().flat_map(|m| m.adjustments.iter().rev().map(|a| (m.period, a)));
        let plain = |id: &'static str| Column::plain(id, lang.t(id));
        let number = |id: &'static str| Column { sorts: false, ..Column::number(id, lang.t(id)) };
        let columns = vec![
            plain("metering-report"),
            plain("metering-month"),
            plain("metering-customer"),
            number("metering-difference"),
            number("metering-known-now"),
            plain("metering-reason"),
            plain("metering-when"),
        ];
        let nothing = empty::empty("check-circle", &lang.t("metering-adjustments-none"), &lang.t("metering-adjustments-none-text"), None);
        self.list("metering-adjustments", "metering-adjustments-sub", columns, all.map(row).collect(), nothing)
    }

    /// What was ordered, newest first.
    fn orders(&self) -> Markup {
        let (lang, zone) = (self.lang, &self.found.zone);
        let row = |o: &crate::licensing::pools::Order| Row {
            id: o.id.to_string(),
            name: o.sku.clone(),
            cells: vec![
                html! { (lang.date(o.placed_at, zone)) },
                html! { span translate="no" { (o.sku) } },
                html! { (lang.int(o.quantity)) },
                html! { (lang.int(o.units)) },
                o.buyer.as_ref().map_or_else(|| table::nothing(lang), |name| html! { span dir="auto" { (name) } }),
                html! { (lang.date(o.starts_at, zone)) },
                html! { (lang.date(o.ends_at, zone)) },
            ],
            ..Row::default()
        };
        let plain = |id: &'static str| Column::plain(id, lang.t(id));
        let number = |id: &'static str| Column { sorts: false, ..Column::number(id, lang.t(id)) };
        let columns = vec![
            plain("metering-order-date"),
            plain("metering-order-sku"),
            number("metering-order-quantity"),
            number("metering-allowance"),
            plain("metering-order-buyer"),
            plain("metering-order-start"),
            plain("metering-order-end"),
        ];
        let nothing = empty::empty("key", &lang.t("metering-orders-none"), &lang.t("metering-orders-none-text"), None);
        self.list("metering-orders", "metering-orders-sub", columns, self.found.orders.iter().map(row).collect(), nothing)
    }

    fn list(&self, title: &str, sub: &str, columns: Vec<Column>, rows: Vec<Row>, nothing: Markup) -> Markup {
        let lang = self.lang;
        let (caption, at) = (lang.t(title), Address::new(&format!("/msp/{}/metering", self.partner)));
        let table = Table {
            caption: caption.clone(),
            columns,
            rows,
            at: &at,
            default_sort: "",
            paging: None,
            summary: String::new(),
            pick: None,
            nothing,
            compact: true,
        };
        card::list(&caption, &lang.t(sub), html! {}, table::table(lang, Swap::page(), &table))
    }
}

/// A month's hash: its beginning, and all of it where somebody asks.
fn sealed(hash: &str) -> Markup {
    html! { details { summary { code translate="no" { (hash.get(..12).unwrap_or(hash)) } } code translate="no" { (hash) } } }
}

const fn tone(state: Settled) -> Tone {
    match state {
        Settled::Open => Tone::Info,
        Settled::Draft => Tone::Warn,
        Settled::Final => Tone::Good,
    }
}
