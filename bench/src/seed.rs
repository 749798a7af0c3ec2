//! Customers, facts about them and their members, made by the program's own commands.

use std::sync::Arc;

use command::{Answer, Call, Command};
use futures_util::{StreamExt, TryStreamExt, stream};
use store::{CustomerId, ImportId, PartnerId};
use tenantry::{
    app::App,
    campaigns::{ImportResults, Run},
    directory::{CHUNK, ImportMembers, NewMember, RecordSync, attributes::Values},
    hierarchy::{CustomerKind, Tier, customers::NewCustomer, lifecycle::Launch},
    noun::Email,
    provisioning::{CreateCustomer, RecordMailCheck},
};

use crate::world::name;

const AT_ONCE: usize = 256;
const FIRST: [&str; 20] = [
    "Alder", "Birch", "Cedar", "Delta", "Ember", "Fjord", "Granite", "Harbor", "Iris", "Juniper", "Kestrel", "Linden", "Maple", "Nordlys",
    "Orchid", "Pioneer", "Quartz", "River", "Summit", "Tundra",
];
const SECOND: [&str; 12] =
    ["Logistics", "Dental", "Legal", "Foods", "Systems", "Energy", "Textiles", "Clinic", "Builders", "Media", "Labs", "Schools"];

async fn execute<C: Command>(app: &App, command: C) -> Result<Answer<C::Done>, String> {
    app.house.execute(Call::operator(), command).await.map_err(|e| format!("{}: {e:?}", C::NAME))
}

/// Creates customers of a partner; gives those with seats first.
pub async fn customers(app: &App, partner: PartnerId, count: usize, varied: bool) -> Result<Vec<CustomerId>, String> {
    let made = stream::iter(0..count).map(|n| async move {
        let called = format!("{} {} {n:05}", FIRST[n % FIRST.len()], SECOND[(n / 7) % SECOND.len()]);
        let mut new = NewCustomer::named(name(&called)?);
        if varied {
            (new.kind, new.tier) = (kind(n), [Tier::Starter, Tier::Pro, Tier::Enterprise][n % 3]);
        }
        let pooled = new.kind == CustomerKind::Paid;
        let command = CreateCustomer { partner, new, seats: if pooled { 120 } else { 0 } };
        execute(app, command).await.map(|a| (pooled, a.value.tenant_id))
    });
    let mut made: Vec<(bool, CustomerId)> = made.buffered(AT_ONCE).try_collect().await?;
    made.sort_by_key(|(pooled, _)| !pooled);
    Ok(made.into_iter().map(|(_, id)| id).collect())
}

fn kind(n: usize) -> CustomerKind {
    match n % 10 {
        8 => CustomerKind::Trial,
        9 => CustomerKind::Free,
        _ => CustomerKind::Paid,
    }
}

/// Records what decides a customer's health, so that every status occurs.
pub async fn facts(app: &App, customers: impl Iterator<Item = &CustomerId>) -> Result<(), String> {
    stream::iter(customers.copied().enumerate()).map(|(n, id)| fact(app, n, id)).buffer_unordered(AT_ONCE).try_collect().await
}

async fn fact(app: &App, n: usize, customer: CustomerId) -> Result<(), String> {
    let ok = !n.is_multiple_of(29);
    execute(app, RecordMailCheck { customer, ok: !n.is_multiple_of(31), detail: None, at: None }).await?;
    execute(app, RecordSync { customer, ok, source: name("entra")?, reason: None, own: None, at: None }).await?;
    if !n.is_multiple_of(13) {
        execute(app, Launch { customer }).await?;
        let delivered = 40 + i64::try_from(n % 160).unwrap_or(0);
        let run = |month: i64| -> Result<Run, String> {
            Ok(Run {
                name: name("Quarterly phishing")?,
                external_ref: name(&format!("run-{month}"))?,
                at: app.house.now().plus_days(-5 - month),
                delivered,
                passed: delivered - i64::try_from(n % 41).unwrap_or(0),
            })
        };
        execute(app, ImportResults { customer, runs: vec![run(0)?, run(20)?], import: None }).await?;
    }
    Ok(())
}

/// A member; `n` makes it unlike the others.
fn member(n: usize) -> Result<NewMember, String> {
    let (first, last) = (FIRST[n % FIRST.len()], SECOND[n % SECOND.len()]);
    Ok(NewMember {
        email: Email::parse(format!("{first}.{last}.{n}@example.org").to_lowercase())?,
        name: name(&format!("{first} {last} {n}"))?,
        external_id: Some(name(&format!("ext-{n}"))?),
        department: Some(name("Operations")?),
        title: None,
        language: None,
        kind: None,
        site: None,
        attributes: Values::new(),
        active: true,
    })
}

/// Gives a customer members, as an import does: by the thousand.
pub async fn members(app: &App, customer: CustomerId, count: usize) -> Result<(), String> {
    let import = ImportId::new(store::Uuid::from_u128(customer.0.as_u128() ^ 1));
    for from in (0..count).step_by(CHUNK) {
        let members = (from..count.min(from + CHUNK)).map(member).collect::<Result<Vec<_>, String>>()?;
        execute(app, ImportMembers { customer, import, members, decided: false }).await?;
    }
    Ok(())
}

/// Gives each of many customers members, several customers at a time.
pub async fn crowd(app: &Arc<App>, customers: &[CustomerId], each: usize) -> Result<(), String> {
    stream::iter(customers.iter().copied()).map(|c| members(app, c, each)).buffer_unordered(32).try_collect().await
}

/// A file of members for the HTTP import.
pub fn file(rows: usize) -> String {
    let mut text = String::from("email,name,external_id,department\n");
    for n in 0..rows {
        let (first, last) = (FIRST[n % FIRST.len()], SECOND[n % SECOND.len()]);
        text.push_str(&format!("{first}.{last}.{n}@example.com,{first} {last} {n},ext-{n},Operations\n"));
    }
    text
}
