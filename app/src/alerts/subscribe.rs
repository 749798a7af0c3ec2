//! Who hears of alerts by mail.

use access::{Scope, permissions::Read};
use command::{Command, Cx, Fail, Query, Refusal};
use serde::Serialize;
use store::{Control, PartnerId, Result, Timestamp, Uuid, View};

use super::{rules::Severity, store as rows};

/// Why there is nobody to subscribe.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotAPerson {
    /// The caller is no staff person.
    NoPerson {},
}

impl Refusal for NotAPerson {
    fn status(&self) -> u16 {
        409
    }
    fn code(&self) -> &'static str {
        "not-a-person"
    }
    fn title(&self) -> String {
        "Only a person can subscribe to alerts".into()
    }
}

/// Says from which severity on a person hears of alerts; none: not at all.
#[derive(Debug, Serialize)]
pub struct Subscribe {
    /// Whose alerts.
    pub partner: PartnerId,
    /// The least severity told.
    pub severity: Option<Severity>,
}

impl Command for Subscribe {
    const NAME: &'static str = "alerts.subscribe";
    type Home = Control;
    type Needs = Read;
    type Done = Option<Severity>;
    type Refusal = NotAPerson;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Option<Severity>, Fail<NotAPerson>> {
        let staff = cx.scope.actor().staff.ok_or(NotAPerson::NoPerson {})?;
        let before = rows::subscription(cx.tx, self.partner, staff)?;
        if before != self.severity {
            rows::subscribe(cx.tx, self.partner, staff, self.severity)?;
            cx.changed("staff", staff, "alert_mail", before, self.severity);
        }
        Ok(self.severity)
    }
}

/// Asks from which severity on the asker hears of a partner's alerts.
#[derive(Debug)]
pub struct SubscriptionOf {
    /// Whose alerts.
    pub partner: PartnerId,
}

impl Query for SubscriptionOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<Severity>;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Option<Severity>> {
        let Some(staff) = scope.actor().staff else { return Ok(None) };
        rows::subscription(view, self.partner, staff)
    }
}
