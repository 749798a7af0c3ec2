//! A filter with its names resolved and its values typed: what resources are tested by.

use serde_json::{Map, Value};
use store::Timestamp;

use super::{
    error::ScimError,
    filter::{Filter, Op},
    schema::{self, Attribute, Kind, Mutability, Place, ResourceType, Returned},
};

/// A filter that can be asked.
#[derive(Debug, Clone)]
pub enum Node {
    /// All hold.
    And(Vec<Node>),
    /// One holds.
    Or(Vec<Node>),
    /// It does not hold.
    Not(Box<Node>),
    /// A value at this place fits.
    Test(Place, Test),
    /// One value of this attribute fits.
    Values(Place, Box<Node>),
    /// Never: the attribute belongs to another type of resource.
    Nothing,
}

/// What is asked of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// There is one.
    Present,
    /// Text compares so. Folded beforehand where case does not matter.
    Text(Op, String, bool),
    /// A truth value is this.
    Boolean(bool),
    /// An instant compares so.
    Instant(Op, Timestamp),
}

/// Resolves a filter over a type of resource.
///
/// # Errors
/// `invalidFilter` naming the attribute.
pub fn compile(filter: &Filter, of: &ResourceType) -> Result<Node, ScimError> {
    tree(filter, &|path| match of.resolve(path) {
        Some(place) => Ok(Some(place)),
        None if schema::is_known(path) => Ok(None),
        None => Err(ScimError::filter(format!("There is no attribute {path}."))),
    })
}

/// Resolves a filter over the values of an attribute.
///
/// # Errors
/// `invalidFilter` naming the sub-attribute.
pub fn within(filter: &Filter, attribute: &'static Attribute) -> Result<Node, ScimError> {
    tree(filter, &|path| {
        let sub = attribute.child(path).ok_or_else(|| ScimError::filter(format!("{} has no {path}.", attribute.name)))?;
        Ok(Some(Place { urn: None, attribute: Some(sub), sub: None }))
    })
}

type Resolve<'r> = &'r dyn Fn(&str) -> Result<Option<Place>, ScimError>;

fn tree(filter: &Filter, resolve: Resolve<'_>) -> Result<Node, ScimError> {
    let each = |all: &[Filter]| all.iter().map(|f| tree(f, resolve)).collect::<Result<Vec<_>, _>>();
    Ok(match filter {
        Filter::And(all) => Node::And(each(all)?),
        Filter::Or(all) => Node::Or(each(all)?),
        Filter::Not(inner) => Node::Not(Box::new(tree(inner, resolve)?)),
        Filter::Has(path) => match resolve(path)? {
            Some(place) => Node::Test(readable(place, path)?, Test::Present),
            None => Node::Nothing,
        },
        Filter::Compare(path, op, value) => match resolve(path)? {
            Some(place) => compare(readable(place, path)?, path, *op, value)?,
            None => Node::Nothing,
        },
        Filter::Values(path, inner) => match resolve(path)? {
            Some(place) => {
                let attribute = place.attribute.filter(|a| place.sub.is_none() && a.kind == Kind::Complex);
                let attribute = attribute.ok_or_else(|| ScimError::filter(format!("{path} has no sub-attributes.")))?;
                Node::Values(place, Box::new(within(inner, attribute)?))
            }
            None => Node::Nothing,
        },
    })
}

/// What is never returned is not told by a filter either.
fn readable(place: Place, path: &str) -> Result<Place, ScimError> {
    let hidden = place.attribute.is_some_and(|a| a.returned == Returned::Never || a.mutability == Mutability::WriteOnly);
    if hidden { Err(ScimError::filter(format!("{path} cannot be asked for."))) } else { Ok(place) }
}

