//! Members of a customer.

use access::permissions::ManageMembers;
use command::{Fail, Never, Refusal as _};
use jobs::Retry;
use store::{CustomerId, Timestamp, Uuid};
use web::problem::Problem;

use super::{
    desk::{Booked, Desk, Judged, Kind, row_refused},
    import::ImportKind,
    mapping::Cells,
    undo::{LISTED, UndoRow, Weighed},
    undo_job::UndoPlace,
};
use crate::{
    directory::{
        Brought, BroughtBy, ImportMembers, MemberRefusal, NewMember, UndoImport, Verdict, VerdictsOf,
        attributes::{Attribute, AttributesOf, checked},
        rules::{self, Refused, Written},
    },
    hierarchy::sites::{self, Site, SitesOf},
};

/// The kind.
pub enum Members {}

/// A row: a member, and the site it names.
pub struct Row {
    new: NewMember,
    site: String,
}

/// What rows are judged by that the file does not know.
struct Known {
    sites: Vec<Site>,
    attributes: Vec<Attribute>,
}

impl Known {
    /// Nothing is asked where no row says anything of it.
    async fn of(desk: &Desk<'_>, mut rows: impl Iterator<Item = &Row>) -> Result<Known, Fail<Never>> {
        if !rows.any(|row| !row.site.is_empty() || !row.new.attributes.is_empty()) {
            return Ok(Known { sites: Vec::new(), attributes: Vec::new() });
        }
        let customer = customer(desk);
        let sites = desk.house.ask(&desk.call, SitesOf { customer }).await?;
        let (attributes, _) = desk.house.ask(&desk.call, AttributesOf { customer }).await?;
        Ok(Known { sites, attributes })
    }

    /// The member of a row, its site and its attributes found.
    fn member(&self, row: &Row) -> Result<NewMember, Refused> {
        let mut new = row.new.clone();
        if !row.site.is_empty() {
            let no = || Refused::new("site", "unknown-site", format!("There is no site {}. Add it to the customer first.", row.site));
            new.site = Some(sites::named(&self.sites, &row.site).ok_or_else(no)?.id);
        }
        let no = |no: MemberRefusal| Refused::new("attributes", no.code(), format!("{}.", no.title()));
        new.attributes = checked(&self.attributes, &row.new.attributes).map_err(no)?;
        Ok(new)
    }
}

fn customer(desk: &Desk<'_>) -> CustomerId {
    desk.customer.unwrap_or(CustomerId::new(Uuid::nil()))
}

impl Kind for Members {
    const KIND: ImportKind = ImportKind::Members;
    type Needs = ManageMembers;
    type Item = Row;
    type Memory = i64;

    fn read(cells: &Cells<'_>, _: Timestamp) -> Result<Row, Refused> {
        let mut new = rules::read(&Written {
            email: cells.get("email"),
            name: cells.get("name"),
            first_name: cells.get("first_name"),
            last_name: cells.get("last_name"),
            external_id: cells.get("external_id"),
            department: cells.get("department"),
            title: cells.get("title"),
            language: cells.get("language"),
            kind: cells.get("type"),
            status: cells.get("status"),
        })?;
        new.attributes = cells.attributes();
        Ok(Row { new, site: cells.get("site").to_owned() })
    }

    fn once(item: &Row) -> (&'static str, String) {
        ("email", item.new.email_key())
    }

    fn subject(item: &Row) -> String {
        item.new.email.as_str().to_owned()
    }

    async fn judge<'a>(desk: &'a Desk<'a>, items: &'a [Row], gone: &'a mut i64) -> Result<Vec<Judged>, Problem> {
        let known = Known::of(desk, items.iter()).await?;
        let read: Vec<Result<NewMember, Refused>> = items.iter().map(|row| known.member(row)).collect();
        let members = read.iter().filter_map(|r| r.as_ref().ok()).cloned().collect();
        let question = VerdictsOf { customer: customer(desk), members, seats_gone: *gone };
        let Some((verdicts, now_gone)) = desk.house.ask(&desk.call, question).await? else {
            let not_ready = MemberRefusal::NotReady { tenant_id: customer(desk) };
            return Err(Problem::from(Fail::Refused(not_ready)));
        };
        *gone = now_gone;
        let mut verdicts = verdicts.into_iter();
        let judged = |r: Result<NewMember, Refused>| match r {
            Err(no) => Judged::Refused(no),
            Ok(_) => match verdicts.next() {
                Some(Verdict::Update) => Judged::Update,
                Some(Verdict::Waiting) => Judged::Waiting,
                Some(Verdict::Create) | None => Judged::Create,
            },
        };
        Ok(read.into_iter().map(judged).collect())
    }

    async fn bring<'a>(desk: &'a Desk<'a>, items: Vec<(u64, Row)>) -> Result<Booked, Retry> {
        let Some((first, _)) = items.first() else { return Ok(Booked::default()) };
        let call = desk.call_for(*first);
        let known = Known::of(desk, items.iter().map(|(_, row)| row)).await?;
        let (mut members, mut refused) = (Vec::with_capacity(items.len()), Vec::new());
        for (line, row) in &items {
            match known.member(row) {
                Ok(member) => members.push(member),
                Err(no) => refused.push(row_refused(*line, &no)),
            }
        }
        let command = ImportMembers { customer: customer(desk), import: desk.import, members, decided: false };
        match desk.house.execute(call, command).await {
            Ok(answer) => {
                let done = answer.value;
                Ok(Booked { created: done.created, updated: done.updated, waiting: done.waiting, refused, ..Booked::default() })
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
