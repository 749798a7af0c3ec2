//! Resolving an alert by hand.

use access::permissions::ResolveAlerts;
use command::{Command, Cx, Fail, Node, Refusal};
use serde::Serialize;
use store::{AlertId, Control, PartnerId};

use super::{queries::Alert, store as rows};
use crate::noun::Note;

/// Why an alert is not resolved.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotResolved {
    /// It is resolved already.
    Already {},
}

impl Refusal for NotResolved {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        "already-resolved"
    }
    fn title(&self) -> String {
        "The alert is resolved already".into()
    }
    fn detail(&self) -> String {
        "Nothing was changed.".into()
    }
}

/// Resolves an alert, with a reason. While its cause stands, it opens again on newer evidence.
#[derive(Debug, Serialize)]
pub struct ResolveAlert {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub alert: AlertId,
    /// Why.
    pub reason: Option<Note>,
}

impl Command for ResolveAlert {
    const NAME: &'static str = "alerts.resolve";
    type Home = Control;
    type Needs = ResolveAlerts;
    type Done = Alert;
    type Refusal = NotResolved;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Alert, Fail<NotResolved>> {
        let not_found = || Fail::Denied(access::Denied::NotFound);
        let alert = rows::find(cx.tx, cx.scope, self.alert)?.ok_or_else(not_found)?;
        let actor = cx.scope.actor();
        let by = actor.staff.map_or(actor.holder, Into::into);
        let reason = self.reason.as_ref().map_or("", |r| r.as_str());
        if !rows::resolve(cx.tx, self.partner, self.alert, by, reason, cx.now)? {
            return Err(NotResolved::Already {}.into());
        }
        cx.changed("alert", self.alert, alert.code.word(), "open", "resolved");
        cx.changed("alert", self.alert, "reason", (), self.reason.as_ref().map(Note::as_str));
        rows::find(cx.tx, cx.scope, self.alert)?.ok_or_else(not_found)
    }
}
