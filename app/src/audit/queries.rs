//! What is asked of the trail.

use access::{Scope, permissions::ReadAudit};
use command::Query;
use store::{Control, CustomerId, PartnerId, Result, StaffId, Timestamp, Uuid, Value, View};

use super::store::{self as rows, Raw};

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
}

impl AuditFilter {
    pub(super) fn params(&self) -> [Value; 5] {
        [
            self.command.clone().into(),
            i64::from(self.staff.is_some()).into(),
            self.staff.map_or(Uuid::nil(), Into::into).into(),
            self.from.unwrap_or(Timestamp(i64::MIN)).into(),
            self.to.unwrap_or(Timestamp::FOREVER).into(),
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

/// Asks what of a partner's chain the asker may read, and of which customers' chains.
#[derive(Debug)]
pub struct MayRead {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub filter: AuditFilter,
    /// The last row seen.
    pub after: (Timestamp, Uuid),
    /// Rows wanted.
    pub limit: i64,
}

impl Query for MayRead {
    type Home = Control;
    type Needs = ReadAudit;
    /// Entries of control, how many in all, and the customers.
    type Found = (Vec<Raw>, i64, Vec<Place>);

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ReadAudit>, _: Timestamp) -> Result<Self::Found> {
        let (entries, total) = rows::control(view, scope, &self.filter, self.after, self.limit)?;
        Ok((entries, total, rows::places(view, scope, self.filter.customer)?))
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

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ReadAudit>, _: Timestamp) -> Result<Self::Found> {
        Ok((scope.covers_all(), rows::places(view, scope, None)?))
    }
}

/// Asks who works for a partner.
#[derive(Debug)]
pub(super) struct People {
    pub partner: PartnerId,
}

impl Query for People {
    type Home = Control;
    type Needs = ReadAudit;
    type Found = Vec<(StaffId, String)>;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, view: &mut View<'_, Control>, _: &Scope<ReadAudit>, _: Timestamp) -> Result<Self::Found> {
        rows::people(view, self.partner)
    }
}
