//! What attributes there are (RFC 7643): one definition from which everything follows — what a body may hold, what a filter
//! compares and how, what a path may change, what is returned, and the discovery documents.

use serde_json::{Value, json};

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// True or false.
    Boolean,
    /// An instant (RFC 3339).
    DateTime,
    /// Base 64.
    Binary,
    /// The address of something.
    Reference,
    /// Sub-attributes.
    Complex,
}

/// Who may change a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutability {
    /// The directory.
    ReadWrite,
    /// Only we.
    ReadOnly,
    /// The directory, when it makes the value.
    Immutable,
    /// The directory, and nobody reads it.
    WriteOnly,
}

/// When a value is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// Whatever was asked.
    Always,
    /// Unless it is left out.
    Default,
    /// Not ever.
    Never,
}

/// An attribute or sub-attribute.
#[derive(Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name as we write it; any case is understood.
    pub name: &'static str,
    /// The type of a value.
    pub kind: Kind,
    /// It has any number of values.
    pub multi: bool,
    /// It must have one.
    pub required: bool,
    /// Case matters in comparisons.
    pub exact: bool,
    /// Who may change it.
    pub mutability: Mutability,
    /// When it is returned.
    pub returned: Returned,
    /// No two resources of a tenant share a value.
    pub unique: bool,
    /// Usual values.
    pub canonical: &'static [&'static str],
    /// What a reference refers to.
    pub refers: &'static [&'static str],
    /// What it is.
    pub about: &'static str,
    /// Its sub-attributes.
    pub sub: &'static [Attribute],
}

const fn of(name: &'static str, kind: Kind, about: &'static str) -> Attribute {
    Attribute {
        name,
        kind,
        multi: false,
        required: false,
        exact: false,
        mutability: Mutability::ReadWrite,
        returned: Returned::Default,
        unique: false,
        canonical: &[],
        refers: &[],
        about,
        sub: &[],
    }
}

const fn text(name: &'static str, about: &'static str) -> Attribute {
    of(name, Kind::Text, about)
}

const fn complex(name: &'static str, sub: &'static [Attribute], about: &'static str) -> Attribute {
    Attribute { sub, ..of(name, Kind::Complex, about) }
}

const fn several(name: &'static str, sub: &'static [Attribute], about: &'static str) -> Attribute {
    Attribute { multi: true, ..complex(name, sub, about) }
}

const fn reference(name: &'static str, refers: &'static [&'static str], about: &'static str) -> Attribute {
    Attribute { refers, exact: true, ..of(name, Kind::Reference, about) }
}

impl Attribute {
    const fn required(self) -> Attribute {
        Attribute { required: true, ..self }
    }
    const fn exact(self) -> Attribute {
        Attribute { exact: true, ..self }
    }
    const fn read_only(self) -> Attribute {
        Attribute { mutability: Mutability::ReadOnly, ..self }
    }
    const fn immutable(self) -> Attribute {
        Attribute { mutability: Mutability::Immutable, ..self }
    }
    const fn unique(self) -> Attribute {
        Attribute { unique: true, ..self }
    }
    const fn always(self) -> Attribute {
        Attribute { returned: Returned::Always, ..self }
    }
    const fn usually(self, canonical: &'static [&'static str]) -> Attribute {
        Attribute { canonical, ..self }
    }

    /// The sub-attribute of that name, in any case.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&'static Attribute> {
        named(self.sub, name)
    }
}

/// The attribute of that name, in any case.
#[must_use]
pub fn named(among: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    among.iter().find(|a| a.name.eq_ignore_ascii_case(name))
}

/// A schema.
#[derive(Debug)]
pub struct Schema {
    /// Its URN.
    pub urn: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it describes.
    pub about: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
}

/// A type of resource.
#[derive(Debug)]
pub struct ResourceType {
    /// Its name.
    pub name: &'static str,
    /// Where it is, below the base address.
    pub endpoint: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Its own schema.
    pub core: &'static Schema,
    /// Schemas that extend it.
    pub extensions: &'static [&'static Schema],
}

