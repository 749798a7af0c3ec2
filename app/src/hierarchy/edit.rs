//! Changing what a customer is called and where it belongs. Region and account number never change.

use access::permissions::ManageCustomers;
use command::{Command, Cx, Fail, Node};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, Zone};

use super::{
    administrator,
    customers::{self, Customer},
    domains, groups,
    noun::{DomainName, Email, Lifecycle, Name, Note, Tier},
    refusal::{self, Refused, clearable, given},
    settings::RETENTION_DAYS,
    standing, store as rows,
};
use crate::identity::administrator::EmailTaken;

/// What to change; what is left out stays, null clears.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerChange {
    /// Its name.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What it is called in contracts, where that is another name; null clears.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub legal_name: Option<Option<Name>>,
    /// What it bought.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// ISO 3166-1 alpha-2; null clears.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub country: Option<Option<String>>,
    /// Its line of business; null clears.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub sector: Option<Option<Note>>,
    /// The partner's own reference; null clears.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub reference: Option<Option<Note>>,
    /// Language tag.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// IANA zone.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Primary domain; null clears. A new one must be verified anew; one of the customer's extra domains changes places with it.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub domain: Option<Option<DomainName>>,
    /// Primary administrator; null clears.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub admin_email: Option<Option<Email>>,
    /// MAX MAU: the hard cap on onboarding.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub max_mau: Option<i64>,
    /// Days after which inactive members are removed, 0 to 3,650: 0 with the next run; null never.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub member_retention_days: Option<Option<i64>>,
    /// Refused: a customer's region never changes.
    #[serde(default, skip_serializing)]
    #[schema(value_type = Option<String>)]
    pub region: Option<serde_json::Value>,
    /// Refused: a reserved subdomain never changes.
    #[serde(default, skip_serializing)]
    #[schema(value_type = Option<String>)]
    pub subdomain: Option<serde_json::Value>,
    /// Refused: an account number never changes.
    #[serde(default, skip_serializing)]
    #[schema(value_type = Option<String>)]
    pub account_number: Option<serde_json::Value>,
}

/// What is wrong with a change: field, machine word, sentence.
pub type Wrong = (&'static str, &'static str, &'static str);

impl CustomerChange {
    /// Checks what the types do not, and spells the country in capitals.
    ///
    /// # Errors
    /// The first field that cannot be.
    pub fn checked(mut self) -> Result<CustomerChange, Wrong> {
        if self.region.is_some() {
            return Err(("region", "region-immutable", "A customer's region never changes: its data lies there."));
        }
        if self.subdomain.is_some() {
            return Err(("subdomain", "subdomain-immutable", "A subdomain never changes: it is chosen when the customer is made."));
        }
        if self.account_number.is_some() {
            return Err(("account_number", "account-number-immutable", "An account number never changes."));
        }
        if let Some(Some(country)) = &mut self.country {
            country.make_ascii_uppercase();
            if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
                return Err(("country", "invalid", "A country has two letters, such as SE."));
            }
        }
        if self.language.as_deref().is_some_and(|l| !is_language(l)) {
            return Err(("language", "invalid", "A language looks like en or de-AT."));
        }
        if self.time_zone.as_deref().is_some_and(|z| Zone::named(z).is_none()) {
            return Err(("time_zone", "invalid", "A time zone has a name such as Europe/Stockholm."));
        }
        if self.max_mau.is_some_and(|n| !(1..=1_000_000_000).contains(&n)) {
            return Err(("max_mau", "out-of-range", "MAX MAU is a whole number from 1 to 1,000,000,000."));
        }
        if self.member_retention_days.flatten().is_some_and(|n| !RETENTION_DAYS.contains(&n)) {
            return Err(("member_retention_days", "out-of-range", "A whole number from 0 to 3,650, or nothing."));
        }
        Ok(self)
    }

    fn apply(&self, customer: &mut Customer) {
        let text = |noun: &Option<Note>| noun.as_ref().map(|n| n.as_str().to_owned());
        if let Some(name) = &self.name {
            name.as_str().clone_into(&mut customer.name);
        }
        if let Some(legal) = &self.legal_name {
            customer.legal_name = legal.as_ref().map(|n| n.as_str().to_owned());
        }
        customer.tier = self.tier.unwrap_or(customer.tier);
        if let Some(country) = &self.country {
            customer.country.clone_from(country);
        }
        if let Some(sector) = &self.sector {
            customer.sector = text(sector);
        }
        if let Some(reference) = &self.reference {
            customer.reference = text(reference);
        }
        if let Some(language) = &self.language {
            customer.language.clone_from(language);
        }
        if let Some(zone) = &self.time_zone {
            customer.time_zone.clone_from(zone);
        }
        if let Some(email) = &self.admin_email {
            customer.admin_email = email.as_ref().map(|e| e.as_str().to_owned());
        }
        customer.max_mau = self.max_mau.unwrap_or(customer.max_mau);
        customer.member_retention_days = self.member_retention_days.unwrap_or(customer.member_retention_days);
        if let Some(domain) = &self.domain {
            let domain = domain.as_ref().map(|d| d.as_str().to_owned());
            if domain != customer.domain {
                customer.domain = domain;
                customer.domain_verified_at = None;
            }
        }
    }
}

