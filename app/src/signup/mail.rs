//! The mail after a sign-up. To a stranger it brings the link; to somebody who has a place here already it says so: only who reads
//! the address learns which. It repeats nothing the asker wrote, or strangers could be sent any words from here.

use ::mail::{Address, Failure, Letter, Message, MessageId, Subject};
use access::{Scope, permissions::Operate};
use command::{Call, Fail, Query};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{Control, PartnerId, Result, SignUpId, Timestamp, Uuid, View};
use web::Lang;

use super::{
    ask::link_text,
    over,
    store::{self as rows, Kept},
};
use crate::{
    app::App,
    hierarchy::settings::{self, Settings},
    identity::administrator,
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
        // A stranger may write any address: one that takes no mail is nobody's trouble, and fills no list of failed work.
        let Ok(to) = Address::new(&told.kept.email) else { return Ok(()) };
        let message = message(job.app, &self, &told, to).map_err(Retry::Dead)?;
        match job.app.mail.send(&message).await {
            Ok(_) | Err(Failure::Permanent { .. }) => Ok(()),
            // It may have arrived: a second copy carries the same link and the same Message-ID.
            Err(failure) => Err(Retry::Later(failure.to_string())),
        }
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

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, now: Timestamp) -> Result<Option<Telling>> {
        let (Some(kept), Some(host)) = (rows::find(view, scope, self.sign_up, over(now))?, settings::of(view, scope)?) else {
            return Ok(None);
        };
        let known = administrator::is_somebody(view, &kept.email)?;
        Ok(Some(Telling { kept, host, known }))
    }
}

fn message(app: &App, job: &MailSignUp, told: &Telling, to: Address) -> std::result::Result<Message, String> {
    let lang = Lang::from_tag(&told.kept.language).unwrap_or_default();
    let product = told.host.product_name.clone().unwrap_or_else(|| "Tenantry".to_owned());
    let kind = if told.known { "known" } else { "link" };
    let say = |part: &str| {
        lang.with(
            &format!("signup-mail-{kind}-{part}"),
            &[("company", told.host.name.as_str().into()), ("product", product.as_str().into())],
        )
    };
    let origin = app.config.origin();
    let page = match told.known {
        true => format!("{origin}/signin"),
        false => format!("{origin}/signup/{}/{}", job.partner, link_text(app, job.sign_up)),
    };
    let letter = Letter {
        lang: lang.tag().to_owned(),
        product: product.clone(),
        brand_color: told.host.accent.clone().unwrap_or_default(),
        greeting: lang.t("signup-mail-greeting"),
        paragraphs: vec![say("text"), say("more")],
        button: Some((say("button"), page)),
        footer: lang.with("signup-mail-footer", &[("company", told.host.name.as_str().into())]),
    };
    let (text, html) = letter.render();
    let words = |e: &dyn std::fmt::Display| e.to_string();
    let from = Address::new(app.sender()).map_err(|e| words(&e))?;
    Ok(Message {
        id: MessageId::new(&job.sign_up.to_string(), from.domain()).map_err(|e| words(&e))?,
        at: app.house.now().0,
        bounce: None,
        to,
        subject: Subject::new(&say("subject").replace(|c: char| c.is_control(), " ")).map_err(|e| words(&e))?,
        from: from.clone().named(&product).unwrap_or(from),
        text,
        html: Some(html),
        headers: Vec::new(),
    })
}
