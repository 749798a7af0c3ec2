//! The discovery documents (RFC 7644 §4). What this server can do is told to anybody, so that a directory can find out how to
//! sign in (RFC 7643 §5); schemas and types to those who hold a token.

use axum::{
    extract::{Path, RawQuery, State},
    response::Response,
};
use serde_json::{Value, json};

use super::{
    super::{
        error::ScimError,
        schema::{SCHEMAS, TYPES},
    },
    bulk,
    search::{LIST, MOST, USUAL},
    wire::{self, No, Tenant, document},
};
use crate::app::Shared;

fn unfiltered(query: Option<&str>) -> Result<(), ScimError> {
    let filters = wire::parameters(query)?.iter().any(|(name, _)| name.eq_ignore_ascii_case("filter"));
    if filters { Err(ScimError::new(403, "The discovery documents cannot be filtered.")) } else { Ok(()) }
}

pub async fn configuration(State(app): State<Shared>, RawQuery(query): RawQuery) -> Result<Response, No> {
    unfiltered(query.as_deref())?;
    let base = wire::base(&app);
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "documentationUri": "https://www.rfc-editor.org/rfc/rfc7644",
        "patch": { "supported": true },
        "bulk": { "supported": true, "maxOperations": bulk::MOST, "maxPayloadSize": wire::LARGEST },
        "filter": { "supported": true, "maxResults": MOST },
        "changePassword": { "supported": false },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": USUAL,
            "maxPageSize": MOST,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "One token for each tenant, made in the console under Directory.",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
            "primary": true,
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig") },
    });
    Ok(document(200, &body))
}

fn list(all: Vec<Value>) -> Response {
    let body = json!({ "schemas": [LIST], "totalResults": all.len(), "itemsPerPage": all.len(), "startIndex": 1, "Resources": all });
    document(200, &body)
}

pub async fn types(State(app): State<Shared>, _: Tenant, RawQuery(query): RawQuery) -> Result<Response, No> {
    unfiltered(query.as_deref())?;
    let base = wire::base(&app);
    Ok(list(TYPES.iter().map(|t| t.document(&base)).collect()))
}

pub async fn one_type(State(app): State<Shared>, _: Tenant, Path(id): Path<String>) -> Result<Response, No> {
    let found = TYPES.iter().find(|t| t.name == id).ok_or_else(ScimError::not_found)?;
    Ok(document(200, &found.document(&wire::base(&app))))
}

pub async fn schemas(State(app): State<Shared>, _: Tenant, RawQuery(query): RawQuery) -> Result<Response, No> {
    unfiltered(query.as_deref())?;
    let base = wire::base(&app);
    Ok(list(SCHEMAS.iter().map(|s| s.document(&base)).collect()))
}

pub async fn one_schema(State(app): State<Shared>, _: Tenant, Path(id): Path<String>) -> Result<Response, No> {
    let found = SCHEMAS.iter().find(|s| s.urn.eq_ignore_ascii_case(&id)).ok_or_else(ScimError::not_found)?;
    Ok(document(200, &found.document(&wire::base(&app))))
}

pub async fn me(_: Tenant) -> No {
    ScimError::new(501, "A tenant's token is nobody's own: there is no /Me.").into()
}
