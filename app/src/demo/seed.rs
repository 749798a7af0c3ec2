//! Writes the demo world: the plan executed as commands, on a clock moved forward through a little more than a year. No row
//! is inserted by hand, so history, audit trail and alerts are as they would be.

use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use command::Call;
use futures_util::{StreamExt, TryStreamExt, stream};
use jobs::Drain;
use store::{Clock, CustomerId, DistributorId, StaffId, Timestamp};

use super::{
    acts::{self, Who},
    clock::DemoClock,
    credentials::{self, Credentials},
    crowd,
    history::{self, Act},
    licences, people,
    plan::{self, Planned},
    staff::{self, Hired},
};
use crate::{
    app::App,
    directory::ImportMembers,
    hierarchy::{
        CustomerKind,
        create_partner::{CreatePartner, CreatedPartner},
    },
    licensing::pools::{Allocate, PlaceOrder},
    noun::Name,
    provisioning::setup,
    signup,
};

/// Days of history before the demo's first instant: the first order, a year's term, has ended a month ago.
const PAST_DAYS: i64 = 395;
/// Days before the first instant at which the pool was renewed.
const RENEWED: [i64; 2] = [32, 31];
/// Commands under way at once.
const AT_ONCE: usize = 256;
/// Where the customer made for metering clients stands among the planned ones: the last paid one.
const METERED: usize = 39;
/// MAX MAU of the metered customer, and of every other.
const MAX_MAU: (i64, i64) = (1_000_000, 5_000);

/// Makes a failure a sentence.
pub(super) fn said<E: Debug>(doing: &'static str) -> impl Fn(E) -> String {
    move |error| format!("the demo could not be seeded ({doing}): {error:?}")
}

/// Writes the world and gives the credentials for it. The clock ends at `start`, standing.
///
/// # Errors
/// A sentence: which step failed and why.
pub async fn seed(app: &App, clock: &DemoClock, customers: u32, start: Timestamp) -> Result<Credentials, String> {
    clock.stand_at(start.plus_days(-PAST_DAYS));
    let world = World::found(app, clock, customers, start).await?;
    let mut told = world.stories();
    let mut ids: Vec<Option<CustomerId>> = vec![None; world.rows.len()];
    while let Some((hours, acts)) = told.pop_last() {
        world.move_to(start.plus_seconds(-3_600 * hours))?;
        let made = world.play(&acts, &ids).await?;
        let made: Vec<(usize, CustomerId)> = made.into_iter().flatten().collect();
        made.iter().for_each(|(row, id)| ids[*row] = Some(*id));
        // Only where something waits for it.
        if !made.is_empty() {
            drain(app).await?;
        }
    }
    let credentials = world.finish(&ids).await?;
    drain(app).await?;
    // Schedules take their turn once, at the end: they look at every customer.
    let worker = app.worker().ok_or("the application has no worker")?;
    ended(&[worker.drain().await])?;
    Ok(credentials)
}

/// Runs the jobs that are due. Several at once: each round claims a few jobs, and most of a job is waiting for commits.
async fn drain(app: &App) -> Result<(), String> {
    let worker = app.worker().ok_or("the application has no worker")?;
    ended(&futures_util::future::join_all((0..6).map(|_| worker.drain_jobs())).await)
}

fn ended(ends: &[Drain]) -> Result<(), String> {
    if ends.contains(&Drain::Busy) { Err("the demo's jobs do not come to an end".into()) } else { Ok(()) }
}

/// What is planned for one customer.
struct Row {
    who: Who,
    brief: bool,
}

/// Something that happens at an instant.
enum Deed {
    /// A partner orders.
    Order { partner: usize, sku: &'static str, quantity: i64 },
    /// Something happens to the customer in this row.
    Customer { row: usize, act: Act },
}

struct World<'a> {
    app: &'a App,
    clock: &'a DemoClock,
    start: Timestamp,
    distributor: DistributorId,
    partners: [(CreatedPartner, StaffId); 2],
    owners: Vec<Hired>,
    rows: Vec<Row>,
    further: i64,
}

