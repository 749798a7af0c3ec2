//! Who takes strangers in: an operator names the partner, or nobody.

use access::permissions::Operate;
use command::{Call, Command, Cx, Fail, Never};
use serde::Serialize;
use store::{Control, PartnerId, Uuid};

use super::{over, store as rows};
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
    type Refusal = Never;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        // A customer's or a distributor's id written as a partner's.
        if cx.scope.kind() != access::NodeKind::Partner {
            return Err(Fail::Denied(access::Denied::NotFound));
        }
        let before = newcomers::host(cx.tx)? == Some(self.partner);
        if before == self.open {
            return Ok(());
        }
        newcomers::set_host(cx.tx, self.open.then_some(self.partner))?;
        if !self.open {
            rows::forget(cx.tx, cx.scope, cx.now)?;
        }
        cx.changed("partner", self.partner, "sign_up", before, self.open);
        Ok(())
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

    fn node(&self) -> Uuid {
        self.partner.0
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
        Err(Fail::Denied(_)) => Err(format!("there is no MSP {partner}")),
        Err(fail) => Err(format!("{fail:?}")),
    }
}
