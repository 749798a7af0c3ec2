//! Mail out: one [`Message`] value, sent through one [`Transport`].
//!
//! Nothing that reaches a header can hold a line break, because the types refuse it, and bodies always
//! travel quoted-printable, so no text can end the message early. Sending has two halves, [`Transport::ready`]
//! and [`Ready::hand_over`]: between them the caller checks its kill switch and records "handing over", and
//! a failure afterwards without an answer is [`Failure::Unknown`], never a silent second copy.

mod address;
mod catcher;
mod failure;
mod letter;
mod memory;
mod message;
mod secret;
mod settings;
mod smtp;
mod transport;
mod trial;
mod trouble;
mod verify;

pub use address::{Address, BadAddress};
pub use catcher::{Catcher, Caught};
pub use failure::{Accepted, Failure};
pub use letter::Letter;
pub use memory::Memory;
pub use message::{BadHeader, Header, MARK, Message, MessageId, Subject};
pub use secret::Secret;
pub use settings::{Login, Reach, Security, SmtpSettings};
pub use smtp::Smtp;
pub use transport::{Ready, Transport};
pub use trial::{Step, Trial, trial};
pub use trouble::Trouble;
pub use verify::verify;