impl<'a> World<'a> {
    async fn found(app: &'a App, clock: &'a DemoClock, customers: u32, start: Timestamp) -> Result<World<'a>, String> {
        let house = &app.house;
        setup::plant(house).await.map_err(said("root"))?;
        let distributor = setup::distributor(house, Name::parse("Nordic Distribution")?).await?;
        let first = setup::partner(house, partner(app, distributor, "Meridian MSP", customers, 0)?).await?;
        let second = setup::partner(house, partner(app, distributor, "Fjord IT Partner", 45, 1)?).await?;
        let owners = staff::owners(app, distributor, first.partner, second.partner).await?;
        let owner_of = |role: &str| owners.iter().find(|h| h.role == role).map(|h| h.staff).ok_or("an owner is missing");
        let partners = [(first, owner_of("partner_owner")?), (second, owner_of("second_partner_owner")?)];
        licences::price(app, partners[0].0.partner, partners[0].1).await?;
        let rows = rows(app, &partners, customers);
        let further = i64::from(customers.saturating_sub(45));
        Ok(World { app, clock, start, distributor, partners, owners, rows, further })
    }

    /// Everything that happens, by hours before the first instant.
    fn stories(&self) -> BTreeMap<i64, Vec<Deed>> {
        let mut told: BTreeMap<i64, Vec<Deed>> = BTreeMap::new();
        let mut order = |days: i64, partner: usize, sku: &'static str, quantity: i64| {
            if quantity > 0 {
                told.entry(24 * days + 1).or_default().push(Deed::Order { partner, sku, quantity });
            }
        };
        let hundreds = (self.further * crowd::EACH.0 + 99) / 100;
        let thousands = plan::POOL / 1_000;
        order(PAST_DAYS - 1, 0, "SEATS-1000-Y", thousands);
        order(PAST_DAYS - 1, 0, "SEATS-100-Y", hundreds);
        order(RENEWED[0], 0, "SEATS-1000-Y", thousands - 4);
        order(RENEWED[1], 0, "SEATS-1000-Y", 4);
        order(RENEWED[1], 0, "SEATS-100-Y", hundreds);
        order(200, 1, "SEATS-1000-Y", 1);
        order(200, 0, "MAA-1K-Y", thousands - 4 + hundreds / 10);
        order(40, 0, "MAA-1K-Y", 1);
        for (row, planned) in self.rows.iter().enumerate() {
            for (hours, act) in history::of(&planned.who.planned, planned.brief) {
                told.entry(hours).or_default().push(Deed::Customer { row, act });
            }
        }
        told
    }

    fn move_to(&self, at: Timestamp) -> Result<(), String> {
        if self.clock.advance(at) { Ok(()) } else { Err(format!("the demo's history is not in order at {at}")) }
    }

    /// Does everything of one instant; gives the customers that were made.
    async fn play(&self, deeds: &[Deed], ids: &[Option<CustomerId>]) -> Result<Vec<Option<(usize, CustomerId)>>, String> {
        stream::iter(deeds).map(|deed| self.act(deed, ids)).buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn act(&self, deed: &Deed, ids: &[Option<CustomerId>]) -> Result<Option<(usize, CustomerId)>, String> {
        match deed {
            Deed::Order { partner, sku, quantity } => {
                let (made, owner) = &self.partners[*partner];
                let order = PlaceOrder { partner: made.partner, sku: (*sku).to_owned(), quantity: *quantity, version: None };
                self.app.house.execute(Call::on_behalf_of(*owner), order).await.map_err(said("order"))?;
                Ok(None)
            }
            Deed::Customer { row, act } => {
                let made = acts::play(self.app, &self.rows[*row].who, ids[*row], act).await?;
                Ok(made.map(|id| (*row, id)))
            }
        }
    }

    /// The partner's own tenant, the other people, everybody's tokens; then the clock stands at the first instant.
    async fn finish(&self, ids: &[Option<CustomerId>]) -> Result<Credentials, String> {
        self.move_to(self.start.plus_seconds(-7_200))?;
        self.fill_internal().await?;
        self.let_some_licences_end(ids).await?;
        let id_of = |row: usize| ids.get(row).copied().flatten().ok_or_else(|| format!("customer {row} was not made"));
        let places = staff::Places { partner: self.partners[0].0.partner, technician: vec![id_of(0)?, id_of(2)?], customer: id_of(4)? };
        let mut people = self.owners.clone();
        people.extend(staff::others(self.app, &places).await?);
        let mut shown = Vec::with_capacity(people.len());
        for hired in &people {
            shown.push(staff::with_token(self.app, hired).await?);
        }
        // In the printed order of roles.
        shown.sort_by_key(|s| staff::ROLES.iter().position(|role| *role == s.role));
        let first = self.rows.iter().enumerate().filter(|(_, row)| row.who.partner == self.partners[0].0.partner);
        let mut listed: Vec<usize> = first.map(|(n, _)| n).filter(|n| *n != METERED).collect();
        listed.push(METERED);
        let customer = async |row: usize| {
            let (planned, id) = (&self.rows[row].who.planned, id_of(row)?);
            // On the free plan a customer has no tokens.
            let token = if planned.ended { None } else { Some(staff::scim_token(self.app, id).await?) };
            Ok::<_, String>(credentials::Customer { id, name: planned.name.clone(), domain: planned.domain.clone(), scim_token: token })
        };
        let customers = stream::iter(listed).map(customer).buffered(AT_ONCE).try_collect().await?;
        signup::switch(self.app, Some(self.partners[0].0.partner)).await?;
        self.move_to(self.start)?;
        tracing::debug!(distributor = %self.distributor, "the demo is seeded");
        Ok(Credentials {
            base_url: self.app.config.origin(),
            tracking_url: None,
            regions: self.app.config.regions.clone(),
            staff: shown,
            customers,
        })
    }

    /// Terms of a year that end five to eight weeks from the first instant are not renewed yet.
    async fn let_some_licences_end(&self, ids: &[Option<CustomerId>]) -> Result<(), String> {
        let (made, owner) = &self.partners[0];
        licences::sell(self.app, made.partner, *owner).await?;
        for (row, id) in self.rows.iter().zip(ids) {
            let ends = (309..=331).contains(&row.who.planned.created_days_ago) && row.who.partner == made.partner;
            if let (true, CustomerKind::Paid, Some(id)) = (ends, row.who.planned.kind, id) {
                licences::let_end(self.app, *owner, *id).await?;
            }
        }
        Ok(())
    }

    async fn fill_internal(&self) -> Result<(), String> {
        let (made, owner) = &self.partners[0];
        let (seats, active) = plan::INTERNAL;
        let give = Allocate { tenant_id: made.internal, seats, reason: Some("Our own people".into()), held: None };
        self.app.house.execute(Call::on_behalf_of(*owner), give).await.map_err(said("internal seats"))?;
        let count = usize::try_from(active).unwrap_or(0);
        let members = (0..count).map(|n| people::member(METERED + 60, n, staff::DOMAIN)).collect::<Result<_, _>>()?;
        let import = ImportMembers { customer: made.internal, import: acts::import_id(self.app), members, decided: false };
        self.app.house.execute(Call::on_behalf_of(*owner), import).await.map(drop).map_err(said("internal members"))
    }
}

