//! How an attempt ended.

/// The server took the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What the server answered, often its queue id.
    pub text: String,
}

/// The server did not take the message, or nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Not delivered; a later attempt may succeed.
    #[error("temporary: {text}")]
    Temporary {
        /// The SMTP code, if the server answered.
        code: Option<u16>,
        /// What was said.
        text: String,
    },
    /// Not delivered, and no later attempt will be.
    #[error("permanent: {text}")]
    Permanent {
        /// The SMTP code, if the server answered.
        code: Option<u16>,
        /// What was said.
        text: String,
    },
    /// The message was being handed over and no answer came: it may have been delivered.
    #[error("unknown: {text}")]
    Unknown {
        /// The SMTP code, if any.
        code: Option<u16>,
        /// What was said.
        text: String,
    },
}

impl Failure {
    pub(crate) fn temporary(text: impl Into<String>) -> Self {
        Self::Temporary { code: None, text: text.into() }
    }
}
