//! What a customer list shows and in which order: one value for API, console, export, segment counts and bulk actions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use store::{GroupId, Uuid};

use crate::hierarchy::{CustomerKind, Lifecycle, Tier, standing::Status};

/// Which customers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// Only these statuses (none = no status); empty for all.
    pub statuses: Vec<Option<Status>>,
    /// Only these tiers; empty for all.
    pub tiers: Vec<Tier>,
    /// Only these kinds; empty for all.
    pub kinds: Vec<CustomerKind>,
    /// Only these stages; empty for all.
    pub lifecycles: Vec<Lifecycle>,
    /// Only members of this group.
    pub group: Option<GroupId>,
    /// Words in name, domain, account number or reference.
    pub q: Option<String>,
    /// Nothing fits: two filters exclude each other.
    pub nothing: bool,
}

/// Every status a list can be filtered by; the last is "none".
pub const STATUSES: [Option<Status>; 6] = [
    Some(Status::SyncFailed),
    Some(Status::EmailUnverified),
    Some(Status::LowEngagement),
    Some(Status::SetupIncomplete),
    Some(Status::Active),
    None,
];

/// The word of a status in URLs; `none` where there is none.
#[must_use]
pub fn status_word(status: Option<Status>) -> &'static str {
    status.map_or("none", Status::word)
}

fn statuses_of(word: &str) -> Option<Vec<Option<Status>>> {
    if word == "attention" {
        return Some(STATUSES[..4].to_vec());
    }
    STATUSES.into_iter().find(|s| status_word(*s) == word).map(|s| vec![s])
}

fn of_health(word: &str) -> Option<Vec<Option<Status>>> {
    let found: Vec<_> = STATUSES.into_iter().filter(|s| s.map_or("none", Status::health) == word).collect();
    (!found.is_empty()).then_some(found)
}

impl Filter {
    /// Narrows by one field; the value may hold several words parted by commas.
    ///
    /// # Errors
    /// What the value should have been.
    pub fn narrow(&mut self, field: &str, value: &str) -> Result<(), String> {
        match field {
            "status" => self.narrow_status(
                words(
                    value,
                    statuses_of,
                    "status",
                    "sync_failed, email_unverified, low_engagement, setup_incomplete, active, none, attention",
                )?
                .concat(),
            ),
            "health" => self.narrow_status(words(value, of_health, "health", "red, yellow, blue, green, none")?.concat()),
            "tier" => self.tiers = words(value, Tier::parse, "tier", "starter, pro, enterprise")?,
            "kind" => self.kinds = words(value, CustomerKind::parse, "kind", "paid, trial, free")?,
            "lifecycle" => self.lifecycles = words(value, Lifecycle::parse, "lifecycle", "provisioning, setup, active, disabled")?,
            "group" => self.group = Some(GroupId::parse(value).ok_or("group must be the id of a group (grp_…)")?),
            _ => return Err(format!("{field} is no filter of this list")),
        }
        Ok(())
    }

    fn narrow_status(&mut self, to: Vec<Option<Status>>) {
        if self.statuses.is_empty() {
            self.statuses = to;
            return;
        }
        self.statuses.retain(|s| to.contains(s));
        self.nothing |= self.statuses.is_empty();
    }

    /// Searches; blank text searches nothing.
    #[must_use]
    pub fn search(mut self, q: Option<&str>) -> Filter {
        self.q = q.map(str::trim).filter(|q| !q.is_empty()).map(str::to_owned);
        self
    }

    /// A filter from field and value pairs, as a bulk action sends it.
    ///
    /// # Errors
    /// The field and what it should have been.
    pub fn of(fields: &BTreeMap<String, String>) -> Result<Filter, (String, String)> {
        let mut filter = Filter::default();
        for (field, value) in fields {
            if field == "q" {
                filter = filter.search(Some(value));
            } else {
                filter.narrow(field, value).map_err(|wrong| (field.clone(), wrong))?;
            }
        }
        Ok(filter)
    }

