//! The lines of an export as far as they are brought over, each read by the rules that hold for everybody else's input.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{CustomerId, Timestamp, Zone};
use web::door;

use super::parcel::Fault;
use crate::{
    campaigns::Run,
    directory::{
        NewMember,
        attributes::{AddAttribute, NewAttribute, Values},
        rules::{self, Written},
        status_rules::{AddStatusRule, NewStatusRule},
    },
    hierarchy::{Tier, branding::Colour},
    noun::{DomainName, Name, Note},
    sources::Way,
};

/// A line that is there and cannot be brought over, in words.
pub type Skipped = String;

/// Reads a line's JSON.
pub fn json_of<'a, T: Deserialize<'a>>(part: &str, number: u64, line: &'a [u8]) -> Result<T, Fault> {
    serde_json::from_slice(line).map_err(|_| Fault::new("line-unreadable", format!("Line {number} of {part} cannot be read.")))
}

/// What a customer was. Whatever no customer here could be is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Details {
    /// Its number there.
    pub account_number: String,
    /// Its name.
    pub name: String,
    /// Its name in contracts.
    pub legal_name: Option<String>,
    /// Its primary domain. Here it has to be proved anew.
    pub domain: Option<String>,
    /// `paid` or `trial`.
    pub kind: String,
    /// `starter`, `pro` or `enterprise`.
    pub tier: Option<String>,
    /// Where its data lay; where it will lie is said when it is started.
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Its line of business.
    pub sector: Option<String>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// Language tag.
    pub language: Option<String>,
    /// MAX MAU.
    pub max_mau: i64,
    /// What its people read instead of its name.
    pub display_name: Option<String>,
    /// Accent colour.
    pub accent: Option<String>,
}

impl Details {
    /// These details without what could be none here.
    #[must_use]
    pub fn sound(self) -> Details {
        Details {
            account_number: self.account_number.chars().filter(|c| !c.is_control()).take(40).collect(),
            name: Name::parse(self.name).map(String::from).unwrap_or_default(),
            legal_name: self.legal_name.and_then(|n| Name::parse(n).ok()).map(String::from),
            domain: self.domain.and_then(|d| DomainName::parse(d).ok()).map(String::from),
            kind: if self.kind == "trial" { "trial".into() } else { "paid".into() },
            tier: self.tier.filter(|t| Tier::parse(t).is_some()),
            region: self.region.filter(|r| r.len() <= 40 && r.bytes().all(|b| b.is_ascii_graphic())),
            country: self.country.filter(|c| c.len() == 2 && c.bytes().all(|b| b.is_ascii_uppercase())),
            sector: self.sector.and_then(|s| Note::parse(s).ok()).map(String::from),
            time_zone: self.time_zone.filter(|z| Zone::named(z).is_some()),
            language: self.language.filter(|l| web::Lang::from_tag(l).is_some()),
            max_mau: self.max_mau.clamp(1, 1_000_000_000),
            display_name: self.display_name.and_then(|n| Name::parse(n).ok()).map(String::from),
            accent: self.accent.and_then(|a| Colour::try_from(a).ok()).map(String::from),
        }
    }
}

/// The only line of `customer.jsonl`.
pub fn details(number: u64, line: &[u8]) -> Result<Details, Fault> {
    json_of::<Details>("customer.jsonl", number, line).map(Details::sound)
}

#[derive(Deserialize)]
struct MemberLine {
    email: String,
    name: String,
    external_id: Option<String>,
    status: String,
    department: Option<String>,
    title: Option<String>,
    language: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    site_id: Option<String>,
    attributes: Option<String>,
}

/// A member as it was there.
pub struct Person {
    pub new: NewMember,
    /// The id its site had.
    pub site: Option<String>,
    /// Whether it was held.
    pub held: bool,
}

/// A line of `members.jsonl`. Who was held comes as somebody known and not let in: no address was proved.
pub fn member(number: u64, line: &[u8]) -> Result<Result<Person, Skipped>, Fault> {
    let m: MemberLine = json_of("members.jsonl", number, line)?;
    let text = |t: &'_ Option<String>| t.clone().unwrap_or_default();
    let (external_id, department, title, language) = (text(&m.external_id), text(&m.department), text(&m.title), text(&m.language));
    let kind = text(&m.kind);
    // Judged when it is known what the customer declares here.
    let attributes = m.attributes.and_then(|a| serde_json::from_str::<Values>(&a).ok()).unwrap_or_default();
    let comes_in = matches!(m.status.as_str(), "active" | "waiting");
    let written = Written {
        email: &m.email,
        name: &m.name,
        external_id: &external_id,
        department: &department,
        title: &title,
        language: &language,
        kind: &kind,
        status: if comes_in { "active" } else { "inactive" },
        ..Written::default()
    };
    let person = |new| Person { new: NewMember { attributes, ..new }, site: m.site_id, held: m.status == "held" };
    Ok(rules::read(&written).map(person).map_err(|no| no.reason))
}

#[derive(Deserialize)]
struct SiteLine {
    site_id: Option<String>,
    name: String,
    removed_at: Option<Timestamp>,
}

