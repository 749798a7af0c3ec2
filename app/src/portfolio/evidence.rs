//! "Why this number?": formula, inputs and rows of every number the portfolio shows, for programs.

use access::{Scope, permissions::Read};
use command::{Node, Query};
use serde::Serialize;
use serde_json::{Value as Json, json};
use store::{Control, CustomerId, PartnerId, Result, Timestamp, View};
use web::Lang;

use super::{formula, queries, row::PassKpi, store as rows};
use crate::{
    hierarchy::standing::{Status, WINDOW_DAYS},
    licensing::pools::SummaryOf,
};

/// What stands behind a number.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Evidence {
    /// Which number.
    pub number: &'static str,
    /// The rule, a sentence in the language asked for.
    pub formula: String,
    /// The values it used, by name.
    #[schema(value_type = Object)]
    pub inputs: Json,
    /// The facts they came from, newest or largest first, at most 200.
    #[schema(value_type = Vec<Object>)]
    pub rows: Vec<Json>,
    /// When this was true.
    pub as_of: Timestamp,
}

/// A number of one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerNumber {
    /// Its health.
    Status,
    /// Its 30-day pass rate.
    PassRate,
    /// Its seats.
    Seats,
}

impl CustomerNumber {
    /// Reads the word of the address.
    #[must_use]
    pub fn parse(word: &str) -> Option<CustomerNumber> {
        match word {
            "status" => Some(CustomerNumber::Status),
            "pass_rate" => Some(CustomerNumber::PassRate),
            "seats" => Some(CustomerNumber::Seats),
            _ => None,
        }
    }
}

/// Asks for the evidence of a customer's number.
#[derive(Debug)]
pub struct CustomerEvidence {
    /// Whose customer.
    pub partner: PartnerId,
    /// Which.
    pub customer: CustomerId,
    /// Which number.
    pub number: CustomerNumber,
    /// In which language its rule is told.
    pub lang: Lang,
}

impl Query for CustomerEvidence {
    type Home = Control;
    type Needs = Read;
    /// None when the customer is another partner's.
    type Found = Option<Evidence>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Option<Evidence>> {
        if scope.partner() != self.partner {
            return Ok(None);
        }
        let Some(row) = rows::one(view, scope, self.customer)? else { return Ok(None) };
        let terms = rows::terms(view, scope)?;
        Ok(Some(match self.number {
            CustomerNumber::Status => Evidence {
                number: "status",
                formula: formula::status(self.lang, &terms.thresholds),
                inputs: json!({
                    "status": row.status.map(Status::word), "lifecycle": row.lifecycle, "last_sync_ok": row.why.sync_ok, "last_sync_at": row.why.sync_at,
                    "last_sync_reason": row.why.sync_reason.as_ref().map(|r| &r.text),
                    "last_sync_reason_code": row.why.sync_reason.as_ref().and_then(|r| r.own.as_ref()).map(|own| &own.code),
                    "setup_finished": row.why.setup_done, "email_verified": row.why.email_ok,
                    "launched_at": row.why.launched_at, "last_campaign_at": row.last_campaign_at, "pass_rate": row.pass_rate,
                    "low_pass_percent": terms.thresholds.low_pass_percent, "stale_campaign_days": terms.thresholds.stale_campaign_days,
                }),
                rows: rows::checks_of(view, scope, self.customer)?,
                as_of: now,
            },
            CustomerNumber::PassRate => {
                let rows = rows::runs_of(view, scope, self.customer, now.plus_days(-WINDOW_DAYS))?;
                let last = rows.first().filter(|_| row.pass_rate.is_none()).cloned();
                Evidence {
                    number: "pass_rate",
                    formula: formula::pass_rate(self.lang),
                    inputs: json!({ "pass_rate": row.pass_rate, "window_days": WINDOW_DAYS, "last_known": last }),
                    rows,
                    as_of: now,
                }
            }
            CustomerNumber::Seats => {
                let (held, releasing) = rows::held(view, scope, self.customer)?.unwrap_or((0, 0));
                Evidence {
                    number: "seats",
                    formula: formula::seats(self.lang),
                    inputs: json!({ "active": row.seats.active, "allocated": held, "releasing": releasing }),
                    rows: rows::ledger_of(view, scope, self.customer)?,
                    as_of: now,
                }
            }
        }))
    }
}

