//! Many operations in one request (RFC 7644 §3.7). Each is done by itself, as if it had been sent alone; what one makes, others
//! may name by its `bulkId`, whichever comes first.

use std::collections::HashMap;

use axum::{extract::State, response::Response};
use serde_json::{Value, json};

use super::{
    super::{
        change_group::Draws,
        change_user::{Change, Meant},
        error::ScimError,
        group::Draft,
        patch,
        resource::{self, Fields, Shape},
        schema::USERS,
        user::tag,
    },
    groups, users,
    wire::{No, Outcome, Sent, Tenant, document},
};
use crate::app::{App, Shared};

/// The URN of a bulk request.
pub const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
/// Operations of one request at most.
pub const MOST: usize = 1_000;

/// One operation.
struct Operation {
    method: String,
    path: String,
    bulk_id: Option<String>,
    meant: Meant,
    data: Value,
}

fn text(fields: &Fields, name: &str) -> Option<String> {
    fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, v)| v.as_str()).map(str::to_owned)
}

fn read(value: &Value) -> Result<Operation, ScimError> {
    let fields = value.as_object().ok_or_else(|| ScimError::syntax("An operation is not a JSON object."))?;
    let method = text(fields, "method").map(|m| m.to_ascii_uppercase()).unwrap_or_default();
    if !["POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
        return Err(ScimError::syntax("`method` must be POST, PUT, PATCH or DELETE."));
    }
    let path = text(fields, "path").ok_or_else(|| ScimError::syntax("An operation needs a `path`."))?;
    let bulk_id = text(fields, "bulkId").filter(|id| !id.is_empty());
    if method == "POST" && bulk_id.is_none() {
        return Err(ScimError::syntax("A POST needs a `bulkId`."));
    }
    let version = text(fields, "version");
    let meant = version.map_or(Meant::Any, |v| Meant::These(vec![v.trim_start_matches("W/").trim_matches('"').parse().unwrap_or(-1)]));
    let data = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case("data")).map_or(Value::Null, |(_, v)| v.clone());
    Ok(Operation { method, path, bulk_id, meant, data })
}

/// The ids that a value names by `bulkId:…`.
fn named(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.extend(text.strip_prefix("bulkId:").map(str::to_owned)),
        Value::Array(all) => all.iter().for_each(|v| named(v, into)),
        Value::Object(fields) => fields.values().for_each(|v| named(v, into)),
        _ => {}
    }
}

/// The value with the ids that were made.
fn resolved(value: &Value, made: &HashMap<String, String>) -> Value {
    match value {
        Value::String(text) => {
            let id = text.strip_prefix("bulkId:").and_then(|name| made.get(name));
            Value::String(id.cloned().unwrap_or_else(|| text.clone()))
        }
        Value::Array(all) => all.iter().map(|v| resolved(v, made)).collect(),
        Value::Object(fields) => Value::Object(fields.iter().map(|(k, v)| (k.clone(), resolved(v, made))).collect()),
        other => other.clone(),
    }
}

impl Operation {
    fn waits_for(&self) -> Vec<String> {
        let mut ids = Vec::new();
        named(&self.data, &mut ids);
        ids.extend(self.path.split('/').filter_map(|part| part.strip_prefix("bulkId:")).map(str::to_owned));
        ids
    }

    async fn run(&self, app: &App, tenant: &Tenant, made: &HashMap<String, String>) -> Result<Outcome, No> {
        let data = resolved(&self.data, made);
        let path = self.path.trim_start_matches("/scim/v2").trim_matches('/');
        let (endpoint, id) = path.split_once('/').map_or((path, None), |(front, id)| (front, Some(id)));
        let id = id.map(|id| id.strip_prefix("bulkId:").and_then(|name| made.get(name)).cloned().unwrap_or_else(|| id.to_owned()));
        let (meant, usual) = (self.meant.clone(), Shape::default());
        let is_user = match endpoint {
            "Users" => true,
            "Groups" => false,
            _ => return Err(ScimError::path(format!("There is no {} to change.", self.path)).into()),
        };
        match (self.method.as_str(), id.as_deref(), is_user) {
            ("POST", None, true) => users::create(app, tenant, &data, &usual).await,
            ("POST", None, false) => groups::write(app, tenant, meant, Draws::New(Draft::read(&data)?), Some(&usual)).await,
            ("PUT", Some(id), true) => {
                let replace = Change::Replace(resource::read(&USERS, &data)?);
                users::change(app, tenant, id, meant, replace, &usual).await
            }
            ("PUT", Some(id), false) => {
                let replace = Draws::Replace(groups::id_of(id), Draft::read(&data)?);
                groups::write(app, tenant, meant, replace, Some(&usual)).await
            }
            ("PATCH", Some(id), true) => {
                let change = Change::Patch(patch::read(&data)?, data);
                users::change(app, tenant, id, meant, change, &usual).await
            }
            ("PATCH", Some(id), false) => {
                let change = Draws::Patch(groups::id_of(id), patch::read(&data)?, data);
                let outcome = groups::write(app, tenant, meant, change, None).await?;
                Ok(Outcome { status: 200, ..outcome })
            }
            ("DELETE", Some(id), true) => users::remove(app, tenant, id, meant).await,
            ("DELETE", Some(id), false) => groups::remove(app, tenant, id, meant).await,
            _ => Err(ScimError::path(format!("{} is not done to {}.", self.method, self.path)).into()),
        }
    }