/// A line of `sites.jsonl`: the id it had, and its name; none for a site that was removed.
pub fn site(number: u64, line: &[u8]) -> Result<Result<Option<(String, Name)>, Skipped>, Fault> {
    let s: SiteLine = json_of("sites.jsonl", number, line)?;
    let named = |name| Some((s.site_id.unwrap_or_default(), name));
    Ok(if s.removed_at.is_some() { Ok(None) } else { Name::parse(s.name).map(named) })
}

#[derive(Deserialize)]
struct DomainLine {
    domain: String,
}

/// A line of `domains.jsonl`: a domain beside the primary one. Here it has to be proved anew.
pub fn domain(number: u64, line: &[u8]) -> Result<Result<DomainName, Skipped>, Fault> {
    let d: DomainLine = json_of("domains.jsonl", number, line)?;
    Ok(DomainName::parse(d.domain))
}

#[derive(Deserialize)]
struct AttributeLine {
    name: String,
    takes: String,
    choices: String,
}

/// A line of `member-attributes.jsonl`.
pub fn attribute(customer: CustomerId, number: u64, line: &[u8]) -> Result<Result<AddAttribute, Skipped>, Fault> {
    let a: AttributeLine = json_of("member-attributes.jsonl", number, line)?;
    let choices: Value = serde_json::from_str(&a.choices).unwrap_or_default();
    let body = json!({ "name": a.name, "takes": a.takes, "choices": choices }).to_string();
    let read = door::read::<NewAttribute>(body.as_bytes()).and_then(|attribute| attribute.command(customer));
    Ok(read.map_err(|problem| problem.detail))
}

#[derive(Deserialize)]
struct RuleLine {
    name: String,
    idle_days: Option<i64>,
    department: Option<String>,
    title: Option<String>,
    source: Option<String>,
    #[serde(rename = "type", default)]
    kind: Option<String>,
    /// A JSON object, as it is kept.
    #[serde(default)]
    attributes: Option<String>,
    lets_in: Flag,
}

/// Yes or no, as either database writes it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Flag {
    Said(bool),
    Number(i64),
}

impl Flag {
    fn is_set(&self) -> bool {
        match self {
            Flag::Said(yes) => *yes,
            Flag::Number(n) => *n != 0,
        }
    }
}

/// A line of `status-rules.jsonl`.
pub fn rule(customer: CustomerId, number: u64, line: &[u8]) -> Result<Result<AddStatusRule, Skipped>, Fault> {
    let r: RuleLine = json_of("status-rules.jsonl", number, line)?;
    let then = if r.lets_in.is_set() { "active" } else { "inactive" };
    // A condition that was left out would make the rule fit more people than it did.
    let Ok(attributes) = serde_json::from_str::<Value>(r.attributes.as_deref().unwrap_or("{}")) else {
        return Ok(Err("Its attributes cannot be read.".into()));
    };
    let when = json!({
        "idle_days": r.idle_days,
        "department": r.department,
        "title": r.title,
        "source": r.source,
        "type": r.kind,
        "attributes": attributes,
    });
    let body = json!({ "name": r.name, "when": when, "then": then }).to_string();
    let read = door::read::<NewStatusRule>(body.as_bytes()).and_then(|rule| rule.command(customer));
    Ok(read.map_err(|problem| problem.detail))
}

#[derive(Deserialize)]
struct SourceLine {
    name: String,
    settings: String,
    stop_percent: i64,
}

/// Where people came from, without the secret it was read with.
pub struct Origin {
    pub name: Name,
    pub way: Way,
    pub stop_percent: i64,
}

/// A line of `sources.jsonl`; where nothing is watched, a source that reads a folder could read nothing.
pub fn source(watched: bool, number: u64, line: &[u8]) -> Result<Result<Origin, Skipped>, Fault> {
    let s: SourceLine = json_of("sources.jsonl", number, line)?;
    let way = serde_json::from_str::<Value>(&s.settings).map_err(|e| e.to_string()).and_then(|v| Way::read(&v).map_err(|p| p.detail));
    if !watched && matches!(way, Ok(Way::Folder(_))) {
        return Ok(Err("It reads a watched folder, and this installation watches none.".into()));
    }
    let (name, stop_percent) = (Name::parse(s.name), s.stop_percent.clamp(1, 100));
    Ok(name.and_then(|name| way.map(|way| Origin { name, way, stop_percent })))
}

#[derive(Deserialize)]
struct ResultLine {
    at: Timestamp,
    name: String,
    external_ref: String,
    delivered: i64,
    passed: i64,
}

/// A line of `campaign-results.jsonl`, as of an instant.
pub fn result(now: Timestamp, number: u64, line: &[u8]) -> Result<Result<Run, Skipped>, Fault> {
    let r: ResultLine = json_of("campaign-results.jsonl", number, line)?;
    let named = Name::parse(r.name).and_then(|name| Name::parse(r.external_ref).map(|external_ref| (name, external_ref)));
    let run = named.map(|(name, external_ref)| Run { name, external_ref, at: r.at, delivered: r.delivered, passed: r.passed });
    Ok(run.and_then(|run| crate::campaigns::rules::check(&run, now).map(|()| run).map_err(|no| no.reason)))
}
