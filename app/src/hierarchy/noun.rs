//! The nouns of the hierarchy: types that cannot hold nonsense.

use serde::{Deserialize, Serialize};

use crate::noun::word_noun;
pub use crate::noun::{DomainName, Email, Name, Note, Subdomain};

word_noun!(
    /// How a customer is paid for.
    CustomerKind { /// A paid subscription.
        Paid "paid", /// A trial.
        Trial "trial", /// The free plan after a trial.
        Free "free", /// The partner's own tenant.
        Internal "internal" }
);
word_noun!(
    /// Where a customer is in its life.
    Lifecycle { /// Being made.
        Provisioning "provisioning", /// Made, not launched.
        Setup "setup", /// Launched.
        Active "active", /// Suspended.
        Disabled "disabled", /// Removed, may be undone for 30 days.
        Removed "removed", /// Gone; only its name and totals remain.
        Purged "purged" }
);
word_noun!(
    /// What a customer bought.
    Tier { /// The smallest.
        Starter "starter", /// The usual.
        Pro "pro", /// The largest.
        Enterprise "enterprise" }
);

/// The short number people use for a customer: letter, partner's count, such as `C-00042`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AccountNumber(pub String);

impl AccountNumber {
    /// The n-th customer's number.
    #[must_use]
    pub fn nth(n: i64) -> AccountNumber {
        AccountNumber(format!("C-{n:05}"))
    }

    /// Reads one as people write it; none for what no customer could be called.
    #[must_use]
    pub fn parse(text: &str) -> Option<AccountNumber> {
        let text = text.trim().to_ascii_uppercase();
        let digits = text.strip_prefix("C-")?;
        let fits = (5..=18).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then_some(AccountNumber(text))
    }
}
