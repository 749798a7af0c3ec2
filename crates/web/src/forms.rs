//! Forms as the console's pages send them, read strictly: valid UTF-8, no NUL, each field once, no field without end, and none
//! that the form does not have (as the API refuses unknown members). What a browser sends from our pages passes; anything else is
//! a 4xx that names the field before anything is done.

mod fields;

pub use fields::Fields;

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    response::IntoResponse,
};
use bytes::Bytes;
use http::{StatusCode, header};
use percent_encoding::percent_decode;
use serde::{
    Deserializer,
    de::{DeserializeOwned, Error, Visitor},
};

use crate::{door::too_large, problem::Problem};

/// The most characters of one field.
pub const LONGEST: usize = 4_000;

/// The hidden field against double clicks.
const KEY: &str = "idempotency_key";

/// The most characters of a key against double clicks.
const LONGEST_KEY: usize = 255;

const KIND: &str = "application/x-www-form-urlencoded";

/// A form as a value; each field stands once.
#[derive(Debug, Clone, Copy)]
pub struct Form<T>(pub T);

/// A form's fields in the order they were sent, decoded.
#[derive(Debug, Clone, Default)]
pub struct Pairs(pub Vec<(String, String)>);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = receive(request, state).await?;
        let pairs = Pairs::read(&bytes)?;
        pairs.strict(&[], &[])?;
        if let Some(known) = names_of::<T>() {
            pairs.only(known)?;
        }
        let again = Request::builder().method("POST").header(header::CONTENT_TYPE, KIND).body(Body::from(bytes));
        let again = again.map_err(|_| unreadable("The form could not be read."))?;
        match axum::Form::<T>::from_request(again, state).await {
            Ok(axum::Form(value)) => Ok(Form(value)),
            Err(rejection) => Err(unfit(&rejection.body_text())),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Pairs {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Pairs::read(&receive(request, state).await?)
    }
}

impl Pairs {
    fn read(bytes: &[u8]) -> Result<Pairs, Problem> {
        let pair = |pair: &[u8]| {
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            let name = text(&pair[..at], "")?;
            let value = text(pair.get(at + 1..).unwrap_or_default(), &name)?;
            Ok((name, value))
        };
        bytes.split(|b| *b == b'&').filter(|p| !p.is_empty()).map(pair).collect::<Result<_, _>>().map(Pairs)
    }

    /// Refuses a field that stands twice, unless it is among `repeated`, and one without end, unless it is among `long`.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn strict(&self, repeated: &[&str], long: &[&str]) -> Result<(), Problem> {
        let mut seen = std::collections::HashSet::new();
        for (name, value) in &self.0 {
            if !seen.insert(name) && !repeated.contains(&name.as_str()) {
                return Err(Problem::invalid(format!("/{name}"), "repeated", "This field stands twice."));
            }
            let most = if name == KEY { LONGEST_KEY } else { LONGEST };
            if !long.contains(&name.as_str()) && value.chars().count() > most {
                return Err(Problem::invalid(format!("/{name}"), "too-long", format!("At most {most} characters.")));
            }
        }
        Ok(())
    }
}

impl Pairs {
    /// Refuses a field that is none of these; the key against double clicks may stand in every form.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        only(self.0.iter().map(|(name, _)| name.as_str()), known)
    }
}

/// As [`Pairs::only`], of the names alone.
///
/// # Errors
/// 422 naming the field.
pub fn only<'a>(mut names: impl Iterator<Item = &'a str>, known: &[&str]) -> Result<(), Problem> {
    match names.find(|name| *name != KEY && !known.contains(name)) {
        Some(name) => Err(Problem::invalid(format!("/{name}"), "unknown-field", "This form has no such field.")),
        None => Ok(()),
    }
}

/// The fields of a form's struct; none of a map, which takes any.
fn names_of<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let mut found = None;
    // It is only asked for its fields' names: that it cannot be read from them is no news.
    let _ = T::deserialize(Names(&mut found));
    found
}

/// A decoder that holds nothing and notes which fields are asked of it.
struct Names<'a>(&'a mut Option<&'static [&'static str]>);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(Self::Error::custom("only the names are asked for"))
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &str, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Self::Error> {
        *self.0 = Some(fields);
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

async fn receive<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let fits = kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(KIND);
    let bytes = Bytes::from_request(request, state).await.map_err(|rejection| too_large(rejection.into_response().status()))?;
    if fits {
        return Ok(bytes);
    }
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "form-required", "Send the fields of the form"))
}

fn text(raw: &[u8], field: &str) -> Result<String, Problem> {
    let spaced: Vec<u8> = raw.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    let decoded = percent_decode(&spaced).decode_utf8();
    let text =
        decoded.map_err(|_| unreadable("A field is not valid UTF-8.").field(format!("/{field}"), "invalid-utf-8", "This is not UTF-8."))?;
    if text.contains('\0') {
        return Err(Problem::invalid(format!("/{field}"), "nul-character", "A text holds the NUL character, which cannot be stored."));
    }
    Ok(text.into_owned())
}

fn unreadable(detail: &str) -> Problem {
    Problem::unreadable("unreadable-form", format!("{detail} Nothing was changed."))
}

/// What the decoder says: ``missing field `name` ``, or `seats: invalid digit found in string` after its own preface.
fn unfit(said: &str) -> Problem {
    let said = said.rsplit_once("form body: ").map_or(said, |(_, rest)| rest);
    let quoted = said.split('`').nth(1);
    let field = quoted.or_else(|| said.split(": ").next().filter(|f| !f.contains(' '))).unwrap_or_default();
    Problem::invalid(format!("/{field}"), "invalid", format!("{said}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Seats {
        name: String,
        seats: i64,
    }

    async fn read(body: &str) -> Result<Seats, (u16, String)> {
        let request = Request::builder().method("POST").header("content-type", KIND).body(Body::from(body.to_owned()));
        let read = Form::<Seats>::from_request(request.expect("a request"), &()).await;
        read.map(|Form(seats)| seats).map_err(|p| (p.status, p.errors.first().map_or(String::new(), |e| e.pointer.clone())))
    }

    #[tokio::test]
    async fn what_a_page_sends_is_read_and_anything_else_names_its_field() {
        let good = read("name=Ann+%C3%85&seats=3&idempotency_key=k").await.expect("reads");
        assert_eq!((good.name.as_str(), good.seats), ("Ann Å", 3));
        for (body, status, field) in [
            ("name=%ff&seats=1", 400, "/name"),
            ("name=a%00b&seats=1", 422, "/name"),
            ("name=a&name=b&seats=1", 422, "/name"),
            ("name=a&seats=many", 422, "/seats"),
            ("name=a", 422, "/seats"),
            ("name=a&seats=1&colour=red", 422, "/colour"),
        ] {
            assert_eq!(read(body).await.expect_err(body), (status, field.to_owned()), "{body}");
        }
        assert_eq!(read(&format!("name={}&seats=1", "x".repeat(5_000))).await.expect_err("long").1, "/name");
        let key = "k".repeat(256);
        assert_eq!(read(&format!("name=a&seats=1&idempotency_key={key}")).await.expect_err("long").1, "/idempotency_key");
    }
}
