//! The form of a version as it is read: a name, numbers, amounts and days, each with what is wrong with it.

use jiff::{ToSpan, civil::Date};
use store::{Money, Timestamp, Zone};
use web::{Lang, forms::Fields};

use super::OutOfRange;
use crate::{
    console::wrong::{self, Wrong},
    noun::Name,
};

/// A form that is read in the language of whoever sent it.
#[derive(Clone, Copy)]
pub struct Reading<'f> {
    pub lang: Lang,
    pub fields: &'f Fields,
}

impl Reading<'_> {
    /// What it is called.
    pub fn name(self) -> Result<Name, Wrong> {
        Name::parse(self.fields.text("name")).map_err(|_| ("name".to_owned(), wrong::field(self.lang, "name", "invalid")))
    }

    /// A whole number; none of an empty field.
    pub fn number(self, field: &str) -> Result<Option<i64>, Wrong> {
        match self.fields.text(field) {
            "" => Ok(None),
            _ => self.needed(field).map(Some),
        }
    }

    /// A whole number that cannot be left out.
    pub fn needed(self, field: &str) -> Result<i64, Wrong> {
        self.fields.text(field).parse().map_err(|_| (field.to_owned(), self.lang.t("plans-wrong-number")))
    }

    /// An amount in hundredths; none of an empty field.
    pub fn price(self, field: &str) -> Result<Option<i64>, Wrong> {
        minor(self.fields.text(field)).ok_or_else(|| (field.to_owned(), self.lang.t("plans-wrong-price")))
    }

    /// Says of a number that it is out of its range.
    pub fn out_of_range(self, (field, least, most): OutOfRange) -> Wrong {
        let (least, most) = (self.lang.int(least), self.lang.int(most));
        (field.to_owned(), self.lang.with("plans-wrong-range", &[("least", least.into()), ("most", most.into())]))
    }
}

/// An amount such as 1800 or 1800.50 in hundredths; none of an empty text. The outer none is a text that is no amount.
fn minor(text: &str) -> Option<Option<i64>> {
    if text.is_empty() {
        return Some(None);
    }
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let digits = |t: &str| !t.is_empty() && t.len() <= 12 && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let hundredths = if part.len() == 1 { part.parse::<i64>().ok()? * 10 } else { part.parse().ok()? };
    Some(whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(hundredths))
}

/// An amount as somebody types it.
pub fn typed(price: &Money) -> String {
    format!("{}.{:02}", price.minor / 100, price.minor % 100)
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

#[cfg(test)]
mod tests {
    use super::minor;

    #[test]
    fn an_amount_is_read_to_the_hundredth() {
        assert_eq!(
            ["", "18", "18.5", "18,05", "0.00"].map(minor),
            [Some(None), Some(Some(1800)), Some(Some(1850)), Some(Some(1805)), Some(Some(0))]
        );
        for wrong in ["x", "-1", "1.234", "1.", ".5", "1e3", "9999999999999"] {
            assert_eq!(minor(wrong), None, "{wrong}");
        }
    }
}
