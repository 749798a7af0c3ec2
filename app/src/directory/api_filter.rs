//! The filter of a list and of its file, as the API writes it.

use store::{MemberGroupId, SiteId};
use web::{paging::Ask, problem::Problem};

use super::{MemberStatus, MemberType, Which, attributes::Values};

/// Its parameters.
pub const FILTERS: &[(&str, &[&str])] = &[
    ("status", &["eq"]),
    ("type", &["eq"]),
    ("site", &["eq"]),
    ("source", &["eq"]),
    ("department", &["eq"]),
    ("title", &["eq"]),
    ("attribute", &["eq"]),
    ("directory_group", &["eq"]),
    ("group", &["eq"]),
];

/// Reads them.
///
/// # Errors
/// 400 naming the parameter.
pub fn which(ask: &Ask) -> Result<Which, Problem> {
    let text = |name: &str| read(ask, name, "1 to 200 characters", |text| is_short(text).then(|| text.to_owned()));
    let short = |text: &str| pair(text).filter(|(name, value)| is_short(name) && is_short(value));
    let attribute = read(ask, "attribute", "a name and a value of up to 200 characters, such as badge:7", short)?;
    Ok(Which {
        status: read(ask, "status", "active, inactive, waiting or held", MemberStatus::parse)?,
        kind: read(ask, "type", "employee, tenant, visitor, iot, space or group_member", MemberType::parse)?,
        site_id: read(ask, "site", "the id of a site", SiteId::parse)?,
        source: text("source")?,
        department: text("department")?,
        title: text("title")?,
        attributes: attribute.into_iter().collect::<Values>(),
        directory_group: text("directory_group")?,
    })
}

/// The group of members that is asked for.
///
/// # Errors
/// 400 naming the parameter.
pub fn group(ask: &Ask) -> Result<Option<MemberGroupId>, Problem> {
    read(ask, "group", "the id of a group of members", MemberGroupId::parse)
}

fn read<T>(ask: &Ask, name: &str, wanted: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    let Some(text) = ask.filter(name, "eq") else { return Ok(None) };
    let field = format!("filter[{name}]");
    let no = || {
        Problem::unreadable("invalid-parameter", format!("{field} must be {wanted}.")).field(&field, "invalid", format!("must be {wanted}"))
    };
    parse(text).map(Some).ok_or_else(no)
}

// No longer text is ever kept, and a pattern for LIKE has an end in SQLite.
fn is_short(text: &str) -> bool {
    text.chars().count() <= 200
}

/// The name of an attribute, which has small letters only, and its value.
pub fn pair(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once(':')?;
    (!name.trim().is_empty() && !value.trim().is_empty()).then(|| (name.trim().to_lowercase(), value.trim().to_owned()))
}
