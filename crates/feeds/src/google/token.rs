//! The token (https://developers.google.com/identity/protocols/oauth2/service-account, "HTTP/REST").

use data_encoding::BASE64URL_NOPAD;
use rustls::{
    SignatureScheme,
    crypto::ring::sign::RsaSigningKey,
    pki_types::{PrivateKeyDer, pem::PemObject},
    sign::SigningKey,
};
use serde::Deserialize;
use serde_json::json;

use super::Settings;
use crate::{
    Fault, Reach,
    entra::base,
    json::{self, Reply},
    wait::Patience,
};

/// Reading users, and nothing else.
const SCOPE: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly";
/// What is handed over is a signed statement (RFC 7523).
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// How long a statement holds: as long as it may.
const SECONDS: i64 = 3600;

/// The key file. Its own address for tokens is not used: where the statement goes is a setting that can be looked at.
#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    private_key: String,
    #[serde(default)]
    private_key_id: Option<String>,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal {
    error: String,
    error_description: String,
}

pub(super) async fn get(reach: &Reach<'_>, settings: &Settings, patience: &mut Patience) -> Result<String, Fault> {
    let url = base("login", &settings.login)?.join("/token").map_err(|_| Fault::setting("login", "it is no address"))?;
    let statement = statement(reach.secret.reveal(), settings.admin.trim(), url.as_str(), reach.now())?;
    let call = json::form(url, &[("grant_type", GRANT), ("assertion", &statement)]);
    let reply = json::ask(reach, &call, patience, |_| false).await?;
    match reply.status {
        200 => Ok(reply.read::<Token>()?.access_token),
        _ => Err(refused(&reply)),
    }
}

/// A statement of the service account that it acts for the administrator (RFC 7519, RS256).
fn statement(key_file: &str, admin: &str, audience: &str, now: i64) -> Result<String, Fault> {
    let bad = |why: &str| Fault::SignInRefused(format!("the key file {why}"));
    let file: KeyFile = serde_json::from_str(key_file).map_err(|_| bad("is not the JSON file of a service account"))?;
    let key = PrivateKeyDer::from_pem_slice(file.private_key.as_bytes()).map_err(|_| bad("holds no private key"))?;
    let key = RsaSigningKey::new(&key).map_err(|_| bad("holds no RSA key"))?;
    let signer = key.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256]).ok_or_else(|| bad("holds a key of another kind"))?;
    let head = json!({ "alg": "RS256", "typ": "JWT", "kid": file.private_key_id });
    let claims = json!({
        "iss": file.client_email, "sub": admin, "scope": SCOPE, "aud": audience, "iat": now, "exp": now + SECONDS,
    });
    let part = |value: &serde_json::Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(&head), part(&claims));
    let signature = signer.sign(signed.as_bytes()).map_err(|_| bad("holds a key that cannot sign"))?;
    Ok(format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature)))
}

fn refused(reply: &Reply) -> Fault {
    let refusal: Refusal = reply.refusal();
    let said = json::brief(&format!("{}: {}", refusal.error, refusal.error_description));
    match refusal.error.as_str() {
        "" => Fault::odd(format!("status {} where a token was asked for", reply.status)),
        // The delegation is missing, lacks the scope, or is a few minutes too young.
        "unauthorized_client" | "access_denied" => Fault::ConsentNeeded(said),
        _ => Fault::SignInRefused(said),
    }
}
