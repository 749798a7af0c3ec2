use serde::{Deserialize, Serialize};

/// What a staff person is at a node of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The one owner of a partner: everything.
    Owner,
    /// Everything but staff; creating customers and purchasing are grants.
    Admin,
    /// Reads, members and onboarding in assigned customers.
    Technician,
    /// Reads everything, the audit trail included; changes nothing.
    Auditor,
    /// The customer's own administrator.
    CustomerAdmin,
    /// Reads below, orders, partners, approvals.
    DistributorOwner,
    /// A customer's own directory (SCIM): its members, nothing else. Never assigned to a person.
    Directory,
    /// The installation itself: its schedules and its command line. Never assigned to a person.
    Operator,
}

impl Role {
    /// All roles that can be assigned.
    pub const ASSIGNABLE: [Role; 6] =
        [Role::Owner, Role::Admin, Role::Technician, Role::Auditor, Role::CustomerAdmin, Role::DistributorOwner];

    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Admin => "admin",
            Role::Technician => "technician",
            Role::Auditor => "auditor",
            Role::CustomerAdmin => "customer_admin",
            Role::DistributorOwner => "distributor_owner",
            Role::Directory => "directory",
            Role::Operator => "operator",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Role> {
        Role::ASSIGNABLE.into_iter().chain([Role::Directory]).find(|r| r.word() == word)
    }
}

/// The two rights that are granted to a person on top of the role.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Grants {
    /// May create customers.
    pub create_customers: bool,
    /// May purchase licences (and so sees prices).
    pub purchase: bool,
}

/// A right as a value; [`Permission`] is the same as a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Right(pub &'static str);

/// A right as a type: a command names the one it needs, and a `Scope` carries it.
pub trait Permission: Send + Sync + 'static {
    /// The right's word in `GET /v1/me` and in documentation.
    const RIGHT: Right;
    /// The roles that hold it.
    const ROLES: &'static [Role];
    /// The grant that gives it to any admin or technician who lacks it.
    const GRANT: Option<fn(Grants) -> bool> = None;
}

/// True when a role with these grants holds `P`.
pub(crate) fn holds<P: Permission>(role: Role, grants: Grants) -> bool {
    role == Role::Operator
        || P::ROLES.contains(&role)
        || (matches!(role, Role::Admin | Role::Technician) && P::GRANT.is_some_and(|given| given(grants)))
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident $word:literal [$($role:ident)*] $(or $grant:ident)?;)*) => {
        /// The rights, one type each. **This is the table of roles and permissions.**
        pub mod permissions {
            use super::{Grants, Permission, Right, Role};
            $($(#[$doc])* #[derive(Debug, Clone, Copy)] pub enum $name {}
            impl Permission for $name {
                const RIGHT: Right = Right($word);
                const ROLES: &'static [Role] = &[$(Role::$role),*];
                $(const GRANT: Option<fn(Grants) -> bool> = Some(|g| g.$grant);)?
            })*
            /// All words a role with these grants holds, in table order.
            #[must_use]
            pub fn held(role: Role, grants: Grants) -> Vec<&'static str> {
                let mut all = Vec::new();
                $(if super::holds::<$name>(role, grants) { all.push($word); })*
                all
            }
        }
    };
}

permissions! {
    /// See customers, dashboards, licences, alerts and their evidence.
    Read "read" [Owner Admin Technician Auditor CustomerAdmin DistributorOwner];
    /// See end people.
    ReadMembers "read_members" [Owner Admin Technician Auditor CustomerAdmin Directory];
    /// Add, change, import and remove end people.
    ManageMembers "manage_members" [Owner Admin Technician CustomerAdmin Directory];
    /// Change customers, groups and sites; move and suspend; bulk actions.
    ManageCustomers "manage_customers" [Owner Admin];
    /// Create customers.
    CreateCustomers "create_customers" [Owner] or create_customers;
    /// Launch a customer that is set up.
    LaunchCustomers "launch_customers" [Owner Admin Technician];
    /// Add and remove a customer's extra domains, prove that its domains are its own, and that mail reaches it.
    ManageDomain "manage_domain" [Owner Admin Technician CustomerAdmin];
    /// Change how a customer looks to its people: name, colour, logo.
    ManageBrand "manage_brand" [Owner Admin Technician CustomerAdmin];
    /// Consent, for the customer, to its leaving for another partner.
    ConsentToMove "consent_to_move" [CustomerAdmin];
    /// Purge a removed customer for good, before its time is over.
    PurgeCustomers "purge_customers" [Owner];
    /// Record syncs, mail checks and campaign results.
    RecordFacts "record_facts" [Owner Admin Technician];
    /// Move seats between the pool and customers.
    Allocate "allocate" [Owner Admin];
    /// See how much the MSP's pool has left, beside a customer of its.
    SeePool "see_pool" [Owner Admin Technician Auditor DistributorOwner];
    /// Order licences.
    Purchase "purchase" [Owner DistributorOwner] or purchase;
    /// See prices.
    SeePrices "see_prices" [Owner DistributorOwner] or purchase;
    /// Resolve alerts.
    ResolveAlerts "resolve_alerts" [Owner Admin Technician];
    /// Change the partner's settings, thresholds and brand.
    ManageSettings "manage_settings" [Owner Admin];
    /// See who works here.
    ReadStaff "read_staff" [Owner Admin Auditor DistributorOwner];
    /// Invite staff, change roles, disable.
    ManageStaff "manage_staff" [Owner DistributorOwner];
    /// Read and verify the audit trail.
    ReadAudit "read_audit" [Owner Admin Auditor];
    /// See and retry background jobs.
    ManageJobs "manage_jobs" [Owner Admin];
    /// Export lists.
    Export "export" [Owner Admin Technician Auditor CustomerAdmin DistributorOwner];
    /// See partners and add them.
    ManagePartners "manage_partners" [DistributorOwner];
    /// Change the tree itself: move nodes.
    MoveNodes "move_nodes" [DistributorOwner];
    /// Settings of the installation: mail, backups.
    Operate "operate" [];
}

#[cfg(test)]
mod tests {
    use super::{permissions::*, *};

    #[test]
    fn standard_admin_lacks_staff_creation_and_purchase() {
        let none = Grants::default();
        assert!(!holds::<ManageStaff>(Role::Admin, none));
        assert!(!holds::<CreateCustomers>(Role::Admin, none));
        assert!(!holds::<Purchase>(Role::Admin, none));
        for word in held(Role::Owner, none) {
            let excluded = ["manage_staff", "create_customers", "purge_customers", "purchase", "see_prices"].contains(&word);
            assert_eq!(held(Role::Admin, none).contains(&word), !excluded, "{word}");
        }
    }

    #[test]
    fn grants_reach_admins_but_never_auditors() {
        let both = Grants { create_customers: true, purchase: true };
        assert!(holds::<Purchase>(Role::Admin, both) && holds::<CreateCustomers>(Role::Technician, both));
        assert!(!holds::<Purchase>(Role::Auditor, both) && !holds::<CreateCustomers>(Role::CustomerAdmin, both));
    }
}
