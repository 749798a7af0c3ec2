//! Mail about signing in. The job's payload holds ids only; the link is made when the mail is, from the configured origin,
//! never from a request.

use jobs::{Job, JobCx, Retry};
use mail::{Address, Failure, Letter, Message, MessageId, Subject};
use serde::{Deserialize, Serialize};
use store::StaffId;
use web::Lang;

use super::{
    links::{self, LinkKind},
    noun::{Person, StaffStatus},
    store as rows,
};
use crate::app::App;

/// Sends a person the link to their first or next password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendLink {
    /// To whom.
    pub staff: StaffId,
    /// What for.
    pub kind: LinkKind,
}

impl Job<App> for SendLink {
    const KIND: &'static str = "identity.mail";

    async fn run(self, cx: JobCx<'_, App>) -> Result<(), Retry> {
        let staff = self.staff;
        let read = cx.house.control().read(move |view| {
            let Some(person) = rows::person(view, staff)? else { return Ok(None) };
            let sender = rows::sender(view, person.home)?;
            Ok(Some((person, sender)))
        });
        let Some((person, sender)) = read.await.map_err(|e| Retry::Later(e.to_string()))? else { return Ok(()) };
        // What changed since then decides: nobody who was shut out gets a link.
        let wanted = match self.kind {
            LinkKind::Invite => person.status == StaffStatus::Invited,
            LinkKind::Reset => person.status == StaffStatus::Active,
            LinkKind::Setup => false,
        };
        if !wanted {
            return Ok(());
        }
        // A second attempt leaves the first one's link alone: it may have arrived after all.
        let text = links::make(cx.house, self.kind, person.home, Some(staff), cx.attempt <= 1).await?;
        let address = format!("{}/{}/{text}", cx.app.config.origin(), self.kind.word());
        let message = message(cx.app, &cx.id.to_string(), self.kind, &person, &sender, address).map_err(Retry::Dead)?;
        match cx.app.mail.send(&message).await {
            Ok(_) => Ok(()),
            Err(Failure::Permanent { text, .. }) => Err(Retry::Dead(text)),
            Err(other) => Err(Retry::Later(other.to_string())),
        }
    }
}

fn message(app: &App, id: &str, kind: LinkKind, person: &Person, sender: &rows::Sender, address: String) -> Result<Message, String> {
    let lang = person.language.as_deref().or(sender.language.as_deref()).and_then(Lang::from_tag).unwrap_or_default();
    let product = sender.product.clone().unwrap_or_else(|| "Tenantry".to_owned());
    let company = sender.name.clone().unwrap_or_else(|| product.clone());
    let word = kind.word();
    let say = |part: &str| {
        lang.with(
            &format!("identity-mail-{word}-{part}"),
            &[("name", person.name.as_str().into()), ("company", company.as_str().into()), ("product", product.as_str().into())],
        )
    };
    let letter = Letter {
        lang: lang.tag().to_owned(),
        product: product.clone(),
        brand_color: sender.accent.clone().unwrap_or_default(),
        greeting: say("greeting"),
        paragraphs: vec![say("text"), say("validity")],
        button: Some((say("button"), address)),
        footer: say("footer"),
    };
    let (text, html) = letter.render();
    let from = Address::new(app.sender()).map_err(|e| e.to_string())?;
    let from = from.clone().named(&product).unwrap_or(from);
    let to = Address::new(&person.email).map_err(|e| e.to_string())?;
    Ok(Message {
        id: MessageId::new(id, &host(app)).map_err(|e| e.to_string())?,
        at: app.house.now().0,
        from,
        bounce: None,
        to: to.clone().named(&person.name).unwrap_or(to),
        subject: Subject::new(&say("subject")).map_err(|e| e.to_string())?,
        text,
        html: Some(html),
        headers: Vec::new(),
    })
}

/// The origin's host, for the Message-ID.
fn host(app: &App) -> String {
    let origin = app.config.origin();
    let host = origin.split("://").nth(1).unwrap_or_default();
    host.split([':', '/', '[', ']']).find(|part| !part.is_empty()).unwrap_or("localhost").to_owned()
}