    fn told(&self, outcome: &Result<Outcome, No>) -> Value {
        let mut told = json!({ "method": self.method });
        if let Some(id) = &self.bulk_id {
            told["bulkId"] = json!(id);
        }
        match outcome {
            Ok(done) => {
                told["status"] = json!(done.status.to_string());
                if let Some(location) = &done.location {
                    told["location"] = json!(location);
                }
                if let Some(version) = done.version {
                    told["version"] = json!(tag(version));
                }
            }
            Err(no) => {
                let (status, body) = no.told();
                told["status"] = json!(status.to_string());
                told["response"] = body;
                // RFC 7644: a location whatever happened, but for a resource that was not made.
                if self.method != "POST" {
                    told["location"] = json!(self.path);
                }
            }
        }
        told
    }
}

pub async fn post(State(app): State<Shared>, tenant: Tenant, Sent(body): Sent) -> Result<Response, No> {
    let fields = body.as_object().ok_or_else(|| ScimError::syntax("The body is not a JSON object."))?;
    resource::says_schema(fields, REQUEST)?;
    let limit = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case("failOnErrors")).and_then(|(_, v)| v.as_u64()).unwrap_or(0);
    let listed = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case("Operations")).and_then(|(_, v)| v.as_array());
    let listed = listed.ok_or_else(|| ScimError::syntax("`Operations` must be a list."))?;
    if listed.len() > MOST {
        return Err(ScimError::too_large(format!("One request may have at most {MOST} operations. Nothing was changed.")).into());
    }
    let told = run(&app, &tenant, listed.iter().map(read).collect(), limit).await;
    Ok(document(200, &json!({ "schemas": [RESPONSE], "Operations": told })))
}

/// Does what can be done, again and again until nothing is left: an operation waits for those that make what it names.
async fn run(app: &App, tenant: &Tenant, operations: Vec<Result<Operation, ScimError>>, limit: u64) -> Vec<Value> {
    let mut told: Vec<Option<Value>> = vec![None; operations.len()];
    let mut made: HashMap<String, String> = HashMap::new();
    let mut failed: u64 = 0;
    loop {
        let before = told.iter().flatten().count();
        for (operation, told) in operations.iter().zip(&mut told).filter(|(_, t)| t.is_none()) {
            if limit > 0 && failed >= limit {
                break;
            }
            let operation = match operation {
                Ok(operation) => operation,
                Err(error) => {
                    failed += 1;
                    let (status, body) = No::Scim(error.clone()).told();
                    *told = Some(json!({ "status": status.to_string(), "response": body }));
                    continue;
                }
            };
            if !operation.waits_for().iter().all(|id| made.contains_key(id)) {
                continue;
            }
            let outcome = operation.run(app, tenant, &made).await;
            failed += u64::from(outcome.is_err());
            if let (Ok(done), Some(id)) = (&outcome, &operation.bulk_id)
                && let Some(location) = &done.location
            {
                made.insert(id.clone(), location.rsplit('/').next().unwrap_or_default().to_owned());
            }
            *told = Some(operation.told(&outcome));
        }
        let over = limit > 0 && failed >= limit;
        if over || told.iter().flatten().count() == before {
            if !over {
                unresolved(&operations, &mut told, &made, (limit, failed));
            }
            return told.into_iter().flatten().collect();
        }
    }
}

/// What still waits names something that was not made, or waits for itself.
fn unresolved(
    operations: &[Result<Operation, ScimError>],
    told: &mut [Option<Value>],
    made: &HashMap<String, String>,
    (limit, mut failed): (u64, u64),
) {
    for (operation, told) in operations.iter().zip(told).filter(|(_, t)| t.is_none()) {
        let Ok(operation) = operation else { continue };
        if limit > 0 && failed >= limit {
            return;
        }
        failed += 1;
        let missing = operation.waits_for().into_iter().find(|id| !made.contains_key(id)).unwrap_or_default();
        let error = ScimError::new(409, format!("bulkId:{missing} names nothing that was made."));
        *told = Some(operation.told(&Err(error.into())));
    }
}