/// A number above the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kpi {
    /// Active customers.
    ActiveCustomers,
    /// Seats of the pool.
    Seats,
    /// The pass rate over all.
    PassRate,
    /// Customers that need attention.
    Attention,
    /// Members of all customers.
    Members,
}

impl Kpi {
    /// Reads the word of the address.
    #[must_use]
    pub fn parse(word: &str) -> Option<Kpi> {
        match word {
            "active_customers" => Some(Kpi::ActiveCustomers),
            "seats" => Some(Kpi::Seats),
            "pass_rate" => Some(Kpi::PassRate),
            "attention" => Some(Kpi::Attention),
            "members" => Some(Kpi::Members),
            _ => None,
        }
    }
}

/// Asks for the evidence of a number above the list.
#[derive(Debug)]
pub struct KpiEvidence {
    /// Whose.
    pub partner: PartnerId,
    /// Which number.
    pub kpi: Kpi,
    /// In which language its rule is told.
    pub lang: Lang,
}

impl Query for KpiEvidence {
    type Home = Control;
    type Needs = Read;
    type Found = Evidence;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Evidence> {
        let (terms, lang) = (rows::terms(view, scope)?, self.lang);
        let totals = queries::totals(view, scope, &terms, now)?;
        let (number, formula, inputs, rows) = match self.kpi {
            Kpi::ActiveCustomers => {
                let month = terms.zone.month_start(now);
                let inputs = json!({ "now": totals.counted, "at_month_start": totals.counted_at_month_start, "month_start": month });
                ("active_customers", formula::active_customers(lang), inputs, rows::turns_since(view, scope, month)?)
            }
            Kpi::Seats => {
                let pool = SummaryOf { partner: self.partner }.run(view, scope, now)?;
                (
                    "seats",
                    formula::pool(lang),
                    json!({ "allocated": pool.allocated, "total": pool.total, "available": pool.available }),
                    rows::live_orders(view, scope, now)?,
                )
            }
            Kpi::PassRate => {
                let w = totals.windows;
                let inputs = json!({
                    "pass_rate": PassKpi::of(&w), "passed": w.passed, "delivered": w.delivered, "passed_before": w.passed_before,
                    "delivered_before": w.delivered_before, "window_days": WINDOW_DAYS,
                });
                ("pass_rate", formula::pass_all(lang), inputs, rows::shares(view, scope)?)
            }
            Kpi::Attention => {
                let count = |s| totals.counts.of(Some(s));
                let inputs = json!({
                    "sync_failed": count(Status::SyncFailed), "email_unverified": count(Status::EmailUnverified),
                    "low_engagement": count(Status::LowEngagement), "setup_incomplete": count(Status::SetupIncomplete),
                });
                ("attention", formula::attention(lang), inputs, needing(view, scope)?)
            }
            Kpi::Members => {
                let inputs = json!({ "members": totals.members, "max": terms.max_members });
                ("members", formula::members(lang), inputs, rows::members_of(view, scope)?)
            }
        };
        Ok(Evidence { number, formula, inputs, rows, as_of: now })
    }
}

fn needing(view: &mut View<'_, Control>, scope: &Scope<Read>) -> Result<Vec<Json>> {
    let filter = super::Filter { statuses: super::filter::STATUSES[..4].to_vec(), ..super::Filter::default() };
    let (rows, _) = rows::page(view, scope, &filter, super::Sort::default(), &rows::Begin::Offset(0), rows::TRACE)?;
    Ok(rows.into_iter().map(|r| json!({ "customer": r.id, "name": r.name, "status": r.status })).collect())
}
