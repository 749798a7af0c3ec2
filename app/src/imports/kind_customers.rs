//! Customers of a partner.

use std::collections::HashSet;

use access::permissions::CreateCustomers;
use command::{Fail, Never, Refusal};
use futures_util::{StreamExt, stream};
use jobs::Retry;
use store::{CustomerId, Timestamp};
use web::problem::Problem;

use super::{
    desk::{Booked, Desk, Judged, Kind, row_refused},
    import::{ImportKind, RowRefused},
    mapping::Cells,
    queries::CustomerFacts,
    undo::{LISTED, UndoRow, Weighed},
    undo_job::UndoPlace,
};
use crate::{
    directory::rules::{Refused, sentence},
    hierarchy::{CustomerKind, Tier, customers::NewCustomer},
    licensing::pools::SummaryOf,
    noun::{DomainName, Email, Name, Note},
    provisioning::{
        CreateCustomer, Imported, ImportedCustomers, WorkedOn, take_back,
        templates::{Template, TemplatesNamed},
    },
};

/// Customers made at once: each is a transaction of its own, committed together.
const AT_ONCE: usize = 64;

/// The kind.
pub enum Customers {}

/// A row.
#[derive(Debug, Clone)]
pub struct Row {
    new: NewCustomer,
    seats: i64,
    /// The template it begins with; empty for none.
    template: String,
    /// The fields of a template that it says itself: they win.
    said: Vec<&'static str>,
}

impl Row {
    /// The customer it becomes, with what its template says elsewhere; the refusal when both do not fit.
    fn made(&self, templates: &[Template]) -> Result<NewCustomer, Refused> {
        let mut new = self.new.clone();
        if !self.template.is_empty() {
            let wanted = store::fold(&self.template);
            let found = templates.iter().find(|t| store::fold(&t.name) == wanted);
            let found = found.ok_or_else(|| Refused::new("template", "unknown-template", "You have no template of that name."))?;
            found.settings.fill(&mut new, |field| self.said.contains(&field));
        }
        if self.seats > 0 && new.kind != CustomerKind::Paid {
            return Err(Refused::new("seats", "not-pooled", "Trial seats lie outside the pool: leave this empty."));
        }
        Ok(new)
    }
}

/// The templates that rows begin with.
async fn templates(desk: &Desk<'_>, items: impl Iterator<Item = &Row>) -> Result<Vec<Template>, Fail<Never>> {
    let names: HashSet<&str> = items.map(|row| row.template.as_str()).filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let names = names.into_iter().map(str::to_owned).collect();
    desk.house.ask(&desk.call, TemplatesNamed { partner: desk.partner, names }).await
}

/// What rows before have used up.
#[derive(Default)]
pub struct Gone {
    names: HashSet<String>,
    customers: i64,
    seats: i64,
}

fn number(cells: &Cells<'_>, field: &'static str, usual: i64, least: i64) -> Result<i64, Refused> {
    let text = cells.get(field);
    if text.is_empty() {
        return Ok(usual);
    }
    let fits = text.parse().ok().filter(|n: &i64| (least..=1_000_000_000).contains(n));
    fits.ok_or_else(|| Refused::new(field, "out-of-range", format!("This must be a whole number from {least} to 1,000,000,000.")))
}

fn noun<T>(cells: &Cells<'_>, field: &'static str, parse: fn(String) -> Result<T, String>) -> Result<Option<T>, Refused> {
    let text = cells.get(field);
    if text.is_empty() {
        return Ok(None);
    }
    parse(text.to_owned()).map(Some).map_err(|e| Refused::new(field, "invalid", sentence(&e)))
}

fn word<T>(cells: &Cells<'_>, field: &'static str, usual: T, parse: fn(&str) -> Option<T>, wanted: &str) -> Result<T, Refused> {
    let text = store::fold(cells.get(field));
    if text.is_empty() {
        return Ok(usual);
    }
    parse(&text).ok_or_else(|| Refused::new(field, "invalid", format!("This must be one of: {wanted}.")))
}

