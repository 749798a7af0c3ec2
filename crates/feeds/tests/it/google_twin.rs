//! A twin of the two services behind Google Workspace, after their public reference:
//! - the token: https://developers.google.com/identity/protocols/oauth2/service-account ("HTTP/REST", "JWT error codes")
//! - users: https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/list
//!   (`users`, `nextPageToken`) and .../rest/v1/users (`suspended`, `archived`, `organizations`, `languages`)
//! - quotas: https://developers.google.com/workspace/admin/directory/v1/limits (403 `quotaExceeded`, 429)

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use data_encoding::BASE64URL_NOPAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::twin::{Asked, NOW, Told};

pub const ADMIN: &str = "admin@school.example";
pub const ACCOUNT: &str = "tenantry@project.iam.gserviceaccount.example";

/// Made for these tests, and of no use anywhere else.
const KEY: &str = include_str!("keys/only-for-tests.pem");
const PUBLIC: &[u8] = include_bytes!("keys/only-for-tests.pub.der");

/// The workspace, and what goes wrong with it.
#[derive(Default)]
pub struct School {
    pub base: Mutex<String>,
    pub users: Mutex<Vec<Value>>,
    pub tokens: AtomicUsize,
    pub busy: AtomicUsize,
    pub wait: AtomicUsize,
    /// What happens instead of the second page.
    pub second: Mutex<Option<fn() -> Told>>,
    pub refuse_token: Mutex<Option<Value>>,
    pub refuse_users: Mutex<Option<(u16, Value)>>,
    pub asked: Mutex<Vec<String>>,
}

pub fn user(number: usize) -> Value {
    json!({
        "id": format!("10{number:04}"), "primaryEmail": format!("user{number}@school.example"),
        "name": { "fullName": format!("User {number}") }, "suspended": false, "archived": false,
        "languages": [{ "languageCode": "en", "preference": "preferred" }],
        "organizations": [{ "title": "Guest", "department": "Music" }, { "title": "Teacher", "department": "Maths", "primary": true }],
    })
}

/// The file that is downloaded once when a key is made.
pub fn key_file() -> String {
    json!({
        "type": "service_account", "project_id": "project", "private_key_id": "key-1", "private_key": KEY, "client_email": ACCOUNT,
        "client_id": "1", "token_uri": "https://evil.test/token",
    })
    .to_string()
}

pub fn refusal(status: u16, reason: &str, message: &str) -> Value {
    json!({ "error": { "code": status, "message": message, "errors": [{ "message": message, "domain": "global", "reason": reason }] } })
}

impl School {
    pub fn with(count: usize) -> Arc<School> {
        Arc::new(School { users: Mutex::new((0..count).map(user).collect()), ..School::default() })
    }

    pub fn answer(&self, asked: &Asked) -> Told {
        self.asked.lock().expect("asked").push(format!("{} {}", asked.method, asked.url));
        match asked.url.path() {
            "/token" => self.token(asked),
            "/admin/directory/v1/users" => self.list(asked),
            _ => Told::json(404, &refusal(404, "notFound", "Not Found")),
        }
    }

    fn token(&self, asked: &Asked) -> Told {
        if let Some(body) = &*self.refuse_token.lock().expect("refusal") {
            return Told::json(if body["error"] == "unauthorized_client" { 401 } else { 400 }, body);
        }
        let right = asked.form("grant_type").as_deref() == Some("urn:ietf:params:oauth:grant-type:jwt-bearer")
            && asked.form("assertion").is_some_and(|statement| self.is_signed(&statement));
        if !right {
            return Told::json(400, &json!({ "error": "invalid_grant", "error_description": "Invalid JWT Signature." }));
        }
        let number = self.tokens.fetch_add(1, Ordering::SeqCst) + 1;
        Told::json(200, &json!({ "access_token": format!("ya29.{number}"), "expires_in": 3599, "token_type": "Bearer" }))
    }

    fn is_signed(&self, statement: &str) -> bool {
        let Some((signed, signature)) = statement.rsplit_once('.') else { return false };
        let Some((head, claims)) = signed.split_once('.') else { return false };
        let read = |part: &str| -> Value {
            serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap_or_default()).unwrap_or_default()
        };
        let (head, claims) = (read(head), read(claims));
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap_or_default();
        let proved = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, PUBLIC).verify(signed.as_bytes(), &signature).is_ok();
        let began = claims["iat"].as_i64().unwrap_or(0);
        proved
            && head == json!({ "alg": "RS256", "typ": "JWT", "kid": "key-1" })
            && claims["iss"] == ACCOUNT
            && claims["sub"] == ADMIN
            && claims["scope"] == "https://www.googleapis.com/auth/admin.directory.user.readonly"
            && claims["aud"] == format!("{}/token", self.base.lock().expect("base"))
            && (NOW..NOW + 600).contains(&began)
            && claims["exp"] == began + 3600
    }

    fn list(&self, asked: &Asked) -> Told {
        if asked.headers.get("authorization") != Some(&format!("Bearer ya29.{}", self.tokens.load(Ordering::SeqCst))) {
            return Told::json(401, &refusal(401, "authError", "Invalid Credentials"));
        }
        if self.busy.load(Ordering::SeqCst) > 0 {
            self.busy.fetch_sub(1, Ordering::SeqCst);
            return Told::json(403, &refusal(403, "quotaExceeded", "Request rate higher than configured."))
                .with("retry-after", self.wait.load(Ordering::SeqCst).to_string());
        }
        if let Some((status, body)) = &*self.refuse_users.lock().expect("refusal") {
            return Told::json(*status, body);
        }
        let from: usize = match asked.query("pageToken") {
            None => 0,
            Some(_) if self.second.lock().expect("second").is_some() => {
                return self.second.lock().expect("second").expect("a way")();
            }
            Some(token) => token.trim_start_matches("page/+=").parse().expect("a token of ours"),
        };
        if asked.query("customer").as_deref() != Some("my_customer") && asked.query("domain").as_deref() != Some("school.example") {
            return Told::json(400, &refusal(400, "badRequest", "Bad Request"));
        }
        let users = self.users.lock().expect("users");
        let size: usize = asked.query("maxResults").and_then(|size| size.parse().ok()).unwrap_or(100).min(500);
        let to = (from + size).min(users.len());
        // A list without anybody has no `users` at all.
        let mut body = json!({ "kind": "admin#directory#users" });
        if from < to {
            body["users"] = json!(users[from..to]);
        }
        if to < users.len() {
            body["nextPageToken"] = json!(format!("page/+={to}"));
        }
        Told::json(200, &body)
    }
}
