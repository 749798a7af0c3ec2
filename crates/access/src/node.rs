use serde::{Serialize, Serializer};
use store::{CustomerId, DistributorId, PartnerId, Uuid};

use crate::NodeKind;

/// Where a grant is asked: a node of the tree, and what its id was written as. A node's number alone proves nothing: `msp_…`
/// with the letters of a customer's id is that customer's node, but who asks so means an MSP, which is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    id: Uuid,
    written_as: Option<NodeKind>,
}

impl Node {
    /// A node that the program itself names, of whatever kind: the root, or what stands in a row. Never what a caller sent.
    #[must_use]
    pub const fn known(id: Uuid) -> Node {
        Node { id, written_as: None }
    }

    /// Its id.
    #[must_use]
    pub const fn id(self) -> Uuid {
        self.id
    }

    /// False for a node that was written as something else.
    pub(crate) fn is(self, kind: NodeKind) -> bool {
        self.written_as.is_none_or(|written| written == kind)
    }
}

impl From<DistributorId> for Node {
    fn from(id: DistributorId) -> Node {
        Node { id: id.0, written_as: Some(NodeKind::Distributor) }
    }
}

impl From<PartnerId> for Node {
    fn from(id: PartnerId) -> Node {
        Node { id: id.0, written_as: Some(NodeKind::Partner) }
    }
}

impl From<CustomerId> for Node {
    fn from(id: CustomerId) -> Node {
        Node { id: id.0, written_as: Some(NodeKind::Customer) }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.id.serialize(serializer)
    }
}
