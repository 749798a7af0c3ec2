//! Resources as JSON: what of a body is kept, under our own spelling and typed; and what of a resource is shown.

use serde_json::{Map, Value, json};

use super::{
    compiled::truth,
    error::ScimError,
    schema::{self, Attribute, COMMON, Kind, Mutability, Place, ResourceType, Returned},
};

/// A resource's attributes by their names, an extension's under its URN.
pub type Fields = Map<String, Value>;

/// The longest text that is indexed, in bytes.
pub const LONGEST_KEY: usize = 1_024;
/// The largest resource, in bytes of JSON (a group's members not counted).
pub const LARGEST: usize = 256 * 1_024;

/// Reads a body of POST or PUT: unknown and read-only attributes are left out, names spelled as ours.
///
/// # Errors
/// `invalidSyntax` or `invalidValue` naming the attribute.
pub fn read(of: &ResourceType, body: &Value) -> Result<Fields, ScimError> {
    let body = body.as_object().ok_or_else(|| ScimError::syntax("The body is not a JSON object."))?;
    says_schema(body, of.core.urn)?;
    let mut kept = Fields::new();
    for (key, value) in body {
        if let Some(extension) = of.extension(key) {
            let fields = value.as_object().cloned().or_else(|| value.is_null().then(Fields::new));
            let fields = fields.ok_or_else(|| ScimError::syntax(format!("{} is not an object.", extension.urn)))?;
            let mut inner = Fields::new();
            for (key, value) in &fields {
                keep(&mut inner, schema::named(extension.attributes, key), value)?;
            }
            put(&mut kept, extension.urn, Some(Value::Object(inner)));
        } else {
            let known = schema::named(of.core.attributes, key).or_else(|| schema::named(&COMMON, key));
            keep(&mut kept, known, value)?;
        }
    }
    Ok(kept)
}

/// The body says which schema it follows.
///
/// # Errors
/// `invalidSyntax`.
pub fn says_schema(body: &Fields, urn: &str) -> Result<(), ScimError> {
    let said = body.iter().find(|(key, _)| key.eq_ignore_ascii_case("schemas")).and_then(|(_, v)| v.as_array());
    let says = said.is_some_and(|all| all.iter().filter_map(Value::as_str).any(|s| s.eq_ignore_ascii_case(urn)));
    if says { Ok(()) } else { Err(ScimError::syntax(format!("`schemas` must name {urn}."))) }
}

fn keep(into: &mut Fields, known: Option<&'static Attribute>, value: &Value) -> Result<(), ScimError> {
    let Some(attribute) = known.filter(|a| a.mutability != Mutability::ReadOnly) else { return Ok(()) };
    let typed = typed(attribute, value)?;
    if attribute.mutability != Mutability::WriteOnly {
        put(into, attribute.name, typed);
    }
    Ok(())
}

/// Sets a value; what is empty is not there.
pub fn put(into: &mut Fields, name: &str, value: Option<Value>) {
    let empty = |v: &Value| v.as_object().is_some_and(Map::is_empty) || v.as_array().is_some_and(Vec::is_empty);
    match value.filter(|v| !empty(v)) {
        Some(value) => into.insert(name.to_owned(), value),
        None => into.remove(name),
    };
}

/// An attribute's whole value as it is kept; none when it is null or empty.
///
/// # Errors
/// `invalidValue` naming the attribute.
pub fn typed(attribute: &'static Attribute, value: &Value) -> Result<Option<Value>, ScimError> {
    if attribute.multi {
        let all = several(attribute, value)?;
        return Ok((!all.is_empty()).then_some(Value::Array(all)));
    }
    one(attribute, value)
}

/// The values of an attribute that has any number of them; one alone stands for a list of one.
///
/// # Errors
/// `invalidValue` naming the attribute; two primary ones are refused.
pub fn several(attribute: &'static Attribute, value: &Value) -> Result<Vec<Value>, ScimError> {
    let given: Vec<&Value> = match value {
        Value::Null => Vec::new(),
        Value::Array(all) => all.iter().collect(),
        single => vec![single],
    };
    let mut kept = Vec::with_capacity(given.len());
    for value in given {
        if let Some(value) = one(attribute, value)? {
            kept.push(value);
        }
    }
    one_primary(attribute, &kept)?;
    Ok(kept)
}

