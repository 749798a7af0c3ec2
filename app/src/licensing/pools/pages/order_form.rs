//! The form that orders, or for whoever may not, the one that asks: pieces by SKU, then what they come to, then the button.

use maud::{Markup, html};
use store::{Money, PartnerId};
use web::{
    Address, Lang, Swap,
    forms::{self, Fields},
    parts::{
        Tone, card, empty,
        field::{self, Field},
        form, keyvalue,
        table::{self, Column, Row, Table},
    },
    problem::Problem,
};

use super::super::{Line, order::LINES};
use crate::{
    console::wrong::Wrong,
    licensing::catalogue::{Offered, Shelf, called, is_sku},
};

/// What stands before the SKU in the names of the fields: how many pieces, and the version that was seen.
const PIECES: &str = "q-";
const VERSION: &str = "v-";
/// What a form of which nothing was filled sends all the same.
const LOOK: &str = "look";

/// What somebody typed.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed(Fields);

impl Typed {
    /// What stands in the page's address. A SKU that is only named is taken for one piece to begin with.
    pub fn at(address: &Address) -> Typed {
        let typed = address.rest(&["sku"]).map(|(name, value)| (name.to_owned(), value.to_owned()));
        Typed(typed.filter(|(name, _)| name == LOOK || name.strip_prefix(PIECES).is_some_and(is_sku)).collect())
    }

    /// What a form sends; it has a field for each SKU, those of `more`, and no other.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn sent(fields: Fields, more: &[&str]) -> Result<Typed, Problem> {
        let of_sku = |name: &str| [PIECES, VERSION].iter().any(|front| name.strip_prefix(front).is_some_and(is_sku));
        forms::only(fields.keys().map(String::as_str).filter(|name| !of_sku(name)), more)?;
        Ok(Typed(fields))
    }

    pub fn text(&self, name: &str) -> &str {
        self.0.text(name)
    }

    fn pieces(&self) -> impl Iterator<Item = (&str, &str)> {
        let typed = self.0.iter().filter_map(|(name, text)| Some((name.strip_prefix(PIECES)?, text.trim())));
        typed.filter(|(_, text)| !["", "0"].contains(text))
    }

    /// True when nobody has sent the form yet.
    pub fn is_new(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wanted and was seen before, or what is wrong with it.
    pub fn seen(&self, lang: Lang) -> Result<Vec<Line>, Wrong> {
        let lines = self.lines(lang)?;
        if lines.iter().any(|line| line.version.is_none()) { Err(whole(lang.t("orders-unseen"))) } else { Ok(lines) }
    }

    /// What is wanted, or what is wrong with it.
    pub fn lines(&self, lang: Lang) -> Result<Vec<Line>, Wrong> {
        let line = |(sku, text): (&str, &str)| {
            let wrong = || (format!("{PIECES}{sku}"), lang.t("licensing-order-wrong"));
            let quantity = text.parse().ok().filter(|n| (1..=10_000).contains(n)).ok_or_else(wrong)?;
            let version = self.text(&format!("{VERSION}{sku}")).parse().ok();
            Ok(Line { sku: sku.to_owned(), quantity, version })
        };
        let lines: Vec<Line> = self.pieces().map(line).collect::<Result<_, Wrong>>()?;
        match lines.len() {
            // Any of the fields would do.
            0 => Err((PIECES.to_owned(), lang.t("orders-none-chosen"))),
            n if n > LINES => Err(whole(lang.with("orders-too-many", &[("most", LINES.into())]))),
            _ => Ok(lines),
        }
    }
}

/// What is wrong with no field alone.
pub(super) fn whole(why: String) -> Wrong {
    (String::new(), why)
}

/// The form around what can be ordered.
pub(super) struct OrderForm<'a> {
    pub lang: Lang,
    pub partner: PartnerId,
    /// True for who orders, false for who asks.
    pub orders: bool,
    pub shelf: &'a Shelf,
    pub typed: &'a Typed,
    pub wrong: &'a Wrong,
    /// The SKU the page was led to for.
    pub named: &'a str,
    pub key: &'a str,
}

