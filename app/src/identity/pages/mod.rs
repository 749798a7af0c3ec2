//! Console twin of identity: sign-in, links, profile, team.

mod links;
mod profile;
mod second_factor;
mod signin;
mod staff;
mod staff_forms;

pub use signin::too_many;

use access::{Credential, secret};
use axum::{
    extract::{ConnectInfo, FromRequest, FromRequestParts, Request},
    response::Response,
};
use http::{HeaderMap, HeaderValue, Uri, header, request::Parts};
use percent_encoding::percent_decode_str;
use web::{
    Frame, Lang, Toast,
    caller::{COOKIES, session_cookie},
    forms::Pairs,
    parts::Tone,
    problem::Problem,
    routes::Pages,
};

use super::signin::Client;
use crate::{
    app::{App, Shared},
    console::{self, Visitor},
};

/// The pages.
#[must_use]
pub fn routes() -> Pages<Shared> {
    Pages::default()
        .get("/signin", signin::show)
        .post("/signin", signin::submit)
        .post("/sign-out", signin::out)
        .get("/invite/{token}", links::show_invite)
        .post("/invite/{token}", links::accept_invite)
        .get("/reset", links::show_ask)
        .post("/reset", links::ask)
        .get("/reset/{token}", links::show_reset)
        .post("/reset/{token}", links::reset)
        .get("/profile", profile::show)
        .post("/profile/language", profile::language)
        .post("/profile/password", profile::password)
        .post("/profile/sessions/{id}/end", profile::end_session)
        .post("/profile/tokens", profile::issue_token)
        .post("/profile/tokens/{id}/end", profile::end_token)
        .get("/profile/totp", second_factor::show)
        .post("/profile/totp", second_factor::begin)
        .get("/profile/totp.svg", second_factor::picture)
        .post("/profile/totp/confirm", second_factor::confirm)
        .post("/profile/totp/disable", second_factor::disable)
        .get("/msp/{msp}/staff", staff::list)
        .post("/msp/{msp}/staff", staff::invite)
        .get("/msp/{msp}/staff/{id}", staff::one)
        .post("/msp/{msp}/staff/{id}", staff::change)
        .post("/msp/{msp}/staff/{id}/access", staff::access)
        .post("/msp/{msp}/staff/{id}/resend", staff::resend)
}

/// A form's fields, in the order they were sent.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Refuses a field that is none of these.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Problem> {
        web::forms::only(self.0.iter().map(|(name, _)| name.as_str()), known)
    }

    pub(super) fn on(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }
}

impl FromRequest<Shared> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Problem> {
        let sent = Pairs::from_request(request, app).await?;
        sent.strict(&["group"], &[])?;
        Ok(Fields(sent.0))
    }
}

/// Somebody who is not signed in, or whose sign-in does not matter here.
pub struct Guest {
    /// Where they come from.
    pub client: Client,
    /// What they read.
    pub lang: Lang,
    /// What their browser sent.
    pub headers: HeaderMap,
    /// Which page.
    pub uri: Uri,
}

impl FromRequestParts<Shared> for Guest {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Self::Rejection> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let before = session_cookie(&parts.headers).and_then(|c| secret::hash(secret::SESSION, c));
        let client = Client { address: address_of(parts, app), agent, before };
        Ok(Guest { client, lang: console::language_of(&parts.headers, None), headers: parts.headers.clone(), uri: parts.uri.clone() })
    }
}

impl Guest {
    /// The frame of a page outside the console, with a title from the catalogue.
    #[must_use]
    pub fn frame(&self, app: &App, title: &str) -> Frame {
        console::bare_frame(app, &self.headers, self.lang, self.uri.path(), self.lang.t(title))
    }
}

/// Where a request comes from: the peer, or what a trusted proxy says of it.
fn address_of(parts: &Parts, app: &App) -> String {
    let peer = parts.extensions.get::<ConnectInfo<std::net::SocketAddr>>();
    peer.map_or_else(String::new, |peer| address(app, &parts.headers, peer.0))
}

