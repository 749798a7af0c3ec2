//! What is asked of the trail.

use access::{Scope, permissions::ReadAudit};
use command::{Node, Query};
use store::{Control, CustomerId, PartnerId, Result, StaffId, Timestamp, Uuid, Value, View, Zone};

use super::store::{self as rows, Mark, Raw};

/// Which entries.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only of this command.
    pub command: Option<String>,
    /// Only by this person.
    pub staff: Option<StaffId>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Only about this customer.
    pub customer: Option<CustomerId>,
    /// Only by people, or only by the installation itself.
    pub by: Option<By>,
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A person, or a program with their token.
    People,
    /// The installation itself: schedules, steps, rules.
    System,
}

impl By {
    /// Reads the word of a filter.
    #[must_use]
    pub fn parse(word: &str) -> Option<By> {
        match word {
            "people" => Some(By::People),
            "system" => Some(By::System),
            _ => None,
        }
    }
}

impl AuditFilter {
    pub(super) fn params(&self) -> [Value; 6] {
        [
            self.command.clone().into(),
            i64::from(self.staff.is_some()).into(),
            self.staff.map_or(Uuid::nil(), Into::into).into(),
            self.from.unwrap_or(Timestamp(i64::MIN)).into(),
            self.to.unwrap_or(Timestamp::FOREVER).into(),
            self.by.map_or(0, |by| if by == By::People { 1 } else { 2 }).into(),
        ]
    }
}

/// A customer and where its own chain lies.
#[derive(Debug, Clone)]
pub struct Place {
    /// The customer; its id is its chain's.
    pub customer: CustomerId,
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
}

/// Of which customers of a partner somebody may read the chains.
#[derive(Debug)]
pub enum Reach {
    /// Of all.
    All,
    /// Of these.
    These(Vec<Place>),
}

/// Asks what of a partner's chain the asker may read, and of which customers' chains.
#[derive(Debug)]
pub struct MayRead {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub filter: AuditFilter,
    /// The last row seen.
    pub after: Mark,
    /// Rows wanted.
    pub limit: i64,
}

impl Query for MayRead {
    type Home = Control;
    type Needs = ReadAudit;
    /// Entries of control, how many in all, and of which customers' chains there may be more.
    type Found = (Vec<Raw>, i64, Reach);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ReadAudit>, _: Timestamp) -> Result<Self::Found> {
        let (entries, total) = rows::control(view, scope, &self.filter, self.after, self.limit)?;
        let reach = match self.filter.customer {
            None if scope.covers_all() => Reach::All,
            only => Reach::These(rows::places(view, scope, only)?),
        };
        Ok((entries, total, reach))
    }
}

/// Asks which chains of a partner the asker may verify; true when the partner's own is among them.
#[derive(Debug)]
pub(super) struct MayVerify {
    pub partner: PartnerId,
}

impl Query for MayVerify {
    type Home = Control;
    type Needs = ReadAudit;
    type Found = (bool, Vec<Place>);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ReadAudit>, _: Timestamp) -> Result<Self::Found> {
        Ok((scope.covers_all(), rows::places(view, scope, None)?))
    }
}

/// Asks what the page of the trail needs round its list: who works for the partner, and the zone of its days.
#[derive(Debug)]
pub(super) struct Desk {
    pub partner: PartnerId,
}

impl Query for Desk {
    type Home = Control;
    type Needs = ReadAudit;
    type Found = (Vec<(StaffId, String)>, Zone);

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, _: &Scope<ReadAudit>, _: Timestamp) -> Result<Self::Found> {
        Ok((rows::people(view, self.partner)?, rows::zone(view, self.partner)?))
    }
}
