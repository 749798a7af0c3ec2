//! What the pages of plans and of SKUs have in common: the forms that make one, its next version and the end of its sale, how they are
//! read, and the history.

use http::StatusCode;
use jiff::{ToSpan, civil::Date};
use maud::{Markup, html};
use store::{Money, Timestamp, Zone};
use web::{
    Lang, Swap,
    forms::Fields,
    parts::{
        Tone, badge, card,
        field::{self, Field},
        form,
        table::{self, Column, Row, Table},
    },
};

use super::OutOfRange;
use crate::console::wrong::{self, Wrong};

/// What was wrong on the page of one of them, in which form.
#[derive(Default)]
pub struct Refused {
    /// What was typed into the form of the next version.
    pub fields: Option<Fields>,
    /// What is wrong with that form.
    pub edit: Wrong,
    /// What is wrong with the one that ends its sale.
    pub end: Wrong,
}

impl Refused {
    pub fn status(&self) -> StatusCode {
        let refused = self.fields.is_some() || !self.end.1.is_empty();
        if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
    }
}

/// The forms of a catalogue.
#[derive(Clone, Copy)]
pub struct Forms<'a> {
    pub lang: Lang,
    /// What the names of its texts begin with.
    pub texts: &'static str,
    /// Where they go, and where they lead back to.
    pub at: &'a str,
    pub key: &'a str,
}

impl Forms<'_> {
    fn say(self, id: &str) -> String {
        self.lang.t(&format!("{}-{id}", self.texts))
    }

    fn card(self, id: &str, action: &str, no: &Wrong, body: Markup) -> Markup {
        let frame = form::Form { action, idempotency: Some(self.key), error: wrong::top(no), ..form::Form::default() };
        card::card(&self.say(id), &self.say(&format!("{id}-sub")), html! {}, form::post(&frame, body))
    }

    /// Makes one: the fields that never change, and those of its first version.
    pub fn make(self, no: &Wrong, body: Markup) -> Markup {
        let back = self.lang.t("ui-cancel");
        let body = html! { (body) (form::actions(&self.say("make"), Some((&back, self.at)))) };
        self.card("new", &format!("{}/new", self.at), no, body)
    }

    /// Makes the next version.
    pub fn edit(self, version: i64, no: &Wrong, inputs: Markup) -> Markup {
        let body = html! {
            input type="hidden" name="version" value=(version);
            (inputs)
            (form::actions(&self.lang.t("plans-edit-do"), None))
        };
        self.card("edit", self.at, no, body)
    }

    /// Says when it ends.
    pub fn end(self, no: &Wrong, days: Markup) -> Markup {
        let body = html! { (days) (form::actions(&self.lang.t("plans-end-do"), None)) };
        self.card("end", &format!("{}/end", self.at), no, body)
    }

    /// The field of a day on which something of it ends.
    pub fn day(self, name: &'static str, hint: &str, ends_at: Option<Timestamp>, zone: &Zone, no: &Wrong) -> Markup {
        let value = ends_at.map_or_else(String::new, |at| zone.date(at).to_string());
        let label = self.lang.t(&format!("plans-field-{}", name.replace('_', "-")));
        field::input(self.lang, "date", &Field::new(name, label, value).hint(self.lang.t(hint)).error(wrong::at(no, name)))
    }
}

/// Whether it is sold, and until when.
pub fn sale(lang: Lang, ends_at: Option<Timestamp>, now: Timestamp, zone: &Zone) -> Markup {
    let (tone, text) = match ends_at {
        None => (Tone::Good, lang.t("plans-sale-on")),
        Some(end) if end <= now => (Tone::Bad, lang.t("plans-sale-over")),
        Some(end) => (Tone::Warn, lang.with("plans-sale-until", &[("day", lang.date(end, zone).into())])),
    };
    badge::badge(tone, &text)
}

/// A version in the history: its number, what it says, and when it was made.
pub fn version(lang: Lang, number: i64, says: Vec<Markup>, made_at: Option<Timestamp>, zone: &Zone) -> Row {
    let made = made_at.map_or_else(|| lang.t("plans-built-in"), |at| lang.date(at, zone));
    let cells = [vec![html! { (number) }], says, vec![html! { (made) }]].concat();
    Row { id: number.to_string(), name: number.to_string(), cells, ..Row::default() }
}

/// All versions of one, with what each says under these heads.
pub fn history(lang: Lang, says: Vec<Column>, versions: Vec<Row>) -> Markup {
    let column = |id: &'static str| vec![Column::plain(id, lang.t(id))];
    let caption = lang.t("plans-versions");
    let columns = [column("plans-version"), says, column("plans-made")].concat();
    let table = Table { caption: caption.clone(), columns, rows: versions, compact: true, ..Table::default() };
    card::list(&caption, &lang.t("plans-versions-sub"), html! {}, table::table(lang, Swap::page(), &table))
}

/// A whole number in a form; none of an empty field.
pub fn number(lang: Lang, fields: &Fields, name: &str) -> Result<Option<i64>, Wrong> {
    let text = fields.text(name);
    let read = if text.is_empty() { Ok(None) } else { text.parse::<i64>().map(Some) };
    read.map_err(|_| (name.to_owned(), lang.t("plans-wrong-number")))
}

/// An amount such as 1800 or 1800.50 in a form, in minor units of a currency; none of an empty field.
pub fn price(lang: Lang, fields: &Fields, name: &str, currency: &str) -> Result<Option<i64>, Wrong> {
    let wrong = || (name.to_owned(), lang.t("plans-wrong-price"));
    Some(fields.text(name))
        .filter(|text| !text.is_empty())
        .map(|text| Money::read(text, currency).map(|m| m.minor).ok_or_else(wrong))
        .transpose()
}

/// What is said of a number that is out of its range.
pub fn ranged(lang: Lang, (field, least, most): OutOfRange) -> Wrong {
    let (least, most) = (lang.int(least), lang.int(most));
    (field.to_owned(), lang.with("plans-wrong-range", &[("least", least.into()), ("most", most.into())]))
}

/// The first instant of a day in a zone; none of an empty text.
pub fn begins(text: &str, zone: &Zone) -> Result<Option<Timestamp>, ()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let day: Date = text.parse().map_err(|_| ())?;
    let day_before = day.checked_sub(1.day()).map_err(|_| ())?;
    Ok(Some(zone.day_end(day_before)))
}
