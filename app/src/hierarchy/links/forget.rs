//! What was asked long ago is forgotten, on both sides: it names people.

use access::{Scope, permissions::Operate};
use command::{Call, Command, Cx, Fail, Never, Node, Query};
use serde::Serialize;
use store::{Control, PartnerId, Result, Timestamp, View};

use super::store as rows;
use crate::app::App;

/// Days for which a request is kept.
pub(super) const KEPT_DAYS: i64 = 90;

/// Forgets what a partner asked, and was asked, more than 90 days ago.
///
/// # Errors
/// In words.
pub async fn forget(app: &App, partner: PartnerId) -> std::result::Result<(), String> {
    let words = |fail: Fail<Never>| format!("{partner}: {fail:?}");
    if app.house.ask(&Call::operator(), AnyOld { partner }).await.map_err(words)? {
        app.house.execute(Call::operator(), ForgetLinks { partner }).await.map_err(words)?;
    }
    Ok(())
}

/// Asks whether there is something to forget.
struct AnyOld {
    partner: PartnerId,
}

impl Query for AnyOld {
    type Home = Control;
    type Needs = Operate;
    type Found = bool;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Operate>, now: Timestamp) -> Result<bool> {
        rows::has_old(view, scope, now.plus_days(-KEPT_DAYS))
    }
}

/// Forgets them.
#[derive(Debug, Serialize)]
struct ForgetLinks {
    partner: PartnerId,
}

impl Command for ForgetLinks {
    const NAME: &'static str = "hierarchy.links.forget";
    type Home = Control;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<Never>> {
        let forgotten = rows::forget(cx.tx, cx.scope, cx.now.plus_days(-KEPT_DAYS))?;
        cx.changed("partner", self.partner, "link_requests", forgotten, 0);
        Ok(())
    }
}