/// At most one value is the primary one.
///
/// # Errors
/// `invalidValue`.
pub fn one_primary(attribute: &Attribute, values: &[Value]) -> Result<(), ScimError> {
    if values.iter().filter(|v| is_primary(v)).count() > 1 {
        return Err(ScimError::value(format!("{} has more than one primary value.", attribute.name)));
    }
    Ok(())
}

/// True for the primary value.
pub fn is_primary(value: &Value) -> bool {
    value.get("primary").and_then(Value::as_bool) == Some(true)
}

/// One value of an attribute; none when it is null or empty.
///
/// # Errors
/// `invalidValue` naming the attribute.
pub fn one(attribute: &'static Attribute, value: &Value) -> Result<Option<Value>, ScimError> {
    let wrong = |what: &str| ScimError::value(format!("{} is not {what}.", attribute.name));
    if value.is_null() {
        return Ok(None);
    }
    if attribute.kind == Kind::Complex {
        return complex(attribute, value);
    }
    if attribute.kind == Kind::Boolean {
        return truth(value).map(|b| Some(Value::Bool(b))).ok_or_else(|| wrong("true or false"));
    }
    let text = value.as_str().ok_or_else(|| wrong("a text"))?;
    if text.contains('\0') {
        return Err(ScimError::value(format!("{} holds the NUL character, which cannot be stored.", attribute.name)));
    }
    if attribute.kind == Kind::Binary && data_encoding::BASE64.decode(text.as_bytes()).is_err() {
        return Err(wrong("base 64"));
    }
    Ok(Some(Value::String(text.to_owned())))
}

fn complex(attribute: &'static Attribute, value: &Value) -> Result<Option<Value>, ScimError> {
    let wrong = || ScimError::value(format!("{} is not an object.", attribute.name));
    let mut kept = Fields::new();
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let Some(sub) = attribute.child(key).filter(|s| s.mutability != Mutability::ReadOnly) else { continue };
                put(&mut kept, sub.name, one(sub, value)?);
            }
        }
        // Entra ID sends a manager, and others a role, as its bare value; an empty one takes it away.
        Value::String(text) => {
            let sub = attribute.child("value").ok_or_else(wrong)?;
            if !text.is_empty() {
                put(&mut kept, sub.name, one(sub, value)?);
            }
        }
        _ => return Err(wrong()),
    }
    Ok((!kept.is_empty()).then_some(Value::Object(kept)))
}

/// What must hold of a resource before it is kept.
///
/// # Errors
/// `invalidValue` naming the attribute.
pub fn check(of: &ResourceType, fields: &Fields) -> Result<(), ScimError> {
    for attribute in of.core.attributes.iter().filter(|a| a.required) {
        let text = fields.get(attribute.name).and_then(Value::as_str).unwrap_or_default();
        if text.trim().is_empty() {
            return Err(ScimError::value(format!("{} is required.", attribute.name)));
        }
        if text.chars().any(char::is_control) {
            return Err(ScimError::value(format!("{} holds control characters.", attribute.name)));
        }
    }
    let emails = fields.get("emails").and_then(Value::as_array).into_iter().flatten();
    let keys = ["userName", "displayName", "externalId"].into_iter().filter_map(|name| Some((name, fields.get(name)?.as_str()?)));
    for (name, text) in keys.chain(emails.filter_map(|e| Some(("emails.value", e.get("value")?.as_str()?)))) {
        if text.len() > LONGEST_KEY {
            return Err(ScimError::value(format!("{name} may have at most {LONGEST_KEY} bytes.")));
        }
    }
    for attribute in of.core.attributes.iter().filter(|a| a.multi) {
        one_primary(attribute, fields.get(attribute.name).and_then(Value::as_array).map_or(&[], Vec::as_slice))?;
    }
    if serde_json::to_string(fields).map_or(usize::MAX, |t| t.len()) > LARGEST {
        return Err(ScimError::too_large(format!("A resource may have at most {LARGEST} bytes.")));
    }
    Ok(())
}

/// Which attributes are wanted in an answer.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    only: Option<Vec<Place>>,
    without: Vec<Place>,
}

