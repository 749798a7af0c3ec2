//! Who hears of alerts by mail: from which severity on.

use store::{Control, PartnerId, Result, StaffId, Timestamp, Tx, View};

use super::{rules::Severity, store as rows, wish::Wish};

impl Wish for Severity {
    const COMMAND: &'static str = "alerts.subscribe";
    const CHANGES: &'static str = "alert_mail";
    const FIELD: &'static str = "severity";
    const PLACE: &'static str = "subscription";
    const TEXTS: &'static str = "alerts-mail";
    const CHOICES: &'static [Severity] = &Severity::ALL;

    fn word(self) -> &'static str {
        Severity::word(self)
    }

    fn of(view: &mut View<'_, Control>, partner: PartnerId, staff: StaffId) -> Result<Option<Severity>> {
        rows::subscription(view, partner, staff)
    }

    fn keep(tx: &mut Tx<'_, Control>, partner: PartnerId, staff: StaffId, wish: Option<Severity>, _: Timestamp) -> Result<()> {
        rows::subscribe(tx, partner, staff, wish)
    }
}
