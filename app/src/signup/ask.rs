//! A stranger asks for a trial. All that happens before the answer is one row and one job: whether anybody has the address, or is called
//! that, is looked up afterwards, so that no answer can tell it by its words or its time.

use access::{permissions::Operate, secret};
use command::{Call, Command, Cx, Fail, Node, Secret};
use serde::Serialize;
use store::{Control, PartnerId, SignUpId};

use super::{
    mail::{MAIL, MailSignUp},
    over,
    refusal::SignUpRefusal,
    store::{self as rows, Hashes, Kept},
};
use crate::{
    app::App,
    console,
    identity::newcomers,
    noun::{Email, Name},
};

/// Mails to one mailbox a day, whatever addresses it has: nobody's is filled from here.
const MAILS: i64 = 3;

/// Sources it takes to use up a day: one of them has no more than its share.
const SOURCES: i64 = 5;

/// What the installation's key makes the text of a mailed link from: no row and no job holds it, and a mail that is sent again says the
/// same.
pub(super) fn link_text(app: &App, id: SignUpId) -> String {
    secret::spell(secret::LINK, app.keys.proof("sign-up", &id.to_string()))
}

/// Takes a sign-up, until its address is proved or its day is over.
#[derive(Debug, Serialize)]
struct AskSignUp {
    partner: PartnerId,
    id: SignUpId,
    link: Secret<[u8; 32]>,
    source: Option<Secret<[u8; 32]>>,
    // Nothing of somebody who never proves the address stays anywhere.
    name: Secret<Name>,
    email: Secret<Email>,
    language: String,
    most: i64,
}

impl Command for AskSignUp {
    const NAME: &'static str = "signup.ask";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = SignUpRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<SignUpRefusal>> {
        if newcomers::hold_host(cx.tx)? != Some(self.partner) {
            return Err(SignUpRefusal::Closed {}.into());
        }
        let since = over(cx.now);
        if rows::asked(cx.tx, cx.scope, since)? >= self.most {
            return Err(SignUpRefusal::Full {}.into());
        }
        let source = self.source.as_ref().map(|s| s.0);
        if let Some(source) = source
            && rows::asked_from(cx.tx, cx.scope, source, since)? >= (self.most / SOURCES).max(1)
        {
            return Err(SignUpRefusal::Full {}.into());
        }
        if rows::asked_with(cx.tx, cx.scope, self.email.0.as_str(), since)? >= MAILS {
            return Err(SignUpRefusal::Mailed {}.into());
        }
        let new = Kept {
            id: self.id,
            name: self.name.0.as_str().to_owned(),
            email: self.email.0.as_str().to_owned(),
            language: self.language.clone(),
        };
        rows::insert(cx.tx, cx.scope, &new, Hashes { link: self.link.0, source }, cx.now)?;
        cx.changed("sign_up", self.id, "asked", false, true);
        cx.tell(MAIL, &MailSignUp { partner: self.partner, sign_up: self.id });
        Ok(())
    }
}

/// Who asks.
pub(super) struct Asker {
    /// Network address; empty when unknown.
    pub address: String,
    /// Of the mail.
    pub language: String,
}

/// Takes a sign-up; its mail follows.
///
/// # Errors
/// [`SignUpRefusal`], or the store's.
pub(super) async fn ask(app: &App, partner: PartnerId, name: Name, email: Email, by: &Asker) -> Result<(), Fail<SignUpRefusal>> {
    let id: SignUpId = app.house.new_id();
    let link = secret::hash(secret::LINK, &link_text(app, id)).map_or([0; 32], |h| h.0);
    let most = i64::from(app.config.limits.sign_ups_per_day);
    let source = (!by.address.is_empty()).then(|| Secret(app.keys.proof("sign-up-source", &console::network(&by.address))));
    let language = by.language.clone();
    let command = AskSignUp { partner, id, link: Secret(link), source, name: Secret(name), email: Secret(email), language, most };
    app.house.execute(Call::operator(), command).await.map(drop)
}
