use std::sync::Arc;

use uuid::Uuid;

use crate::{Error, Result};

/// One bound parameter or one column of a row.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A truth value (an integer in SQLite).
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// A double.
    Real(f64),
    /// Text without NUL.
    Text(String),
    /// Raw bytes.
    Bytes(Vec<u8>),
    /// A UUID (a 16-byte blob in SQLite).
    Uuid(Uuid),
}

macro_rules! from {
    ($($t:ty => $make:expr),* $(,)?) => {$(impl From<$t> for Value { fn from(v: $t) -> Value { ($make)(v) } })*};
}
from! {
    bool => Value::Bool, i64 => Value::Int, i32 => |v| Value::Int(i64::from(v)), u32 => |v| Value::Int(i64::from(v)),
    i16 => |v| Value::Int(i64::from(v)), u16 => |v| Value::Int(i64::from(v)), f64 => Value::Real, String => Value::Text,
    &str => |v: &str| Value::Text(v.to_owned()), &String => |v: &String| Value::Text(v.clone()),
    Vec<u8> => Value::Bytes, &[u8] => |v: &[u8]| Value::Bytes(v.to_vec()), [u8; 32] => |v: [u8; 32]| Value::Bytes(v.to_vec()),
    Uuid => Value::Uuid,
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Value {
        v.map_or(Value::Null, Into::into)
    }
}

/// Reads a column.
pub trait FromValue: Sized {
    /// Converts, or names what was found instead.
    fn from_value(value: Value) -> Result<Self>;
}

/// What a value is, in words: errors name this and never the value.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Int(_) => "an integer",
        Value::Real(_) => "a double",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytes",
        Value::Uuid(_) => "a uuid",
    }
}

fn unexpected<T>(wanted: &str, found: &Value) -> Result<T> {
    Err(Error::Corrupt(format!("expected {wanted}, found {}", kind(found))))
}

impl FromValue for Value {
    fn from_value(value: Value) -> Result<Self> {
        Ok(value)
    }
}
impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Int(v) => Ok(v),
            Value::Bool(v) => Ok(i64::from(v)),
            other => unexpected("an integer", &other),
        }
    }
}
impl FromValue for u32 {
    fn from_value(value: Value) -> Result<Self> {
        let v = i64::from_value(value)?;
        u32::try_from(v).map_err(|_| Error::Corrupt(format!("{v} is not a count")))
    }
}
impl FromValue for f64 {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Real(v) => Ok(v),
            #[expect(clippy::cast_precision_loss, reason = "SQLite gives whole doubles back as integers")]
            Value::Int(v) => Ok(v as f64),
            other => unexpected("a double", &other),
        }
    }
}
impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Bool(v) => Ok(v),
            Value::Int(v) => Ok(v != 0),
            other => unexpected("a truth value", &other),
        }
    }
}
impl FromValue for String {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Text(v) => Ok(v),
            other => unexpected("text", &other),
        }
    }
}
impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Bytes(v) => Ok(v),
            Value::Uuid(v) => Ok(v.as_bytes().to_vec()),
            other => unexpected("bytes", &other),
        }
    }
}
impl FromValue for Uuid {
    fn from_value(value: Value) -> Result<Self> {
        match value {
            Value::Uuid(v) => Ok(v),
            Value::Bytes(v) => Uuid::from_slice(&v).map_err(|_| Error::Corrupt(format!("{} bytes are no uuid", v.len()))),
            other => unexpected("a uuid", &other),
        }
    }
}
impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self> {
        if value == Value::Null { Ok(None) } else { T::from_value(value).map(Some) }
    }
}

/// One row of an answer.
#[derive(Debug, Clone)]
pub struct Row {
    pub(crate) names: Arc<[String]>,
    pub(crate) values: Vec<Value>,
}

impl Row {
    /// The column of that name.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when there is no such column or it holds another type.
    pub fn get<T: FromValue>(&self, name: &str) -> Result<T> {
        let at = self.names.iter().position(|n| n == name).ok_or_else(|| Error::Corrupt(format!("no column {name}")))?;
        self.at(at).map_err(|e| Error::Corrupt(format!("column {name}: {e}")))
    }

    /// The column at a position, from 0.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn at<T: FromValue>(&self, index: usize) -> Result<T> {
        let value = self.values.get(index).cloned().ok_or_else(|| Error::Corrupt(format!("no column {index}")))?;
        T::from_value(value)
    }

    /// All columns, in order.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The columns' names, in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

/// Makes a parameter list: `p![id, seats, now]`.
#[macro_export]
macro_rules! p {
    ($($v:expr),* $(,)?) => { &[$($crate::Value::from($v)),*][..] };
}
