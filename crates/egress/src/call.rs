//! One question and its answer.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use url::Url;

use crate::Trouble;

/// How long a call may take unless it says otherwise, answer included.
const PATIENCE: Duration = Duration::from_secs(120);
/// How large an answer may be unless the call says otherwise: 16 MiB.
const MOST: u64 = 16 * 1024 * 1024;

/// One question over HTTP.
#[derive(Clone)]
pub struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) most: u64,
    pub(crate) patience: Duration,
}

impl Call {
    /// Reads an address.
    #[must_use]
    pub fn get(url: Url) -> Call {
        Call { method: Method::GET, url, headers: HeaderMap::new(), body: Vec::new(), most: MOST, patience: PATIENCE }
    }

    /// Sends a body of this type.
    #[must_use]
    pub fn post(url: Url, kind: &'static str, body: Vec<u8>) -> Call {
        let mut call = Call { method: Method::POST, body, ..Call::get(url) };
        call.headers.insert(reqwest::header::CONTENT_TYPE, HeaderValue::from_static(kind));
        call
    }

    /// Adds a header, hidden from every log.
    ///
    /// # Errors
    /// The value has characters no header may have, such as a line end.
    pub fn header(mut self, name: &'static str, value: &str) -> Result<Call, Trouble> {
        let mut value =
            HeaderValue::from_str(value).map_err(|_| Trouble::BadAddress(format!("the header {name} has forbidden characters")))?;
        value.set_sensitive(true);
        self.headers.insert(HeaderName::from_static(name), value);
        Ok(self)
    }

    /// How many bytes the answer may have; 16 MiB unless said.
    #[must_use]
    pub fn most(self, most: u64) -> Call {
        Call { most, ..self }
    }

    /// How long it may take, answer included; two minutes unless said.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Call {
        Call { patience, ..self }
    }
}

/// The answer: its head is here, its body comes in pieces.
pub struct Answer {
    inner: reqwest::Response,
    most: u64,
    left: u64,
}

impl Answer {
    pub(crate) fn new(inner: reqwest::Response, most: u64) -> Result<Answer, Trouble> {
        if inner.content_length().is_some_and(|length| length > most) {
            return Err(Trouble::TooMuch(most));
        }
        Ok(Answer { inner, most, left: most })
    }

    /// The status. A redirect is an answer like any other: it is not followed.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.inner.status().as_u16()
    }

    /// A header, where it is plain text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.inner.headers().get(name)?.to_str().ok()
    }

    /// The next piece of the body; none after the last.
    ///
    /// # Errors
    /// The answer broke off, took too long or grew too large.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Trouble> {
        let Some(piece) = self.inner.chunk().await.map_err(|error| Trouble::in_answer(&error))? else { return Ok(None) };
        self.left = self.left.checked_sub(piece.len() as u64).ok_or(Trouble::TooMuch(self.most))?;
        Ok(Some(piece))
    }

    /// The whole body.
    ///
    /// # Errors
    /// As [`Answer::chunk`].
    pub async fn all(mut self) -> Result<Vec<u8>, Trouble> {
        let mut body = Vec::new();
        while let Some(piece) = self.chunk().await? {
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}
