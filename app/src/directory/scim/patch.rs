//! PATCH (RFC 7644 §3.5.2) over a resource's JSON, with what Entra ID, Okta and Google make of it.

use serde_json::{Value, json};

use super::{
    compiled::{self, Node},
    error::ScimError,
    filter::{self, Filter, Op, Path},
    resource::{self, Fields, is_primary, put},
    schema::{Attribute, Kind, Mutability, Place, ResourceType},
};

/// The URN of a PATCH's body.
pub const URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// Operations of one request at most.
pub const MOST: usize = 1_000;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Adds, or sets what is single.
    Add,
    /// Sets.
    Replace,
    /// Takes away.
    Remove,
}

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What is done.
    pub verb: Verb,
    /// To what; none for the resource itself.
    pub path: Option<Path>,
    /// With what; null for nothing.
    pub value: Value,
}

/// Reads the body of a PATCH.
///
/// # Errors
/// `invalidSyntax`, `invalidPath`, `invalidFilter`.
pub fn read(body: &Value) -> Result<Vec<Operation>, ScimError> {
    let body = body.as_object().ok_or_else(|| ScimError::syntax("The body is not a JSON object."))?;
    resource::says_schema(body, URN)?;
    let listed = member(body, "Operations").and_then(Value::as_array).filter(|all| !all.is_empty());
    let listed = listed.ok_or_else(|| ScimError::syntax("`Operations` must be a list of at least one operation."))?;
    if listed.len() > MOST {
        return Err(ScimError::too_large(format!("One PATCH may have at most {MOST} operations.")));
    }
    listed.iter().map(operation).collect()
}

fn member<'b>(body: &'b Fields, name: &str) -> Option<&'b Value> {
    body.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn operation(value: &Value) -> Result<Operation, ScimError> {
    let fields = value.as_object().ok_or_else(|| ScimError::syntax("An operation is not a JSON object."))?;
    let word = member(fields, "op").and_then(Value::as_str).unwrap_or_default();
    let verb = match word.to_ascii_lowercase().as_str() {
        "add" => Verb::Add,
        "replace" => Verb::Replace,
        "remove" => Verb::Remove,
        _ => return Err(ScimError::syntax("`op` must be add, replace or remove.")),
    };
    let path = match member(fields, "path") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(filter::parse_path(text)?),
        Some(_) => return Err(ScimError::path("`path` is not a text.")),
    };
    let value = member(fields, "value").cloned();
    match (&path, verb, &value) {
        (None, Verb::Remove, _) => Err(ScimError::no_target("A removal needs a `path`.")),
        (_, Verb::Add | Verb::Replace, None) => Err(ScimError::value("An addition or replacement needs a `value`.")),
        (None, _, Some(v)) if !v.is_object() => Err(ScimError::value("Without a `path`, `value` must be an object.")),
        _ => Ok(Operation { verb, path, value: value.unwrap_or_default() }),
    }
}

/// Applies operations, one after the other.
///
/// # Errors
/// The first operation's that cannot be done; then the fields are of no use.
pub fn apply(of: &ResourceType, fields: &mut Fields, operations: &[Operation]) -> Result<(), ScimError> {
    for operation in operations {
        match &operation.path {
            Some(path) => at_path(of, fields, operation.verb, path, &operation.value)?,
            None => whole(of, fields, operation.verb, &operation.value)?,
        }
    }
    Ok(())
}

/// Without a path each member of the value is an attribute, or (Entra ID) a path of its own. What is unknown or read-only is
/// passed over, as in a PUT: Okta sends the resource's id along.
fn whole(of: &ResourceType, fields: &mut Fields, verb: Verb, value: &Value) -> Result<(), ScimError> {
    for (key, value) in value.as_object().into_iter().flatten() {
        let Ok(path) = filter::parse_path(key) else { continue };
        let Some(place) = of.resolve(&path.name) else { continue };
        let fixed = |a: Option<&Attribute>| a.is_some_and(|a| a.mutability == Mutability::ReadOnly);
        if !fixed(place.attribute) && !fixed(place.sub) {
            at_path(of, fields, verb, &path, value)?;
        }
    }
    Ok(())
}

