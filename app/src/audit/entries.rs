//! One list of a partner's trail: its own chain and its customers', merged by time, with names.

use std::collections::{BTreeMap, HashMap};

use command::{Call, Effect, House};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{AuditId, Control, CustomerId, PartnerId, Region, StaffId, Timestamp, Uuid, View};
use web::problem::Problem;

use super::{
    queries::{AuditFilter, MayRead, Place},
    store::{self as rows, CHUNK, Raw},
};

/// Somebody who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Person {
    /// The staff id.
    pub id: StaffId,
    /// Their name.
    pub name: String,
}

/// An entry of the trail.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Entry {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who; null for the installation itself.
    pub actor: Option<Person>,
    /// What, by the command's name.
    pub command: String,
    /// Where.
    pub node_id: String,
    /// The customer it concerns, if it is one.
    pub customer_id: Option<CustomerId>,
    /// Its name.
    pub customer_name: Option<String>,
    /// The region that holds the entry; null for control.
    pub region: Option<String>,
    /// What was asked; null once erased.
    pub args: Option<Value>,
    /// What changed; null once erased.
    pub effects: Option<Vec<Effect>>,
}

/// A page of the trail.
#[derive(Debug)]
pub struct Found {
    /// The entries, newest first.
    pub entries: Vec<Entry>,
    /// How many fit the filter.
    pub total: i64,
    /// The last row, where the next page begins.
    pub last: Option<(Timestamp, Uuid)>,
}

/// Reads a page of a partner's trail.
///
/// # Errors
/// A denial or the store's trouble.
pub async fn page(
    house: &House,
    call: &Call,
    partner: PartnerId,
    filter: &AuditFilter,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Found, Problem> {
    let after = after.unwrap_or((Timestamp::FOREVER, Uuid::max()));
    let (mut raw, mut total, places) = house.ask(call, MayRead { partner, filter: filter.clone(), after, limit }).await?;
    for (region, chains) in by_region(&places) {
        let Some(db) = house.region(&region) else { continue };
        let filter = filter.clone();
        let (found, count) = db.read(move |view: &mut View<'_, Region>| chains_of(view, &region, &chains, &filter, after, limit)).await?;
        raw.extend(found);
        total += count;
    }
    raw.sort_by_key(|e| std::cmp::Reverse((e.at, e.id)));
    raw.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let last = raw.last().map(|e| (e.at, e.id));
    let entries = house.control().read(move |view: &mut View<'_, Control>| named(view, partner, &raw)).await?;
    Ok(Found { entries, total, last })
}

/// The customers' chains, region by region.
pub(super) fn by_region(places: &[Place]) -> BTreeMap<String, Vec<Uuid>> {
    let mut all: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    for place in places {
        all.entry(place.region.clone()).or_default().push(place.customer.0);
    }
    all
}

fn chains_of(
    view: &mut View<'_, Region>,
    region: &str,
    chains: &[Uuid],
    filter: &AuditFilter,
    after: (Timestamp, Uuid),
    limit: i64,
) -> store::Result<(Vec<Raw>, i64)> {
    let (mut all, mut total) = (Vec::new(), 0);
    for chunk in chains.chunks(CHUNK) {
        let (found, count) = rows::region(view, chunk, filter, after, limit)?;
        all.extend(found.into_iter().map(|e| Raw { region: Some(region.to_owned()), ..e }));
        total += count;
    }
    Ok((all, total))
}

/// What an entry keeps of its command.
#[derive(Deserialize)]
struct Detail {
    args: Value,
    effects: Vec<Effect>,
}

fn named(view: &mut View<'_, Control>, partner: PartnerId, raw: &[Raw]) -> store::Result<Vec<Entry>> {
    view.enter(partner.0);
    let (mut staff, mut nodes) = (HashMap::new(), HashMap::new());
    let mut entries = Vec::with_capacity(raw.len());
    for e in raw {
        let actor = match e.staff {
            None => None,
            Some(id) => {
                let name = match staff.get(&id) {
                    Some(known) => Clone::clone(known),
                    None => {
                        let name: String = rows::staff_name(view, id)?.unwrap_or_else(|| id.to_string());
                        staff.insert(id, name.clone());
                        name
                    }
                };
                Some(Person { id, name })
            }
        };
        let customer: Option<String> = match nodes.get(&e.node) {
            Some(known) => Clone::clone(known),
            None => {
                let name = rows::customer_name(view, partner, e.node)?;
                nodes.insert(e.node, name.clone());
                name
            }
        };
        let detail = e.detail.as_deref().and_then(|d| serde_json::from_str::<Detail>(d).ok());
        let (args, effects) = detail.map_or((None, None), |d| (Some(d.args), Some(d.effects)));
        let customer_id = customer.is_some().then(|| CustomerId::new(e.node));
        entries.push(Entry {
            id: AuditId::new(e.id),
            at: e.at,
            actor,
            command: e.command.clone(),
            node_id: if e.node == partner.0 {
                partner.to_string()
            } else {
                customer_id.map_or_else(|| e.node.to_string(), |c| c.to_string())
            },
            customer_id,
            customer_name: customer,
            region: e.region.clone(),
            args,
            effects,
        });
    }
    Ok(entries)
}
