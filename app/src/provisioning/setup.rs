//! The first run: one transaction uses the one-time link up and makes a distributor, a partner and its owner.

use access::{Grants, Role, permissions::Operate};
use command::{Call, Command, Cx, Fail, House, Node, Refusal, Secret};
use serde::{Deserialize, Serialize};
use store::{Control, DistributorId, PartnerId, StaffId, Uuid};

pub use crate::identity::setup::plant;
use crate::{
    hierarchy::{
        Name,
        create_distributor::{self, CreateDistributor, PLATFORM},
        create_partner::{self, CreatePartner, CreatedPartner},
    },
    identity::{NewMembership, StaffReach, people, setup},
    noun::Email,
};

/// Sets an empty installation up.
#[derive(Debug, Serialize)]
pub struct SetUp {
    /// The hash of the link's secret.
    pub link: Secret<[u8; 32]>,
    /// What the partner is called.
    pub company: Name,
    /// Region of its customers unless they say otherwise.
    pub region: String,
    /// Language of its customers unless they say otherwise.
    pub language: String,
    /// IANA zone in which its days and months are cut.
    pub zone: String,
    /// The owner's name.
    pub name: Name,
    /// The owner's address.
    pub email: Email,
    /// The owner's password, hashed.
    pub password_hash: Secret<String>,
}

/// What was set up.
#[derive(Debug, Serialize, Deserialize)]
pub struct Founded {
    /// The partner.
    pub partner: PartnerId,
    /// Its owner.
    pub owner: StaffId,
}

/// The link is used up, too old, or somebody works here already.
#[derive(Debug, Clone, Serialize)]
pub struct LinkClosed {}

impl Refusal for LinkClosed {
    fn status(&self) -> u16 {
        404
    }
    fn code(&self) -> &'static str {
        "not-found"
    }
    fn title(&self) -> String {
        "There is nothing here".into()
    }
}

impl Command for SetUp {
    const NAME: &'static str = "provisioning.set_up";
    type Home = Control;
    type Needs = Operate;
    type Done = Founded;
    type Refusal = LinkClosed;

    fn node(&self) -> Node {
        Node::known(PLATFORM)
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Founded, Fail<LinkClosed>> {
        if !setup::consume(cx.tx, self.link.0, cx.now)? {
            return Err(LinkClosed {}.into());
        }
        let distributor = create_distributor::make(cx, &self.company)?;
        let CreatedPartner { partner, .. } = create_partner::make(cx, &self.partner(distributor))?;
        let at = |node: Uuid, role: Role| NewMembership { node, role, grants: Grants::default(), reach: StaffReach::all() };
        let hash = Some(self.password_hash.0.as_str());
        let owner = people::add(cx, partner.0, &self.email, &self.name, hash, &at(partner.0, Role::Owner)).map_err(taken)?;
        people::join(cx, owner, &at(distributor.0, Role::DistributorOwner))?;
        Ok(Founded { partner, owner })
    }
}

impl SetUp {
    fn partner(&self, distributor: DistributorId) -> CreatePartner {
        CreatePartner {
            distributor,
            name: self.company.clone(),
            zone: self.zone.clone(),
            currency: "EUR".into(),
            region: self.region.clone(),
            language: self.language.clone(),
            max_customers: 100_000,
            max_members: 10_000_000,
            default_max_mau: 1_000_000,
        }
    }
}

/// In an empty installation no address is taken: if one is, the link was used meanwhile.
fn taken<R>(fail: Fail<R>) -> Fail<LinkClosed> {
    match fail {
        Fail::Store(error) => Fail::Store(error),
        Fail::Denied(denied) => Fail::Denied(denied),
        Fail::Refused(_) | Fail::KeyReused => LinkClosed {}.into(),
    }
}

/// Makes a distributor (demo, tests).
///
/// # Errors
/// In words.
pub async fn distributor(house: &House, name: Name) -> Result<DistributorId, String> {
    house.execute(Call::operator(), CreateDistributor { name }).await.map(|a| a.value).map_err(|e| format!("{e:?}"))
}

/// Makes a partner, complete with pool and internal tenant (demo, tests).
///
/// # Errors
/// In words.
pub async fn partner(house: &House, new: CreatePartner) -> Result<CreatedPartner, String> {
    house.execute(Call::operator(), new).await.map(|a| a.value).map_err(|e| format!("{e:?}"))
}