pub(super) fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    tag.len() <= 35
        && parts.next().is_some_and(|p| (2..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_lowercase()))
        && parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The kind of the news that a customer's terms changed.
pub const TERMS_CHANGED: &str = "terms-changed";

/// News: a customer's MAX MAU changed, the zone in which its months are cut, its primary administrator, or what its plan says about
/// people beyond the seats. What they are is asked when it is obeyed.
#[derive(Debug, Serialize, Deserialize)]
pub struct TermsChanged {
    /// Which customer.
    pub customer: CustomerId,
}

/// Numbers a customer's terms anew inside another command, and tells them.
///
/// # Errors
/// The store's.
pub fn tell_terms<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>, customer: CustomerId) -> store::Result<()> {
    rows::rise(cx.tx, cx.scope.partner(), customer)?;
    cx.tell(TERMS_CHANGED, &TermsChanged { customer });
    Ok(())
}

/// Changes a customer. Its list row, its history and the groups with a rule follow in the same transaction.
#[derive(Debug, Serialize)]
pub struct EditCustomer {
    /// Which customer.
    pub customer: CustomerId,
    /// The version the change was made against.
    pub version: Option<i64>,
    /// The tier it was seen at, where the change is meant for that one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// What to change; see [`CustomerChange::checked`].
    pub change: CustomerChange,
}

