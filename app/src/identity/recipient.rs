//! Somebody who is told something by mail: in their language, in the dress of the partner it is about.

use jobs::Retry;
use mail::{Address, Failure, Letter, Message, MessageId, Subject};
use store::{Control, PartnerId, Result, StaffId, View};
use web::Lang;

use super::store as rows;
use crate::app::App;

/// A person who can sign in, and the partner in whose name they are written to.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// Their address.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// The language they chose; that of the partner where they chose none.
    pub language: Option<String>,
    /// What the partner is called.
    pub partner: String,
    /// What its console is called; Tenantry when null.
    pub product: Option<String>,
    /// Its colour.
    pub accent: Option<String>,
}

/// What a mail says.
#[derive(Debug)]
pub struct Words {
    /// The subject. Line breaks and the like become blanks.
    pub subject: String,
    /// The first line.
    pub greeting: String,
    /// What follows.
    pub paragraphs: Vec<String>,
    /// The button: its text, and where it leads.
    pub button: (String, String),
    /// Why they receive it.
    pub footer: String,
}

/// A person as somebody to write to in the name of a partner; none who cannot sign in.
///
/// # Errors
/// The store's.
pub fn recipient(view: &mut View<'_, Control>, partner: PartnerId, staff: StaffId) -> Result<Option<Recipient>> {
    rows::recipient(view, partner, staff)
}

impl Recipient {
    /// The language to write in.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.language.as_deref().and_then(Lang::from_tag).unwrap_or_default()
    }

    /// Mails them, as a job does: a second attempt carries the same Message-ID, made of `id`.
    ///
    /// # Errors
    /// Later when the mail may have arrived or could arrive, dead when it never can.
    pub async fn send(&self, app: &App, id: &str, words: Words) -> std::result::Result<(), Retry> {
        let message = self.message(app, id, words).map_err(Retry::Dead)?;
        match app.mail.send(&message).await {
            Ok(_) => Ok(()),
            Err(failure @ (Failure::Temporary { .. } | Failure::Unknown { .. })) => Err(Retry::Later(failure.to_string())),
            Err(failure) => Err(Retry::Dead(failure.to_string())),
        }
    }

    /// The mail that [`Recipient::send`] sends.
    ///
    /// # Errors
    /// In words, where an address or the id cannot stand in a mail.
    pub fn message(&self, app: &App, id: &str, words: Words) -> std::result::Result<Message, String> {
        let product = self.product.clone().unwrap_or_else(|| "Tenantry".to_owned());
        let letter = Letter {
            lang: self.lang().tag().to_owned(),
            product: product.clone(),
            brand_color: self.accent.clone().unwrap_or_default(),
            greeting: words.greeting,
            paragraphs: words.paragraphs,
            button: Some(words.button),
            footer: words.footer,
        };
        let (text, html) = letter.render();
        let said = |e: &dyn std::fmt::Display| e.to_string();
        let from = Address::new(app.sender()).map_err(|e| said(&e))?;
        Ok(Message {
            id: MessageId::new(id, from.domain()).map_err(|e| said(&e))?,
            at: app.house.now().0,
            bounce: None,
            to: Address::new(&self.email).map_err(|e| said(&e))?,
            // A line break in a name must not become a header.
            subject: Subject::new(&words.subject.replace(|c: char| c.is_control(), " ")).map_err(|e| said(&e))?,
            from: from.clone().named(&product).unwrap_or(from),
            text,
            html: Some(html),
            headers: Vec::new(),
        })
    }
}
