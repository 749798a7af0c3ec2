//! Who wants a digest, and how often.

use store::{Control, PartnerId, Result, StaffId, Timestamp, Tx, View};

use super::{super::wish::Wish, period::Every, store as rows};
use crate::hierarchy::standing;

impl Wish for Every {
    const COMMAND: &'static str = "alerts.choose_digest";
    const CHANGES: &'static str = "expiry_digest";
    const FIELD: &'static str = "every";
    const PLACE: &'static str = "digest";
    const TEXTS: &'static str = "alerts-digest";
    const CHOICES: &'static [Every] = Every::ALL;

    fn word(self) -> &'static str {
        Every::word(self)
    }

    fn of(view: &mut View<'_, Control>, partner: PartnerId, staff: StaffId) -> Result<Option<Every>> {
        Ok(rows::of_person(view, partner, staff)?.map(|wanted| wanted.every))
    }

    fn keep(tx: &mut Tx<'_, Control>, partner: PartnerId, staff: StaffId, wish: Option<Every>, now: Timestamp) -> Result<()> {
        let clock = standing::zone(tx, partner)?.clock(now);
        // The one that is due already is told to nobody who did not want it then.
        rows::choose(tx, partner, staff, wish.map(|every| (every, every.day(clock).to_string())))
    }
}