const PRIMARY: Attribute = of("primary", Kind::Boolean, "Whether this is the preferred value; at most one is.");
const DISPLAY: Attribute = text("display", "A name of the value for people.");

const fn valued(value: Attribute, types: &'static [&'static str]) -> [Attribute; 4] {
    [value, DISPLAY, text("type", "What the value is for.").usually(types), PRIMARY]
}

static NAME: [Attribute; 6] = [
    text("formatted", "The whole name as it is shown."),
    text("familyName", "The family name."),
    text("givenName", "The given name."),
    text("middleName", "The middle names."),
    text("honorificPrefix", "Titles before the name."),
    text("honorificSuffix", "Suffixes behind the name."),
];
static EMAILS: [Attribute; 4] =
    valued(text("value", "The address. The primary or work address is unique in the tenant."), &["work", "home", "other"]);
static PHONES: [Attribute; 4] = valued(text("value", "The number."), &["work", "home", "mobile", "fax", "pager", "other"]);
static IMS: [Attribute; 4] = valued(text("value", "The address."), &["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"]);
static PHOTOS: [Attribute; 4] = valued(reference("value", &["external"], "Where the picture is."), &["photo", "thumbnail"]);
static PLAIN: [Attribute; 4] = valued(text("value", "The value."), &[]);
static CERTIFICATES: [Attribute; 4] =
    valued(Attribute { exact: true, ..of("value", Kind::Binary, "The certificate (DER) in base 64.") }, &[]);
static ADDRESSES: [Attribute; 8] = [
    text("formatted", "The whole address as it is written on a letter."),
    text("streetAddress", "Street and number."),
    text("locality", "City."),
    text("region", "State or region."),
    text("postalCode", "Postal code."),
    text("country", "Country, two letters."),
    text("type", "What the address is for.").usually(&["work", "home", "other"]),
    PRIMARY,
];
static GROUPS: [Attribute; 4] = [
    text("value", "The group's id.").exact().read_only(),
    reference("$ref", &["Group"], "Where the group is.").read_only(),
    text("display", "The group's name.").read_only(),
    text("type", "How the user belongs to it.").usually(&["direct"]).read_only(),
];
static USER: [Attribute; 21] = [
    text("userName", "What the user signs in with at the directory; unique in the tenant, in any case.").required().unique(),
    complex("name", &NAME, "The parts of the user's name."),
    text("displayName", "The name as it is shown."),
    text("nickName", "What the user is called."),
    reference("profileUrl", &["external"], "The user's page elsewhere."),
    text("title", "As what the user works."),
    text("userType", "The user's relation to the organisation."),
    text("preferredLanguage", "The user's language, such as en-US."),
    text("locale", "How dates and numbers are written for the user."),
    text("timezone", "The user's time zone by its IANA name."),
    of("active", Kind::Boolean, "Whether the directory lets the user work. Seats are another matter."),
    Attribute {
        mutability: Mutability::WriteOnly,
        returned: Returned::Never,
        exact: true,
        ..text("password", "Accepted and forgotten: members sign in at their own directory.")
    },
    several("emails", &EMAILS, "Mail addresses."),
    several("phoneNumbers", &PHONES, "Telephone numbers."),
    several("ims", &IMS, "Instant messaging addresses."),
    several("photos", &PHOTOS, "Pictures."),
    several("addresses", &ADDRESSES, "Postal addresses."),
    several("groups", &GROUPS, "Groups the user belongs to; changed through the groups.").read_only(),
    several("entitlements", &PLAIN, "What the user is entitled to."),
    several("roles", &PLAIN, "The user's roles."),
    several("x509Certificates", &CERTIFICATES, "Certificates."),
];
static MANAGER: [Attribute; 3] = [
    text("value", "The manager's id.").exact(),
    reference("$ref", &["User"], "Where the manager is."),
    text("displayName", "The manager's name.").read_only(),
];
static ENTERPRISE: [Attribute; 6] = [
    text("employeeNumber", "The number in the organisation's own books."),
    text("costCenter", "Cost centre."),
    text("organization", "Organisation."),
    text("division", "Division."),
    text("department", "Department."),
    complex("manager", &MANAGER, "The user's manager."),
];
static MEMBERS: [Attribute; 3] = [
    text("value", "The id of a user or group of this tenant.").exact().immutable(),
    reference("$ref", &["User", "Group"], "Where the member is.").immutable(),
    text("type", "What the member is.").usually(&["User", "Group"]).immutable(),
];
static GROUP: [Attribute; 2] =
    [text("displayName", "The group's name.").required(), several("members", &MEMBERS, "Users and groups that belong to it.")];
