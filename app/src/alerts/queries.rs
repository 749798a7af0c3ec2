//! Lists of alerts: a count and the list behind it are the same filter.

use access::{Scope, permissions::Read};
use command::{Node, Query};
use serde::{Deserialize, Serialize};
use store::{AlertId, Control, CustomerId, PartnerId, Result, StaffId, Timestamp, Uuid, View};

use super::{
    rules::{Code, Severity},
    store as rows,
};
use crate::hierarchy::CustomerKind;

/// An alert.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// About what.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// `open` or `resolved`.
    pub status: String,
    /// About which customer; the partner's own tenant for the pool.
    pub customer_id: CustomerId,
    /// Its name.
    pub customer_name: String,
    /// How it is paid for: seats of a trial and of the free plan lie outside the pool.
    pub customer_kind: CustomerKind,
    /// Which part of it.
    pub subject: String,
    /// The numbers behind it.
    pub detail: serde_json::Value,
    /// When it opened.
    pub opened_at: Timestamp,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// `person` or `rule`.
    pub resolved_by: Option<String>,
    /// Who resolved it, if a person did.
    pub resolved_by_id: Option<StaffId>,
    /// Their name.
    pub resolved_by_name: Option<String>,
    /// The reason they gave.
    pub resolution: Option<String>,
}

/// Which alerts.
#[derive(Debug, Clone, Default)]
pub struct AlertFilter {
    /// Only open, or only resolved ones.
    pub open: Option<bool>,
    /// Only of this severity.
    pub severity: Option<Severity>,
    /// Only about this.
    pub code: Option<Code>,
    /// Only of this customer.
    pub customer: Option<CustomerId>,
}

impl Alert {
    /// True where seats are not allocated from the pool: more come with an upgrade.
    pub(super) const fn outside_pool(&self) -> bool {
        matches!(self.customer_kind, CustomerKind::Trial | CustomerKind::Free)
    }
}

impl AlertFilter {
    pub(super) fn status(&self) -> Option<&'static str> {
        self.open.map(|open| if open { "open" } else { "resolved" })
    }
}

/// Asks for a partner's alerts, newest first.
#[derive(Debug)]
pub struct Alerts {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub filter: AlertFilter,
    /// The last row seen.
    pub after: Option<(Timestamp, Uuid)>,
    /// Rows wanted.
    pub limit: i64,
}

/// A page of alerts, with the counts of its segments.
#[derive(Debug)]
pub struct AlertsPage {
    /// The rows.
    pub rows: Vec<Alert>,
    /// How many fit the filter.
    pub total: i64,
    /// How many are open, whatever else is filtered.
    pub open: i64,
    /// How many are resolved.
    pub resolved: i64,
    /// How many are open, by severity, worst first.
    pub severities: [i64; 3],
}

impl Query for Alerts {
    type Home = Control;
    type Needs = Read;
    type Found = AlertsPage;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<AlertsPage> {
        let customer = self.filter.customer;
        let mut of = |open, severity| rows::count(view, scope, &AlertFilter { open: Some(open), severity, code: None, customer });
        let (open, resolved) = (of(true, None)?, of(false, None)?);
        let [critical, warning, info] = Severity::ALL.map(|s| of(true, Some(s)));
        Ok(AlertsPage {
            severities: [critical?, warning?, info?],
            open,
            resolved,
            total: rows::count(view, scope, &self.filter)?,
            rows: rows::list(view, scope, &self.filter, self.after, self.limit)?,
        })
    }
}

/// Asks for one alert, as whoever asks sees it.
#[derive(Debug)]
pub struct AlertOf {
    /// About which customer.
    pub customer: CustomerId,
    /// Which.
    pub alert: AlertId,
}

impl Query for AlertOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<Alert>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Option<Alert>> {
        rows::find(view, scope, self.alert)
    }
}
