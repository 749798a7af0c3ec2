//! People from a CSV file behind an address. Delimiter, encoding and columns are found by themselves.

mod columns;
mod read;

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use data_encoding::BASE64;
use egress::{Answer, Call, Url};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::{Cursor, Ended, Extent, Fault, News, Reach, entra::origin};

/// The largest file that is read.
const MOST: u64 = 256 * 1024 * 1024;
/// How long a file may take.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// A CSV file behind an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Its address; no user or password in it.
    pub url: String,
    /// Who asks. With a user the secret is their password, without one it is a bearer token, and without a secret nobody signs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Which column holds a field, for files whose own names are not recognised. The fields are those of [`FIELDS`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
}

pub use columns::FIELDS;

impl Settings {
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let url = self.url()?;
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
            return Err(Fault::setting("url", "it has to begin with https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Fault::setting("url", "user and password have fields of their own"));
        }
        if self.columns.keys().any(|field| !FIELDS.contains(&field.as_str())) {
            return Err(Fault::setting("columns", "it names a field there is not"));
        }
        Ok(())
    }

    pub(crate) fn shown_to(&self) -> String {
        origin(&self.url)
    }

    fn url(&self) -> Result<Url, Fault> {
        Url::parse(self.url.trim()).map_err(|_| Fault::setting("url", "it is no address"))
    }
}

/// Reads the people of a file that was sent, whole, and hands them on in pages.
///
/// # Errors
/// As [`crate::fetch`]; then nothing that was handed on counts.
pub async fn read_sent(file: Bytes, columns: BTreeMap<String, String>, out: mpsc::Sender<Vec<News>>) -> Result<Ended, Fault> {
    read::sent(file, columns, out).await?;
    Ok(Ended { extent: Extent::Whole, cursor: None })
}

pub(crate) async fn fetch(reach: &Reach<'_>, settings: &Settings, since: Option<&Cursor>) -> Result<Ended, Fault> {
    let mut call = Call::get(settings.url()?).most(MOST).patience(PATIENCE).header("accept", "text/csv, text/*;q=0.9, */*;q=0.1")?;
    if let Some(sign_in) = sign_in(settings, reach.secret.reveal()) {
        call =
            call.header("authorization", &sign_in).map_err(|_| Fault::SignInRefused("the secret has forbidden characters".to_owned()))?;
    }
    if let Some(Cursor(etag)) = since {
        call = call.header("if-none-match", etag).map_err(|_| Fault::CursorExpired)?;
    }
    let answer = reach.net.send(call).await?;
    if answer.status() == 304 && since.is_some() {
        return Ok(Ended { extent: Extent::Changes, cursor: since.cloned() });
    }
    refused(&answer)?;
    let cursor = answer.header("etag").filter(|etag| etag.len() <= 500).map(|etag| Cursor(etag.to_owned()));
    read::read(answer, settings, &reach.out).await?;
    Ok(Ended { extent: Extent::Whole, cursor })
}

fn sign_in(settings: &Settings, secret: &str) -> Option<String> {
    let basic = |user: &String| format!("Basic {}", BASE64.encode(format!("{user}:{secret}").as_bytes()));
    let bearer = || (!secret.is_empty()).then(|| format!("Bearer {secret}"));
    settings.user.as_ref().filter(|user| !user.is_empty()).map(basic).or_else(bearer)
}

fn refused(answer: &Answer) -> Result<(), Fault> {
    match answer.status() {
        200 => Ok(()),
        401 | 403 => Err(Fault::SignInRefused(format!("status {}", answer.status()))),
        429 | 503 => Err(Fault::Throttled { retry_after: crate::wait::asked(answer) }),
        300..=399 => {
            let target = answer.header("location").unwrap_or("another address");
            Err(Fault::odd(format!("the address forwards to {target}; enter that one")))
        }
        500.. => Err(Fault::Unreachable(format!("status {}", answer.status()))),
        status => Err(Fault::odd(format!("status {status}: there is no file at this address"))),
    }
}