    /// True when every listed customer fits.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.statuses.is_empty() && self.is_only_status()
    }

    /// True when nothing but the status narrows: then the partner's totals know the counts.
    #[must_use]
    pub fn is_only_status(&self) -> bool {
        self.tiers.is_empty()
            && self.kinds.is_empty()
            && self.lifecycles.is_empty()
            && self.group.is_none()
            && self.q.is_none()
            && !self.nothing
    }

    /// The same without its statuses: what the segments count.
    #[must_use]
    pub fn any_status(&self) -> Filter {
        Filter { statuses: Vec::new(), nothing: false, ..self.clone() }
    }

    /// A row of a past day is filtered here, since it is in no table.
    #[must_use]
    pub fn fits(&self, row: &super::CustomerRow) -> bool {
        let any = |none: bool, some: bool| none || some;
        !self.nothing
            && self.group.is_none()
            && any(self.statuses.is_empty(), self.statuses.contains(&row.status))
            && any(self.tiers.is_empty(), self.tiers.contains(&row.tier))
            && any(self.kinds.is_empty(), self.kinds.contains(&row.kind))
            && any(self.lifecycles.is_empty(), self.lifecycles.contains(&row.lifecycle))
            && self.q.as_deref().is_none_or(|q| {
                let text = format!("{} {} {}", row.name_key(), row.domain.as_deref().unwrap_or_default(), store::fold(&row.account_number));
                text.contains(&store::fold(q))
            })
    }

    pub(super) fn status_set(&self) -> Option<String> {
        let numbers: Vec<String> = self.statuses.iter().map(|s| s.map_or(9, Status::number).to_string()).collect();
        if self.nothing { Some(",".into()) } else { set(&numbers) }
    }

    pub(super) fn tier_set(&self) -> Option<String> {
        set(&self.tiers.iter().map(|t| t.word()).collect::<Vec<_>>())
    }

    pub(super) fn kind_set(&self) -> Option<String> {
        set(&self.kinds.iter().map(|k| k.word()).collect::<Vec<_>>())
    }

    pub(super) fn lifecycle_set(&self) -> Option<String> {
        set(&self.lifecycles.iter().map(|l| l.word()).collect::<Vec<_>>())
    }

    /// The pattern of `LIKE … ESCAPE '\'`.
    pub(super) fn pattern(&self) -> Option<String> {
        let q = store::fold(self.q.as_deref()?);
        let mut pattern = String::from("%");
        for c in q.chars() {
            if matches!(c, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        pattern.push('%');
        Some(pattern)
    }
}

fn words<T>(value: &str, parse: fn(&str) -> Option<T>, field: &str, known: &str) -> Result<Vec<T>, String> {
    value.split(',').map(|word| parse(word.trim()).ok_or_else(|| format!("{field} must be one of {known}"))).collect()
}

/// A set as text: `,a,b,`. One parameter instead of many, and one SQL text for every choice.
fn set<T: AsRef<str>>(words: &[T]) -> Option<String> {
    (!words.is_empty()).then(|| words.iter().fold(String::from(","), |all, word| all + word.as_ref() + ","))
}

/// What a list is sorted by; nulls come last both ways, and the name decides between equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// D6: worst health first.
    Health,
    /// The name.
    Name,
    /// The status; those without one last both ways.
    Status,
    /// Seats allocated.
    Seats,
    /// Active of allocated.
    Utilization,
    /// Starter, Pro, Enterprise.
    Tier,
    /// The 30-day pass rate.
    PassRate,
    /// The last campaign.
    LastCampaign,
    /// The account number.
    AccountNumber,
}

/// The words of the parameter `sort`, in the order of [`SortBy`] after its first.
pub const SORTS: &[&str] = &["name", "status", "seats", "utilization", "tier", "pass_rate", "last_campaign_at", "account_number"];

impl SortBy {
    /// All, as the SQL family is made.
    pub const ALL: [SortBy; 9] = [
        SortBy::Health,
        SortBy::Name,
        SortBy::Status,
        SortBy::Seats,
        SortBy::Utilization,
        SortBy::Tier,
        SortBy::PassRate,
        SortBy::LastCampaign,
        SortBy::AccountNumber,
    ];
}

/// A sort key and its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Largest first.
    pub falls: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Sort { by: SortBy::Health, falls: false }
    }
}

impl Sort {
    /// Reads `name` or `-name`: the words of [`SORTS`], or `health` for the default order.
    #[must_use]
    pub fn parse(text: &str) -> Option<Sort> {
        let (word, falls) = text.strip_prefix('-').map_or((text, false), |w| (w, true));
        if word == "health" {
            return Some(Sort { by: SortBy::Health, falls });
        }
        let at = SORTS.iter().position(|s| *s == word)?;
        SortBy::ALL.get(at + 1).map(|by| Sort { by: *by, falls })
    }

    pub(super) fn variant(self) -> usize {
        SortBy::ALL.iter().position(|s| *s == self.by).unwrap_or(0) * 2 + usize::from(self.falls)
    }
}

/// Where a page begins: the last row seen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct After {
    /// Its sort key.
    pub key: Key,
    /// Its name's key.
    pub name: String,
    /// Its id.
    pub id: Uuid,
}

/// A sort key's value.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Key {
    /// There is none.
    Null,
    /// A number.
    Int(i64),
    /// A double, by its bits: it must come back exactly.
    Real(u64),
    /// Text.
    Text(String),
}

impl From<&Key> for store::Value {
    fn from(key: &Key) -> store::Value {
        match key {
            Key::Null => store::Value::Null,
            Key::Int(n) => store::Value::Int(*n),
            Key::Real(bits) => store::Value::Real(f64::from_bits(*bits)),
            Key::Text(text) => store::Value::Text(text.clone()),
        }
    }
}

impl From<store::Value> for Key {
    fn from(value: store::Value) -> Key {
        match value {
            store::Value::Int(n) => Key::Int(n),
            store::Value::Bool(b) => Key::Int(i64::from(b)),
            store::Value::Real(r) => Key::Real(r.to_bits()),
            store::Value::Text(text) => Key::Text(text),
            _ => Key::Null,
        }
    }
}
