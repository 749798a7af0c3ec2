//! The token (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).

use serde::Deserialize;

use super::{Settings, base};
use crate::{
    Fault, Reach,
    json::{self, Reply},
    wait::Patience,
};

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

/// A refusal. The numbers are Microsoft's own; the words before them are the standard's (RFC 6749, 5.2).
#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal {
    error: String,
    error_description: String,
    error_codes: Vec<u32>,
}

/// Nobody with the right to has agreed to what the application wants.
const NO_CONSENT: [u32; 3] = [65001, 65004, 65005];
/// There is no such directory.
const NO_TENANT: [u32; 2] = [90002, 900_023];

pub(super) async fn get(reach: &Reach<'_>, settings: &Settings, patience: &mut Patience) -> Result<String, Fault> {
    let secret = reach.secret.reveal();
    if secret.is_empty() {
        return Err(Fault::SignInRefused("the client secret is missing".to_owned()));
    }
    let path = format!("/{}/oauth2/v2.0/token", settings.tenant.trim());
    let url = base("login", &settings.login)?.join(&path).map_err(|_| Fault::setting("tenant", "it is no directory"))?;
    let scope = format!("{}/.default", base("graph", &settings.graph)?.origin().ascii_serialization());
    let fields = [
        ("client_id", settings.client_id.trim()),
        ("client_secret", secret),
        ("scope", scope.as_str()),
        ("grant_type", "client_credentials"),
    ];
    let reply = json::ask(reach, &json::form(url, &fields), patience, |_| false).await?;
    match reply.status {
        200 => Ok(reply.read::<Token>()?.access_token),
        _ => Err(refused(&reply)),
    }
}

fn refused(reply: &Reply) -> Fault {
    let refusal: Refusal = reply.refusal();
    let told = |known: &[u32]| refusal.error_codes.iter().any(|code| known.contains(code));
    // After the first sentence come trace numbers.
    let said = json::brief(&refusal.error_description);
    let said = said.split(" Trace ID:").next().unwrap_or_default().to_owned();
    if told(&NO_TENANT) {
        return Fault::setting("tenant", "there is no such directory");
    }
    if told(&NO_CONSENT) || ["consent_required", "interaction_required"].contains(&refusal.error.as_str()) {
        return Fault::ConsentNeeded(said);
    }
    match refusal.error.as_str() {
        "" => Fault::odd(format!("status {} where a token was asked for", reply.status)),
        _ => Fault::SignInRefused(said),
    }
}
