//! Why a mail server cannot be used, as a sentence a person can act on.

/// Why a server cannot be used. [`Trouble::key`] names its translation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// DNS has no such name.
    #[error("The server name {host} was not found. Check its spelling.")]
    Lookup {
        /// The name asked for.
        host: String,
    },
    /// The name leads into a network that tenants must not reach.
    #[error("The server name {host} leads to an internal address. Enter a public mail server.")]
    Inside {
        /// The name asked for.
        host: String,
    },
    /// Nothing listens there.
    #[error("{host} refuses connections on port {port}. Check the port; 587 and 465 are usual.")]
    Refused {
        /// The server.
        host: String,
        /// The port.
        port: u16,
    },
    /// No answer in time.
    #[error("The server did not answer in time. Check port and encryption, and whether a firewall is in between.")]
    Silent,
    /// The certificate is for somebody else.
    #[error("The server's certificate is not made out to {host}. Enter the name that is in the certificate.")]
    NameMismatch {
        /// The name asked for.
        host: String,
    },
    /// The certificate cannot be trusted.
    #[error("The server's certificate is not trusted ({text}). Ask its operator to renew it.")]
    Untrusted {
        /// What is wrong with it.
        text: String,
    },
    /// TLS was expected from the first byte.
    #[error("The server does not speak TLS on port {port}. Choose STARTTLS, or port 465.")]
    NotTls {
        /// The port.
        port: u16,
    },
    /// STARTTLS was expected and is not offered.
    #[error("The server does not offer STARTTLS on port {port}. Choose TLS with port 465.")]
    NoStartTls {
        /// The port.
        port: u16,
    },
    /// User name or password is wrong.
    #[error("The server refuses user name or password (code {code}: {text}).")]
    Login {
        /// The SMTP code.
        code: u16,
        /// What the server said.
        text: String,
    },
    /// The server takes no sign-in that we know.
    #[error("The server offers no sign-in with a password on this connection. Turn encryption on, or leave user name and password empty.")]
    NoLogin,
    /// The name we greet with, or the host, has letters no server takes.
    #[error("The server name or our own host name contains characters that are not allowed.")]
    BadName,
    /// Sender, recipient or message are refused.
    #[error("The server does not take the message ({text}). Check that it may send for the configured sender address.")]
    Rejected {
        /// The SMTP code, if there was one.
        code: Option<u16>,
        /// What was said.
        text: String,
    },
    /// Anything else.
    #[error("The server cannot be used: {text}")]
    Other {
        /// The SMTP code, if there was one.
        code: Option<u16>,
        /// What was said.
        text: String,
    },
}

impl Trouble {
    /// The Fluent id of this sentence; its arguments are named like the fields.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Lookup { .. } => "mail-trouble-lookup",
            Self::Inside { .. } => "mail-trouble-inside",
            Self::Refused { .. } => "mail-trouble-refused",
            Self::Silent => "mail-trouble-silent",
            Self::NameMismatch { .. } => "mail-trouble-name-mismatch",
            Self::Untrusted { .. } => "mail-trouble-untrusted",
            Self::NotTls { .. } => "mail-trouble-not-tls",
            Self::NoStartTls { .. } => "mail-trouble-no-starttls",
            Self::Login { .. } => "mail-trouble-login",
            Self::NoLogin => "mail-trouble-no-login",
            Self::BadName => "mail-trouble-bad-name",
            Self::Rejected { .. } => "mail-trouble-rejected",
            Self::Other { .. } => "mail-trouble-other",
        }
    }

    /// What the sentence names: its arguments, by name.
    pub fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Lookup { host } | Self::Inside { host } | Self::NameMismatch { host } => vec![("host", host.clone())],
            Self::Refused { host, port } => vec![("host", host.clone()), ("port", port.to_string())],
            Self::NotTls { port } | Self::NoStartTls { port } => vec![("port", port.to_string())],
            Self::Untrusted { text } | Self::Rejected { text, .. } | Self::Other { text, .. } => vec![("text", text.clone())],
            Self::Login { code, text } => vec![("code", code.to_string()), ("text", text.clone())],
            Self::Silent | Self::NoLogin | Self::BadName => Vec::new(),
        }
    }

    pub(crate) fn code(&self) -> Option<u16> {
        match self {
            Self::Login { code, .. } => Some(*code),
            Self::Rejected { code, .. } | Self::Other { code, .. } => *code,
            _ => None,
        }
    }
}
