//! Why a source could not be read.

use std::time::Duration;

use egress::Trouble;

/// Why a source could not be read. Each sentence says what happened and what to do; [`Fault::code`] names its translation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nobody answers.
    #[error("The source does not answer ({0}). Check the address and the port, and that it can be reached from here.")]
    Unreachable(String),
    /// This installation may not call that address.
    #[error("This installation may not call that address ({0}). Enter a public one, or have the operator allow it.")]
    ForbiddenAddress(String),
    /// The certificate does not prove the name.
    #[error("The source's certificate is not accepted ({0}). Use the name that stands in the certificate, or renew it.")]
    Certificate(String),
    /// Wrong secret, unknown user, expired key.
    #[error("The source refuses the sign-in ({0}). Enter the user and the secret again.")]
    SignInRefused(String),
    /// Signed in, but not allowed to read.
    #[error("The source has not allowed the reading of people ({0}). Have an administrator there grant it.")]
    ConsentNeeded(String),
    /// The source asks for patience, more than a fetch has.
    #[error("The source asks to come back in {} seconds. It will be tried again by itself.", retry_after.as_secs())]
    Throttled {
        /// When it may be tried again.
        retry_after: Duration,
    },
    /// More than this installation reads.
    #[error("The source is larger than can be read ({0}). Narrow it with a filter, or have its limit raised.")]
    TooMuch(String),
    /// The source ended in the middle.
    #[error("The source broke off before its end ({0}). Nothing was changed; it will be tried again.")]
    BrokenOff(String),
    /// An answer that makes no sense.
    #[error("The source's answer cannot be read: {0}.")]
    NotUnderstood(String),
    /// The place to go on from is no longer known there.
    #[error("The source no longer knows where the last fetch ended. Read it from the start.")]
    CursorExpired,
    /// A setting cannot be meant.
    #[error("The setting {field} is not right: {why}.")]
    BadSettings {
        /// The field, as it is stored.
        field: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The caller stopped listening.
    #[error("The reading was stopped.")]
    Stopped,
}

/// The stable name of a kind of fault, in kebab case.
pub type Code = &'static str;

impl Fault {
    /// Its stable name.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Fault::Unreachable(_) => "unreachable",
            Fault::ForbiddenAddress(_) => "forbidden-address",
            Fault::Certificate(_) => "certificate",
            Fault::SignInRefused(_) => "sign-in-refused",
            Fault::ConsentNeeded(_) => "consent-needed",
            Fault::Throttled { .. } => "throttled",
            Fault::TooMuch(_) => "too-much",
            Fault::BrokenOff(_) => "broken-off",
            Fault::NotUnderstood(_) => "not-understood",
            Fault::CursorExpired => "cursor-expired",
            Fault::BadSettings { .. } => "bad-settings",
            Fault::Stopped => "stopped",
        }
    }

    /// What the source or the network said, for the line below the sentence; none where there is nothing to add.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        match self {
            Fault::Unreachable(text)
            | Fault::ForbiddenAddress(text)
            | Fault::Certificate(text)
            | Fault::SignInRefused(text)
            | Fault::ConsentNeeded(text)
            | Fault::TooMuch(text)
            | Fault::BrokenOff(text)
            | Fault::NotUnderstood(text) => Some(text),
            Fault::BadSettings { why, .. } => Some(why),
            Fault::Throttled { .. } | Fault::CursorExpired | Fault::Stopped => None,
        }
    }

    /// Whether trying again later may help without anybody changing anything.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self, Fault::Unreachable(_) | Fault::Throttled { .. } | Fault::BrokenOff(_) | Fault::Stopped)
    }

    pub(crate) fn setting(field: &'static str, why: &'static str) -> Fault {
        Fault::BadSettings { field, why }
    }

    pub(crate) fn odd(what: impl Into<String>) -> Fault {
        Fault::NotUnderstood(what.into())
    }
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Fault {
        match trouble {
            Trouble::BadAddress(why) | Trouble::Unreachable(why) => Fault::Unreachable(why),
            Trouble::Forbidden { place, why } => Fault::ForbiddenAddress(format!("{place}: {why}")),
            Trouble::Certificate(why) => Fault::Certificate(why),
            Trouble::Slow => Fault::Unreachable("no answer in time".to_owned()),
            Trouble::TooMuch(most) => Fault::TooMuch(format!("more than {} MiB in one answer", most / (1024 * 1024))),
            Trouble::BrokenOff(why) => Fault::BrokenOff(why),
        }
    }
}
