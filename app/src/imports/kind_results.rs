//! Results of campaigns, from another system's list.

use std::collections::BTreeMap;

use access::permissions::RecordFacts;
use command::Fail;
use futures_util::{StreamExt, stream};
use jobs::Retry;
use store::{CustomerId, Timestamp};
use web::problem::Problem;

use super::{
    desk::{Booked, Desk, Judged, Kind, row_refused},
    import::{ImportKind, RowRefused},
    mapping::Cells,
    undo::{LISTED, UndoRow, Weighed},
    undo_job::UndoPlace,
};
use crate::{
    campaigns::{self, CustomersNamed, ImportResults, KnownRuns, Run, RunsOf, TakeResultsBack, Told},
    directory::rules::{Refused, sentence},
    noun::Name,
};

/// The kind.
pub enum Results {}

/// A row: a run of a customer by what the file calls it.
#[derive(Debug, Clone)]
pub struct Row {
    customer: String,
    run: Run,
}

fn number(cells: &Cells<'_>, field: &'static str) -> Result<i64, Refused> {
    let text = cells.get(field);
    text.parse().map_err(|_| Refused::new(field, "invalid", format!("{} must be a whole number.", sentence(field).trim_end_matches('.'))))
}

fn unknown() -> Refused {
    Refused::new("customer", "unknown-customer", "You have no customer with this domain or account number.")
}

async fn customers(desk: &Desk<'_>, names: Vec<String>) -> Result<campaigns::Customers, Fail<command::Never>> {
    desk.house.ask(&desk.call, CustomersNamed { partner: desk.partner, names }).await
}

impl Kind for Results {
    const KIND: ImportKind = ImportKind::Results;
    type Needs = RecordFacts;
    type Item = Row;
    type Memory = ();

    fn read(cells: &Cells<'_>, now: Timestamp) -> Result<Row, Refused> {
        let customer = cells.get("customer").to_lowercase();
        if customer.is_empty() {
            return Err(Refused::new("customer", "required", "A domain or an account number is needed."));
        }
        let name = Name::parse(cells.get("campaign")).map_err(|e| Refused::new("campaign", "invalid", sentence(&e)))?;
        let wrong = || Refused::new("date", "invalid", "A date looks like 2026-11-21.");
        let at = campaigns::rules::read_time(cells.get("date")).ok_or_else(wrong)?;
        let (delivered, compromised) = (number(cells, "delivered")?, number(cells, "compromised")?);
        if compromised < 0 || compromised > delivered {
            return Err(Refused::new("compromised", "out-of-range", "Compromised must lie between 0 and delivered."));
        }
        let reference: String = campaigns::rules::reference(name.as_str(), at).chars().take(200).collect();
        let external_ref = Name::parse(reference).map_err(|e| Refused::new("campaign", "invalid", sentence(&e)))?;
        let run = Run { name, external_ref, at, delivered, passed: delivered - compromised };
        campaigns::rules::check(&run, now).map_err(|no| match no.field {
            "at" => Refused { field: "date", ..no },
            _ => no,
        })?;
        Ok(Row { customer, run })
    }

    fn once(item: &Row) -> (&'static str, String) {
        ("campaign", format!("{} {}", item.customer, item.run.external_ref))
    }

    fn subject(item: &Row) -> String {
        format!("{}: {}", item.customer, item.run.name)
    }

    async fn judge<'a>(desk: &'a Desk<'a>, items: &'a [Row], (): &'a mut ()) -> Result<Vec<Judged>, Problem> {
        let found = customers(desk, items.iter().map(|i| i.customer.clone()).collect()).await?;
        let placed = |i: &Row| Some((*found.get(&i.customer)?, i.run.external_ref.as_str().to_owned()));
        let runs = items.iter().filter_map(placed).collect();
        let known = desk.house.ask(&desk.call, KnownRuns { partner: desk.partner, runs }).await?;
        let judge = |i: &Row| match placed(i) {
            None => Judged::Refused(unknown()),
            Some(run) if known.contains(&run) => Judged::Duplicate,
            Some(_) => Judged::Create,
        };
        Ok(items.iter().map(judge).collect())
    }

    async fn bring<'a>(desk: &'a Desk<'a>, items: Vec<(u64, Row)>) -> Result<Booked, Retry> {
        let found = customers(desk, items.iter().map(|(_, i)| i.customer.clone()).collect()).await.map_err(Retry::from)?;
        let mut booked = Booked::default();
        let mut by_customer: BTreeMap<CustomerId, Vec<(u64, Run)>> = BTreeMap::new();
        for (line, item) in items {
            match found.get(&item.customer) {
                Some(customer) => by_customer.entry(*customer).or_default().push((line, item.run)),
                None => booked.refused.push(row_refused(line, &unknown())),
            }
        }
        let mut ended = stream::iter(by_customer).map(|(customer, runs)| record(desk, customer, runs)).buffer_unordered(32);
        while let Some(one) = ended.next().await {
            let one = one?;
            booked.created += one.created;
            booked.duplicates += one.duplicates;
            booked.refused.extend(one.refused);
        }
        Ok(booked)
    }

    async fn weigh<'a>(desk: &'a Desk<'a>) -> Result<Weighed, Problem> {
        let limit = i64::try_from(LISTED).unwrap_or(i64::MAX);
        let found = desk.house.ask(&desk.call, RunsOf { partner: desk.partner, import: desk.import, limit }).await?;
        let row = |r: Told| UndoRow { id: r.id.to_string(), name: format!("{}: {}", r.customer_name, r.name), reason: None };
        Ok(Weighed { goes: found.goes, stays: found.stays, rows: found.runs.into_iter().map(row).collect() })
    }

    async fn take_back<'a>(desk: &'a Desk<'a>, at: &'a mut UndoPlace) -> Result<bool, Retry> {
        let command = TakeResultsBack { partner: desk.partner, import: desk.import };
        let done = desk.house.execute(desk.call_to_undo(at.turn), command).await?.value;
        at.undone.removed += done.removed;
        at.undone.kept = done.left;
        Ok(done.more)
    }
}

/// Records the runs of one customer. They count once by their reference, so no key is needed.
async fn record(desk: &Desk<'_>, customer: CustomerId, runs: Vec<(u64, Run)>) -> Result<Booked, Retry> {
    let (lines, runs): (Vec<u64>, Vec<Run>) = runs.into_iter().unzip();
    let call = desk.call_for(lines.first().copied().unwrap_or(0));
    let refused = |code: &str, reason: &str| -> Vec<RowRefused> {
        lines.iter().map(|line| RowRefused { line: *line, field: "customer".into(), code: code.into(), reason: reason.into() }).collect()
    };
    match desk.house.execute(call, ImportResults { customer, runs, import: Some(desk.import) }).await {
        Ok(answer) => Ok(Booked { created: answer.value.recorded, duplicates: answer.value.duplicates, ..Booked::default() }),
        Err(Fail::Refused(no)) => Ok(Booked { refused: refused("bad-run", &no.reason), ..Booked::default() }),
        Err(Fail::Denied(_)) => Ok(Booked { refused: refused("forbidden", "You may no longer record results here."), ..Booked::default() }),
        Err(fail) => Err(fail.into()),
    }
}
