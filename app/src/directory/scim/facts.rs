//! What a directory's user means for the member: which address, which name, whether it is to come in. Only a change of what
//! the directory says changes the member, so what a person decided in the console stands until the directory itself says
//! something else.

use serde_json::{Value, json};

use super::{
    resource::{Fields, is_primary, put},
    schema::ENTERPRISE_SCHEMA,
};
use crate::{
    directory::{
        attributes::Values,
        member::{Member, MemberStatus},
    },
    noun::{Email, Name},
};

/// The facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What the directory calls it.
    pub user_name: String,
    /// Its name as it is shown at the directory.
    pub display: Option<String>,
    /// Its id at the directory.
    pub external_id: Option<String>,
    /// Its mail address; empty when it has none that can be used.
    pub email: String,
    /// Its name; none where it says only what it calls it.
    pub name: Option<String>,
    /// Where it works.
    pub department: Option<String>,
    /// As what.
    pub title: Option<String>,
    /// Language tag.
    pub language: Option<String>,
    /// What the enterprise extension says beside, by the names of attributes every customer has.
    pub attributes: Values,
    /// Whether the directory lets it work, if it says.
    pub active: Option<bool>,
    /// All its addresses as they are compared.
    pub addresses: Vec<String>,
}

/// Reads the facts.
#[must_use]
pub fn facts(fields: &Fields) -> Facts {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let enterprise = fields.get(ENTERPRISE_SCHEMA.urn);
    let user_name = text("userName").unwrap_or_default().to_owned();
    let mut addresses: Vec<String> = emails(fields).filter_map(|e| e.get("value")?.as_str()).map(str::to_lowercase).collect();
    addresses.sort_unstable();
    addresses.dedup();
    Facts {
        display: text("displayName").map(str::to_owned),
        external_id: text("externalId").map(str::to_owned),
        email: address(fields, &user_name),
        name: name(fields),
        department: enterprise.and_then(|e| e.get("department")).and_then(Value::as_str).and_then(line),
        title: text("title").and_then(line),
        language: text("preferredLanguage").filter(|t| is_tag(t)).map(str::to_owned),
        attributes: attributes(enterprise),
        active: fields.get("active").and_then(Value::as_bool),
        user_name,
        addresses,
    }
}

/// The enterprise extension's names, and ours for them.
const ENTERPRISE: [(&str, &str); 4] =
    [("costCenter", "cost_center"), ("division", "division"), ("employeeNumber", "employee_number"), ("organization", "organization")];

fn attributes(enterprise: Option<&Value>) -> Values {
    let one = |(theirs, ours): &(&str, &str)| Some(((*ours).to_owned(), line(enterprise?.get(*theirs)?.as_str()?)?));
    ENTERPRISE.iter().filter_map(one).collect()
}

fn emails(fields: &Fields) -> impl Iterator<Item = &Value> {
    fields.get("emails").and_then(Value::as_array).into_iter().flatten()
}

/// The primary address, else the one for work, else the user's name if it is an address.
fn address(fields: &Fields, user_name: &str) -> String {
    let is_work = |e: &&Value| e.get("type").and_then(Value::as_str).is_some_and(|t| t.eq_ignore_ascii_case("work"));
    let given = emails(fields).filter(|e| is_primary(e)).chain(emails(fields).filter(is_work));
    let given = given.filter_map(|e| e.get("value")?.as_str()).chain([user_name]);
    given.filter_map(|text| Email::parse(text).ok()).map(String::from).next().unwrap_or_default()
}

fn name(fields: &Fields) -> Option<String> {
    let part = |name: &str| fields.get("name").and_then(|n| n.get(name)).and_then(Value::as_str).unwrap_or_default().trim();
    let whole = [part("givenName"), part("familyName")].join(" ");
    let display = fields.get("displayName").and_then(Value::as_str).unwrap_or_default();
    [display, part("formatted"), whole.as_str()].into_iter().find_map(line)
}

impl Facts {
    /// What a new member is called.
    #[must_use]
    pub fn new_name(&self) -> String {
        self.name.clone().or_else(|| line(&self.user_name)).unwrap_or_else(|| "?".to_owned())
    }
}

/// A text as a line of ours: cut where it is too long, none where nothing is left.
pub fn line(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
    Name::parse(plain).ok().map(String::from)
}

/// True for a language tag: letters, digits and hyphens, at most 35.
pub fn is_tag(text: &str) -> bool {
    !text.is_empty() && text.len() <= 35 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// What a directory would say of a member that none has spoken of yet.
#[must_use]
pub fn as_directory(member: &Member) -> Fields {
    let mut fields = Fields::new();
    put(&mut fields, "userName", Some(json!(member.email)));
    put(&mut fields, "displayName", Some(json!(member.name)));
    put(&mut fields, "name", Some(json!({ "formatted": member.name })));
    put(&mut fields, "emails", Some(json!([{ "value": member.email, "type": "work", "primary": true }])));
    put(&mut fields, "title", member.title.as_ref().map(|t| json!(t)));
    put(&mut fields, "preferredLanguage", member.language.as_ref().map(|t| json!(t)));
    put(&mut fields, ENTERPRISE_SCHEMA.urn, member.department.as_ref().map(|d| json!({ "department": d })));
    fields.insert("active".into(), json!(matches!(member.status, MemberStatus::Active | MemberStatus::Waiting)));
    fields
}
