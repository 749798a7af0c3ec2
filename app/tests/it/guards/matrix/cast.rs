//! Who asks, and what they ask about.

use access::{Grants, Role, permissions};
use store::{CustomerId, DistributorId, OperationId, PartnerId, Uuid};

use tenantry::hierarchy::Name;

use super::policy::{At, Rule};
use crate::support::{Client, World};

/// Somebody who asks.
pub struct Actor {
    pub name: &'static str,
    /// Their role and where they hold it; nobody for a credential that is none.
    pub role: Option<(Role, Home)>,
    pub token: Client,
    pub browser: Client,
}

/// Where somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    Distributor,
    Ours,
    Theirs,
    /// Our partner, but only the assigned customer.
    Assigned,
    /// The assigned customer itself.
    Tenant,
}

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Our partner, its assigned customer.
    Own,
    /// Our partner's other customer.
    Sibling,
    /// The other partner's, or the other distributor.
    Foreign,
    /// A well-formed id of nothing.
    Missing,
    /// Not an id.
    Malformed,
    /// One of our nodes, written as another kind: a customer as an MSP, an MSP as a customer or a distributor.
    Disguised,
    /// Our partner in the path, and below it the other partner's customer.
    Crossed,
    /// Our node, with the other partner's group, person, member, … within it.
    ForeignChild,
    /// Our node, with nothing within it by that id.
    MissingChild,
}

pub const RELATIONS: [Relation; 9] = {
    use Relation::{Crossed, Disguised, Foreign, ForeignChild, Malformed, Missing, MissingChild, Own, Sibling};
    [Own, Sibling, Foreign, Missing, Malformed, Disguised, Crossed, ForeignChild, MissingChild]
};

/// What a path calls the things within a node.
const CHILDREN: [&str; 3] = ["{id}", "{member_ref}", "{import}"];

/// Two partners with everything that a path can name.
pub struct Cast {
    pub actors: Vec<Actor>,
    pub ours: Place,
    pub theirs: Place,
    distributor: DistributorId,
    stranger: DistributorId,
}

/// The ids of one partner.
pub struct Place {
    pub partner: PartnerId,
    /// The assigned customer (of the other partner: its only one).
    pub customer: CustomerId,
    pub sibling: CustomerId,
    pub operation: OperationId,
    /// What `{id}` is, by the word before it in the path.
    pub children: Vec<(&'static str, String)>,
}

impl Place {
    pub fn child(&self, path: &str) -> String {
        let front = CHILDREN.iter().find_map(|name| path.split_once(name)).map_or("", |(front, _)| front);
        let word = front.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        self.children.iter().find(|(name, _)| *name == word).map_or_else(|| "nothing".to_owned(), |(_, id)| id.clone())
    }
}

impl Cast {
    pub async fn gather(w: &mut World) -> Cast {
        let (ours, theirs) = super::props::places(w).await;
        let stranger = tenantry::provisioning::setup::distributor(&w.app.house, Name::parse("Far Distribution").expect("a name"));
        let stranger = stranger.await.expect("a distributor");
        w.assign("technician", &[ours.customer]).await;
        tenantry::signup::switch(&w.app, Some(ours.partner)).await.expect("strangers may sign up");
        w.hire("customer_admin", ours.customer, "customer_admin").await;
        for who in ["expired", "revoked", "idle", "shut_out"] {
            w.hire(who, w.partner, "owner").await;
        }
        let roles = [
            ("nobody", None),
            ("owner", Some((Role::Owner, Home::Ours))),
            ("admin", Some((Role::Admin, Home::Ours))),
            ("technician", Some((Role::Technician, Home::Assigned))),
            ("auditor", Some((Role::Auditor, Home::Ours))),
            ("customer_admin", Some((Role::CustomerAdmin, Home::Tenant))),
            ("distributor_owner", Some((Role::DistributorOwner, Home::Distributor))),
            ("other_owner", Some((Role::Owner, Home::Theirs))),
            ("expired", None),
            ("revoked", None),
            ("idle", None),
            ("shut_out", None),
        ];
        let mut actors = Vec::new();
        for (name, role) in roles {
            let (token, browser) = (w.client(name), w.browser(name).await);
            actors.push(Actor { name, role, token, browser });
        }
        for who in ["expired", "revoked", "idle", "shut_out"] {
            w.spoil(who).await;
        }
        Cast { actors, ours, theirs, distributor: w.distributor, stranger }
    }