fn partner(app: &App, distributor: DistributorId, name: &str, customers: u32, region: usize) -> Result<CreatePartner, String> {
    let regions = &app.config.regions;
    let max_customers = i64::from(customers.max(45)) + 55;
    Ok(CreatePartner {
        distributor,
        name: Name::parse(name)?,
        zone: "Europe/Stockholm".into(),
        currency: "EUR".into(),
        region: regions.get(region).or(regions.first()).cloned().unwrap_or_default(),
        language: "en".into(),
        max_customers,
        max_members: 250 * max_customers,
        default_max_mau: MAX_MAU.1,
    })
}

/// All customers: the first partner's 45, the further ones, the second partner's.
fn rows(app: &App, partners: &[(CreatedPartner, StaffId); 2], customers: u32) -> Vec<Row> {
    let regions = &app.config.regions;
    let elsewhere = |n: usize| (n > 8 && n % 11 == 9).then(|| regions.last().cloned()).flatten();
    let base = plan::customers();
    let taken = base.len() - 8;
    let further = usize::try_from(customers).unwrap_or(0).saturating_sub(base.len());
    let own = base.into_iter().map(|p| (0, p, false));
    let own = own.chain((0..further).map(|n| (0, crowd::further(n, taken), true)));
    own.chain(crowd::second().into_iter().map(|p| (1, p, false)))
        .enumerate()
        .map(|(n, (partner, planned, brief))| {
            let max_mau = if n == METERED { MAX_MAU.0 } else { MAX_MAU.1 };
            let (made, owner) = &partners[partner];
            let region = if partner == 0 { elsewhere(n) } else { None };
            Row {
                who: Who { number: n, partner: made.partner, owner: *owner, max_mau, region, planned: Arc::new(planned) as Arc<Planned> },
                brief,
            }
        })
        .collect()
}
