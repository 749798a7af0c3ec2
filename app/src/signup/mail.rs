//! The mail after a sign-up. To a stranger it brings the link; to somebody who has a place here already it says so: only who reads
//! the address learns which. It repeats nothing the asker wrote, or strangers could be sent any words from here.

use access::{Scope, permissions::Operate};
use command::{Call, Fail, Node, Query};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, PartnerId, Result, SignUpId, Timestamp, View};

use super::{
    ask::link_text,
    over,
    store::{self as rows, Kept},
};
use crate::{
    app::App,
    hierarchy::settings::{self, Settings},
    identity::{Recipient, Words, administrator},
};

pub(super) const MAIL: &str = "signup.mail";

/// Mails whoever has the address.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct MailSignUp {
    pub partner: PartnerId,
    pub sign_up: SignUpId,
}

impl Job<App> for MailSignUp {
    const KIND: &'static str = MAIL;

    async fn run(self, job: JobCx<'_, App>) -> std::result::Result<(), Retry> {
        let told = match job.house.ask(&Call::operator(), Told { partner: self.partner, sign_up: self.sign_up }).await {
            Ok(Some(told)) => told,
            // Its day is over, or nobody signs up here any more.
            Ok(None) | Err(Fail::Denied(_)) => return Ok(()),
            Err(fail) => return Err(fail.into()),
        };
        let (to, words) = letter(job.app, &self, &told);
        ended(to.send(job.app, &self.sign_up.to_string(), words).await)
    }
}

/// A stranger may write any address: one that takes no mail is nobody's trouble, and fills no list of failed work. What a server says of
/// it may name it, and is kept nowhere.
fn ended(sent: std::result::Result<(), Retry>) -> std::result::Result<(), Retry> {
    match sent {
        Ok(()) | Err(Retry::Dead(_)) => Ok(()),
        Err(Retry::Later(_)) => Err(Retry::Later("the mail server did not take the mail".to_owned())),
    }
}

/// Asks what there is to tell, and to whom.
struct Told {
    partner: PartnerId,
    sign_up: SignUpId,
}

/// What is told.
struct Telling {
    kept: Kept,
    host: Settings,
    /// Somebody has the address.
    known: bool,
}

impl Query for Told {
    type Home = Control;
    type Needs = Operate;
    type Found = Option<Telling>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, now: Timestamp) -> Result<Option<Telling>> {
        let (Some(kept), Some(host)) = (rows::find(view, scope, self.sign_up, over(now))?, settings::of(view, scope)?) else {
            return Ok(None);
        };
        let known = administrator::is_somebody(view, &kept.email)?;
        Ok(Some(Telling { kept, host, known }))
    }
}

/// To whom, and what. A mail that is sent again carries the same link.
fn letter(app: &App, job: &MailSignUp, told: &Telling) -> (Recipient, Words) {
    let to = Recipient {
        email: told.kept.email.clone(),
        name: String::new(),
        language: Some(told.kept.language.clone()),
        partner: told.host.name.clone(),
        product: told.host.product_name.clone(),
        accent: told.host.accent.clone(),
    };
    let lang = to.lang();
    let kind = if told.known { "known" } else { "link" };
    let product = to.product.as_deref().unwrap_or("Tenantry");
    let say = |part: &str| {
        lang.with(&format!("signup-mail-{kind}-{part}"), &[("company", told.host.name.as_str().into()), ("product", product.into())])
    };
    let origin = app.config.origin();
    let page = match told.known {
        true => format!("{origin}/signin"),
        false => format!("{origin}/signup/{}/{}", job.partner, link_text(app, job.sign_up)),
    };
    let words = Words {
        subject: say("subject"),
        greeting: lang.t("signup-mail-greeting"),
        paragraphs: vec![say("text"), say("more")],
        button: (say("button"), page),
        footer: lang.with("signup-mail-footer", &[("company", told.host.name.as_str().into())]),
    };
    (to, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_takes_no_mail_is_no_failed_work_and_named_nowhere() {
        let said = || "550 no such user <ann@eklund.example>".to_owned();
        assert!(ended(Ok(())).is_ok() && ended(Err(Retry::Dead(said()))).is_ok());
        let Err(Retry::Later(why)) = ended(Err(Retry::Later(said()))) else { panic!("tried again") };
        assert!(!why.contains("eklund"), "{why}");
    }
}
