//! What is left of a customer, table by table: the proof of a purge.

use access::permissions::{Operate, Read};
use command::{Call, Fail, Never, Node, Query};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, PartnerId, Region, Timestamp, View};

use super::{purge_store as takes, store as rows};
use crate::app::App;

/// What is left of a customer in one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Left {
    /// `control`, or `region`.
    pub home: String,
    /// The table.
    pub table: String,
    /// Rows that still say something of the customer besides its name and its metered history.
    pub rows: i64,
}

fn named(home: &str, found: Vec<(&'static str, i64)>) -> impl Iterator<Item = Left> {
    found.into_iter().map(move |(table, rows)| Left { home: home.to_owned(), table: table.to_owned(), rows })
}

/// What is left of a customer, read as the installation itself.
///
/// # Errors
/// The store's.
pub async fn of(app: &App, customer: CustomerId) -> store::Result<Vec<Left>> {
    let stored = |fail: Fail<Never>| match fail {
        Fail::Store(e) => e,
        other => store::Error::Unavailable(format!("{other:?}")),
    };
    let region = app.house.ask(&Call::operator(), InRegion { customer }).await.map_err(stored)?;
    let mut left: Vec<Left> = named("region", region).collect();
    for partner in app.house.control().read(move |view| takes::partners_of(view, customer)).await? {
        let found = app.house.ask(&Call::operator(), AtPartner { partner, customer }).await.map_err(stored)?;
        for one in named("control", found) {
            match left.iter_mut().find(|l| l.home == one.home && l.table == one.table) {
                Some(known) => known.rows += one.rows,
                None => left.push(one),
            }
        }
    }
    Ok(left)
}

struct InRegion {
    customer: CustomerId,
}

impl Query for InRegion {
    type Home = Region;
    type Needs = Operate;
    type Found = Vec<(&'static str, i64)>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, _: &access::Scope<Operate>, _: Timestamp) -> store::Result<Self::Found> {
        takes::left_in_region(view, self.customer)
    }
}

struct AtPartner {
    partner: PartnerId,
    customer: CustomerId,
}

impl Query for AtPartner {
    type Home = Control;
    type Needs = Operate;
    type Found = Vec<(&'static str, i64)>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, _: &access::Scope<Operate>, _: Timestamp) -> store::Result<Self::Found> {
        takes::left_at_partner(view, self.partner, self.customer)
    }
}

/// Asks whether a removed customer is in reach: then its proof may be read.
#[derive(Debug)]
pub struct MayProve {
    /// Of which partner.
    pub partner: PartnerId,
    /// Which customer.
    pub customer: CustomerId,
}

impl Query for MayProve {
    type Home = Control;
    type Needs = Read;
    type Found = bool;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &access::Scope<Read>, _: Timestamp) -> store::Result<bool> {
        Ok(rows::in_reach(view, scope, self.customer)? && crate::removal::is_removed(view, scope, self.customer)?)
    }
}

/// Every removed customer of every partner that is purged, with what is left of it (`tenantry purge verify`).
///
/// # Errors
/// In words.
pub async fn verify(app: &App) -> Result<String, String> {
    let words = |e: store::Error| e.to_string();
    let mut lines = Vec::new();
    let mut unclean = 0;
    for partner in app.house.control().read(takes::partners).await.map_err(words)? {
        let purged = app.house.control().read(move |view: &mut View<'_, Control>| {
            view.enter(partner.0);
            takes::purged(view, partner)
        });
        for (customer, name) in purged.await.map_err(words)? {
            let left: Vec<Left> = of(app, customer).await.map_err(words)?.into_iter().filter(|l| l.rows > 0).collect();
            let said = left.iter().map(|l| format!("{}.{}: {} rows", l.home, l.table, l.rows)).collect::<Vec<_>>().join(", ");
            unclean += usize::from(!left.is_empty());
            lines.push(format!("{customer} {name}: {}", if left.is_empty() { "nothing left".to_owned() } else { said }));
        }
    }
    lines.push(format!("{} purged customers, {unclean} with something left", lines.len()));
    if unclean == 0 { Ok(lines.join("\n")) } else { Err(lines.join("\n")) }
}
