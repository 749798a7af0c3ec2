//! The one door to every way of sending.

use crate::smtp::Open;
use crate::{Accepted, Catcher, Failure, Memory, Message, Smtp, SmtpSettings};

/// A way of sending. Cheap to clone; clones share connections or boxes.
#[derive(Debug, Clone)]
pub enum Transport {
    /// A real server.
    Smtp(Smtp),
    /// The demo's post box.
    Catcher(Catcher),
    /// The store of tests.
    Memory(Memory),
}

impl Transport {
    /// A pool of connections to one server. Nothing connects before the first message.
    pub fn smtp(settings: SmtpSettings) -> Self {
        Self::Smtp(Smtp::new(settings))
    }

    /// Sends at once.
    pub async fn send(&self, message: &Message) -> Result<Accepted, Failure> {
        self.ready(message).await?.hand_over().await
    }

    /// Connects and lets the server judge sender and recipient. Nothing is delivered until
    /// [`Ready::hand_over`]; dropping the answer gives the attempt up.
    pub async fn ready(&self, message: &Message) -> Result<Ready, Failure> {
        Ok(Ready(match self {
            Self::Smtp(smtp) => Stage::Smtp(Box::new(smtp.open(message).await?)),
            Self::Catcher(catcher) => Stage::Catcher(catcher.clone(), Box::new(message.clone())),
            Self::Memory(memory) => Stage::Memory(memory.clone(), Box::new(message.clone())),
        }))
    }
}

/// A message whose recipient the server has accepted, and which still can be held back.
#[must_use = "the message is not sent before hand_over"]
pub struct Ready(Stage);

enum Stage {
    Smtp(Box<Open>),
    Catcher(Catcher, Box<Message>),
    Memory(Memory, Box<Message>),
}

impl Ready {
    /// Hands the message over. From here on a missing answer is [`Failure::Unknown`].
    pub async fn hand_over(self) -> Result<Accepted, Failure> {
        match self.0 {
            Stage::Smtp(open) => open.hand_over().await,
            Stage::Catcher(catcher, message) => catcher.take(*message).await,
            Stage::Memory(memory, message) => memory.take(*message),
        }
    }
}
