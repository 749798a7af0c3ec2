//! A group of a directory: its name, and the users and groups that belong to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{DirectoryGroupId, MemberId, Timestamp, Uuid};

use super::{
    compiled,
    error::ScimError,
    filter::{Filter, Op},
    find::Listed,
    patch::{self, Operation, Verb},
    resource::{self, Fields, put},
    schema::{Attribute, GROUP_SCHEMA, GROUPS_OF_USERS, named},
    store::GroupRow,
    user::meta,
};

/// A group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    /// Its id.
    pub id: DirectoryGroupId,
    /// Its name.
    pub name: String,
    /// Its id at the directory.
    pub external_id: Option<String>,
    /// Who belongs to it: ids, and whether each is a group. Only where it is shown.
    pub members: Vec<(Uuid, bool)>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Rises with every change.
    pub version: i64,
}

impl Group {
    pub(super) fn of(row: GroupRow, members: Vec<(Uuid, bool)>) -> Group {
        Group {
            id: row.id,
            name: row.name,
            external_id: row.external_id,
            members,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }

    /// The whole resource.
    #[must_use]
    pub fn resource(&self, base: &str) -> Fields {
        let mut fields = Fields::new();
        fields.insert("schemas".into(), json!([GROUP_SCHEMA.urn]));
        fields.insert("id".into(), json!(self.id));
        fields.insert("displayName".into(), json!(self.name));
        put(&mut fields, "externalId", self.external_id.as_ref().map(|id| json!(id)));
        let members: Vec<Value> = self.members.iter().map(|(id, nested)| shown(*id, *nested, base)).collect();
        put(&mut fields, "members", Some(Value::Array(members)));
        fields
            .insert("meta".into(), meta("Group", base, &format!("/Groups/{}", self.id), (self.created_at, self.updated_at), self.version));
        fields
    }
}

impl Listed for Group {
    fn id(&self) -> Uuid {
        self.id.0
    }
    fn whole(&self, base: &str) -> Fields {
        self.resource(base)
    }
}

fn shown(id: Uuid, nested: bool, base: &str) -> Value {
    if nested {
        let id = DirectoryGroupId::new(id);
        json!({ "value": id, "$ref": format!("{base}/Groups/{id}"), "type": "Group" })
    } else {
        let id = MemberId::new(id);
        json!({ "value": id, "$ref": format!("{base}/Users/{id}"), "type": "User" })
    }
}

/// Who belongs to a group: ids, and whether each is a group.
pub type Members = BTreeMap<Uuid, bool>;

/// What a directory may change of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// All but the members.
    pub fields: Fields,
    /// The members.
    pub members: Members,
}

fn attribute() -> Result<&'static Attribute, ScimError> {
    named(GROUP_SCHEMA.attributes, "members").ok_or_else(|| ScimError::path("There is no attribute members."))
}

impl Draft {
    /// Reads a body of POST or PUT.
    ///
    /// # Errors
    /// As [`resource::read`]; `invalidValue` for a member that can be none.
    pub fn read(body: &Value) -> Result<Draft, ScimError> {
        let mut fields = resource::read(&GROUPS_OF_USERS, body)?;
        let members = fields.remove("members").map_or_else(|| Ok(Members::new()), |value| ids(&value))?;
        Ok(Draft { fields, members })
    }

    /// What is known of a group.
    #[must_use]
    pub fn of(row: &GroupRow, members: &[(Uuid, bool)]) -> Draft {
        let mut fields = Fields::new();
        fields.insert("displayName".into(), json!(row.name));
        put(&mut fields, "externalId", row.external_id.as_ref().map(|id| json!(id)));
        Draft { fields, members: members.iter().copied().collect() }
    }