impl Command for EditCustomer {
    const NAME: &'static str = "hierarchy.customers.edit";
    const TELLS_AGAIN: bool = true;
    type Home = Control;
    type Needs = ManageCustomers;
    type Done = Customer;
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Customer, Fail<Refused>> {
        let id = self.customer;
        // Held before it is read: the version that is compared is the one that is changed.
        rows::hold_customer(cx.tx, cx.scope, id)?;
        let before = customers::find(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        if matches!(before.lifecycle, Lifecycle::Removed | Lifecycle::Purged) {
            return Err(Refused::Removed {}.into());
        }
        refusal::fresh(self.version, before.version)?;
        if self.tier.is_some_and(|seen| seen != before.tier) {
            return Err(Refused::Stale { version: before.version }.into());
        }
        let mut after = before.clone();
        self.change.apply(&mut after);
        if let Some(domain) = after.domain.as_deref().filter(|d| before.domain.as_deref() != Some(*d))
            && domains::taken_held(cx.tx, cx.scope, domain, id)?
        {
            return Err(Refused::DomainTaken {}.into());
        }
        if before == after {
            return Ok(before);
        }
        if before.name != after.name {
            // Two who rename at once must see each other.
            standing::store::listed_held(cx.tx, cx.scope.partner())?;
            if rows::name_taken(cx.tx, cx.scope, &after.name, Some(id))? {
                return Err(Refused::NameTaken {}.into());
            }
        }
        if before.admin_email != after.admin_email {
            administrator::replace(cx, &before, after.admin_email.as_deref())?.map_err(|EmailTaken| Refused::EmailTaken {})?;
        }
        if before.domain != after.domain {
            domains::change_primary(cx, &before, &mut after)?;
        }
        say(cx, &before, &after);
        save(cx, &before, &after)?;
        customers::find(cx.tx, cx.scope, id)?.ok_or(Fail::Denied(access::Denied::NotFound))
    }
}

fn say(cx: &mut Cx<'_, '_, EditCustomer>, before: &Customer, after: &Customer) {
    let id = before.id;
    cx.changed("customer", id, "name", &before.name, &after.name);
    cx.changed("customer", id, "legal_name", &before.legal_name, &after.legal_name);
    cx.changed("customer", id, "tier", before.tier, after.tier);
    cx.changed("customer", id, "country", &before.country, &after.country);
    cx.changed("customer", id, "sector", &before.sector, &after.sector);
    cx.changed("customer", id, "reference", &before.reference, &after.reference);
    cx.changed("customer", id, "language", &before.language, &after.language);
    cx.changed("customer", id, "time_zone", &before.time_zone, &after.time_zone);
    cx.changed("customer", id, "domain", &before.domain, &after.domain);
    cx.changed("customer", id, "admin_email", &before.admin_email, &after.admin_email);
    cx.changed("customer", id, "max_mau", before.max_mau, after.max_mau);
    cx.changed("customer", id, "member_retention_days", before.member_retention_days, after.member_retention_days);
}

fn save(cx: &mut Cx<'_, '_, EditCustomer>, before: &Customer, after: &Customer) -> store::Result<()> {
    let (partner, id) = (cx.scope.partner(), before.id);
    rows::update_customer(cx.tx, partner, after)?;
    if before.domain != after.domain && before.domain_verified_at.is_some() {
        domains::tell(cx, id)?;
    }
    if before.name != after.name || before.domain != after.domain || before.tier != after.tier {
        rows::append_state(cx.tx, partner, id, cx.now)?;
    }
    let domain = after.domain.as_deref().unwrap_or_default();
    let search = customers::search_key(&after.name, domain, &after.account_number, after.reference.as_deref());
    if before.max_mau != after.max_mau || before.admin_email != after.admin_email {
        // Its region obeys the cap, and knows who stays when a trial ends: a room above listens and tells it.
        cx.tell(TERMS_CHANGED, &TermsChanged { customer: id });
    }
    let mut counted = 0;
    standing::store::change(cx.tx, cx.scope, id, cx.now, |standing| {
        standing.name_key = store::fold(&after.name);
        standing.search_key = search;
        standing.tier = after.tier.word().into();
        counted = standing.month_users;
    })?;
    let near = |customer: &Customer| standing::near_cap(counted, customer.max_mau);
    standing::tell(cx, id, before.max_mau != after.max_mau && (near(before) || near(after)));
    groups::settle_customer(cx, id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_read_or_names_its_field() {
        let read = |json: &str| serde_json::from_str::<CustomerChange>(json);
        assert!(read(r#"{"name": null}"#).is_err() && read(r#"{"colour": "red"}"#).is_err() && read(r#"{"domain": "x"}"#).is_err());
        assert_eq!(read(r#"{"domain": null}"#).expect("reads").domain, Some(None));
        let wrong = |json: &str| read(json).expect("reads").checked().expect_err(json).1;
        assert_eq!(wrong(r#"{"region": "eu-west"}"#), "region-immutable");
        assert_eq!(wrong(r#"{"account_number": "C-1"}"#), "account-number-immutable");
        assert_eq!(wrong(r#"{"time_zone": "Mars/Base"}"#), "invalid");
        assert_eq!(wrong(r#"{"max_mau": 0}"#), "out-of-range");
        assert_eq!(read(r#"{"country": "se"}"#).expect("reads").checked().expect("fits").country, Some(Some("SE".into())));
    }

    #[test]
    fn language_tags_are_told_from_nonsense() {
        assert!(is_language("en") && is_language("de-AT") && is_language("zh-Hant-TW"));
        assert!(!is_language("") && !is_language("english") && !is_language("de-") && !is_language("EN"));
    }
}