fn at_path(of: &ResourceType, fields: &mut Fields, verb: Verb, path: &Path, value: &Value) -> Result<(), ScimError> {
    let place = of.resolve(&path.name).ok_or_else(|| ScimError::path(format!("There is no attribute {}.", path.name)))?;
    let Some(attribute) = place.attribute else {
        return extension(of, fields, verb, place, value);
    };
    for fixed in [Some(attribute), place.sub].into_iter().flatten() {
        if fixed.mutability == Mutability::ReadOnly {
            return Err(ScimError::mutability(format!("{} cannot be changed.", path.name)));
        }
    }
    // A password is accepted and forgotten.
    if attribute.mutability == Mutability::WriteOnly {
        return resource::typed(attribute, value).map(drop);
    }
    let holder = match place.urn {
        None => &mut *fields,
        Some(urn) => match fields.entry(urn).or_insert_with(|| json!({})) {
            Value::Object(inner) => inner,
            _ => return Err(ScimError::path(format!("{urn} is not an object."))),
        },
    };
    let mut target = Target { attribute, holder };
    match (&path.values, place.sub) {
        (Some(chosen), _) => target.chosen(verb, chosen, path.sub.as_deref(), value)?,
        (None, Some(sub)) => target.sub(verb, sub, value)?,
        (None, None) => target.attribute(verb, value)?,
    }
    if let Some(urn) = place.urn {
        let left = fields.remove(urn);
        put(fields, urn, left);
    }
    Ok(())
}

/// The path names an extension as a whole.
fn extension(of: &ResourceType, fields: &mut Fields, verb: Verb, place: Place, value: &Value) -> Result<(), ScimError> {
    let Some(urn) = place.urn else { return Err(ScimError::path("The path names no attribute.")) };
    if verb == Verb::Remove || value.is_null() {
        fields.remove(urn);
        return Ok(());
    }
    let inner = value.as_object().ok_or_else(|| ScimError::value(format!("{urn} is not an object.")))?;
    let inner: Fields = inner.iter().map(|(key, value)| (format!("{urn}:{key}"), value.clone())).collect();
    whole(of, fields, verb, &Value::Object(inner))
}

/// An attribute, and the object it lies in.
struct Target<'f> {
    attribute: &'static Attribute,
    holder: &'f mut Fields,
}

impl Target<'_> {
    fn list(&self) -> Vec<Value> {
        self.holder.get(self.attribute.name).and_then(Value::as_array).cloned().unwrap_or_default()
    }

    fn set(&mut self, value: Option<Value>) {
        put(self.holder, self.attribute.name, value);
    }

    /// The attribute as a whole.
    fn attribute(&mut self, verb: Verb, value: &Value) -> Result<(), ScimError> {
        let a = self.attribute;
        match verb {
            Verb::Remove if a.required => Err(ScimError::mutability(format!("{} is required.", a.name))),
            Verb::Remove if a.multi && !value.is_null() => {
                let gone = resource::several(a, value)?;
                let left = self.list().into_iter().filter(|v| !gone.iter().any(|g| same(g, v))).collect();
                self.set(Some(Value::Array(left)));
                Ok(())
            }
            Verb::Remove => {
                self.set(None);
                Ok(())
            }
            Verb::Add if a.multi => {
                let new = resource::several(a, value)?;
                let mut all = self.list();
                for value in new {
                    // Who is there already is there already.
                    if all.contains(&value) {
                        continue;
                    }
                    if is_primary(&value) {
                        all.iter_mut().for_each(demote);
                    }
                    all.push(value);
                }
                self.set(Some(Value::Array(all)));
                Ok(())
            }
            _ if a.kind == Kind::Complex && !a.multi => self.merge(value),
            _ => {
                let value = resource::typed(a, value)?;
                if value.is_none() && a.required {
                    return Err(ScimError::mutability(format!("{} is required.", a.name)));
                }
                self.set(value);
                Ok(())
            }
        }
    }

    /// A single complex value: the sub-attributes that are named change, null takes one away.
    fn merge(&mut self, value: &Value) -> Result<(), ScimError> {
        let a = self.attribute;
        let mut known = self.holder.get(a.name).and_then(Value::as_object).cloned().unwrap_or_default();
        if let Some(cleared) = value.as_object() {
            for sub in cleared.iter().filter(|(_, v)| v.is_null()).filter_map(|(key, _)| a.child(key)) {
                known.remove(sub.name);
            }
        } else {
            known.clear();
        }
        if let Some(Value::Object(new)) = resource::one(a, value)? {
            known.extend(new);
        }
        self.set(Some(Value::Object(known)));
        Ok(())
    }

    /// A sub-attribute: of the one value, or of every value.
    fn sub(&mut self, verb: Verb, sub: &'static Attribute, value: &Value) -> Result<(), ScimError> {
        let new = if verb == Verb::Remove { None } else { resource::one(sub, value)? };
        if !self.attribute.multi {
            let mut known = self.holder.get(self.attribute.name).and_then(Value::as_object).cloned().unwrap_or_default();
            put(&mut known, sub.name, new);
            self.set(Some(Value::Object(known)));
            return Ok(());
        }
        let mut all = self.list();
        if all.is_empty() && new.is_some() {
            all.push(json!({}));
        }
        let changed: Vec<usize> = (0..all.len()).collect();
        set_sub(&mut all, &changed, sub, new.as_ref());
        self.settle(all)
    }

    /// The values that a filter chooses.
    fn chosen(&mut self, verb: Verb, filter: &Filter, sub: Option<&str>, value: &Value) -> Result<(), ScimError> {
        let a = self.attribute;
        if !a.multi || a.kind != Kind::Complex {
            return Err(ScimError::path(format!("{} has no values to choose from.", a.name)));
        }
        let node = compiled::within(filter, a)?;
        let sub = match sub {
            None => None,
            Some(name) => Some(a.child(name).ok_or_else(|| ScimError::path(format!("{} has no {name}.", a.name)))?),
        };
        if sub.is_some_and(|s| s.mutability != Mutability::ReadWrite) {
            return Err(ScimError::mutability(format!("{} of {} cannot be changed.", sub.map_or("", |s| s.name), a.name)));
        }
        let mut all = self.list();
        let mut found = matching(&all, &node);
        if found.is_empty() {
            let made = if verb == Verb::Remove { None } else { template(filter, a, verb, sub) };
            let made = made.ok_or_else(|| ScimError::no_target(format!("No value of {} fits {filter}.", a.name)))?;
            all.push(Value::Object(made));
            found.push(all.len() - 1);
        }
        match (verb, sub) {
            (Verb::Remove, None) => {
                let mut at = 0;
                all.retain(|_| {
                    at += 1;
                    !found.contains(&(at - 1))
                });
            }
            (Verb::Remove, Some(sub)) => set_sub(&mut all, &found, sub, None),
            (_, Some(sub)) => set_sub(&mut all, &found, sub, resource::one(sub, value)?.as_ref()),
            (_, None) => {
                let new = resource::one(a, value)?.unwrap_or_else(|| json!({}));
                for at in &found {
                    if is_primary(&new) {
                        all.iter_mut().for_each(demote);
                    }
                    match (verb, all.get_mut(*at)) {
                        (Verb::Add, Some(Value::Object(known))) => known.extend(new.as_object().cloned().unwrap_or_default()),
                        (_, Some(known)) => *known = new.clone(),
                        (_, None) => {}
                    }
                }
            }
        }
        self.settle(all)
    }

    /// Writes the list back without values that have nothing left.
    fn settle(&mut self, mut all: Vec<Value>) -> Result<(), ScimError> {
        all.retain(|v| v.as_object().is_none_or(|o| !o.is_empty()));
        resource::one_primary(self.attribute, &all)?;
        self.set(Some(Value::Array(all)));
        Ok(())
    }
}