    /// A text of it.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.fields.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// Applies the operations of a PATCH. Members are a set: a group has thousands, and an operation names a few.
    ///
    /// # Errors
    /// The first operation's.
    pub fn apply(&mut self, operations: &[Operation]) -> Result<(), ScimError> {
        for operation in operations {
            let Some(path) = &operation.path else {
                self.whole(operation)?;
                continue;
            };
            let place = GROUPS_OF_USERS.resolve(&path.name);
            if place.and_then(|p| p.attribute).is_none_or(|a| a.name != "members") {
                patch::apply(&GROUPS_OF_USERS, &mut self.fields, std::slice::from_ref(operation))?;
                continue;
            }
            if path.sub.is_some() || place.is_some_and(|p| p.sub.is_some()) {
                return Err(ScimError::mutability("What a member is cannot be changed: remove it and add another."));
            }
            match &path.values {
                Some(chosen) => self.chosen(operation.verb, chosen, &operation.value)?,
                None => self.members(operation.verb, &operation.value)?,
            }
        }
        Ok(())
    }

    fn whole(&mut self, operation: &Operation) -> Result<(), ScimError> {
        let mut rest = Fields::new();
        for (key, value) in operation.value.as_object().into_iter().flatten() {
            if key.eq_ignore_ascii_case("members") {
                self.members(operation.verb, value)?;
            } else {
                rest.insert(key.clone(), value.clone());
            }
        }
        let rest = Operation { value: Value::Object(rest), ..operation.clone() };
        patch::apply(&GROUPS_OF_USERS, &mut self.fields, &[rest])
    }

    fn members(&mut self, verb: Verb, value: &Value) -> Result<(), ScimError> {
        match verb {
            Verb::Add => self.members.extend(ids(value)?),
            Verb::Replace => self.members = ids(value)?,
            Verb::Remove if value.is_null() => self.members.clear(),
            // Entra ID names those who leave in the value. Somebody who is not in it has left already.
            Verb::Remove => {
                for text in values(value)? {
                    if let Some((id, _)) = id_of(&text) {
                        self.members.remove(&id);
                    }
                }
            }
        }
        Ok(())
    }

    fn chosen(&mut self, verb: Verb, filter: &Filter, value: &Value) -> Result<(), ScimError> {
        let found = self.matching(filter)?;
        match verb {
            Verb::Remove => {}
            Verb::Replace if found.is_empty() => return Err(ScimError::no_target(format!("No member fits {filter}."))),
            Verb::Replace | Verb::Add => self.members.extend(ids(value)?),
        }
        if verb != Verb::Add {
            self.members.retain(|id, _| !found.contains(id));
        }
        Ok(())
    }

    fn matching(&self, filter: &Filter) -> Result<Vec<Uuid>, ScimError> {
        let node = compiled::within(filter, attribute()?)?;
        if let Filter::Compare(name, Op::Eq, Value::String(text)) = filter
            && name.eq_ignore_ascii_case("value")
        {
            return Ok(id_of(text).map(|(id, _)| id).filter(|id| self.members.contains_key(id)).into_iter().collect());
        }
        let fits = |(id, nested): (&Uuid, &bool)| shown(*id, *nested, "").as_object().is_some_and(|o| node.fits(o));
        Ok(self.members.iter().filter(|m| fits((m.0, m.1))).map(|(id, _)| *id).collect())
    }
}

fn values(value: &Value) -> Result<Vec<String>, ScimError> {
    let given = resource::several(attribute()?, value)?;
    let text = |v: &Value| v.get("value").and_then(Value::as_str).map(str::to_owned);
    given.iter().map(|v| text(v).ok_or_else(|| ScimError::value("A member needs a `value`: the id of a user or group."))).collect()
}

fn ids(value: &Value) -> Result<Members, ScimError> {
    let nobody = |text: &str| ScimError::value(format!("There is no user or group {text}."));
    values(value)?.iter().map(|text| id_of(text).ok_or_else(|| nobody(text))).collect()
}

/// The id a member's `value` is, and whether it is a group's.
fn id_of(text: &str) -> Option<(Uuid, bool)> {
    MemberId::parse(text).map(|id| (id.0, false)).or_else(|| DirectoryGroupId::parse(text).map(|id| (id.0, true)))
}
