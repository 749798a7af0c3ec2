use serde::{Deserialize, Serialize};

/// An amount in minor units (cents) of a currency. Never a float.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units; negative for credits.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

impl Money {
    /// The amount times a count; `None` on overflow.
    #[must_use]
    pub fn times(&self, count: i64) -> Option<Money> {
        Some(Money { minor: self.minor.checked_mul(count)?, currency: self.currency.clone() })
    }
}
