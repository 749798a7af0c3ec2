//! The nouns of the portfolio: a customer's line, the numbers above the list, and what both are made of.

use serde::Serialize;
use store::{CustomerId, Timestamp};

use crate::{
    hierarchy::{
        CustomerKind, Lifecycle, Tier,
        standing::{Status, SyncReason, Windows},
    },
    licensing::pools::rules::percent1,
};

/// A share with what it was made from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PassRate {
    /// In percent, rounded half up to one decimal.
    pub percent: f64,
    /// Recipients not compromised.
    pub passed: i64,
    /// Recipients delivered.
    pub of: i64,
}

impl PassRate {
    /// None where nothing was delivered: never tested is not 0 %.
    #[must_use]
    pub fn of(passed: i64, of: i64) -> Option<PassRate> {
        percent1(passed, of).map(|percent| PassRate { percent, passed, of })
    }
}

/// Seats of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SeatUse {
    /// Members active.
    pub active: i64,
    /// Seats held.
    pub allocated: i64,
}

/// A customer's line in the list (2.05).
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CustomerRow {
    /// Its id.
    pub id: CustomerId,
    /// The number people use.
    pub account_number: String,
    /// Its name.
    pub name: String,
    /// Its primary domain.
    pub domain: Option<String>,
    /// Its health; null where there is none to judge.
    pub status: Option<Status>,
    /// The colour of its health: `red`, `yellow`, `blue`, `green`.
    pub health: Option<&'static str>,
    /// What it bought.
    pub tier: Tier,
    /// Its seats.
    pub seats: SeatUse,
    /// Recipients not compromised over 30 days; null when never tested in them.
    pub pass_rate: Option<PassRate>,
    /// When its last campaign ran.
    pub last_campaign_at: Option<Timestamp>,
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
    /// How it is paid for.
    pub kind: CustomerKind,
    /// What the status was judged from.
    #[serde(skip)]
    #[schema(ignore)]
    pub why: Why,
}

/// What a status was judged from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Why {
    /// Set-up is finished.
    pub setup_done: bool,
    /// The last mail check passed.
    pub email_ok: bool,
    /// How the last sync ended.
    pub sync_ok: Option<bool>,
    /// When.
    pub sync_at: Option<Timestamp>,
    /// Why it failed.
    pub sync_reason: Option<SyncReason>,
    /// When it was launched.
    pub launched_at: Option<Timestamp>,
}

impl CustomerRow {
    /// The key names sort by.
    #[must_use]
    pub fn name_key(&self) -> String {
        store::fold(&self.name)
    }
}

/// A count with its change since the month's first instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Counted {
    /// Now.
    pub value: i64,
    /// Now minus at the first instant of the month.
    pub delta: i64,
}

/// Seats given out of the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SeatsKpi {
    /// Held by paid customers and the internal tenant.
    pub allocated: i64,
    /// What the live orders grant.
    pub total: i64,
}

/// The pass rate over all customers, weighted by recipients.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PassKpi {
    /// In percent, rounded half up to one decimal.
    pub percent: f64,
    /// Percentage points against the 30 days before, from unrounded rates; null when nothing was delivered then.
    pub delta_points: Option<f64>,
    /// Recipients not compromised.
    pub passed: i64,
    /// Recipients delivered.
    pub of: i64,
}

impl PassKpi {
    /// From the sums of both windows.
    #[must_use]
    pub fn of(w: &Windows) -> Option<PassKpi> {
        let rate = PassRate::of(w.passed, w.delivered)?;
        let delta_points = points(w);
        Some(PassKpi { percent: rate.percent, delta_points, passed: rate.passed, of: rate.of })
    }
}

/// The difference of two exact ratios in points, rounded half up to one decimal.
fn points(w: &Windows) -> Option<f64> {
    let [p, d, q, e] = [w.passed, w.delivered, w.passed_before, w.delivered_before].map(i128::from);
    (d > 0 && e > 0).then(|| {
        let (part, whole) = ((p * e - q * d) * 1000, d * e);
        let tenths = (2 * part + whole).div_euclid(2 * whole);
        #[expect(clippy::cast_precision_loss, reason = "between -1000 and 1000 tenths")]
        let points = tenths as f64 / 10.0;
        points
    })
}

/// A plain count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Plain {
    /// How many.
    pub value: i64,
}

/// A count within a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Limited {
    /// How many.
    pub value: i64,
    /// How many there may be.
    pub max: i64,
}

/// The numbers above the list (2.01–2.04, 0.02–0.04).
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Kpis {
    /// Customers not disabled or removed.
    pub active_customers: Counted,
    /// Seats of the pool.
    pub seats: SeatsKpi,
    /// The pass rate; null when nothing was delivered in 30 days.
    pub pass_rate: Option<PassKpi>,
    /// Customers whose status is not active.
    pub attention: Plain,
    /// Customers managed (disabled included) of those allowed.
    pub organizations: Limited,
    /// Members of all customers, whatever their status, of those allowed.
    pub members: Limited,
    /// Sites of all customers.
    pub networks: Plain,
}

/// The whole dashboard (2.13).
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Portfolio {
    /// When this was true.
    pub as_of: Timestamp,
    /// The numbers.
    pub kpis: Kpis,
    /// The customers that need attention, worst first: at most 50, the list has the others.
    pub attention: Vec<CustomerRow>,
}

/// Rows of `attention` at most.
pub const ATTENTION: usize = 50;

/// How many customers stand where: one number per status in printed order, then those without one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts(pub [i64; 6]);

impl Counts {
    /// With this status.
    #[must_use]
    pub fn of(&self, status: Option<Status>) -> i64 {
        self.0[status.map_or(5, |s| usize::try_from(s.number()).unwrap_or(5))]
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.0.iter().sum()
    }

    /// Those whose status is not active.
    #[must_use]
    pub fn attention(&self) -> i64 {
        self.0[..4].iter().sum()
    }
}
