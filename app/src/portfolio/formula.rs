//! The rule behind each number, in words: one sentence for the console's explanation and for the evidence of the API.

use web::Lang;

use crate::hierarchy::standing::{Thresholds, WINDOW_DAYS};

/// Why a customer has its status.
#[must_use]
pub fn status(lang: Lang, by: &Thresholds) -> String {
    lang.with("portfolio-why-status", &[("percent", by.low_pass_percent.into()), ("days", by.stale_campaign_days.into())])
}

/// How a customer's pass rate is made.
#[must_use]
pub fn pass_rate(lang: Lang) -> String {
    lang.with("portfolio-why-pass-rate", &[("days", WINDOW_DAYS.into())])
}

/// What a customer's seats are.
#[must_use]
pub fn seats(lang: Lang) -> String {
    lang.t("portfolio-why-seats")
}

/// Which customers are active customers.
#[must_use]
pub fn active_customers(lang: Lang) -> String {
    lang.t("portfolio-why-active-customers")
}

/// What the pool's two numbers are.
#[must_use]
pub fn pool(lang: Lang) -> String {
    lang.t("portfolio-why-pool-rule")
}

/// How the pass rate over all customers is made.
#[must_use]
pub fn pass_all(lang: Lang) -> String {
    lang.with("portfolio-why-pass-all", &[("days", WINDOW_DAYS.into())])
}

/// Which customers need attention.
#[must_use]
pub fn attention(lang: Lang) -> String {
    lang.t("portfolio-why-attention")
}

/// Which customers are managed.
#[must_use]
pub fn organizations(lang: Lang) -> String {
    lang.t("portfolio-why-organizations")
}

/// Whose members are counted.
#[must_use]
pub fn members(lang: Lang) -> String {
    lang.t("portfolio-why-members")
}
