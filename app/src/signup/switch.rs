//! Who takes strangers in: an operator names the partner, or nobody.

use access::{NodeKind, Scope, permissions::Operate};
use command::{Call, Command, Cx, Fail, Never, Node, Query, Refusal};
use serde::Serialize;
use store::{Control, PartnerId, Timestamp, View};

use super::{over, refusal::SignUpRefusal, store as rows};
use crate::{app::App, identity::newcomers};

/// Makes a partner the host, or ends that it is. Whoever has not proved an address then is forgotten.
#[derive(Debug, Serialize)]
struct Switch {
    partner: PartnerId,
    open: bool,
}

impl Command for Switch {
    const NAME: &'static str = "signup.switch";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = SignUpRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<SignUpRefusal>> {
        let host = newcomers::host(cx.tx)?;
        let before = host == Some(self.partner);
        if before == self.open {
            return Ok(());
        }
        if self.open {
            if host.is_some() || !newcomers::name_host(cx.tx, self.partner)? {
                return Err(SignUpRefusal::OtherHost {}.into());
            }
        } else {
            // First the line at which all who ask take turns: nobody comes in behind it.
            newcomers::end_host(cx.tx, self.partner)?;
            rows::forget_all(cx.tx, cx.scope)?;
        }
        cx.changed("partner", self.partner, "sign_up", before, self.open);
        Ok(())
    }
}

/// Asks whether there is such a partner: a customer's or a distributor's id may be written as one.
struct IsPartner(PartnerId);

impl Query for IsPartner {
    type Home = Control;
    type Needs = Operate;
    type Found = bool;

    fn node(&self) -> Node {
        self.0.into()
    }

    fn run(&self, _: &mut View<'_, Control>, scope: &Scope<Operate>, _: Timestamp) -> store::Result<bool> {
        Ok(scope.kind() == NodeKind::Partner)
    }
}

/// Forgets sign-ups whose day is over.
#[derive(Debug, Serialize)]
pub(super) struct Forget {
    pub partner: PartnerId,
}

impl Command for Forget {
    const NAME: &'static str = "signup.forget";
    const QUIET: bool = true;
    type Home = Control;
    type Needs = Operate;
    type Done = u64;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<u64, Fail<Never>> {
        Ok(rows::forget(cx.tx, cx.scope, over(cx.now))?)
    }
}

/// The partner under which strangers' trials come.
///
/// # Errors
/// The store's, in words.
pub async fn host(app: &App) -> Result<Option<PartnerId>, String> {
    newcomers::host_of(app).await.map_err(|e| e.to_string())
}

/// Lets strangers sign up under a partner, and under no other; or ends that anybody can.
///
/// # Errors
/// A sentence for the operator.
pub async fn switch(app: &App, partner: Option<PartnerId>) -> Result<(), String> {
    // Before anything changes: a slip of the pen turns nothing off.
    if let Some(partner) = partner {
        match app.house.ask(&Call::operator(), IsPartner(partner)).await {
            Ok(true) => {}
            Ok(false) | Err(Fail::Denied(_)) => return Err(format!("there is no MSP {partner}")),
            Err(fail) => return Err(format!("{fail:?}")),
        }
    }
    if let Some(before) = host(app).await?.filter(|before| Some(*before) != partner) {
        turn(app, before, false).await?;
    }
    match partner {
        Some(partner) => turn(app, partner, true).await,
        None => Ok(()),
    }
}

async fn turn(app: &App, partner: PartnerId, open: bool) -> Result<(), String> {
    match app.house.execute(Call::operator(), Switch { partner, open }).await {
        Ok(_) => Ok(()),
        Err(Fail::Refused(no)) => Err(format!("{}: {}", no.title(), no.detail())),
        Err(fail) => Err(format!("{fail:?}")),
    }
}
