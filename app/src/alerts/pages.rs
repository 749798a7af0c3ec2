//! Console twin of alerts.

use web::{Lang, routes::Pages};

use super::queries::Alert;
use crate::app::Shared;

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
}

/// What an alert says, in a sentence with its numbers.
pub(super) fn told(lang: Lang, alert: &Alert) -> String {
    let number = |name: &str| alert.detail.get(name).and_then(serde_json::Value::as_i64).unwrap_or(0);
    let reason = alert.detail.get("reason").and_then(serde_json::Value::as_str).unwrap_or_default();
    let id = format!("alerts-text-{}", alert.code.word());
    lang.with(
        &id,
        &[
            ("reason", reason.into()),
            ("passed", number("passed").into()),
            ("of", number("of").into()),
            ("active", number("active").into()),
            ("allocated", number("allocated").into()),
            ("suggested", number("suggested").into()),
            ("over", number("over").into()),
            ("waiting", number("waiting").into()),
        ],
    )
}