fn country(text: String) -> Result<String, String> {
    let text = text.to_ascii_uppercase();
    if text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase()) {
        Ok(text)
    } else {
        Err("a country is two letters, such as SE".into())
    }
}

fn language(text: String) -> Result<String, String> {
    let text = text.to_ascii_lowercase();
    if web::Lang::from_tag(&text).is_some() { Ok(text) } else { Err("a language is en or de".into()) }
}

impl Kind for Customers {
    const KIND: ImportKind = ImportKind::Customers;
    type Needs = CreateCustomers;
    type Item = Row;
    type Memory = Gone;

    fn read(cells: &Cells<'_>, _: Timestamp) -> Result<Row, Refused> {
        let name = Name::parse(cells.get("name")).map_err(|e| Refused::new("name", "invalid", sentence(&e)))?;
        let kind = word(cells, "kind", CustomerKind::Paid, CustomerKind::parse, "paid, trial")?;
        if !matches!(kind, CustomerKind::Paid | CustomerKind::Trial) {
            return Err(Refused::new("kind", "invalid", "A customer is created as paid or trial."));
        }
        let text = |field| noun(cells, field, Note::parse).map(|n| n.map(String::from));
        let usual = NewCustomer::named(name);
        let new = NewCustomer {
            legal_name: noun(cells, "legal_name", Name::parse)?,
            kind,
            tier: word(cells, "tier", Tier::Pro, Tier::parse, "starter, pro, enterprise")?,
            domain: noun(cells, "domain", DomainName::parse)?,
            max_mau: number(cells, "max_mau", usual.max_mau, 1)?,
            admin_email: noun(cells, "admin_email", Email::parse)?,
            country: noun(cells, "country", country)?,
            language: noun(cells, "language", language)?,
            sector: text("sector")?,
            reference: text("reference")?,
            ..usual
        };
        let seats = number(cells, "seats", 0, 0)?;
        let template = noun(cells, "template", Name::parse)?.map(String::from).unwrap_or_default();
        // A template calls the tier what the wizard does: a plan.
        let named = [
            ("kind", "kind"),
            ("tier", "plan"),
            ("max_mau", "max_mau"),
            ("country", "country"),
            ("language", "language"),
            ("sector", "sector"),
        ];
        let said = named.into_iter().filter(|(column, _)| !cells.get(column).is_empty()).map(|(_, field)| field).collect();
        let row = Row { new, seats, template, said };
        if row.template.is_empty() {
            row.made(&[])?;
        }
        Ok(row)
    }

    fn once(item: &Row) -> (&'static str, String) {
        ("domain", item.new.domain.as_ref().map_or_else(String::new, |d| d.as_str().to_owned()))
    }

    fn subject(item: &Row) -> String {
        item.new.name.as_str().to_owned()
    }