static META: [Attribute; 5] = [
    text("resourceType", "The type of the resource.").exact().read_only(),
    of("created", Kind::DateTime, "When it was made.").read_only(),
    of("lastModified", Kind::DateTime, "When it was last changed.").read_only(),
    reference("location", &["uri"], "Where it is.").read_only(),
    text("version", "Its version.").exact().read_only(),
];
/// Attributes of every resource.
pub static COMMON: [Attribute; 4] = [
    Attribute { multi: true, exact: true, ..text("schemas", "The schemas it is described by.") }.always().read_only(),
    text("id", "Its id, made by us.").exact().read_only().always(),
    text("externalId", "Its id at the directory.").exact(),
    complex("meta", &META, "When and where it is.").read_only(),
];

/// Users.
pub static USER_SCHEMA: Schema =
    Schema { urn: "urn:ietf:params:scim:schemas:core:2.0:User", name: "User", about: "User Account", attributes: &USER };
/// What enterprises add to users.
pub static ENTERPRISE_SCHEMA: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    about: "Enterprise User",
    attributes: &ENTERPRISE,
};
/// Groups.
pub static GROUP_SCHEMA: Schema =
    Schema { urn: "urn:ietf:params:scim:schemas:core:2.0:Group", name: "Group", about: "Group", attributes: &GROUP };

/// All schemas.
pub static SCHEMAS: [&Schema; 3] = [&USER_SCHEMA, &ENTERPRISE_SCHEMA, &GROUP_SCHEMA];

/// Users.
pub static USERS: ResourceType =
    ResourceType { name: "User", endpoint: "/Users", about: "User Account", core: &USER_SCHEMA, extensions: &[&ENTERPRISE_SCHEMA] };
/// Groups.
pub static GROUPS_OF_USERS: ResourceType =
    ResourceType { name: "Group", endpoint: "/Groups", about: "Group", core: &GROUP_SCHEMA, extensions: &[] };
/// All types.
pub static TYPES: [&ResourceType; 2] = [&USERS, &GROUPS_OF_USERS];

/// Where an attribute path leads in a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The extension it lies in.
    pub urn: Option<&'static str>,
    /// The attribute; none for the extension itself.
    pub attribute: Option<&'static Attribute>,
    /// Its sub-attribute.
    pub sub: Option<&'static Attribute>,
}

