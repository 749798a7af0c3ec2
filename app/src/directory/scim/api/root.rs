//! `/.search` over all types of resources: users first, then groups.

use axum::{extract::State, response::Response};
use serde_json::{Value, json};

use super::{
    groups,
    search::{LIST, Search},
    users,
    wire::{No, Sent, Tenant, document},
};
use crate::app::Shared;

pub async fn search(State(app): State<Shared>, tenant: Tenant, Sent(body): Sent) -> Result<Response, No> {
    let whole = Search::of_body(&body)?.by_index()?;
    let users = users::list(&app, &tenant, &whole).await?;
    let of = |list: &Value, name: &str| list.get(name).and_then(Value::as_i64).unwrap_or(0);
    let (total, shown) = (of(&users, "totalResults"), of(&users, "itemsPerPage"));
    let groups = groups::list(&app, &tenant, &whole.behind(total, shown)).await?;
    let mut resources = Vec::new();
    for list in [&users, &groups] {
        resources.extend(list.get("Resources").and_then(Value::as_array).into_iter().flatten().cloned());
    }
    let body = json!({
        "schemas": [LIST],
        "totalResults": total + of(&groups, "totalResults"),
        "itemsPerPage": resources.len(),
        "startIndex": whole.start(),
        "Resources": resources,
    });
    Ok(document(200, &body))
}