fn matching(all: &[Value], node: &Node) -> Vec<usize> {
    let fits = |v: &Value| v.as_object().is_some_and(|o| node.fits(o));
    all.iter().enumerate().filter(|(_, v)| fits(v)).map(|(at, _)| at).collect()
}

/// Sets a sub-attribute of some values. A new primary value is the only one.
fn set_sub(all: &mut [Value], at: &[usize], sub: &Attribute, value: Option<&Value>) {
    if sub.name == "primary" && value == Some(&Value::Bool(true)) {
        all.iter_mut().for_each(demote);
    }
    for place in at {
        if let Some(Value::Object(fields)) = all.get_mut(*place) {
            put(fields, sub.name, value.cloned());
        }
    }
}

fn demote(value: &mut Value) {
    if let (true, Some(fields)) = (is_primary(value), value.as_object_mut()) {
        fields.insert("primary".into(), Value::Bool(false));
    }
}

/// The same value: by its `value` where the removal names nothing else.
fn same(gone: &Value, known: &Value) -> bool {
    match (gone.as_object(), known.as_object()) {
        (Some(gone), Some(known)) => gone.iter().all(|(name, value)| known.get(name) == Some(value)),
        _ => gone == known,
    }
}

/// The value that a filter describes, where none is there yet. An addition makes it; a replacement only for a usual type
/// (`emails[type eq "work"].value`), which Entra ID sends without asking whether it is there. All else is `noTarget`.
fn template(filter: &Filter, attribute: &Attribute, verb: Verb, sub: Option<&Attribute>) -> Option<Fields> {
    let mut made = Fields::new();
    let terms = match filter {
        Filter::And(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    };
    for term in terms {
        let Filter::Compare(name, Op::Eq, value) = term else { return None };
        let child = attribute.child(name)?;
        let value = resource::one(child, value).ok()??;
        if verb == Verb::Replace {
            let usual = child.name == "type" && value.as_str().is_some_and(|t| child.canonical.iter().any(|c| c.eq_ignore_ascii_case(t)));
            if !usual || sub.is_none() {
                return None;
            }
        }
        made.insert(child.name.to_owned(), value);
    }
    Some(made)
}