impl ResourceType {
    /// Resolves `[urn:]attribute[.sub]`, in any case.
    #[must_use]
    pub fn resolve(&self, path: &str) -> Option<Place> {
        let (schema, rest) = match path.get(..4) {
            Some(urn) if urn.eq_ignore_ascii_case("urn:") => {
                let schemas = std::iter::once(self.core).chain(self.extensions.iter().copied());
                let found = schemas.filter_map(|s| Some((s, behind(path, s.urn)?))).max_by_key(|(s, _)| s.urn.len());
                let (schema, rest) = found?;
                (Some(schema), rest)
            }
            _ => (None, path),
        };
        let urn = schema.filter(|s| s.urn != self.core.urn).map(|s| s.urn);
        if rest.is_empty() {
            return urn.map(|_| Place { urn, attribute: None, sub: None });
        }
        let (name, sub) = rest.split_once('.').map_or((rest, None), |(name, sub)| (name, Some(sub)));
        let among = schema.unwrap_or(self.core).attributes;
        let attribute = named(among, name).or_else(|| if urn.is_none() { named(&COMMON, name) } else { None })?;
        let sub = match sub {
            Some(sub) => Some(attribute.child(sub)?),
            None => None,
        };
        Some(Place { urn, attribute: Some(attribute), sub })
    }

    /// Its extension of that URN, in any case.
    #[must_use]
    pub fn extension(&self, urn: &str) -> Option<&'static Schema> {
        self.extensions.iter().copied().find(|s| s.urn.eq_ignore_ascii_case(urn))
    }
}

/// What stands behind a schema's URN: nothing, or `:attribute`.
fn behind<'p>(path: &'p str, urn: &str) -> Option<&'p str> {
    let (front, rest) = path.split_at_checked(urn.len())?;
    if !front.eq_ignore_ascii_case(urn) {
        return None;
    }
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(':') }
}

/// True when some type of resource knows the path: elsewhere it has no value, which is no mistake.
#[must_use]
pub fn is_known(path: &str) -> bool {
    TYPES.iter().any(|t| t.resolve(path).is_some())
}

impl Attribute {
    fn document(&self) -> Value {
        let kind = match self.kind {
            Kind::Text => "string",
            Kind::Boolean => "boolean",
            Kind::DateTime => "dateTime",
            Kind::Binary => "binary",
            Kind::Reference => "reference",
            Kind::Complex => "complex",
        };
        let mutability = match self.mutability {
            Mutability::ReadWrite => "readWrite",
            Mutability::ReadOnly => "readOnly",
            Mutability::Immutable => "immutable",
            Mutability::WriteOnly => "writeOnly",
        };
        let returned = match self.returned {
            Returned::Always => "always",
            Returned::Default => "default",
            Returned::Never => "never",
        };
        let mut document = json!({
            "name": self.name,
            "type": kind,
            "multiValued": self.multi,
            "description": self.about,
            "required": self.required,
            "caseExact": self.exact,
            "mutability": mutability,
            "returned": returned,
            "uniqueness": if self.unique { "server" } else { "none" },
        });
        if !self.canonical.is_empty() {
            document["canonicalValues"] = json!(self.canonical);
        }
        if !self.refers.is_empty() {
            document["referenceTypes"] = json!(self.refers);
        }
        if !self.sub.is_empty() {
            document["subAttributes"] = self.sub.iter().map(Attribute::document).collect();
        }
        document
    }
}

/// The URN of schemas' own schema.
pub const SCHEMA_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
/// The URN of resource types' schema.
pub const TYPE_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";

impl Schema {
    /// Its discovery document.
    #[must_use]
    pub fn document(&self, base: &str) -> Value {
        json!({
            "schemas": [SCHEMA_URN],
            "id": self.urn,
            "name": self.name,
            "description": self.about,
            "attributes": self.attributes.iter().map(Attribute::document).collect::<Vec<_>>(),
            "meta": { "resourceType": "Schema", "location": format!("{base}/Schemas/{}", self.urn) },
        })
    }
}

impl ResourceType {
    /// Its discovery document.
    #[must_use]
    pub fn document(&self, base: &str) -> Value {
        json!({
            "schemas": [TYPE_URN],
            "id": self.name,
            "name": self.name,
            "endpoint": self.endpoint,
            "description": self.about,
            "schema": self.core.urn,
            "schemaExtensions": self.extensions.iter().map(|s| json!({ "schema": s.urn, "required": false })).collect::<Vec<_>>(),
            "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{}", self.name) },
        })
    }
}
