//! A distributor below the platform; made when an installation is set up.

use access::{
    NodeKind,
    permissions::Operate,
    tree::{self, NewNode},
};
use command::{Command, Cx, Fail, Never, Node};
use serde::Serialize;
use store::{Control, DistributorId};

use super::{noun::Name, store as rows};

pub use crate::noun::PLATFORM;

/// Adds a distributor.
#[derive(Debug, Serialize)]
pub struct CreateDistributor {
    /// Its name.
    pub name: Name,
}

impl Command for CreateDistributor {
    const NAME: &'static str = "hierarchy.create_distributor";
    type Home = Control;
    type Needs = Operate;
    type Done = DistributorId;
    type Refusal = Never;

    fn node(&self) -> Node {
        Node::known(PLATFORM)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<DistributorId, Fail<Never>> {
        Ok(make(cx, &self.name)?)
    }
}

/// Makes a distributor inside another command's transaction (the first run).
///
/// # Errors
/// The store's.
pub fn make<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, name: &Name) -> store::Result<DistributorId> {
    let id: DistributorId = cx.new_id();
    let new = NewNode { node: id.0, parent: Some(PLATFORM), kind: NodeKind::Distributor, partner: None, customer: None, region: None };
    tree::add(cx.tx, &new)?;
    rows::insert_distributor(cx.tx, id, name.as_str(), cx.now)?;
    cx.changed("distributor", id, "name", (), name);
    Ok(id)
}
