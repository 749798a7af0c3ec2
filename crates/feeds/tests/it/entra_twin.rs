//! A twin of the two services behind Entra ID, after their public reference:
//! - the token: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
//!   ("Successful response", "Error response")
//! - users and their changes: https://learn.microsoft.com/graph/api/user-delta and
//!   https://learn.microsoft.com/graph/delta-query-overview (`@odata.nextLink`, `@odata.deltaLink`, `@removed`)
//! - asking for patience: https://learn.microsoft.com/graph/throttling (429 with Retry-After)
//! - refusals: https://learn.microsoft.com/graph/errors

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};

use crate::twin::{Asked, Told};

pub const TENANT: &str = "contoso.example";
pub const CLIENT: &str = "11111111-2222-3333-4444-555555555555";
pub const SECRET: &str = "a~client/secret+with&signs";

/// What happens instead of an answer.
pub type Instead = fn(&Contoso) -> Told;

/// The directory, and what goes wrong with it.
#[derive(Default)]
pub struct Contoso {
    pub base: Mutex<String>,
    pub users: Mutex<Vec<Value>>,
    /// What has changed since the first round.
    pub changes: Mutex<Vec<Value>>,
    pub page: AtomicUsize,
    pub tokens: AtomicUsize,
    /// How many questions are answered with "wait", and for how long.
    pub busy: AtomicUsize,
    pub wait: AtomicUsize,
    /// From this page on tokens have run out once.
    pub expire_at: Mutex<Option<usize>>,
    /// What happens instead of the second page.
    pub second: Mutex<Option<Instead>>,
    pub refuse_token: Mutex<Option<Value>>,
    pub refuse_users: Mutex<Option<(u16, Value)>>,
    pub asked: Mutex<Vec<String>>,
}

pub fn user(number: usize) -> Value {
    json!({
        "id": format!("id-{number}"), "userPrincipalName": format!("user{number}@{TENANT}"), "mail": format!("user{number}@{TENANT}"),
        "displayName": format!("User {number}"), "accountEnabled": true, "department": "Sales", "jobTitle": null,
        "preferredLanguage": "de-DE", "userType": "Member",
    })
}

/// The refusal of a token (`error_codes` as in the reference's example).
pub fn no_token(error: &str, code: u32, text: &str) -> Value {
    json!({
        "error": error, "error_description": format!("AADSTS{code}: {text} Trace ID: 0000 Correlation ID: 0000 Timestamp: 2026-11-22 00:00:00Z"),
        "error_codes": [code], "timestamp": "2026-11-22 00:00:00Z", "trace_id": "0000", "correlation_id": "0000",
    })
}

/// The refusal of a question.
pub fn refusal(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message, "innerError": { "request-id": "0000", "date": "2026-11-22T00:00:00" } } })
}

impl Contoso {
    pub fn with(count: usize) -> Arc<Contoso> {
        Arc::new(Contoso { users: Mutex::new((0..count).map(user).collect()), page: AtomicUsize::new(100), ..Contoso::default() })
    }

    pub fn answer(&self, asked: &Asked) -> Told {
        self.asked.lock().expect("asked").push(format!("{} {}", asked.method, asked.url.path()));
        if asked.url.path() == format!("/{TENANT}/oauth2/v2.0/token") {
            return self.token(asked);
        }
        if self.busy.load(Ordering::SeqCst) > 0 {
            self.busy.fetch_sub(1, Ordering::SeqCst);
            return Told::json(429, &refusal("TooManyRequests", "Please retry after"))
                .with("retry-after", self.wait.load(Ordering::SeqCst).to_string());
        }
        let current = format!("Bearer token-{}", self.tokens.load(Ordering::SeqCst));
        if asked.headers.get("authorization") != Some(&current) {
            return Told::json(401, &refusal("InvalidAuthenticationToken", "Access token has expired or is not yet valid."));
        }
        if let Some((status, body)) = &*self.refuse_users.lock().expect("refusal") {
            return Told::json(*status, body);
        }
        match asked.url.path() {
            "/v1.0/users/delta" => self.delta(asked),
            path => self.one(path.trim_start_matches("/v1.0/users/")),
        }
    }

    fn token(&self, asked: &Asked) -> Told {
        if let Some(body) = &*self.refuse_token.lock().expect("refusal") {
            return Told::json(if body["error"] == "invalid_client" { 401 } else { 400 }, body);
        }
        let scope = format!("{}/.default", self.base.lock().expect("base"));
        let right = asked.form("client_id").as_deref() == Some(CLIENT)
            && asked.form("client_secret").as_deref() == Some(SECRET)
            && asked.form("scope") == Some(scope)
            && asked.form("grant_type").as_deref() == Some("client_credentials");
        if !right {
            return Told::json(401, &no_token("invalid_client", 7_000_215, "Invalid client secret provided."));
        }
        let number = self.tokens.fetch_add(1, Ordering::SeqCst) + 1;
        Told::json(200, &json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": format!("token-{number}") }))
    }

    fn delta(&self, asked: &Asked) -> Told {
        if let Some(round) = asked.query("$deltatoken") {
            return match round.as_str() {
                "one" => self.part(&self.changes.lock().expect("changes"), 0, "changed"),
                _ => Told::json(410, &refusal("syncStateNotFound", "The sync state generation is not found")),
            };
        }
        match asked.query("$skiptoken") {
            None if asked.query("$select").is_none_or(|select| !select.contains("accountEnabled")) => {
                Told::json(400, &refusal("BadRequest", "the test wants $select"))
            }
            None => self.part(&self.users.lock().expect("users"), 0, "first"),
            Some(token) => {
                let (list, from) = token.split_once('-').expect("a token of ours");
                let from: usize = from.parse().expect("a place");
                if self.expire_at.lock().expect("expiry").take_if(|at| *at <= from).is_some() {
                    self.tokens.fetch_add(1, Ordering::SeqCst);
                    return Told::json(401, &refusal("InvalidAuthenticationToken", "Access token has expired or is not yet valid."));
                }
                if let Some(second) = *self.second.lock().expect("second") {
                    return second(self);
                }
                let source = if list == "changed" { &self.changes } else { &self.users };
                self.part(&source.lock().expect("a list"), from, list)
            }
        }
    }

    fn part(&self, all: &[Value], from: usize, list: &str) -> Told {
        let (base, page) = (self.base.lock().expect("base").clone(), self.page.load(Ordering::SeqCst));
        let to = (from + page).min(all.len());
        let mut body = json!({ "@odata.context": format!("{base}/v1.0/$metadata#users"), "value": all[from..to] });
        let link = if to < all.len() { format!("$skiptoken={list}-{to}") } else { "$deltatoken=one".to_owned() };
        body[if to < all.len() { "@odata.nextLink" } else { "@odata.deltaLink" }] = json!(format!("{base}/v1.0/users/delta?{link}"));
        Told::json(200, &body)
    }

    fn one(&self, id: &str) -> Told {
        let users = self.users.lock().expect("users");
        match users.iter().find(|user| user["id"] == id) {
            Some(user) => Told::json(200, user),
            None => Told::json(404, &refusal("Request_ResourceNotFound", "does not exist")),
        }
    }
}
