//! How large a partner may become, and how far it may extend a trial by itself, decided above it (0.02, 0.03, 0.07, 3.19). A limit below
//! what there is takes nothing away: it only stops the next one.

use std::ops::RangeInclusive;

use ::store::{Control, DistributorId, PartnerId, Result, Timestamp, View};
use access::{Scope, permissions::ManagePartners};
use command::{Command, Cx, Fail, Never, Node, Query};
use serde::{Deserialize, Serialize};

use super::store as rows;
use crate::hierarchy::store::hold_partner;

/// A partner's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Customers it may have; at this number no further one is made.
    pub max_customers: i64,
    /// Members of all its customers; shown beside their number, nothing is refused at it.
    pub max_members: i64,
    /// How often it may extend one trial by itself; as before when absent.
    pub trial_extensions: Option<i64>,
    /// By how many days at most, each time; as before when absent.
    pub trial_extension_days: Option<i64>,
}

/// What a limit may be.
pub const RANGE: RangeInclusive<i64> = 1..=1_000_000_000;
/// How often a partner may be let extend one trial; at none each extension is asked for.
pub const EXTENSIONS: RangeInclusive<i64> = 0..=99;
/// The days of one extension.
pub const EXTENSION_DAYS: RangeInclusive<i64> = 1..=365;

/// A partner as the one who decides sees it.
#[derive(Debug)]
pub struct Limited {
    /// Its name.
    pub name: String,
    /// Below whom.
    pub distributor: DistributorId,
    /// How large it may become, and how far it extends trials.
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

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<ManagePartners>, _: Timestamp) -> Result<Option<Limited>> {
        let Some((name, distributor)) = rows::name_and_distributor(view, scope)? else { return Ok(None) };
        Ok(rows::limits(view, scope)?.map(|limits| Limited { name, distributor, limits }))
    }
}

/// Decides how large a partner may become, and how far it extends trials.
#[derive(Debug, Serialize)]
pub struct SetLimits {
    /// Whose.
    pub partner: PartnerId,
    /// Each within its range.
    pub limits: Limits,
}

impl Command for SetLimits {
    const NAME: &'static str = "hierarchy.partners.set_limits";
    type Home = Control;
    type Needs = ManagePartners;
    type Done = Limits;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Limits, Fail<Never>> {
        // What is left out stays as it is now, also where another server changes it at once.
        hold_partner(cx.tx, cx.scope)?;
        let before = rows::limits(cx.tx, cx.scope)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        let after = Limits {
            trial_extensions: self.limits.trial_extensions.or(before.trial_extensions),
            trial_extension_days: self.limits.trial_extension_days.or(before.trial_extension_days),
            ..self.limits
        };
        if after != before {
            rows::set_limits(cx.tx, cx.scope, &after)?;
            cx.changed("partner", self.partner, "max_customers", before.max_customers, after.max_customers);
            cx.changed("partner", self.partner, "max_members", before.max_members, after.max_members);
            cx.changed("partner", self.partner, "trial_extensions", before.trial_extensions, after.trial_extensions);
            cx.changed("partner", self.partner, "trial_extension_days", before.trial_extension_days, after.trial_extension_days);
        }
        Ok(after)
    }
}
