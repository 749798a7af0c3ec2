//! What an attribute is, and which values it takes. No I/O.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use store::{MemberAttributeId, Timestamp};

use crate::{
    directory::member::MemberRefusal,
    noun::{Name, word_noun},
};

/// Values by the name of their attribute.
pub type Values = BTreeMap<String, String>;

/// Attributes every customer has: what SCIM's enterprise extension says beside department and manager.
pub const STANDARD: [&str; 4] = ["cost_center", "division", "employee_number", "organization"];
/// Names that mean something else in files and forms.
const TAKEN: [&str; 10] = ["email", "name", "external_id", "status", "department", "title", "language", "type", "site", "source"];
/// Attributes a customer declares at most.
pub const MOST: usize = 20;
/// Choices of an attribute at most.
pub const MOST_CHOICES: usize = 50;

word_noun!(
    /// Which values an attribute takes.
    Takes { /// Any line of text.
        Text "text", /// A number, with a point where it has decimals.
        Number "number", /// A day, as 2026-11-22.
        Date "date", /// One of a list.
        Choice "choice" }
);

/// An attribute a customer declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Attribute {
    /// Its id.
    pub id: MemberAttributeId,
    /// Its name: a small letter, then small letters, digits and underscores, at most 40.
    pub name: String,
    /// Which values it takes.
    pub takes: Takes,
    /// The values of a choice.
    pub choices: Vec<String>,
    /// When it was declared.
    pub created_at: Timestamp,
}

/// Whether a text can be an attribute's name.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    text.len() <= 40 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(fits) && !TAKEN.contains(&text)
}

impl Attribute {
    /// The value as it is kept; none when the attribute does not take it.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<String> {
        let text = text.trim();
        match self.takes {
            Takes::Text => line(text),
            Takes::Number => number(text),
            Takes::Date => text.parse::<jiff::civil::Date>().ok().map(|d| d.to_string()).filter(|d| d == text),
            Takes::Choice => self.choices.iter().find(|c| store::fold(c) == store::fold(text)).cloned(),
        }
    }

    /// What it takes, in words.
    #[must_use]
    pub fn wanted(&self) -> String {
        match self.takes {
            Takes::Text => "1 to 200 characters on one line".into(),
            Takes::Number => "a number such as 12 or -3.5".into(),
            Takes::Date => "a day such as 2026-11-22".into(),
            Takes::Choice => format!("one of {}", self.choices.join(", ")),
        }
    }
}

fn line(text: &str) -> Option<String> {
    Name::parse(text).ok().map(String::from)
}

/// A number in one spelling, so that equal ones are found as such.
fn number(text: &str) -> Option<String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |t: &str| !t.is_empty() && t.len() <= 20 && t.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(part) {
        return None;
    }
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(match part {
        "" if whole == "0" => "0".to_owned(),
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    })
}

/// Judges values against what a customer declared; gives them as they are kept.
///
/// # Errors
/// The first that is refused.
pub fn checked(declared: &[Attribute], values: &Values) -> Result<Values, MemberRefusal> {
    let one = |(name, value): (&String, &String)| {
        let kept = match declared.iter().find(|a| a.name == *name) {
            Some(attribute) => {
                attribute.read(value).ok_or_else(|| MemberRefusal::AttributeInvalid { name: name.clone(), wanted: attribute.wanted() })?
            }
            None if STANDARD.contains(&name.as_str()) => line(value)
                .ok_or_else(|| MemberRefusal::AttributeInvalid { name: name.clone(), wanted: "1 to 200 characters on one line".into() })?,
            None => return Err(MemberRefusal::UnknownAttribute { name: name.chars().take(80).collect() }),
        };
        Ok((name.clone(), kept))
    };
    values.iter().map(one).collect()
}

/// As [`checked`], for what a source says: a value that is not taken is left out, for nobody is lost for the sake of one.
#[must_use]
pub fn taken(declared: &[Attribute], values: &Values) -> Values {
    let one = |(name, value): (&String, &String)| checked(declared, &Values::from([(name.clone(), value.clone())])).ok();
    values.iter().filter_map(one).flatten().collect()
}

/// A member's values with what its directory or source changed: where its word is the old one, what a person wrote stands.
#[must_use]
pub fn newer(known: &Values, was: &Values, is: &Values) -> Values {
    let mut after = known.clone();
    for name in was.keys().chain(is.keys()).filter(|name| was.get(*name) != is.get(*name)) {
        match is.get(name) {
            Some(value) => after.insert(name.clone(), value.clone()),
            None => after.remove(name),
        };
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(name: &str, takes: Takes, choices: &[&str]) -> Attribute {
        let choices = choices.iter().map(|c| (*c).to_owned()).collect();
        Attribute { id: MemberAttributeId::new(store::Uuid::nil()), name: name.into(), takes, choices, created_at: Timestamp(0) }
    }

    #[test]
    fn each_kind_takes_its_values_and_no_others() {
        let read = |takes, text: &str| attribute("a", takes, &["Red", "Blue"]).read(text);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read(Takes::Text, " a b "), some("a b"));
        assert_eq!(read(Takes::Text, "a\nb"), None);
        for (text, kept) in [("007", "7"), ("-3.50", "-3.5"), ("0.0", "0"), ("-0", "0"), ("12", "12")] {
            assert_eq!(read(Takes::Number, text), some(kept), "{text}");
        }
        for text in ["", "1,5", "1.", ".5", "1e9", "NaN", "--1", "١"] {
            assert_eq!(read(Takes::Number, text), None, "{text}");
        }
        assert_eq!(read(Takes::Date, "2026-02-28"), some("2026-02-28"));
        for text in ["2026-02-30", "28.2.2026", "2026-2-8", ""] {
            assert_eq!(read(Takes::Date, text), None, "{text}");
        }
        assert_eq!((read(Takes::Choice, "RED"), read(Takes::Choice, "green")), (some("Red"), None));
    }

    #[test]
    fn only_another_word_changes_a_value() {
        let values = |pairs: &[(&str, &str)]| -> Values { pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect() };
        let known = values(&[("badge", "by hand"), ("division", "A"), ("own", "1")]);
        let (was, is) = (values(&[("badge", "7"), ("division", "A")]), values(&[("badge", "7"), ("cost_center", "C")]));
        assert_eq!(newer(&known, &was, &is), values(&[("badge", "by hand"), ("cost_center", "C"), ("own", "1")]));
    }

    #[test]
    fn names_are_words_of_a_program_that_mean_nothing_else() {
        for name in ["badge", "a1_b"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "Badge", "1a", "a b", "email", "site", "å", &"a".repeat(41)] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn what_is_not_declared_is_refused_and_from_a_source_left_out() {
        let declared = [attribute("badge", Takes::Number, &[])];
        let values = Values::from([("badge".to_owned(), "07".to_owned()), ("cost_center".to_owned(), "A".to_owned())]);
        assert_eq!(checked(&declared, &values).expect("fits").get("badge").map(String::as_str), Some("7"));
        let odd = Values::from([("shoe".to_owned(), "42".to_owned()), ("cost_center".to_owned(), "A".to_owned())]);
        assert!(matches!(checked(&declared, &odd), Err(MemberRefusal::UnknownAttribute { .. })));
        assert_eq!(taken(&declared, &odd).into_keys().collect::<Vec<_>>(), ["cost_center"]);
    }
}
