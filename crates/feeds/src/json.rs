//! Asking a service that answers in JSON: with a token that may run out, and with patience where it asks for some.

use std::time::Duration;

use egress::{Call, Url};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use crate::{
    Fault, Reach,
    wait::{Patience, asked},
};

/// What is waited after a service has stumbled.
const STUMBLED: Duration = Duration::from_secs(3);

/// An answer that was neither "wait" nor silence.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// The body as what it should be. A body that ends too early broke off.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(&self.body).map_err(|error| {
            if error.is_eof() { Fault::BrokenOff("the answer ends in the middle".to_owned()) } else { Fault::odd(error.to_string()) }
        })
    }

    /// The body of a refusal, as far as it can be read.
    pub(crate) fn refusal<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// Sends a call, again where the service asks for patience. `busy` knows the ways of one service to say so beside 429 and 503.
pub(crate) async fn ask(reach: &Reach<'_>, call: &Call, patience: &mut Patience, busy: fn(&Reply) -> bool) -> Result<Reply, Fault> {
    loop {
        let answer = reach.net.send(call.clone()).await?;
        let (status, wait) = (answer.status(), asked(&answer));
        let reply = Reply { status, body: answer.all().await? };
        match status {
            429 | 503 => patience.wait(wait).await?,
            500 | 502 | 504 => patience.wait(STUMBLED).await?,
            _ if busy(&reply) => patience.wait(wait).await?,
            _ => return Ok(reply),
        }
    }
}

/// A form, as token services want it.
pub(crate) fn form(url: Url, fields: &[(&str, &str)]) -> Call {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Call::post(url, "application/x-www-form-urlencoded", body.into_bytes())
}

/// A question with a token.
pub(crate) fn get(url: Url, token: &str) -> Result<Call, Fault> {
    let call =
        Call::get(url).header("authorization", &format!("Bearer {token}")).and_then(|call| call.header("accept", "application/json"));
    call.map_err(|_| Fault::odd("the token has forbidden characters"))
}

/// What a service says about a refusal, without what follows the first line, and not for ever.
pub(crate) fn brief(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().filter(|letter| !letter.is_control()).take(300).collect()
}
