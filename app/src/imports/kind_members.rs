//! Members of a customer.

use access::permissions::ManageMembers;
use command::Fail;
use jobs::Retry;
use store::{CustomerId, Timestamp, Uuid};
use web::problem::Problem;

use super::{
    desk::{Booked, Desk, Judged, Kind},
    import::ImportKind,
    mapping::Cells,
    undo::{LISTED, UndoRow, Weighed},
    undo_job::UndoPlace,
};
use crate::directory::{
    Brought, BroughtBy, ImportMembers, MemberRefusal, NewMember, UndoImport, Verdict, VerdictsOf,
    rules::{self, Refused, Written},
};

/// The kind.
pub enum Members {}

fn customer(desk: &Desk<'_>) -> CustomerId {
    desk.customer.unwrap_or(CustomerId::new(Uuid::nil()))
}

impl Kind for Members {
    const KIND: ImportKind = ImportKind::Members;
    type Needs = ManageMembers;
    type Item = NewMember;
    type Memory = i64;

    fn read(cells: &Cells<'_>, _: Timestamp) -> Result<NewMember, Refused> {
        rules::read(&Written {
            email: cells.get("email"),
            name: cells.get("name"),
            first_name: cells.get("first_name"),
            last_name: cells.get("last_name"),
            external_id: cells.get("external_id"),
            department: cells.get("department"),
            title: cells.get("title"),
            language: cells.get("language"),
            status: cells.get("status"),
        })
    }

    fn once(item: &NewMember) -> (&'static str, String) {
        ("email", item.email_key())
    }

    fn subject(item: &NewMember) -> String {
        item.email.as_str().to_owned()
    }

    async fn judge<'a>(desk: &'a Desk<'a>, items: &'a [NewMember], gone: &'a mut i64) -> Result<Vec<Judged>, Problem> {
        let question = VerdictsOf { customer: customer(desk), members: items.to_vec(), seats_gone: *gone };
        let Some((verdicts, now_gone)) = desk.house.ask(&desk.call, question).await? else {
            let not_ready = MemberRefusal::NotReady { tenant_id: customer(desk) };
            return Err(Problem::from(Fail::Refused(not_ready)));
        };
        *gone = now_gone;
        let judged = |v: Verdict| match v {
            Verdict::Create => Judged::Create,
            Verdict::Update => Judged::Update,
            Verdict::Waiting => Judged::Waiting,
        };
        Ok(verdicts.into_iter().map(judged).collect())
    }

    async fn bring<'a>(desk: &'a Desk<'a>, items: Vec<(u64, NewMember)>) -> Result<Booked, Retry> {
        let Some((first, _)) = items.first() else { return Ok(Booked::default()) };
        let call = desk.call_for(*first);
        let members = items.into_iter().map(|(_, member)| member).collect();
        let command = ImportMembers { customer: customer(desk), import: desk.import, members };
        match desk.house.execute(call, command).await {
            Ok(answer) => {
                let done = answer.value;
                Ok(Booked { created: done.created, updated: done.updated, waiting: done.waiting, ..Booked::default() })
            }
            Err(Fail::Refused(not_ready)) => Err(Retry::Later(format!("{not_ready:?}"))),
            Err(fail) => Err(fail.into()),
        }
    }

    async fn weigh<'a>(desk: &'a Desk<'a>) -> Result<Weighed, Problem> {
        let limit = i64::try_from(LISTED).unwrap_or(i64::MAX);
        let found = desk.house.ask(&desk.call, BroughtBy { customer: customer(desk), import: desk.import, limit }).await?;
        let row = |m: Brought| UndoRow { id: m.id.to_string(), name: m.email, reason: m.touched.then(|| "edited".to_owned()) };
        Ok(Weighed { goes: found.goes, stays: found.stays, rows: found.members.into_iter().map(row).collect() })
    }

    async fn take_back<'a>(desk: &'a Desk<'a>, at: &'a mut UndoPlace) -> Result<bool, Retry> {
        let command = UndoImport { customer: customer(desk), import: desk.import };
        let done = desk.house.execute(desk.call_to_undo(at.turn), command).await?.value;
        at.undone.removed += done.removed;
        at.undone.kept = done.left;
        Ok(done.more)
    }
}
