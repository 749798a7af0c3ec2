//! How large a partner may become, decided above it (0.02, 0.03, 0.07). A limit below what there is takes nothing away: it
//! only stops the next one.

use ::store::{Control, DistributorId, PartnerId, Result, Timestamp, Uuid, View};
use access::{Scope, permissions::ManagePartners};
use command::{Command, Cx, Fail, Never, Query};
use serde::{Deserialize, Serialize};

use super::store as rows;

/// A partner's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Customers it may have; at this number no further one is made.
    pub max_customers: i64,
    /// Members of all its customers; shown beside their number, nothing is refused at it.
    pub max_members: i64,
}

/// What a limit may be.
pub const RANGE: std::ops::RangeInclusive<i64> = 1..=1_000_000_000;

/// A partner as the one who decides sees it.
#[derive(Debug)]
pub struct Limited {
    /// Its name.
    pub name: String,
    /// Below whom.
    pub distributor: DistributorId,
    /// How large it may become.
    pub limits: Limits,
}

/// Asks for a partner's limits.
#[derive(Debug)]
pub struct LimitsOf {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for LimitsOf {
    type Home = Control;
    type Needs = ManagePartners;
    type Found = Option<Limited>;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ManagePartners>, _: Timestamp) -> Result<Option<Limited>> {
        let Some((name, distributor)) = rows::name_and_distributor(view, scope)? else { return Ok(None) };
        Ok(rows::limits(view, scope)?.map(|limits| Limited { name, distributor, limits }))
    }
}

/// Decides how large a partner may become.
#[derive(Debug, Serialize)]
pub struct SetLimits {
    /// Whose.
    pub partner: PartnerId,
    /// Both within [`RANGE`].
    pub limits: Limits,
}

impl Command for SetLimits {
    const NAME: &'static str = "hierarchy.partners.set_limits";
    type Home = Control;
    type Needs = ManagePartners;
    type Done = Limits;
    type Refusal = Never;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Limits, Fail<Never>> {
        let before = rows::limits(cx.tx, cx.scope)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        let after = self.limits;
        if after != before {
            rows::set_limits(cx.tx, cx.scope, &after)?;
            cx.changed("partner", self.partner, "max_customers", before.max_customers, after.max_customers);
            cx.changed("partner", self.partner, "max_members", before.max_members, after.max_members);
        }
        Ok(after)
    }
}
