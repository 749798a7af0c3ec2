use std::marker::PhantomData;

use store::{CustomerId, PartnerId, Uuid, Value};

use crate::{Actor, Grants, Permission, Role};

/// What a node of the tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    /// The root.
    Platform,
    /// Tier 1.
    Distributor,
    /// Tier 2: an MSP or reseller.
    Partner,
    /// The isolation boundary.
    Customer,
    /// A place in a customer.
    Site,
}

impl NodeKind {
    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            NodeKind::Platform => "platform",
            NodeKind::Distributor => "distributor",
            NodeKind::Partner => "partner",
            NodeKind::Customer => "customer",
            NodeKind::Site => "site",
        }
    }
    pub(crate) fn parse(word: &str) -> Option<NodeKind> {
        use NodeKind::{Customer, Distributor, Partner, Platform, Site};
        [Platform, Distributor, Partner, Customer, Site].into_iter().find(|k| k.word() == word)
    }
}

/// Which customers of the node a membership covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All of them.
    All,
    /// Only those assigned, by themselves or through a group.
    Only(Uuid),
    /// All but those assigned.
    Except(Uuid),
}

/// "This actor holds permission `P` over the subtree at this node." Cannot be made outside this crate.
pub struct Scope<P> {
    pub(crate) actor: Actor,
    pub(crate) role: Role,
    pub(crate) grants: Grants,
    pub(crate) reach: Reach,
    pub(crate) node: Uuid,
    pub(crate) kind: NodeKind,
    pub(crate) partner: Option<PartnerId>,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) region: Option<String>,
    pub(crate) permission: PhantomData<fn() -> P>,
}

impl<P> Clone for Scope<P> {
    fn clone(&self) -> Self {
        Scope { actor: self.actor, region: self.region.clone(), permission: PhantomData, ..*self }
    }
}

impl<P> Scope<P> {
    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.actor
    }
    /// As what.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }
    /// The partner whose rows may be touched. At a distributor's node this is the node itself, which owns no rows.
    #[must_use]
    pub fn partner(&self) -> PartnerId {
        self.partner.unwrap_or(PartnerId::new(self.node))
    }
    /// The customer, when the node is one or lies in one.
    #[must_use]
    pub fn customer(&self) -> Option<CustomerId> {
        self.customer
    }
    /// The node of the grant.
    #[must_use]
    pub fn node(&self) -> Uuid {
        self.node
    }
    /// What the node is.
    #[must_use]
    pub fn kind(&self) -> NodeKind {
        self.kind
    }
    /// The customer's region, when the node lies in one.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }
    /// Which customers of the node are covered.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.reach
    }
    /// True when every customer of the partner is covered: totals of the partner may be shown as they are.
    #[must_use]
    pub fn covers_all(&self) -> bool {
        self.reach == Reach::All && self.customer.is_none()
    }
    /// The first parameter of [`visible!`](crate::visible!): 0 all, 1 only, 2 except.
    #[must_use]
    pub fn reach_mode(&self) -> Value {
        Value::Int(match self.reach {
            Reach::All => 0,
            Reach::Only(_) => 1,
            Reach::Except(_) => 2,
        })
    }
    /// The second parameter of [`visible!`](crate::visible!): the membership.
    #[must_use]
    pub fn reach_membership(&self) -> Value {
        Value::Uuid(match self.reach {
            Reach::All => Uuid::nil(),
            Reach::Only(m) | Reach::Except(m) => m,
        })
    }
    /// The third parameter of [`visible!`](crate::visible!): the one customer of a customer's own administrator, or NULL.
    #[must_use]
    pub fn reach_customer(&self) -> Value {
        self.customer.into()
    }
    /// True when the actor also holds `Q` here: for showing a button or a column, never instead of a grant.
    #[must_use]
    pub fn also<Q: Permission>(&self) -> bool {
        crate::role::holds::<Q>(self.role, self.grants)
    }
    /// The same authority over many partners, for portfolio and channel questions. `None` below a distributor.
    #[must_use]
    pub fn wide(&self) -> Option<Wide<P>> {
        (self.kind <= NodeKind::Distributor).then_some(Wide { node: self.node, permission: PhantomData })
    }
}

/// Permission `P` over every partner below a distributor (or the platform).
pub struct Wide<P> {
    node: Uuid,
    permission: PhantomData<fn() -> P>,
}

impl<P> Wide<P> {
    /// The node whose `scope_partner` rows name the partners.
    #[must_use]
    pub fn node(&self) -> Uuid {
        self.node
    }
}

/// The SQL predicate of a scope's reach over a table with `partner_id` and `customer_id`; parameters are
/// `reach_mode`, `reach_membership`, `reach_customer` of the scope: `visible!("s", "$2", "$3", "$4")`.
#[macro_export]
macro_rules! visible {
    ($table:literal, $mode:literal, $membership:literal, $customer:literal) => {
        concat!(
            "(",
            $table,
            ".customer_id = COALESCE(",
            $customer,
            ", ",
            $table,
            ".customer_id) AND (CAST(",
            $mode,
            " AS BIGINT) = 0 OR (CAST(",
            $mode,
            " AS BIGINT) = 1) = EXISTS (SELECT 1 FROM membership_target v LEFT JOIN group_member g ON g.partner_id = ",
            $table,
            ".partner_id AND g.group_id = v.target_id AND g.customer_id = ",
            $table,
            ".customer_id WHERE v.membership_id = ",
            $membership,
            " AND (v.target_id = ",
            $table,
            ".customer_id OR g.customer_id IS NOT NULL))))"
        )
    };
}