impl Shape {
    /// Reads `attributes` and `excludedAttributes`. Names nobody knows are passed over.
    ///
    /// # Errors
    /// `invalidValue` when both are given.
    pub fn read(of: &ResourceType, only: Option<&[String]>, without: Option<&[String]>) -> Result<Shape, ScimError> {
        if only.is_some() && without.is_some() {
            return Err(ScimError::value("Ask by attributes or by excludedAttributes, not by both."));
        }
        let places = |names: &[String]| names.iter().filter_map(|n| of.resolve(n.trim())).collect::<Vec<_>>();
        Ok(Shape { only: only.map(places), without: without.map(places).unwrap_or_default() })
    }

    /// True when nothing was said.
    pub fn is_usual(&self) -> bool {
        self.only.is_none() && self.without.is_empty()
    }

    /// True when an answer holds this attribute of the resource's own schema.
    pub fn wants(&self, name: &str) -> bool {
        let is = |p: &Place| p.attribute.is_some_and(|a| a.name == name);
        match &self.only {
            Some(only) => only.iter().any(is),
            None => !self.without.iter().any(|p| is(p) && p.sub.is_none()),
        }
    }

    /// The resource as it is shown.
    #[must_use]
    pub fn of(&self, whole: Fields) -> Fields {
        let mut shown = match &self.only {
            None => whole,
            Some(only) => picked(&whole, only),
        };
        for place in self.without.iter().filter(|p| p.attribute.is_none_or(|a| a.returned != Returned::Always)) {
            leave_out(&mut shown, place);
        }
        shown
    }
}

/// What is always there, and these.
fn picked(whole: &Fields, only: &[Place]) -> Fields {
    let always = |name: &str| schema::named(&COMMON, name).is_some_and(|a| a.returned == Returned::Always);
    let mut shown: Fields = whole.iter().filter(|(name, _)| always(name)).map(|(n, v)| (n.clone(), v.clone())).collect();
    for place in only {
        let from = match place.urn {
            Some(urn) => whole.get(urn).and_then(Value::as_object),
            None => Some(whole),
        };
        let (Some(from), into) = (from, place.urn) else { continue };
        let found: Vec<(String, Value)> = match place.attribute {
            None => from.iter().map(|(n, v)| (n.clone(), v.clone())).collect(),
            Some(a) => {
                from.get(a.name).map(|v| (a.name.to_owned(), place.sub.map_or_else(|| v.clone(), |s| only_sub(v, s)))).into_iter().collect()
            }
        };
        let target = match into {
            Some(urn) => shown.entry(urn).or_insert_with(|| json!({})).as_object_mut(),
            None => Some(&mut shown),
        };
        let Some(target) = target else { continue };
        for (name, value) in found {
            match target.get_mut(&name) {
                Some(there) => merge(there, value),
                None => drop(target.insert(name, value)),
            }
        }
    }
    shown.retain(|_, v| v.as_object().is_none_or(|o| !o.is_empty()));
    shown
}

/// Two sub-attributes of one attribute, asked for one after the other.
fn merge(there: &mut Value, more: Value) {
    match (there, more) {
        (Value::Object(there), Value::Object(more)) => there.extend(more),
        (Value::Array(there), Value::Array(more)) => {
            for (there, more) in there.iter_mut().zip(more) {
                merge(there, more);
            }
        }
        _ => {}
    }
}

fn only_sub(value: &Value, sub: &Attribute) -> Value {
    match value {
        Value::Array(all) => all.iter().map(|v| only_sub(v, sub)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().filter(|(n, _)| *n == sub.name).map(|(n, v)| (n.clone(), v.clone())).collect())
        }
        other => other.clone(),
    }
}

fn leave_out(shown: &mut Fields, place: &Place) {
    let Some(attribute) = place.attribute else {
        place.urn.and_then(|urn| shown.remove(urn));
        return;
    };
    let holder = match place.urn {
        Some(urn) => shown.get_mut(urn).and_then(Value::as_object_mut),
        None => Some(shown),
    };
    let Some(holder) = holder else { return };
    match place.sub {
        None => drop(holder.remove(attribute.name)),
        Some(sub) => match holder.get_mut(attribute.name) {
            Some(Value::Array(all)) => all.iter_mut().filter_map(Value::as_object_mut).for_each(|v| drop(v.remove(sub.name))),
            Some(Value::Object(fields)) => drop(fields.remove(sub.name)),
            _ => {}
        },
    }
}
