//! Why a call came to nothing.

use std::{error::Error, io};

/// Why a call came to nothing. The sentences are for the log; whoever shows one says it in its own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// No address to call: the text names what is wrong with it.
    #[error("not an address to call: {0}")]
    BadAddress(String),
    /// The place is one this program must not call.
    #[error("{place} may not be called: {why}")]
    Forbidden {
        /// Host, with its port where that is the reason.
        place: String,
        /// The reason, without the address a name resolved to: what lies inside is nobody's business.
        why: String,
    },
    /// Nobody there, or nobody who speaks.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// Somebody answered whose certificate does not prove who they are.
    #[error("the certificate is not accepted: {0}")]
    Certificate(String),
    /// No answer began in time.
    #[error("no answer in time")]
    Slow,
    /// The answer is larger than was agreed.
    #[error("the answer is larger than {0} bytes")]
    TooMuch(u64),
    /// The answer ended in the middle.
    #[error("the answer broke off: {0}")]
    BrokenOff(String),
}

impl Trouble {
    pub(crate) fn forbidden(place: impl Into<String>, why: impl Into<String>) -> Trouble {
        Trouble::Forbidden { place: place.into(), why: why.into() }
    }

    /// What went wrong before the answer began.
    pub(crate) fn before_answer(error: &reqwest::Error) -> Trouble {
        if let Some(ours) = inside::<Trouble>(error) {
            return ours.clone();
        }
        if let Some(tls) = inside::<rustls::Error>(error) {
            return Trouble::of_tls(tls);
        }
        if error.is_timeout() {
            return Trouble::Slow;
        }
        if error.is_builder() {
            return Trouble::BadAddress(innermost(error));
        }
        Trouble::Unreachable(innermost(error))
    }

    /// What went wrong in the middle of the answer.
    pub(crate) fn in_answer(error: &reqwest::Error) -> Trouble {
        Trouble::BrokenOff(if error.is_timeout() { "it took too long".to_owned() } else { innermost(error) })
    }

    pub(crate) fn of_tls(error: &rustls::Error) -> Trouble {
        match error {
            rustls::Error::InvalidCertificate(why) => Trouble::Certificate(why.to_string()),
            other => Trouble::Unreachable(other.to_string()),
        }
    }

    pub(crate) fn of_handshake(error: &io::Error) -> Trouble {
        inside::<rustls::Error>(error).map_or_else(|| Trouble::Unreachable(error.to_string()), Trouble::of_tls)
    }
}

/// The error of this type somewhere below. An `io::Error` hides what it carries from `source`.
fn inside<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = carried.map(|carried| carried as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}

/// The last cause says what happened; those above repeat the address.
fn innermost(error: &reqwest::Error) -> String {
    let mut last: &dyn Error = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
