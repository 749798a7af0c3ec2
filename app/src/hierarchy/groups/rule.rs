//! A group's rule: which customers belong to it. No I/O.

use serde::{Deserialize, Serialize};

use crate::hierarchy::noun::{CustomerKind, Tier};

/// Customers that fit all of what is said. Removed customers and the partner's own tenant never fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What they bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Line of business, whole, upper and lower case alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// How they are paid for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<CustomerKind>,
    /// Language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// A part of the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_contains: Option<String>,
    /// A part of the partner's reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_contains: Option<String>,
}

/// What a rule looks at.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// In the customer list: neither removed nor the internal tenant.
    pub listed: bool,
    /// Stored word.
    pub tier: String,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Line of business.
    pub sector: Option<String>,
    /// Stored word.
    pub kind: String,
    /// Language tag.
    pub language: String,
    /// Name.
    pub name: String,
    /// The partner's reference.
    pub reference: Option<String>,
}

fn same(wanted: &str, found: Option<&str>) -> bool {
    found.is_some_and(|f| store::fold(f.trim()) == store::fold(wanted.trim()))
}

fn within(wanted: &str, found: Option<&str>) -> bool {
    found.is_some_and(|f| store::fold(f).contains(&store::fold(wanted.trim())))
}

impl Rule {
    /// True when it says nothing: it would hold everybody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Rule::default()
    }

    /// What is wrong with it, in a sentence.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let texts = [&self.country, &self.sector, &self.language, &self.name_contains, &self.reference_contains];
        if self.is_empty() {
            return Some("A rule must say at least one thing.");
        }
        if texts.iter().any(|t| t.as_ref().is_some_and(|t| t.trim().is_empty() || t.chars().count() > 200)) {
            return Some("Each text of a rule has 1 to 200 characters.");
        }
        None
    }

    /// Whether a customer belongs.
    #[must_use]
    pub fn matches(&self, facts: &Facts) -> bool {
        facts.listed
            && self.tier.is_none_or(|t| t.word() == facts.tier)
            && self.kind.is_none_or(|k| k.word() == facts.kind)
            && self.country.as_deref().is_none_or(|c| same(c, facts.country.as_deref()))
            && self.sector.as_deref().is_none_or(|s| same(s, facts.sector.as_deref()))
            && self.language.as_deref().is_none_or(|l| same(l, Some(&facts.language)))
            && self.name_contains.as_deref().is_none_or(|n| within(n, Some(&facts.name)))
            && self.reference_contains.as_deref().is_none_or(|r| within(r, facts.reference.as_deref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_said_must_fit() {
        let lulea = Facts {
            listed: true,
            tier: "pro".into(),
            country: Some("SE".into()),
            sector: Some("Health".into()),
            kind: "paid".into(),
            language: "sv".into(),
            name: "Luleå Kommun".into(),
            reference: None,
        };
        let rule = Rule { country: Some("se".into()), name_contains: Some("LULEA".into()), ..Rule::default() };
        assert!(rule.matches(&lulea));
        assert!(!Rule { sector: Some("Retail".into()), ..rule.clone() }.matches(&lulea));
        assert!(!Rule { reference_contains: Some("x".into()), ..rule.clone() }.matches(&lulea));
        assert!(!rule.matches(&Facts { listed: false, ..lulea }));
    }

    #[test]
    fn a_rule_that_says_nothing_is_refused() {
        assert!(Rule::default().fault().is_some());
        assert!(Rule { sector: Some(" ".into()), ..Rule::default() }.fault().is_some());
        assert!(Rule { tier: Some(Tier::Pro), ..Rule::default() }.fault().is_none());
    }
}