impl OrderForm<'_> {
    fn say(&self, end: &str) -> String {
        self.lang.t(&format!("{}{end}", if self.orders { "licensing-order" } else { "orders-request" }))
    }

    /// The SKU at whose field something is wrong; the first where any field would do.
    fn at(&self) -> Option<&str> {
        let at = self.wrong.0.strip_prefix(PIECES)?;
        self.shelf.offered.iter().map(|o| o.sku.sku.as_str()).find(|sku| at.is_empty() || at == *sku)
    }

    fn priced(&self) -> bool {
        self.shelf.offered.iter().any(|o| o.price.is_some())
    }

    /// How many pieces of what.
    pub fn choose(&self) -> Markup {
        let (lang, why) = (self.lang, &self.wrong.1);
        let top = !why.is_empty() && self.at().is_none();
        let names = self.shelf.unpriced.iter().map(|sku| called(lang, &sku.sku, &sku.name)).collect::<Vec<_>>().join(", ");
        let body = html! {
            form.form method="get" action={ "/msp/" (self.partner) "/licenses/orders" } {
                @if top { (card::note(Tone::Bad, html! { (why) })) }
                (self.table())
                @if !names.is_empty() {
                    (card::note(Tone::Info, html! {
                        (lang.with("orders-unpriced", &[("currency", self.shelf.currency.as_str().into())])) " " span dir="auto" { (names) }
                    }))
                }
                @if !self.shelf.offered.is_empty() {
                    input type="hidden" name=(LOOK) value="1";
                    (form::actions(&lang.t("orders-look"), None))
                }
            }
        };
        card::card(&self.say(""), &self.say("-sub"), html! {}, body)
    }

    fn table(&self) -> Markup {
        let lang = self.lang;
        let number = |key, id: &str| Column::figure(key, lang.t(id));
        let mut columns = vec![
            Column { wraps: true, ..Column::plain("what", lang.t("licensing-order-what")) },
            number("units", "licensing-order-units"),
            number("months", "orders-months"),
        ];
        if self.priced() {
            columns.push(number("price", "orders-each"));
        }
        columns.push(Column::plain("pieces", lang.t("licensing-order-pieces")));
        let table = Table {
            caption: self.say(""),
            columns,
            rows: self.shelf.offered.iter().map(|o| self.row(o)).collect(),
            nothing: empty::empty("key", &lang.t("orders-shelf-empty"), &lang.t("orders-shelf-empty-text"), None),
            compact: true,
            ..Table::default()
        };
        table::table(lang, Swap::page(), &table)
    }

    fn row(&self, o: &Offered) -> Row {
        let (lang, sku) = (self.lang, &o.sku);
        let name = called(lang, &sku.sku, &sku.name);
        let field = format!("{PIECES}{}", sku.sku);
        let typed = match self.typed.text(&field) {
            "" if self.named == sku.sku && self.typed.is_new() => "1",
            text => text,
        };
        let label = lang.with("orders-pieces-of", &[("name", name.as_str().into())]);
        let error = (self.at() == Some(sku.sku.as_str())).then(|| self.wrong.1.clone());
        let pieces = Field { within: Some((0, 10_000)), ..Field::new(field, label, typed).error(error) };
        let mut cells = vec![
            html! { div.cell-main { span.cell-text { span dir="auto" { (name) } small translate="no" { (sku.sku) } } } },
            html! { (lang.with(&format!("licensing-units-{}", sku.unit.word()), &[("n", sku.units.into())])) },
            html! { (lang.int(sku.term_months)) },
        ];
        if self.priced() {
            cells.push(o.price.as_ref().map_or_else(|| table::nothing(lang), |price| html! { (lang.money(price)) }));
        }
        cells.push(field::cell(&pieces));
        Row { id: String::new(), name, cells, ..Row::default() }
    }

    /// What was chosen, what it comes to, and the button that does it; nothing where none of it is sold any more.
    pub fn confirm(&self, lines: &[Line]) -> Markup {
        let lang = self.lang;
        let chosen: Vec<(&Line, &Offered)> =
            lines.iter().filter_map(|line| Some((line, self.shelf.offered.iter().find(|o| o.sku.sku == line.sku)?))).collect();
        if chosen.is_empty() {
            return html! {};
        }
        let price = |line: &Line, o: &Offered| o.price.as_ref().and_then(|each| each.times(line.quantity));
        let row = |(line, o): &(&Line, &Offered)| {
            let grants = lang.with(&format!("licensing-units-{}", o.sku.unit.word()), &[("n", (o.sku.units * line.quantity).into())]);
            let what = format!("{} × {}", lang.int(line.quantity), called(lang, &o.sku.sku, &o.sku.name));
            (what, html! { (grants) @if let Some(price) = price(line, o) { " · " (lang.money(&price)) } })
        };
        let mut pairs: Vec<(String, Markup)> = chosen.iter().map(row).collect();
        if self.priced() {
            let minor = chosen.iter().filter_map(|(line, o)| price(line, o)).map(|p| p.minor).sum();
            let total = Money { minor, currency: self.shelf.currency.clone() };
            pairs.push((lang.t("orders-total"), html! { strong { (lang.money(&total)) } }));
        }
        let action = format!("/msp/{}/licenses/{}", self.partner, if self.orders { "orders" } else { "requests" });
        let body = html! {
            div.stack-tight {
                (keyvalue::pairs(&pairs))
                (form::post(&form::Form { action: &action, idempotency: Some(self.key), ..form::Form::default() }, html! {
                    @for (line, o) in &chosen {
                        input type="hidden" name={ (PIECES) (line.sku) } value=(line.quantity);
                        input type="hidden" name={ (VERSION) (line.sku) } value=(o.sku.version);
                    }
                    @if !self.orders { (field::text(lang, &Field::new("note", lang.t("orders-request-note"), self.typed.text("note")))) }
                    (form::actions(&self.say("-do"), None))
                }))
            }
        };
        card::card(&lang.t("orders-preview"), &lang.t("orders-preview-sub"), html! {}, body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(fields: &[(&str, &str)]) -> Result<Typed, Problem> {
        Typed::sent(fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(), &["note"])
    }

    #[test]
    fn pieces_are_read_by_sku_and_nothing_else_is_taken() {
        crate::app::install_texts().expect("the texts");
        let lines = |fields: &[(&str, &str)]| typed(fields).ok().map(|t| t.lines(Lang::En));
        let found = lines(&[("q-B", " 2 "), ("v-B", "3"), ("q-A", "1"), ("q-C", "0"), ("q-D", ""), ("note", "x")]);
        let line = |sku: &str, quantity, version| Line { sku: sku.to_owned(), quantity, version };
        assert_eq!(found, Some(Ok(vec![line("A", 1, None), line("B", 2, Some(3))])));
        for wrong in ["x", "-1", "1.5", "10001"] {
            assert!(lines(&[("q-A", wrong)]).is_some_and(|found| found.is_err()), "{wrong}");
        }
        let seen = |version: &str| typed(&[("q-A", "1"), ("v-A", version)]).ok().map(|t| t.seen(Lang::En).is_ok());
        assert_eq!(["2", "", "x"].map(seen), [Some(true), Some(false), Some(false)], "what was not seen is not ordered");
        let field = |fields: &[(&str, &str)]| lines(fields).and_then(Result::err).map(|(field, _)| field);
        assert_eq!(field(&[("q-B", "1"), ("q-A", "x")]).as_deref(), Some("q-A"));
        assert_eq!(field(&[("q-B", ""), ("q-A", "0")]).as_deref(), Some("q-"), "nothing is no order");
        assert!(lines(&[("q-a", "1")]).is_none() && lines(&[("colour", "red")]).is_none());
    }
}