fn compare(place: Place, path: &str, op: Op, value: &Value) -> Result<Node, ScimError> {
    let Some(attribute) = place.attribute else { return Err(ScimError::filter(format!("{path} is no attribute."))) };
    let (place, last) = match place.sub.unwrap_or(attribute) {
        // Compared as a whole, a complex value stands for its `value`.
        whole if whole.kind == Kind::Complex => {
            let value = whole.child("value").filter(|_| place.sub.is_none());
            let value = value.ok_or_else(|| ScimError::filter(format!("{path} has no value of its own: name a sub-attribute.")))?;
            (Place { sub: Some(value), ..place }, value)
        }
        plain => (place, plain),
    };
    // "ne" holds where "eq" does not: also where there is no value.
    if op == Op::Ne {
        return Ok(Node::Not(Box::new(compare(place, path, Op::Eq, value)?)));
    }
    if value.is_null() {
        let absent = Node::Not(Box::new(Node::Test(place, Test::Present)));
        return if op == Op::Eq { Ok(absent) } else { Err(ScimError::filter(format!("{path} can only equal null, or not."))) };
    }
    let orders = matches!(op, Op::Gt | Op::Ge | Op::Lt | Op::Le);
    let wrong = |what: &str| ScimError::filter(format!("{path} {what}."));
    let test = match last.kind {
        Kind::Boolean => match (op, truth(value)) {
            (Op::Eq, Some(wanted)) => Test::Boolean(wanted),
            (Op::Eq, None) => return Err(wrong("is true or false")),
            _ => return Err(wrong("is true or false and can only be compared by eq and ne")),
        },
        Kind::DateTime => {
            let at = value
                .as_str()
                .and_then(|t| t.parse().ok())
                .ok_or_else(|| wrong("is compared with a time such as \"2026-11-21T09:00:00Z\""))?;
            if !orders && op != Op::Eq {
                return Err(wrong("is a time and compared by eq, ne, gt, ge, lt, le"));
            }
            Test::Instant(op, at)
        }
        Kind::Binary if orders => return Err(wrong("cannot be put in order")),
        _ => {
            let text = value.as_str().ok_or_else(|| wrong("is compared with a text in double quotes"))?;
            Test::Text(op, folded(text, last.exact), last.exact)
        }
    };
    Ok(Node::Test(place, test))
}

/// A truth value, also as the text that Entra ID sends.
pub fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::String(t) if t.eq_ignore_ascii_case("true") => Some(true),
        Value::String(t) if t.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Text as it is compared.
pub fn folded(text: &str, exact: bool) -> String {
    if exact { text.to_owned() } else { text.to_lowercase() }
}

impl Node {
    /// True when the resource fits.
    pub fn fits(&self, resource: &Map<String, Value>) -> bool {
        match self {
            Node::And(all) => all.iter().all(|n| n.fits(resource)),
            Node::Or(all) => all.iter().any(|n| n.fits(resource)),
            Node::Not(inner) => !inner.fits(resource),
            Node::Test(place, test) => values(resource, place).into_iter().any(|v| test.holds(v)),
            Node::Values(place, inner) => values(resource, place).into_iter().filter_map(Value::as_object).any(|v| inner.fits(v)),
            Node::Nothing => false,
        }
    }

    /// True when it asks for this attribute.
    pub fn asks(&self, name: &str) -> bool {
        match self {
            Node::And(all) | Node::Or(all) => all.iter().any(|n| n.asks(name)),
            Node::Not(inner) => inner.asks(name),
            Node::Test(place, _) | Node::Values(place, _) => place.attribute.is_some_and(|a| a.name == name),
            Node::Nothing => false,
        }
    }
}

/// The values at a place.
pub fn values<'r>(resource: &'r Map<String, Value>, place: &Place) -> Vec<&'r Value> {
    let holder = match place.urn {
        Some(urn) => resource.get(urn).and_then(Value::as_object),
        None => Some(resource),
    };
    let Some(attribute) = place.attribute else {
        return place.urn.and_then(|urn| resource.get(urn)).into_iter().collect();
    };
    let Some(found) = holder.and_then(|h| h.get(attribute.name)) else { return Vec::new() };
    let each: Vec<&Value> = found.as_array().map_or_else(|| vec![found], |all| all.iter().collect());
    match place.sub {
        Some(sub) => each.into_iter().filter_map(|v| v.get(sub.name)).collect(),
        None => each,
    }
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Test::Present => match value {
                Value::Null => false,
                Value::String(t) => !t.is_empty(),
                Value::Array(all) => !all.is_empty(),
                Value::Object(fields) => !fields.is_empty(),
                Value::Bool(_) | Value::Number(_) => true,
            },
            Test::Text(op, wanted, exact) => value.as_str().is_some_and(|t| told(*op, folded(t, *exact).as_str(), wanted)),
            Test::Boolean(wanted) => value.as_bool() == Some(*wanted),
            Test::Instant(op, wanted) => {
                let at: Option<Timestamp> = value.as_str().and_then(|t| t.parse().ok());
                at.is_some_and(|at| ordered(*op, &at, wanted))
            }
        }
    }
}

fn told(op: Op, text: &str, wanted: &str) -> bool {
    match op {
        Op::Co => text.contains(wanted),
        Op::Sw => text.starts_with(wanted),
        Op::Ew => text.ends_with(wanted),
        other => ordered(other, text, wanted),
    }
}

fn ordered<T: PartialOrd + ?Sized>(op: Op, value: &T, wanted: &T) -> bool {
    match op {
        Op::Eq => value == wanted,
        Op::Gt => value > wanted,
        Op::Ge => value >= wanted,
        Op::Lt => value < wanted,
        Op::Le => value <= wanted,
        Op::Ne | Op::Co | Op::Sw | Op::Ew => false,
    }
}
