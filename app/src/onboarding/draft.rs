//! The nouns of a draft.

use serde::{Deserialize, Serialize};
use store::{CustomerId, DraftId, OperationId, StaffId, Timestamp};
use web::problem::Problem;

use crate::{
    licensing::pools::Claim,
    provisioning::{Created, api::NewCustomerBody, templates::Settings},
};

/// Drafts a partner may have at a time.
pub const MOST: i64 = 200;
/// The most characters of an answer.
const LONGEST: usize = 500;

macro_rules! answers {
    ($($(#[$doc:meta])* $field:ident),* $(,)?) => {
        /// What has been filled in so far, as it was typed: an empty text stands for nothing.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct Answers {
            $($(#[$doc])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<String>),*
        }

        impl Answers {
            /// The names of the answers.
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];

            /// What was answered; empty for nothing.
            #[must_use]
            pub fn get(&self, field: &str) -> &str {
                match field {
                    $(stringify!($field) => self.$field.as_deref().unwrap_or_default(),)*
                    _ => "",
                }
            }

            fn slot(&mut self, field: &str) -> Option<&mut Option<String>> {
                match field {
                    $(stringify!($field) => Some(&mut self.$field),)*
                    _ => None,
                }
            }
        }
    };
}

answers! {
    /// Its name.
    name,
    /// What it is called in contracts, where that is another name.
    legal_name,
    /// Its primary domain.
    domain,
    /// A label reserved for it in the whole installation.
    subdomain,
    /// `paid` or `trial`.
    kind,
    /// `starter`, `pro` or `enterprise`.
    plan,
    /// Where its data will lie.
    region,
    /// ISO 3166-1 alpha-2.
    country,
    /// IANA zone.
    time_zone,
    /// `en` or `de`.
    language,
    /// Its line of business.
    sector,
    /// Your own reference.
    reference,
    /// Its primary administrator.
    admin_email,
    /// MAX MAU, in digits.
    max_mau,
}

impl Answers {
    /// Answers one question; an empty text takes the answer back.
    pub fn set(&mut self, field: &str, text: &str) {
        if let Some(slot) = self.slot(field) {
            *slot = (!text.trim().is_empty()).then(|| text.trim().to_owned());
        }
    }

    /// Says what was answered, an empty text included: over earlier answers, that takes one back.
    pub fn say(&mut self, field: &str, text: &str) {
        if let Some(slot) = self.slot(field) {
            *slot = Some(text.trim().to_owned());
        }
    }

    /// These answers where they say something (an empty text included), the earlier ones elsewhere.
    #[must_use]
    pub fn over(&self, before: &Answers) -> Answers {
        let mut all = before.clone();
        for field in Answers::FIELDS {
            if self.clone().slot(field).is_some_and(|slot| slot.is_some()) {
                all.set(field, self.get(field));
            }
        }
        all
    }

    /// Refuses an answer without end.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn checked(self) -> Result<Answers, Problem> {
        match Answers::FIELDS.iter().find(|field| self.get(field).chars().count() > LONGEST) {
            Some(field) => Err(Problem::invalid(format!("/answers/{field}"), "too-long", format!("At most {LONGEST} characters."))),
            None => Ok(self),
        }
    }

    /// All of them in one text: what a request says again must say the same.
    pub(super) fn said(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The answers that differ.
    pub(super) fn differing(&self, other: &Answers) -> Vec<&'static str> {
        Answers::FIELDS.iter().copied().filter(|field| self.get(field) != other.get(field)).collect()
    }

    /// The body that a program would send to create the customer: one reading, one set of sentences.
    ///
    /// # Errors
    /// The problem, naming the field.
    pub fn body(&self) -> Result<NewCustomerBody, Problem> {
        let mut body = serde_json::Map::new();
        for field in Answers::FIELDS {
            match self.get(field) {
                "" if *field == "name" => drop(body.insert("name".into(), "".into())),
                "" => {}
                text if *field == "max_mau" => {
                    let number: Option<i64> = text.parse().ok();
                    body.insert("max_mau".into(), number.map_or_else(|| text.into(), Into::into));
                }
                text if *field == "country" => drop(body.insert("country".into(), text.to_ascii_uppercase().into())),
                text => drop(body.insert((*field).into(), text.into())),
            }
        }
        web::door::read(serde_json::Value::Object(body).to_string().as_bytes())
    }

    /// What a template of these answers says.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn settings(&self) -> Result<Settings, Problem> {
        Settings::typed(|field| self.get(field))
    }
}

impl From<&Settings> for Answers {
    fn from(settings: &Settings) -> Answers {
        let mut answers = Answers::default();
        Settings::FIELDS.iter().for_each(|field| answers.set(field, &settings.text(field)));
        answers
    }
}

/// A wizard before its first step was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Draft {
    /// Its id.
    pub id: DraftId,
    /// What has been filled in so far.
    pub answers: Answers,
    /// Whose it is.
    pub staff_id: Option<StaffId>,
    /// Their name.
    pub staff_name: Option<String>,
    /// Seats it has put by; null for none.
    pub reserved: Option<Claim>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// Rises with every change.
    pub version: i64,
}

/// A draft as it stands.
#[derive(Debug, Clone)]
pub enum Found {
    /// Not sent yet.
    Open(Box<Draft>),
    /// Sent: where it led.
    Sent(Sent),
}

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// The customer it became.
    pub customer: CustomerId,
    /// The work that makes it ready.
    pub operation: OperationId,
}

impl From<Sent> for Created {
    fn from(sent: Sent) -> Created {
        Created { tenant_id: sent.customer, operation_id: sent.operation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Answers {
        serde_json::from_str(json).expect("answers")
    }

    #[test]
    fn what_is_said_later_wins_and_an_empty_text_takes_back() {
        let before = read(r#"{"name":"Acme","country":"SE"}"#);
        let after = read(r#"{"country":"","domain":" acme.se "}"#).over(&before);
        assert_eq!(after, read(r#"{"name":"Acme","domain":"acme.se"}"#));
        assert_eq!(after.differing(&before), ["domain", "country"]);
    }

    #[test]
    fn answers_become_the_body_a_program_would_send() {
        assert!(read(r#"{"name":"Acme","max_mau":"10","kind":"trial"}"#).body().is_ok());
        let wrong = |json: &str| read(json).body().expect_err(json).errors[0].pointer.clone();
        assert_eq!(wrong(r#"{"max_mau":"10"}"#), "/name");
        assert_eq!(wrong(r#"{"name":"Acme"}"#), "/max_mau");
        assert_eq!(wrong(r#"{"name":"Acme","max_mau":"many"}"#), "/max_mau");
        assert_eq!(wrong(r#"{"name":"Acme","max_mau":"10","domain":"acme."}"#), "/domain");
        assert_eq!(read(&format!(r#"{{"name":"{}"}}"#, "x".repeat(501))).checked().expect_err("long").errors[0].pointer, "/answers/name");
    }
}