    /// Path and body of a request about something; `None` where the relation makes no difference or no sense.
    pub fn request(&self, rule: &Rule, relation: Relation) -> Option<(String, String)> {
        if !makes_sense(rule, relation) {
            return None;
        }
        let place = if relation == Relation::Foreign { &self.theirs } else { &self.ours };
        let customer = match relation {
            Relation::Sibling => self.ours.sibling,
            Relation::Crossed => self.theirs.customer,
            _ => place.customer,
        };
        let (mut msp, mut customer) = (place.partner.to_string(), customer.to_string());
        let mut id = match rule.at {
            At::Distributor if relation == Relation::Foreign => self.stranger.to_string(),
            At::Distributor => self.distributor.to_string(),
            At::Operation => place.operation.to_string(),
            _ => self.child(rule, relation),
        };
        let node = match rule.at {
            At::Partner => &mut msp,
            At::Customer | At::Body => &mut customer,
            _ => &mut id,
        };
        match relation {
            Relation::Missing => *node = missing(node),
            Relation::Malformed => "nonsense".clone_into(node),
            Relation::Disguised if rule.at == At::Partner => *node = PartnerId::new(place.customer.0).to_string(),
            Relation::Disguised if rule.at == At::Distributor => *node = DistributorId::new(place.partner.0).to_string(),
            Relation::Disguised => *node = CustomerId::new(place.partner.0).to_string(),
            _ => {}
        }
        let named = |text: &str| {
            text.replace("{msp}", &msp)
                .replace("{customer}", &customer)
                .replace("{file}", "3355ff.css")
                .replace("{article}", "licences")
                .replace("{sku}", "SEATS-100-M")
        };
        let child = if relation == Relation::ForeignChild { &self.theirs } else { place };
        let run = child.child("/runs/{id}");
        let path = CHILDREN.iter().fold(named(rule.path()), |path, name| path.replace(name, &id)).replace("{run}", &run);
        let path = path.replace("{member}", &child.child("/members/{id}"));
        Some((path, named(rule.body())))
    }

    fn child(&self, rule: &Rule, relation: Relation) -> String {
        let real = self.ours.child(rule.path());
        match relation {
            Relation::Foreign | Relation::ForeignChild => self.theirs.child(rule.path()),
            Relation::MissingChild => missing(&real),
            _ => real,
        }
    }
}

fn makes_sense(rule: &Rule, relation: Relation) -> bool {
    match relation {
        Relation::Own => true,
        Relation::ForeignChild | Relation::MissingChild => rule.has_child(),
        _ if matches!(rule.at, At::Everyone | At::Myself) => false,
        Relation::Sibling => matches!(rule.at, At::Customer | At::Body),
        Relation::Crossed => rule.at == At::Customer && rule.path().contains("{msp}"),
        // A body whose id is no id is a body that cannot be read: that is told to whoever is signed in.
        Relation::Malformed => rule.at != At::Body,
        // An operation is no node.
        Relation::Disguised => rule.at != At::Operation,
        Relation::Foreign | Relation::Missing => true,
    }
}

/// An id of the same kind that nothing has.
fn missing(like: &str) -> String {
    let nothing = CustomerId::new(MISSING).to_string();
    match (like.rsplit_once('_'), nothing.rsplit_once('_')) {
        (Some((kind, _)), Some((_, rest))) if !like.contains('@') => format!("{kind}_{rest}"),
        _ => format!("x{like}"),
    }
}

const MISSING: Uuid = Uuid::from_u128(0x0190_1234_5678_7abc_8def_0123_4567_89ab);

/// What a route answers an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// 401, or the sign-in page.
    SignIn,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 403, or 404 where a reader may know that there is nothing.
    Refused,
    /// Anything that shows the request was let in.
    LetIn,
    /// Let in, and what is another's is as if it were not there.
    Nothing,
}

impl Actor {
    pub fn verdict(&self, rule: &Rule, relation: Relation) -> Verdict {
        if rule.at == At::Everyone {
            return Verdict::LetIn;
        }
        let Some((role, home)) = self.role else { return Verdict::SignIn };
        if rule.at == At::Myself {
            return if rule.has_child() { Verdict::Nothing } else { Verdict::LetIn };
        }
        // Whoever works above both partners knows the customer, but not below this one.
        if relation == Relation::Crossed && home == Home::Distributor {
            return Verdict::Refused;
        }
        if !covers(home, rule.at, relation) {
            return Verdict::NotFound;
        }
        let child = matches!(relation, Relation::ForeignChild | Relation::MissingChild);
        let held = permissions::held(role, Grants::default());
        match (rule.right.split('+').all(|right| held.contains(&right)), child) {
            (true, false) => Verdict::LetIn,
            (true, true) => Verdict::Nothing,
            (false, false) => Verdict::Forbidden,
            (false, true) => Verdict::Refused,
        }
    }
}

/// Whether a membership covers the node that is asked about.
fn covers(home: Home, at: At, relation: Relation) -> bool {
    let customer = matches!(at, At::Customer | At::Body | At::Operation);
    match relation {
        Relation::Missing | Relation::Malformed | Relation::Disguised | Relation::Crossed => false,
        Relation::Foreign if at == At::Distributor => false,
        Relation::Foreign => matches!(home, Home::Theirs | Home::Distributor),
        Relation::Sibling => matches!(home, Home::Ours | Home::Distributor),
        Relation::Own | Relation::ForeignChild | Relation::MissingChild => match home {
            Home::Distributor => true,
            Home::Ours | Home::Assigned => at != At::Distributor,
            Home::Tenant => customer,
            Home::Theirs => false,
        },
    }
}