/// Where a request comes from: its peer, or whom a trusted proxy names.
#[must_use]
pub fn address(app: &App, headers: &HeaderMap, peer: std::net::SocketAddr) -> String {
    let peer = peer.ip().to_canonical();
    if app.config.trusted_proxies.contains(&peer) {
        let said = headers.get("x-forwarded-for").and_then(|v| v.to_str().ok()).unwrap_or_default();
        // The last one was written by the trusted proxy itself; what stands before it anybody can claim.
        if let Ok(last) = said.rsplit(',').next().unwrap_or_default().trim().parse::<std::net::IpAddr>() {
            return last.to_canonical().to_string();
        }
    }
    peer.to_string()
}

/// Puts the session into the browser's hands.
pub(super) fn with_session(app: &App, mut response: Response, text: &str) -> Response {
    let cookie = if app.config.secure() {
        format!("{}={text}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={}", COOKIES[0], super::sessions::LONGEST)
    } else {
        format!("{}={text}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}", COOKIES[1], super::sessions::LONGEST)
    };
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Takes it away again.
pub(super) fn without_session(app: &App, mut response: Response) -> Response {
    let cookie = if app.config.secure() {
        "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
    } else {
        "session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
    };
    response.headers_mut().append(header::SET_COOKIE, HeaderValue::from_static(cookie));
    response
}

/// The value of a parameter in an address.
pub(super) fn query(uri: &Uri, name: &str) -> String {
    let pairs = uri.query().unwrap_or_default().split('&');
    let found = pairs.filter_map(|pair| pair.split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v.replace('+', " "));
    found.map_or_else(String::new, |v| percent_decode_str(&v).decode_utf8_lossy().into_owned())
}

/// A path of our own, or the front page: nobody is sent elsewhere after signing in.
pub(super) fn local(next: &str) -> &str {
    let ours =
        next.starts_with('/') && !next.starts_with("//") && next.is_ascii() && !next.bytes().any(|b| b == b'\\' || b.is_ascii_control());
    if ours && !next.starts_with("/signin") { next } else { "/" }
}

/// What was just done, said once on the page one comes back to.
pub(super) fn done_toast(lang: Lang, uri: &Uri, known: &[&str]) -> Option<Toast> {
    let done = query(uri, "done");
    let id = known.iter().find(|id| **id == done)?;
    Some(Toast { tone: Tone::Good, text: lang.t(&format!("identity-done-{id}")), action: None })
}

/// The frame of a person's own pages: inside their partner's console, if they have one.
pub(super) async fn own_frame(app: &App, visitor: &Visitor, title: &str) -> Result<Frame, Problem> {
    visitor.own_frame(app, visitor.lang.t(title)).await
}

/// The client behind a signed-in request: the session it has is the one that is replaced.
pub(super) fn client_of(visitor: &Visitor, guest: &Guest) -> Client {
    let before = match visitor.caller.credential {
        Credential::Secret(hash) => Some(hash),
        _ => None,
    };
    Client { before, ..guest.client.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for ours in ["/msp/x?y=1", "/"] {
            assert_eq!(local(ours), ours);
        }
        for foreign in ["//evil.example", "https://evil.example", "/\\evil.example", "", "javascript:1", "/a\r\nb", "/signin?next=/signin"]
        {
            assert_eq!(local(foreign), "/", "{foreign}");
        }
    }

    #[test]
    fn a_parameter_is_decoded() {
        let uri: Uri = "/signin?next=%2Fmsp%2Fx%3Fy%3D1&done=a+b".parse().expect("uri");
        assert_eq!((query(&uri, "next").as_str(), query(&uri, "done").as_str(), query(&uri, "z").as_str()), ("/msp/x?y=1", "a b", ""));
    }
}
