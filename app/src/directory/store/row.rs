//! A member as it is stored.

use store::{Result, Row, Value};

use crate::directory::member::{Member, MemberStatus, MemberType};

macro_rules! columns {
    () => {
        columns!("")
    };
    ($of:literal) => {
        concat!(
            $of,
            "member_id, ",
            $of,
            "email, ",
            $of,
            "name, ",
            $of,
            "external_id, ",
            $of,
            "status, ",
            $of,
            "department, ",
            $of,
            "title, ",
            $of,
            "kind, ",
            $of,
            "site_id, ",
            $of,
            "language, ",
            $of,
            "attributes, ",
            $of,
            "directory_groups, ",
            $of,
            "source, ",
            $of,
            "created_at, ",
            $of,
            "updated_at, ",
            $of,
            "version"
        )
    };
}

pub(in crate::directory) use columns;

pub fn read(r: &Row) -> Result<Member> {
    let status: String = r.get("status")?;
    Ok(Member {
        id: r.get("member_id")?,
        email: r.get("email")?,
        name: r.get("name")?,
        external_id: r.get("external_id")?,
        status: MemberStatus::parse(&status).ok_or_else(|| store::Error::Corrupt(format!("status: {status}")))?,
        department: r.get("department")?,
        title: r.get("title")?,
        kind: MemberType::parse(&r.get::<String>("kind")?).unwrap_or_default(),
        site_id: r.get("site_id")?,
        language: r.get("language")?,
        attributes: json(&r.get::<String>("attributes")?, "{}")?,
        directory_groups: json(&r.get::<String>("directory_groups")?, "[]")?,
        source: r.get("source")?,
        created_at: r.get("created_at")?,
        updated_at: r.get("updated_at")?,
        version: r.get("version")?,
    })
}

/// Reads a column of JSON; most members have nothing there.
fn json<T: Default + serde::de::DeserializeOwned>(text: &str, empty: &str) -> Result<T> {
    if text == empty {
        return Ok(T::default());
    }
    serde_json::from_str(text).map_err(|e| store::Error::Corrupt(format!("a member's attributes: {e}")))
}

/// A value as a column of JSON.
pub fn text_of<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_string(value).unwrap_or_default().into()
}
