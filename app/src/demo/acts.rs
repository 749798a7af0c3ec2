//! One act of a customer's history, executed as the command a person, a feed or the clock would have given.

use std::sync::Arc;

use command::Call;
use store::{CustomerId, ImportId, PartnerId, StaffId, Timestamp, Uuid};

use super::{
    history::Act,
    people,
    plan::{Planned, PlannedRun},
    seed::said,
};
use crate::{
    app::App,
    campaigns::{ImportResults, Run},
    directory::{ImportMembers, RecordSync},
    hierarchy::{CustomerKind, DomainName, customers::NewCustomer, lifecycle::Launch, trial::EndTrial, verify_domain::VerifyDomain},
    licensing::pools::Allocate,
    noun::{Name, Note},
    provisioning::{CreateCustomer, RecordMailCheck},
};

/// A customer of the seed, and who acts for it.
pub struct Who {
    /// Its place in the seed.
    pub number: usize,
    /// Whose customer.
    pub partner: PartnerId,
    /// The partner's owner.
    pub owner: StaffId,
    /// MAX MAU.
    pub max_mau: i64,
    /// Its region, when not the partner's.
    pub region: Option<String>,
    /// What is planned for it.
    pub planned: Arc<Planned>,
}

const CAMPAIGNS: [&str; 6] =
    ["Parcel notice", "Overdue invoice", "Password expiry", "Shared document", "Message from the CEO", "Holiday calendar"];

/// Executes an act. Gives the id when it made the customer.
///
/// # Errors
/// A sentence.
pub async fn play(app: &App, who: &Who, id: Option<CustomerId>, act: &Act) -> Result<Option<CustomerId>, String> {
    if let Act::Create { seats } = act {
        return create(app, who, *seats).await.map(Some);
    }
    let customer = id.ok_or_else(|| format!("{} does not exist yet", who.planned.name))?;
    let (house, by) = (&app.house, || Call::on_behalf_of(who.owner));
    match act {
        Act::Create { .. } => {}
        Act::Launch => launch(app, who, customer).await?,
        Act::MailCheck => {
            let detail = (!who.planned.email_ok).then(|| Note::parse("SPF does not name our sending servers")).transpose()?;
            let check = RecordMailCheck { customer, ok: who.planned.email_ok, detail, at: None };
            house.execute(Call::operator(), check).await.map_err(said("mail check"))?;
        }
        Act::Sync { failure } => {
            let reason = failure.map(Note::parse).transpose()?;
            let sync = RecordSync { customer, ok: reason.is_none(), source: Name::parse("entra")?, reason, own: None, at: None };
            house.execute(Call::operator(), sync).await.map_err(said("sync"))?;
        }
        Act::Allocate(seats) => {
            let give = Allocate { tenant_id: customer, seats: *seats, reason: Some("Growth".into()), held: None };
            house.execute(by(), give).await.map_err(said("seats"))?;
        }
        Act::Members { from, to } => members(app, who, customer, *from, *to).await?,
        Act::Run(run) => {
            let runs = vec![results(who.number, run, house.now())?];
            house.execute(Call::operator(), ImportResults { customer, runs, import: None }).await.map_err(said("campaign"))?;
        }
        // Whoever read a list may have had it booked before.
        Act::EndTrial => house.execute(Call::operator(), EndTrial { customer }).await.map(drop).map_err(said("trial"))?,
    }
    Ok(None)
}

async fn create(app: &App, who: &Who, seats: i64) -> Result<CustomerId, String> {
    let p = &who.planned;
    let domain = DomainName::parse(p.domain.clone())?;
    let new = NewCustomer {
        kind: if p.kind == CustomerKind::Trial { CustomerKind::Trial } else { CustomerKind::Paid },
        tier: p.tier,
        domain: Some(domain),
        region: who.region.clone(),
        max_mau: who.max_mau,
        country: Some(p.country.to_owned()),
        sector: Some(p.sector.to_owned()),
        ..NewCustomer::named(Name::parse(p.name.clone())?)
    };
    let create = CreateCustomer { partner: who.partner, new, seats };
    app.house.execute(Call::on_behalf_of(who.owner), create).await.map(|a| a.value.tenant_id).map_err(said("customer"))
}

async fn launch(app: &App, who: &Who, customer: CustomerId) -> Result<(), String> {
    // Its e-mail is unverified because its domain is.
    if who.planned.email_ok {
        let domain = DomainName::parse(who.planned.domain.clone())?;
        app.house.execute(Call::operator(), VerifyDomain { customer, domain }).await.map_err(said("domain"))?;
    }
    app.house.execute(Call::on_behalf_of(who.owner), Launch { customer }).await.map(drop).map_err(said("launch"))
}

async fn members(app: &App, who: &Who, customer: CustomerId, from: i64, to: i64) -> Result<(), String> {
    let numbers = usize::try_from(from).unwrap_or(0)..usize::try_from(to).unwrap_or(0);
    let members = numbers.map(|n| people::member(who.number, n, &who.planned.domain)).collect::<Result<_, _>>()?;
    let import = ImportMembers { customer, import: import_id(app), members, decided: false };
    let done = app.house.execute(Call::on_behalf_of(who.owner), import).await.map_err(said("members"))?;
    if done.value.waiting > 0 { Err(format!("{} has no seat for {} members", who.planned.name, done.value.waiting)) } else { Ok(()) }
}

/// An import of its own for each batch.
pub fn import_id(app: &App) -> ImportId {
    let random = app.house.random();
    let mut bits = [0; 16];
    bits.copy_from_slice(&random[..16]);
    ImportId::new(Uuid::from_bytes(bits))
}

fn results(number: usize, run: &PlannedRun, at: Timestamp) -> Result<Run, String> {
    let kind = usize::try_from(run.days_ago / 30).unwrap_or(0) + number;
    let name = Name::parse(CAMPAIGNS[kind % CAMPAIGNS.len()])?;
    let external_ref = Name::parse(format!("demo-{number}-{}", run.days_ago))?;
    Ok(Run { name, external_ref, at, delivered: run.delivered, passed: run.passed })
}
