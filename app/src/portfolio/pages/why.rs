//! The explanation behind each number, in the reader's language.

use maud::Markup;
use store::{Timestamp, Zone};
use web::{
    Lang,
    parts::evidence::{Evidence, evidence},
};

use crate::{
    hierarchy::standing::{Status, Thresholds},
    portfolio::{
        formula,
        row::{CustomerRow, Kpis, Limited, PassRate},
    },
};

/// In which words and hours numbers are explained.
#[derive(Debug, Clone, Copy)]
pub struct Teller<'a> {
    pub lang: Lang,
    pub zone: &'a Zone,
    pub now: Timestamp,
    pub by: Thresholds,
}

impl Teller<'_> {
    fn when(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(|| self.lang.t("ui-never"), |t| self.lang.date_time(t, self.zone))
    }

    fn yes(&self, yes: bool) -> String {
        self.lang.t(if yes { "portfolio-yes" } else { "portfolio-no" })
    }

    fn draw(&self, formula: String, inputs: Vec<(&str, String)>, list: Option<(String, String)>) -> Markup {
        let inputs = inputs.into_iter().map(|(id, value)| (self.lang.t(id), value)).collect();
        let as_of = self.lang.date_time(self.now, self.zone);
        evidence(self.lang, &Evidence { formula, inputs, as_of, list })
    }

    fn rate(&self, rate: Option<PassRate>) -> String {
        rate.map_or_else(
            || self.lang.t("ui-nothing"),
            |r| format!("{} ({} / {})", self.lang.percent1(r.percent), self.lang.int(r.passed), self.lang.int(r.of)),
        )
    }

    /// Why a customer has its status.
    pub fn status(&self, row: &CustomerRow) -> Markup {
        let formula = formula::status(self.lang, &self.by);
        let sync = match (row.why.sync_ok, &row.why.sync_reason) {
            (None, _) => self.lang.t("ui-never"),
            (Some(ok), reason) => {
                let ended = self.lang.t(if ok { "portfolio-sync-ok" } else { "portfolio-sync-failed" });
                let reason = reason.as_ref().map_or_else(String::new, |r| format!(", {}", r.told(self.lang)));
                format!("{ended}, {}{reason}", self.when(row.why.sync_at))
            }
        };
        let inputs = vec![
            ("portfolio-why-sync", sync),
            ("portfolio-why-setup", self.yes(row.why.setup_done)),
            ("portfolio-why-email", self.yes(row.why.email_ok)),
            ("portfolio-why-campaign", self.when(row.last_campaign_at)),
            ("portfolio-why-launched", self.when(row.why.launched_at)),
            ("portfolio-col-pass-rate", self.rate(row.pass_rate)),
        ];
        self.draw(formula, inputs, None)
    }

    /// Why a customer has its pass rate.
    pub fn pass_rate(&self, row: &CustomerRow) -> Markup {
        let rate = row.pass_rate;
        let count = |n: Option<i64>| n.map_or_else(|| self.lang.t("ui-nothing"), |n| self.lang.int(n));
        let inputs = vec![
            ("portfolio-why-passed", count(rate.map(|r| r.passed))),
            ("portfolio-why-delivered", count(rate.map(|r| r.of))),
            ("portfolio-why-campaign", self.when(row.last_campaign_at)),
        ];
        self.draw(formula::pass_rate(self.lang), inputs, None)
    }

    /// Why a customer has its seats.
    pub fn seats(&self, row: &CustomerRow) -> Markup {
        let inputs = vec![
            ("portfolio-why-active", self.lang.int(row.seats.active)),
            ("portfolio-why-allocated", self.lang.int(row.seats.allocated)),
        ];
        self.draw(formula::seats(self.lang), inputs, None)
    }

    /// Why there are so many active customers.
    pub fn active_customers(&self, kpis: &Kpis, list: (String, String)) -> Markup {
        let counted = kpis.active_customers;
        let inputs = vec![
            ("portfolio-why-now", self.lang.int(counted.value)),
            ("portfolio-why-month-start", self.lang.int(counted.value - counted.delta)),
        ];
        self.draw(formula::active_customers(self.lang), inputs, Some(list))
    }

    /// Why the pool stands where it stands.
    pub fn pool(&self, kpis: &Kpis, list: (String, String)) -> Markup {
        let inputs =
            vec![("portfolio-why-allocated", self.lang.int(kpis.seats.allocated)), ("portfolio-why-pool", self.lang.int(kpis.seats.total))];
        self.draw(formula::pool(self.lang), inputs, Some(list))
    }

    /// Why the pass rate over all is what it is.
    pub fn pass_all(&self, kpis: &Kpis, list: (String, String)) -> Markup {
        let count = |n: Option<i64>| n.map_or_else(|| self.lang.t("ui-nothing"), |n| self.lang.int(n));
        let inputs = vec![
            ("portfolio-why-passed", count(kpis.pass_rate.map(|r| r.passed))),
            ("portfolio-why-delivered", count(kpis.pass_rate.map(|r| r.of))),
        ];
        self.draw(formula::pass_all(self.lang), inputs, Some(list))
    }

    /// Why so many need attention: one number per status.
    pub fn attention(&self, counts: &crate::portfolio::Counts, list: (String, String)) -> Markup {
        let of = |s| self.lang.int(counts.of(Some(s)));
        let inputs = vec![
            ("portfolio-status-sync-failed", of(Status::SyncFailed)),
            ("portfolio-status-email-unverified", of(Status::EmailUnverified)),
            ("portfolio-status-low-engagement", of(Status::LowEngagement)),
            ("portfolio-status-setup-incomplete", of(Status::SetupIncomplete)),
        ];
        self.draw(formula::attention(self.lang), inputs, Some(list))
    }

    /// Why there are so many customers.
    pub fn organizations(&self, kpis: &Kpis, list: (String, String)) -> Markup {
        self.of_allowed(formula::organizations(self.lang), kpis.organizations, list)
    }

    /// Why there are so many members.
    pub fn members(&self, kpis: &Kpis, list: (String, String)) -> Markup {
        self.of_allowed(formula::members(self.lang), kpis.members, list)
    }

    fn of_allowed(&self, formula: String, n: Limited, list: (String, String)) -> Markup {
        let inputs = vec![("portfolio-why-now", self.lang.int(n.value)), ("portfolio-why-max", self.lang.int(n.max))];
        self.draw(formula, inputs, Some(list))
    }
}
