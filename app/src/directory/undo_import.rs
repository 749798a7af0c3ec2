//! Taking back what an import added, as far as nobody has touched it since.

use access::permissions::ManageMembers;
use command::{Command, Cx, Fail, Never};
use serde::{Deserialize, Serialize};
use store::{CustomerId, ImportId, MemberId, Region, Uuid};

use super::{import::CHUNK, member::MemberStatus, set_status::publish, store as rows};
use crate::{hierarchy::standing, licensing::policy};

/// Removes up to a chunk of the members an import added and nobody changed since.
#[derive(Debug, Serialize)]
pub struct UndoImport {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which import.
    pub import: ImportId,
}

/// What was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// Members removed by this command.
    pub removed: i64,
    /// Members of the import that are left: still to be removed, or changed since and kept.
    pub left: i64,
    /// Whether there is more to remove.
    pub more: bool,
}

impl Command for UndoImport {
    const NAME: &'static str = "directory.undo_import";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = Undone;
    type Refusal = Never;

    fn node(&self) -> Uuid {
        self.customer.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Undone, Fail<Never>> {
        let chunk = i64::try_from(CHUNK).unwrap_or(1_000);
        let found = rows::untouched(cx.tx, cx.scope, self.import, chunk)?;
        let removed = i64::try_from(found.len()).unwrap_or(i64::MAX);
        if removed > 0 {
            let ids: Vec<MemberId> = found.iter().map(|(id, _)| *id).collect();
            rows::close_intervals(cx.tx, cx.scope, &ids, cx.now)?;
            rows::delete(cx.tx, cx.scope, &ids)?;
            let had = |status| i64::try_from(found.iter().filter(|(_, s)| *s == status).count()).unwrap_or(i64::MAX);
            let (seats, waited) = (had(MemberStatus::Active), had(MemberStatus::Waiting));
            if seats > 0 {
                policy::give_seat(cx.tx, cx.scope, seats)?;
            }
            policy::note_members(cx.tx, cx.scope, -removed, -waited)?;
            cx.changed("tenant", self.customer, "members_removed", 0, removed);
            publish(cx)?;
            standing::tell(cx, self.customer, waited != 0);
        }
        let left = rows::left_of(cx.tx, cx.scope, self.import)?;
        Ok(Undone { removed, left, more: removed == chunk })
    }
}
