//! SCIM's "no": a status, RFC 7644's keyword for it, and a sentence. Commands refuse with it and handlers answer it.

use command::Refusal;
use serde::Serialize;

/// Why a request is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScimError {
    /// HTTP status.
    pub status: u16,
    /// `scimType`, where RFC 7644 names one.
    #[serde(rename = "scimType", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// A sentence for people.
    pub detail: String,
}

impl ScimError {
    /// With a status and a sentence alone.
    pub fn new(status: u16, detail: impl Into<String>) -> ScimError {
        ScimError { status, kind: None, detail: detail.into() }
    }

    fn bad(kind: &'static str, detail: impl Into<String>) -> ScimError {
        ScimError { status: 400, kind: Some(kind), detail: detail.into() }
    }

    /// 400: the body's structure is not that of its schema.
    pub fn syntax(detail: impl Into<String>) -> ScimError {
        ScimError::bad("invalidSyntax", detail)
    }

    /// 400: a value cannot be that of its attribute.
    pub fn value(detail: impl Into<String>) -> ScimError {
        ScimError::bad("invalidValue", detail)
    }

    /// 400: a filter cannot be read, or compares what cannot be compared.
    pub fn filter(detail: impl Into<String>) -> ScimError {
        ScimError::bad("invalidFilter", detail)
    }

    /// 400: a path cannot be read, or names nothing.
    pub fn path(detail: impl Into<String>) -> ScimError {
        ScimError::bad("invalidPath", detail)
    }

    /// 400: a path leads to no value that could be operated on.
    pub fn no_target(detail: impl Into<String>) -> ScimError {
        ScimError::bad("noTarget", detail)
    }

    /// 400: the attribute cannot be changed like that.
    pub fn mutability(detail: impl Into<String>) -> ScimError {
        ScimError::bad("mutability", detail)
    }

    /// 400: a cursor of another list, or none of ours.
    pub fn cursor(detail: impl Into<String>) -> ScimError {
        ScimError::bad("invalidCursor", detail)
    }

    /// 409: another resource has this value.
    pub fn taken(attribute: &str) -> ScimError {
        ScimError { status: 409, kind: Some("uniqueness"), detail: format!("Another user has this {attribute}. Nothing was changed.") }
    }

    /// 404, the same for foreign, missing and malformed ids.
    pub fn not_found() -> ScimError {
        ScimError::new(404, "There is no such resource")
    }

    /// 401, the same for no token and a wrong one.
    pub fn unauthenticated() -> ScimError {
        ScimError::new(401, "Send this tenant's SCIM token as Authorization: Bearer")
    }

    /// 412: not the version that was read.
    pub fn stale() -> ScimError {
        ScimError::new(412, "The resource was changed since it was read. Nothing was changed.")
    }

    /// 413.
    pub fn too_large(detail: impl Into<String>) -> ScimError {
        ScimError::new(413, detail)
    }
}

impl Refusal for ScimError {
    fn status(&self) -> u16 {
        self.status
    }
    fn code(&self) -> &'static str {
        self.kind.unwrap_or("scim")
    }
    fn title(&self) -> String {
        self.detail.clone()
    }
}
