//! A server tried step by step with one real message: what the "send a test mail" button shows.

use crate::smtp::Smtp;
use crate::{Failure, Message, Security, SmtpSettings, Trouble};

/// A step of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The name is found and something answers on the port.
    Connect,
    /// The connection is encrypted, with a certificate made out to the name.
    Encrypt,
    /// User name and password are taken.
    SignIn,
    /// The server takes the message.
    Accept,
}

impl Step {
    /// The word in operations and texts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Step::Connect => "connect",
            Step::Encrypt => "encrypt",
            Step::SignIn => "sign_in",
            Step::Accept => "accept",
        }
    }
}

/// How a trial went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The steps that succeeded, in order. What the settings do not ask for (encryption, sign-in) is not among them.
    pub done: Vec<Step>,
    /// The step at which it ended early, and why.
    pub failed: Option<(Step, Trouble)>,
}

impl Trial {
    /// One that succeeded at once: a transport without a server.
    #[must_use]
    pub fn kept() -> Trial {
        Trial { done: vec![Step::Accept], failed: None }
    }
}

/// Connects, encrypts, signs in and hands `message` over on a connection of its own.
pub async fn trial(settings: &SmtpSettings, message: &Message) -> Trial {
    let mut done = Vec::new();
    let failed = walk(settings, message, &mut done).await.err();
    Trial { done, failed }
}

async fn walk(settings: &SmtpSettings, message: &Message, done: &mut Vec<Step>) -> Result<(), (Step, Trouble)> {
    let smtp = Smtp::new(settings.clone());
    let connector = smtp.connector();
    connector.reach().await.map_err(|trouble| (Step::Connect, trouble))?;
    let secured = settings.security != Security::None;
    if secured {
        done.push(Step::Connect);
    }
    // Reached already: what fails now is the greeting, or the encryption before it.
    let step = if secured { Step::Encrypt } else { Step::Connect };
    let mut connection = connector.greeted().await.map_err(|trouble| (step, trouble))?;
    done.push(step);
    if settings.login.is_some() {
        connector.signed(&mut connection).await.map_err(|trouble| (Step::SignIn, trouble))?;
        done.push(Step::SignIn);
    }
    smtp.park(connection);
    let handed = match smtp.open(message).await {
        Ok(open) => open.hand_over().await,
        Err(failure) => Err(failure),
    };
    handed.map_err(|failure| (Step::Accept, rejected(failure)))?;
    done.push(Step::Accept);
    Ok(())
}

fn rejected(failure: Failure) -> Trouble {
    match failure {
        Failure::Temporary { code, text } | Failure::Permanent { code, text } | Failure::Unknown { code, text } => {
            Trouble::Rejected { code, text }
        }
    }
}
