//! The first run: the tree's root, a distributor, a partner.

use access::{NodeKind, tree::{self, NewNode}};
use command::{Call, House};
use store::{Control, DistributorId, Settled, Tx, Work, p, sql};

use crate::hierarchy::{
    Name,
    create_distributor::{CreateDistributor, PLATFORM},
    create_partner::{CreatePartner, CreatedPartner},
};

/// Plants the root of the tree; once. It is the one row no command can make, since every command needs a node.
struct PlantRoot;

impl Work<Control> for PlantRoot {
    type Out = ();
    fn run(&self, tx: &mut Tx<'_, Control>) -> store::Result<Settled<()>> {
        let there = tx.opt(sql!(Control, "SELECT node_id FROM org_node WHERE node_id = $1"), p![PLATFORM])?;
        if there.is_none() {
            tree::add(tx, &NewNode { node: PLATFORM, parent: None, kind: NodeKind::Platform, partner: None, customer: None, region: None })?;
        }
        Ok(Settled::Keep(()))
    }
}

/// Makes sure the tree has its root.
///
/// # Errors
/// The store's.
pub async fn plant(house: &House) -> store::Result<()> {
    house.control().write(PLATFORM, PlantRoot).await
}

/// Makes a distributor.
///
/// # Errors
/// In words.
pub async fn distributor(house: &House, name: Name) -> Result<DistributorId, String> {
    house.execute(Call::operator(), CreateDistributor { name }).await.map(|a| a.value).map_err(|e| format!("{e:?}"))
}

/// Makes a partner, complete with pool and internal tenant.
///
/// # Errors
/// In words.
pub async fn partner(house: &House, new: CreatePartner) -> Result<CreatedPartner, String> {
    house.execute(Call::operator(), new).await.map(|a| a.value).map_err(|e| format!("{e:?}"))
}