    async fn judge<'a>(desk: &'a Desk<'a>, items: &'a [Row], gone: &'a mut Gone) -> Result<Vec<Judged>, Problem> {
        let domains = items.iter().filter_map(|i| i.new.domain.as_ref()).map(|d| d.as_str().to_owned()).collect();
        let names = items.iter().map(|i| i.new.name.as_str().to_owned()).collect();
        let facts = desk.house.ask(&desk.call, CustomerFacts { partner: desk.partner, domains, names }).await?;
        let available = desk.house.ask(&desk.call, SummaryOf { partner: desk.partner }).await?.available;
        let templates = templates(desk, items.iter()).await?;
        let judge = |i: &Row| {
            if let Err(no) = i.made(&templates) {
                return Judged::Refused(no);
            }
            if i.new.domain.as_ref().is_some_and(|d| facts.taken.contains(d.as_str())) {
                return Judged::Refused(Refused::new("domain", "domain-taken", "Another of your customers claims this domain."));
            }
            let called = store::alike(i.new.name.as_str());
            if facts.named.contains(&called) || gone.names.contains(&called) {
                return Judged::Refused(Refused::new("name", "name-taken", "Another customer is called the same."));
            }
            if gone.customers >= facts.places {
                return Judged::Refused(Refused::new("name", "customer-limit", "You would have more customers than you may."));
            }
            if i.seats > 0 && gone.seats + i.seats > available {
                let reason = format!("The pool has {available} seats; the rows before this one ask for {}.", gone.seats);
                return Judged::Refused(Refused::new("seats", "pool-exhausted", reason));
            }
            gone.names.insert(called);
            gone.customers += 1;
            gone.seats += i.seats;
            Judged::Create
        };
        Ok(items.iter().map(judge).collect())
    }

    async fn bring<'a>(desk: &'a Desk<'a>, items: Vec<(u64, Row)>) -> Result<Booked, Retry> {
        let mut booked = Booked::default();
        let templates = &templates(desk, items.iter().map(|(_, row)| row)).await?;
        let mut ended = stream::iter(items).map(|(line, row)| create(desk, templates, line, row)).buffer_unordered(AT_ONCE);
        while let Some(one) = ended.next().await {
            match one? {
                None => booked.created += 1,
                Some(no) => booked.refused.push(no),
            }
        }
        booked.refused.sort_by_key(|r| r.line);
        Ok(booked)
    }

    async fn weigh<'a>(desk: &'a Desk<'a>) -> Result<Weighed, Problem> {
        let mut weighed = Weighed::default();
        for one in imported(desk, None, i64::MAX).await? {
            let count = if one.worked_on.is_some() { &mut weighed.stays } else { &mut weighed.goes };
            *count += 1;
            if *count <= i64::try_from(LISTED).unwrap_or(i64::MAX) {
                weighed.rows.push(row(&one, one.worked_on));
            }
        }
        Ok(weighed)
    }

    async fn take_back<'a>(desk: &'a Desk<'a>, at: &'a mut UndoPlace) -> Result<bool, Retry> {
        let most = i64::try_from(AT_ONCE).unwrap_or(1);
        let found = imported(desk, at.after.map(CustomerId::new), most).await?;
        let one = |one: Imported| async move {
            let call = desk.call_to_undo(one.customer);
            take_back(desk.house, &call, desk.partner, desk.import, &one).await.map(|stays| (one, stays))
        };
        let full = found.len() == AT_ONCE;
        // In order, so that a run that broke off goes on behind what is done.
        let mut ended = stream::iter(found).map(one).buffered(AT_ONCE);
        while let Some(done) = ended.next().await {
            let (one, stays) = done?;
            at.after = Some(one.customer.0);
            match stays {
                None => at.undone.removed += 1,
                Some(_) => at.undone.keep(row(&one, stays)),
            }
        }
        Ok(full)
    }
}

async fn imported(desk: &Desk<'_>, after: Option<CustomerId>, limit: i64) -> Result<Vec<Imported>, Fail<Never>> {
    desk.house.ask(&desk.call, ImportedCustomers { partner: desk.partner, import: desk.import, after, limit }).await
}

fn row(one: &Imported, stays: Option<WorkedOn>) -> UndoRow {
    UndoRow { id: one.customer.to_string(), name: one.name.clone(), reason: stays.map(|why| why.word().to_owned()) }
}

/// Creates one customer; the refusal when it was refused.
async fn create(desk: &Desk<'_>, templates: &[Template], line: u64, row: Row) -> Result<Option<RowRefused>, Retry> {
    let made = match row.made(templates) {
        Ok(made) => made,
        Err(no) => return Ok(Some(row_refused(line, &no))),
    };
    let new = NewCustomer { import_id: Some(desk.import), ..made };
    let command = CreateCustomer { partner: desk.partner, new, seats: row.seats };
    match desk.house.execute(desk.call_for(line), command).await {
        Ok(_) => Ok(None),
        Err(Fail::Refused(no)) => {
            let field = no.pointer().map_or("name", |p| p.trim_start_matches('/')).to_owned();
            Ok(Some(RowRefused { line, field, code: no.code().to_owned(), reason: sentence(&no.title()) }))
        }
        Err(fail) => Err(fail.into()),
    }
}
