//! Taking back what an import added, as far as nobody has touched it since.

use access::{Scope, permissions::ManageMembers};
use command::{Command, Cx, Fail, Never, Node, Query};
use serde::{Deserialize, Serialize};
use store::{CustomerId, ImportId, MemberId, Region, Timestamp, View};

use super::{admission, import::CHUNK, member::MemberStatus, seat_waiting::seat_waiting, set_status::publish, store as rows};
use crate::licensing::policy;

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

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Undone, Fail<Never>> {
        let chunk = i64::try_from(CHUNK).unwrap_or(1_000);
        // Held before they are read: at another server somebody of them may come in or go out just now.
        let gate = admission::hold(cx)?;
        // Those who wait go first, so that no seat is given to somebody who is about to go.
        let found = rows::untouched(cx.tx, cx.scope, self.import, chunk)?;
        let removed = i64::try_from(found.len()).unwrap_or(i64::MAX);
        if let Some(mut gate) = gate.filter(|_| removed > 0) {
            let ids: Vec<MemberId> = found.iter().map(|(id, _)| *id).collect();
            rows::close_intervals(cx.tx, cx.scope, &ids, "import", cx.now)?;
            rows::delete(cx.tx, cx.scope, &ids)?;
            let had = |status| i64::try_from(found.iter().filter(|(_, s)| *s == status).count()).unwrap_or(i64::MAX);
            let (seats, waited) = (had(MemberStatus::Active), had(MemberStatus::Waiting));
            policy::note_members(cx.tx, cx.scope, -removed, -waited)?;
            gate.leave(seats);
            seat_waiting(cx, &mut gate)?;
            gate.save(cx.tx, cx.scope)?;
            cx.changed("tenant", self.customer, "members_removed", 0, removed);
            publish(cx)?;
        }
        let left = rows::left_of(cx.tx, cx.scope, self.import)?;
        Ok(Undone { removed, left, more: removed == chunk })
    }
}

/// A member of an import, as far as taking it back looks at it.
#[derive(Debug, Clone)]
pub struct Brought {
    /// Its id.
    pub id: MemberId,
    /// Its mail address.
    pub email: String,
    /// Whether somebody changed it since: then it stays.
    pub touched: bool,
}

/// Asks what taking an import back would do.
#[derive(Debug)]
pub struct BroughtBy {
    /// Of which customer.
    pub customer: CustomerId,
    /// Which import.
    pub import: ImportId,
    /// Members listed at most of each sort.
    pub limit: i64,
}

/// What taking an import back would do.
#[derive(Debug)]
pub struct Weighed {
    /// Members that would be removed.
    pub goes: i64,
    /// Members that would stay.
    pub stays: i64,
    /// The first of both.
    pub members: Vec<Brought>,
}

impl Query for BroughtBy {
    type Home = Region;
    type Needs = ManageMembers;
    type Found = Weighed;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ManageMembers>, _: Timestamp) -> store::Result<Weighed> {
        let stays = rows::touched(view, scope, self.import)?;
        let goes = rows::left_of(view, scope, self.import)? - stays;
        let mut members = Vec::new();
        for touched in [true, false] {
            members.extend(rows::brought(view, scope, self.import, touched, self.limit)?);
        }
        Ok(Weighed { goes, stays, members })
    }
}
