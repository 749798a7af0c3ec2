//! A user: a member as its directory sees it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{DirectoryGroupId, MemberId, Timestamp};

use super::{
    facts::as_directory,
    resource::{Fields, put},
    schema::{ENTERPRISE_SCHEMA, USER_SCHEMA},
};
use crate::directory::member::Member;

/// A member with what its directory said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// The member.
    pub member: Member,
    /// What the directory said, its external id apart; none while no directory has spoken of it.
    pub said: Option<Fields>,
    /// A person decided its status.
    pub by_hand: bool,
    /// The groups it is in: ids and names.
    pub groups: Vec<(DirectoryGroupId, String)>,
}

/// The weak tag of a version.
#[must_use]
pub fn tag(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// What every resource says of itself.
#[must_use]
pub fn meta(name: &str, base: &str, below: &str, (created, changed): (Timestamp, Timestamp), version: i64) -> Value {
    json!({
        "resourceType": name,
        "created": created,
        "lastModified": changed,
        "location": format!("{base}{below}"),
        "version": tag(version),
    })
}

impl User {
    /// What can be changed of it.
    #[must_use]
    pub fn fields(&self) -> Fields {
        let mut fields = self.said.clone().unwrap_or_else(|| as_directory(&self.member));
        put(&mut fields, "externalId", self.member.external_id.as_ref().map(|id| json!(id)));
        fields
    }

    /// The whole resource.
    #[must_use]
    pub fn resource(&self, base: &str) -> Fields {
        let (mut fields, m) = (self.fields(), &self.member);
        let mut schemas = vec![USER_SCHEMA.urn];
        if let Some(enterprise) = fields.get_mut(ENTERPRISE_SCHEMA.urn) {
            schemas.push(ENTERPRISE_SCHEMA.urn);
            refer_to_manager(enterprise, base);
        }
        let groups: Vec<Value> = self
            .groups
            .iter()
            .map(|(id, name)| json!({ "value": id, "$ref": format!("{base}/Groups/{id}"), "display": name, "type": "direct" }))
            .collect();
        put(&mut fields, "groups", Some(Value::Array(groups)));
        fields.insert("schemas".into(), json!(schemas));
        fields.insert("id".into(), json!(m.id));
        fields.insert("meta".into(), meta("User", base, &format!("/Users/{}", m.id), (m.created_at, m.updated_at), m.version));
        fields
    }
}

fn refer_to_manager(enterprise: &mut Value, base: &str) {
    let Some(manager) = enterprise.get_mut("manager").and_then(Value::as_object_mut) else { return };
    let id = manager.get("value").and_then(Value::as_str).and_then(MemberId::parse);
    if let Some(id) = id {
        manager.insert("$ref".into(), json!(format!("{base}/Users/{id}")));
    }
}
