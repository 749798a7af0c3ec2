//! A partner below a distributor, with its internal tenant (D8), its empty totals and its empty pool row.

use access::{
    NodeKind,
    permissions::ManagePartners,
    tree::{self, NewNode},
};
use command::{Command, Cx, Fail, Never, Node};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, DistributorId, PartnerId, Zone};

use super::{
    customers::{self, NewCustomer},
    noun::{CustomerKind, Name},
    standing, store as rows,
};

/// Adds a partner.
#[derive(Debug, Clone, Serialize)]
pub struct CreatePartner {
    /// Below which distributor.
    pub distributor: DistributorId,
    /// Its name.
    pub name: Name,
    /// IANA name of the zone in which its days and months are cut; never changes.
    pub zone: String,
    /// ISO 4217.
    pub currency: String,
    /// Region of its customers unless they say otherwise.
    pub region: String,
    /// Language of its customers unless they say otherwise.
    pub language: String,
    /// How many customers it may have.
    pub max_customers: i64,
    /// How many members all its customers together may have: shown beside the number there is, nothing is refused by it.
    pub max_members: i64,
    /// MAX MAU of a new customer unless said otherwise.
    pub default_max_mau: i64,
}

/// What was made.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CreatedPartner {
    /// The partner.
    pub partner: PartnerId,
    /// Its internal tenant.
    pub internal: CustomerId,
}

impl Command for CreatePartner {
    const NAME: &'static str = "hierarchy.create_partner";
    type Home = Control;
    type Needs = ManagePartners;
    type Done = CreatedPartner;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.distributor.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<CreatedPartner, Fail<Never>> {
        Ok(make(cx, self)?)
    }
}

/// Makes a partner inside another command's transaction (the first run).
///
/// # Errors
/// The store's.
pub fn make<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, new: &CreatePartner) -> store::Result<CreatedPartner> {
    let (partner, internal): (PartnerId, CustomerId) = (cx.new_id(), cx.new_id());
    let node = NewNode {
        node: partner.0,
        parent: Some(new.distributor.0),
        kind: NodeKind::Partner,
        partner: Some(partner.0),
        customer: None,
        region: None,
    };
    tree::add(cx.tx, &node)?;
    cx.tx.enter(partner.0);
    rows::insert_partner(cx.tx, partner, new, new.distributor, internal, cx.now)?;
    let zone = Zone::named(&new.zone).unwrap_or(Zone::utc());
    standing::store::open_totals(cx.tx, partner, zone.month_start(cx.now))?;
    let own = NewCustomer { kind: CustomerKind::Internal, max_mau: new.default_max_mau, ..NewCustomer::named(new.name.clone()) };
    customers::insert(cx.tx, partner, internal, &own, cx.now)?;
    cx.changed("partner", partner, "name", (), &new.name);
    // What every new tenant needs: its pool row, its allocation, its region's policy row. Rooms above listen.
    cx.tell("partner-created", &CreatedPartner { partner, internal });
    Ok(CreatedPartner { partner, internal })
}
