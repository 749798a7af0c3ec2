//! What a row of the list says, in the reader's language.

use maud::Markup;
use web::{
    Lang,
    parts::{Tone, badge, table},
};

use crate::{
    hierarchy::{Lifecycle, Tier, standing::Status},
    portfolio::{filter::status_word, row::CustomerRow},
};

/// The status as a word with its tone; the stage of a customer that has none.
pub fn status_badge(lang: Lang, row: &CustomerRow) -> Markup {
    match row.status {
        Some(status) => badge::badge(tone_of(status), &lang.t(status_id(Some(status)))),
        None => badge::badge(Tone::Neutral, &lang.t(&format!("portfolio-lifecycle-{}", row.lifecycle.word()))),
    }
}

/// The colour of its health with its word.
pub fn health_dot(lang: Lang, row: &CustomerRow) -> Markup {
    match (row.status, row.health) {
        (Some(status), Some(health)) => badge::dot(tone_of(status), &lang.t(&format!("portfolio-health-{health}"))),
        _ if row.lifecycle == Lifecycle::Disabled => badge::dot(Tone::Neutral, &lang.t("portfolio-lifecycle-disabled")),
        _ => table::nothing(lang),
    }
}

/// The tone of a status.
pub fn tone_of(status: Status) -> Tone {
    match status {
        Status::SyncFailed => Tone::Bad,
        Status::EmailUnverified | Status::LowEngagement => Tone::Warn,
        Status::SetupIncomplete => Tone::Info,
        Status::Active => Tone::Good,
    }
}

/// The text of a status.
pub fn status_id(status: Option<Status>) -> &'static str {
    match status_word(status) {
        "sync_failed" => "portfolio-status-sync-failed",
        "email_unverified" => "portfolio-status-email-unverified",
        "low_engagement" => "portfolio-status-low-engagement",
        "setup_incomplete" => "portfolio-status-setup-incomplete",
        "active" => "portfolio-status-active",
        _ => "portfolio-status-none",
    }
}

/// The text of a tier.
pub fn tier_id(tier: Tier) -> &'static str {
    match tier {
        Tier::Starter => "portfolio-tier-starter",
        Tier::Pro => "portfolio-tier-pro",
        Tier::Enterprise => "portfolio-tier-enterprise",
    }
}
