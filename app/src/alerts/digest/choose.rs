//! Who wants a digest, and how often.

use access::{Scope, permissions::Read};
use command::{Command, Cx, Fail, Query};
use serde::Serialize;
use store::{Control, PartnerId, Result, StaffId, Timestamp, Uuid, View};

use super::{
    super::{store::zone_of, subscribe::NotAPerson},
    period::Every,
    store as rows,
};

/// Says how often a person is mailed what ends soon; none: not at all.
#[derive(Debug, Serialize)]
pub struct ChooseDigest {
    /// Of which partner's customers.
    pub partner: PartnerId,
    /// How often.
    pub every: Option<Every>,
}

impl Command for ChooseDigest {
    const NAME: &'static str = "alerts.choose_digest";
    type Home = Control;
    type Needs = Read;
    type Done = Option<Every>;
    type Refusal = NotAPerson;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Option<Every>, Fail<NotAPerson>> {
        let staff = cx.scope.actor().staff.ok_or(NotAPerson::NoPerson {})?;
        let before = rows::of_person(cx.tx, self.partner, staff)?.map(|wanted| wanted.every);
        if before != self.every {
            let clock = zone_of(cx.tx, self.partner)?.clock(cx.now);
            // The one that is due already is told to nobody who did not want it then.
            let day = self.every.map(|every| (every, every.day(clock).to_string()));
            rows::choose(cx.tx, self.partner, staff, day.as_ref().map(|(every, day)| (*every, day.as_str())))?;
            cx.changed("staff", staff, "expiry_digest", before, self.every);
        }
        Ok(self.every)
    }
}

/// Somebody gets no digest any more.
///
/// # Errors
/// The store's.
pub fn forget<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, partner: PartnerId, staff: StaffId) -> Result<()> {
    if let Some(before) = rows::of_person(cx.tx, partner, staff)? {
        rows::choose(cx.tx, partner, staff, None)?;
        cx.changed("staff", staff, "expiry_digest", before.every, ());
    }
    Ok(())
}

/// Asks how often the asker is mailed what ends soon.
#[derive(Debug)]
pub struct DigestChosen {
    /// Of which partner's customers.
    pub partner: PartnerId,
}

impl Query for DigestChosen {
    type Home = Control;
    type Needs = Read;
    type Found = Option<Every>;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Option<Every>> {
        let Some(staff) = scope.actor().staff else { return Ok(None) };
        Ok(rows::of_person(view, self.partner, staff)?.map(|wanted| wanted.every))
    }
}
