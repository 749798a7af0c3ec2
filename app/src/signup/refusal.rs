//! Why a sign-up was not taken, or made no trial.

use command::Refusal;
use serde::Serialize;

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SignUpRefusal {
    /// Nobody can sign up here.
    Closed {},
    /// As many asked today as may.
    Full {},
    /// The address was mailed often enough today: its owner is told nothing new, and whoever asks is not told so.
    Mailed {},
    /// Used, over, and never made look the same.
    LinkGone {},
    /// The host takes in nobody at the moment.
    NoPlace {},
    /// Another partner is the host.
    OtherHost {},
}

impl Refusal for SignUpRefusal {
    fn status(&self) -> u16 {
        match self {
            SignUpRefusal::Closed {} => 404,
            SignUpRefusal::Full {} | SignUpRefusal::Mailed {} => 429,
            SignUpRefusal::LinkGone {} => 410,
            SignUpRefusal::NoPlace {} | SignUpRefusal::OtherHost {} => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            SignUpRefusal::Closed {} => "not-found",
            SignUpRefusal::Full {} => "sign-ups-full",
            SignUpRefusal::Mailed {} => "too-many-requests",
            SignUpRefusal::LinkGone {} => "link-gone",
            SignUpRefusal::NoPlace {} => "no-place",
            SignUpRefusal::OtherHost {} => "other-host",
        }
    }
    fn title(&self) -> String {
        match self {
            SignUpRefusal::Closed {} => "There is nothing here".into(),
            SignUpRefusal::Full {} => "As many have signed up today as may".into(),
            SignUpRefusal::Mailed {} => "This address was mailed today already".into(),
            SignUpRefusal::LinkGone {} => "This link is no longer valid".into(),
            SignUpRefusal::NoPlace {} => "No trial can be opened at the moment".into(),
            SignUpRefusal::OtherHost {} => "Strangers sign up under another MSP".into(),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            SignUpRefusal::Full {} => "Try again tomorrow.",
            SignUpRefusal::NoPlace {} => "The link stays good for its day: try again later.",
            _ => "",
        };
        format!("{next} Nothing was changed.").trim_start().to_owned()
    }
}
