//! The "no" of linking.

use command::Refusal;
use serde::Serialize;

use super::request::LinkStatus;

/// Why nothing was done.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkRefusal {
    /// The partner has asked as often as it may.
    TooManyLinks {
        /// How often it may ask …
        max: i64,
        /// … within so many days.
        days: i64,
    },
    /// The request is not one that could be changed so.
    NotOpen {
        /// Where it is.
        stands: LinkStatus,
    },
    /// The request is over: refused, withdrawn, or its time has passed.
    LinkOver {},
    /// All have consented, and the customer is moving just now.
    LinkMoving {},
    /// This side has said so already.
    AlreadySaid {},
}

impl Refusal for LinkRefusal {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        match self {
            LinkRefusal::TooManyLinks { .. } => "too-many-links",
            LinkRefusal::NotOpen { .. } => "link-not-open",
            LinkRefusal::LinkOver {} => "link-over",
            LinkRefusal::LinkMoving {} => "link-moving",
            LinkRefusal::AlreadySaid {} => "already-said",
        }
    }
    fn title(&self) -> String {
        match self {
            LinkRefusal::TooManyLinks { max, days } => format!("You have asked for {max} customers within {days} days"),
            LinkRefusal::NotOpen { stands } => format!("This request is {}", stands.word()),
            LinkRefusal::LinkOver {} => "This request is over".into(),
            LinkRefusal::LinkMoving {} => "The customer is moving now".into(),
            LinkRefusal::AlreadySaid {} => "You have consented already".into(),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            LinkRefusal::TooManyLinks { .. } => "Wait until the first of these requests has ended.",
            LinkRefusal::NotOpen { .. } => "Ask anew if you still want the customer.",
            LinkRefusal::LinkOver {} => "It was refused or withdrawn, or its time has passed.",
            LinkRefusal::LinkMoving {} => "Both sides have consented. If something keeps it from coming, you can refuse then.",
            LinkRefusal::AlreadySaid {} => "As long as the customer has not moved you can still refuse.",
        };
        format!("{next} Nothing was changed.")
    }
}
