//! One list of a partner's trail: its own chain and its customers', merged by time, with names.

use std::collections::{HashMap, HashSet};

use command::{Call, Effect, House};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{AuditId, Control, CustomerId, PartnerId, Region, StaffId, Timestamp, Uuid, View};
use web::problem::Problem;

use super::{
    queries::{AuditFilter, MayRead, Reach},
    store::{self as rows, Mark, Raw},
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
    /// Its account number; as its name, the one it has now.
    pub account_number: Option<String>,
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
    pub last: Option<Mark>,
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
    after: Option<Mark>,
    limit: i64,
) -> Result<Found, Problem> {
    let after = after.unwrap_or((Timestamp::FOREVER, Uuid::max(), i64::MAX));
    let (mut raw, mut total, reach) = house.ask(call, MayRead { partner, filter: filter.clone(), after, limit }).await?;
    for (region, db) in house.regions() {
        let Some(chains) = chains_in(region, &reach) else { continue };
        let (asked, region) = (Asked { partner, filter: filter.clone(), after, limit }, region.clone());
        let (found, count) = db.read(move |view: &mut View<'_, Region>| asked.read(view, chains.as_deref())).await?;
        raw.extend(found.into_iter().map(|e| Raw { region: Some(region.clone()), ..e }));
        total += count;
    }
    raw.sort_by_key(|e| std::cmp::Reverse(e.mark));
    raw.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let last = raw.last().map(|e| e.mark);
    let entries = house.control().read(move |view: &mut View<'_, Control>| named(view, partner, &raw)).await?;
    Ok(Found { entries, total, last })
}

/// The chains to read in a region: none there (`None`), all of the partner's (`Some(None)`), or these.
fn chains_in(region: &str, reach: &Reach) -> Option<Option<Vec<Uuid>>> {
    match reach {
        Reach::All => Some(None),
        Reach::These(places) => {
            let here: Vec<Uuid> = places.iter().filter(|p| p.region == region).map(|p| p.customer.0).collect();
            (!here.is_empty()).then_some(Some(here))
        }
    }
}

/// Up to so many chains are read one by one; more are picked out of the partner's list.
const FEW: usize = 50;
/// Entries looked through at once for those of the chains that may be read.
const SIFTED: i64 = 1_000;

struct Asked {
    partner: PartnerId,
    filter: AuditFilter,
    after: Mark,
    limit: i64,
}

impl Asked {
    fn read(&self, view: &mut View<'_, Region>, chains: Option<&[Uuid]>) -> store::Result<(Vec<Raw>, i64)> {
        match chains {
            Some(few) if few.len() <= FEW => self.one_by_one(view, few),
            Some(many) => {
                view.enter(self.partner.0);
                self.sifted(view, &many.iter().copied().collect())
            }
            None => {
                view.enter(self.partner.0);
                let entries = rows::listed(view, self.partner, &self.filter, self.after, self.limit)?;
                Ok((entries, rows::count_listed(view, self.partner, &self.filter)?))
            }
        }
    }

    fn one_by_one(&self, view: &mut View<'_, Region>, chains: &[Uuid]) -> store::Result<(Vec<Raw>, i64)> {
        let (mut all, mut total) = (Vec::new(), 0);
        for chain in chains {
            view.enter(*chain);
            let (found, count) = rows::chain(view, *chain, &self.filter, self.after, self.limit)?;
            all.extend(found);
            total += count;
        }
        Ok((all, total))
    }

    /// Many chains, but not all: the partner's list is read on until enough of theirs were met.
    fn sifted(&self, view: &mut View<'_, Region>, chains: &HashSet<Uuid>) -> store::Result<(Vec<Raw>, i64)> {
        let counts = rows::count_each(view, self.partner, &self.filter)?;
        let total = counts.iter().filter(|(chain, _)| chains.contains(chain)).map(|(_, n)| n).sum();
        let (wanted, mut after, mut all) = (usize::try_from(self.limit).unwrap_or(usize::MAX), self.after, Vec::new());
        loop {
            let found = rows::listed(view, self.partner, &self.filter, after, SIFTED)?;
            let full = i64::try_from(found.len()).is_ok_and(|n| n == SIFTED);
            after = found.last().map_or(after, |e| e.mark);
            all.extend(found.into_iter().filter(|e| chains.contains(&e.mark.1)));
            if !full || all.len() >= wanted {
                return Ok((all, total));
            }
        }
    }
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
        let customer: Option<(String, String)> = match nodes.get(&e.node) {
            Some(known) => Clone::clone(known),
            None => {
                let found = rows::customer(view, partner, e.node)?;
                nodes.insert(e.node, found.clone());
                found
            }
        };
        let detail = e.detail.as_deref().and_then(|d| serde_json::from_str::<Detail>(d).ok());
        let (args, effects) = detail.map_or((None, None), |d| (Some(d.args), Some(d.effects)));
        let customer_id = customer.is_some().then(|| CustomerId::new(e.node));
        let (customer_name, account_number) = customer.unzip();
        entries.push(Entry {
            id: AuditId::new(e.id),
            at: e.mark.0,
            actor,
            command: e.command.clone(),
            node_id: if e.node == partner.0 {
                partner.to_string()
            } else {
                customer_id.map_or_else(|| e.node.to_string(), |c| c.to_string())
            },
            customer_id,
            customer_name,
            account_number,
            region: e.region.clone(),
            args,
            effects,
        });
    }
    Ok(entries)
}
