//! What every page has in common: who visits, in which language, with which navigation; and the layers round all answers.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use access::{Actor, Grants, Scope, MembershipView, NodeKind, Role, permissions};
use axum::{
    Json, Router,
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use command::{Fail, Query};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header, request::Parts};
use maud::{Markup, html};
use store::{Control, CustomerId, DistributorId, PartnerId, StaffId, Timestamp, Uuid, View, p, sql};
use web::{
    Brand, Frame, Lang, NavGroup, NavItem, Person, Theme,
    caller::{self, Caller, Via},
    problem::{Problem, RequestId},
    routes::Pages,
};

use crate::app::{App, Shared};

/// The rooms' texts.
pub const LOCALES: &[(Lang, &str)] = &[
    (Lang::En, include_str!("../locales/en/console.ftl")),
    (Lang::De, include_str!("../locales/de/console.ftl")),
    (Lang::En, include_str!("../locales/en/identity.ftl")),
    (Lang::De, include_str!("../locales/de/identity.ftl")),
    (Lang::En, include_str!("../locales/en/hierarchy.ftl")),
    (Lang::De, include_str!("../locales/de/hierarchy.ftl")),
    (Lang::En, include_str!("../locales/en/operations.ftl")),
    (Lang::De, include_str!("../locales/de/operations.ftl")),
    (Lang::En, include_str!("../locales/en/audit.ftl")),
    (Lang::De, include_str!("../locales/de/audit.ftl")),
    (Lang::En, include_str!("../locales/en/alerts.ftl")),
    (Lang::De, include_str!("../locales/de/alerts.ftl")),
    (Lang::En, include_str!("../locales/en/licensing.ftl")),
    (Lang::De, include_str!("../locales/de/licensing.ftl")),
    (Lang::En, include_str!("../locales/en/portfolio.ftl")),
    (Lang::De, include_str!("../locales/de/portfolio.ftl")),
    (Lang::En, include_str!("../locales/en/provisioning.ftl")),
    (Lang::De, include_str!("../locales/de/provisioning.ftl")),
    (Lang::En, include_str!("../locales/en/demo.ftl")),
    (Lang::De, include_str!("../locales/de/demo.ftl")),
];

/// A signed-in person on a page. Without one the page answers 401, which becomes the sign-in page.
pub struct Visitor {
    /// The request's credential and form key.
    pub caller: Caller,
    /// Who.
    pub actor: Actor,
    /// Their staff id.
    pub staff: StaffId,
    /// Their name.
    pub name: String,
    /// Their memberships, highest node first.
    pub memberships: Vec<MembershipView>,
    /// The page's language.
    pub lang: Lang,
    /// The page's headers.
    pub headers: HeaderMap,
    /// The page's address.
    pub uri: Uri,
}

impl FromRequestParts<Shared> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let Ok(caller) = Caller::from_request_parts(parts, app).await;
        if caller.via != Via::Cookie {
            return Err(Problem::unauthenticated());
        }
        let (credential, now) = (caller.credential, app.house.now());
        let found = app.house.control().read(move |view| person(view, credential, now)).await?;
        let (actor, staff, name, language, memberships) = found.ok_or_else(Problem::unauthenticated)?;
        let lang = language_of(&parts.headers, language.as_deref());
        Ok(Visitor { caller, actor, staff, name, memberships, lang, headers: parts.headers.clone(), uri: parts.uri.clone() })
    }
}

type Found = (Actor, StaffId, String, Option<String>, Vec<MembershipView>);

fn person(view: &mut View<'_, Control>, credential: access::Credential, now: Timestamp) -> store::Result<Option<Found>> {
    let Some(actor) = access::authenticate(view, &credential, now)? else { return Ok(None) };
    let Some(staff) = actor.staff else { return Ok(None) };
    let row = view.one(sql!(Control, "SELECT name, language FROM staff WHERE staff_id = $1"), p![staff])?;
    Ok(Some((actor, staff, row.get("name")?, row.get("language")?, access::memberships(view, actor)?)))
}

/// The language of a page: the visitor's choice in a cookie, then the one stored, then the browser's.
#[must_use]
pub fn language_of(headers: &HeaderMap, stored: Option<&str>) -> Lang {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    caller::cookie(headers, "lang")
        .and_then(Lang::from_tag)
        .or_else(|| stored.and_then(Lang::from_tag))
        .unwrap_or_else(|| Lang::from_accept(accepted))
}

fn theme_of(headers: &HeaderMap) -> Theme {
    Theme::from_cookie(caller::cookie(headers, "theme").unwrap_or_default())
}

/// What the shell shows of a partner.
struct Surroundings {
    name: String,
    product: Option<String>,
    accent: Option<String>,
    alerts: i64,
}

impl Visitor {
    /// The membership that governs a partner's pages: at the partner itself, below it, or above it.
    #[must_use]
    pub fn membership(&self, partner: PartnerId) -> Option<&MembershipView> {
        self.memberships
            .iter()
            .find(|m| m.partner == Some(partner))
            .or_else(|| self.memberships.iter().find(|m| m.kind <= NodeKind::Distributor))
    }

    /// True when this person holds a right at a partner: for showing a button, never instead of a grant.
    #[must_use]
    pub fn may(&self, partner: PartnerId, right: &str) -> bool {
        self.membership(partner).is_some_and(|m| permissions::held(m.role, m.grants).contains(&right))
    }

    /// The one customer a customer's own administrator works for.
    fn tenant(&self, partner: PartnerId) -> Option<CustomerId> {
        self.membership(partner).filter(|m| m.kind >= NodeKind::Customer).and_then(|m| m.customer)
    }

    /// The first partner this person works for.
    #[must_use]
    pub fn home(&self) -> Option<PartnerId> {
        self.memberships.iter().find_map(|m| m.partner)
    }

    /// The frame of a partner's page. `title` is already in the visitor's language.
    ///
    /// # Errors
    /// The store's trouble.
    pub async fn frame(&self, app: &App, partner: PartnerId, title: impl Into<String>) -> Result<Frame, Problem> {
        let around = match app.house.ask(&self.caller.call(), SurroundingsOf { partner }).await {
            Ok(around) => around,
            // A customer's own administrator has no scope at the partner: its name and colour, and nothing else.
            Err(Fail::Denied(_)) if self.tenant(partner).is_some() => app.house.control().read(move |view| brand_of(view, partner)).await?,
            Err(fail) => return Err(fail.into()),
        };
        let (role, grants) = self.membership(partner).map_or((Role::Auditor, Grants::default()), |m| (m.role, m.grants));
        let held = permissions::held(role, grants);
        Ok(Frame {
            brand: Brand {
                product: around.product.clone().unwrap_or_else(|| "Tenantry".into()),
                initials: initials(&around.name),
                css_href: around.accent.as_deref().map(|c| format!("/brand/{}.css", c.trim_start_matches('#'))),
                name: around.name,
                logo_href: None,
            },
            nav: match self.tenant(partner) {
                Some(customer) => tenant_nav(self.lang, partner, customer, self.uri.path()),
                None => nav(self.lang, &format!("/msp/{partner}"), self.uri.path(), &held, around.alerts),
            },
            person: Some(self.person(role)),
            alerts: u64::try_from(around.alerts).unwrap_or(0),
            ..self.plain(app, title)
        })
    }

    /// The frame of a page that belongs to no partner (profile, distributor).
    #[must_use]
    pub fn plain(&self, app: &App, title: impl Into<String>) -> Frame {
        let role = self.memberships.first().map_or(Role::Auditor, |m| m.role);
        Frame { person: Some(self.person(role)), ..bare_frame(app, &self.headers, self.lang, self.uri.path(), title) }
    }

    fn person(&self, role: Role) -> Person {
        Person {
            name: self.name.clone(),
            role: self.lang.t(&format!("role-{}", role.word().replace('_', "-"))),
            initials: initials(&self.name),
        }
    }
}

/// Asks for what the shell shows of a partner: its brand, and the open alerts in the visitor's reach.
struct SurroundingsOf {
    partner: PartnerId,
}

impl Query for SurroundingsOf {
    type Home = Control;
    type Needs = permissions::Read;
    type Found = Surroundings;

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<permissions::Read>, _: Timestamp) -> store::Result<Surroundings> {
        let alerts = view.one(
            sql!(
                Control,
                concat!(
                    "SELECT COUNT(*) AS n FROM alert a WHERE a.partner_id = $1 AND a.resolved_at IS NULL AND ",
                    access::visible!("a", "$2", "$3", "$4")
                )
            ),
            p![self.partner, scope.reach_mode(), scope.reach_membership(), scope.reach_customer()],
        )?;
        Ok(Surroundings { alerts: alerts.get("n")?, ..brand_of(view, self.partner)? })
    }
}

fn brand_of(view: &mut View<'_, Control>, partner: PartnerId) -> store::Result<Surroundings> {
    view.enter(partner.0);
    let row = view.one(sql!(Control, "SELECT name, product_name, accent FROM partner WHERE partner_id = $1"), p![partner])?;
    Ok(Surroundings { name: row.get("name")?, product: row.get("product_name")?, accent: row.get("accent")?, alerts: 0 })
}

/// Two letters for a mark.
#[must_use]
pub fn initials(name: &str) -> String {
    name.split_whitespace().filter_map(|w| w.chars().find(|c| c.is_alphanumeric())).take(2).flat_map(char::to_uppercase).collect()
}

/// A frame without a person: sign-in, set-up, problems.
#[must_use]
pub fn bare_frame(app: &App, headers: &HeaderMap, lang: Lang, path: &str, title: impl Into<String>) -> Frame {
    let clock = app.demo.then(|| lang.date_time(app.house.now(), &store::Zone::utc()));
    Frame {
        lang,
        theme: theme_of(headers),
        path: path.to_owned(),
        title: title.into(),
        brand: Brand { product: "Tenantry".into(), name: "Tenantry".into(), initials: "T".into(), ..Brand::default() },
        clock,
        ..Frame::default()
    }
}

/// One place of the navigation: group, label, path below the partner, icon, the right it needs.
const PLACES: &[(&str, &str, &str, &str, &str)] = &[("nav-portfolio", "nav-overview", "", "overview", "read"), ("nav-portfolio", "nav-customers", "/customers", "customers", "read"), ("nav-portfolio", "nav-licenses", "/licenses", "key", "read"), ("nav-governance", "nav-staff", "/staff", "team", "read_staff")];

fn nav(lang: Lang, base: &str, path: &str, held: &[&str], alerts: i64) -> Vec<NavGroup> {
    let mut groups: Vec<NavGroup> = Vec::new();
    for (group, label, below, icon, right) in PLACES {
        if !held.contains(right) {
            continue;
        }
        let label_text = lang.t(group);
        let href = format!("{base}{below}");
        let active = if below.is_empty() { path == href } else { path.starts_with(&href) };
        let badge = (*below == "/alerts" && alerts > 0).then(|| alerts.unsigned_abs());
        let item = NavItem { label: lang.t(label), href, icon, active, badge };
        match groups.last_mut().filter(|g| g.label == label_text) {
            Some(last) => last.items.push(item),
            None => groups.push(NavGroup { label: label_text, items: vec![item] }),
        }
    }
    groups
}

/// The navigation of a customer's own administrator.
fn tenant_nav(lang: Lang, partner: PartnerId, customer: CustomerId, path: &str) -> Vec<NavGroup> {
    let href = format!("/msp/{partner}/customers/{customer}/members");
    let item = NavItem { label: lang.t("nav-members"), active: path.starts_with(&href), href, icon: "users", badge: None };
    vec![NavGroup { label: lang.t("nav-portfolio"), items: vec![item] }]
}

/// Pages that belong to no room.
#[must_use]
pub fn pages() -> Pages<Shared> {
    Pages::default().get("/", front).get("/brand/{file}", brand_sheet)
}

async fn front(State(_): State<Shared>, visitor: Visitor) -> Response {
    let Some(first) = visitor.memberships.first() else { return Redirect::to("/profile").into_response() };
    let to = match (first.kind, first.partner, first.customer) {
        (NodeKind::Distributor, ..) => format!("/distributors/{}", DistributorId::new(first.node)),
        (_, Some(partner), Some(customer)) => format!("/msp/{partner}/customers/{customer}/members"),
        (_, Some(partner), None) => format!("/msp/{partner}"),
        _ => "/profile".to_owned(),
    };
    Redirect::to(&to).into_response()
}

/// A brand colour as a sheet: the strict content policy allows no inline styles.
async fn brand_sheet(axum::extract::Path(file): axum::extract::Path<String>) -> Response {
    let ramp = file.strip_suffix(".css").and_then(web::brand::Ramp::of);
    match ramp {
        Some(ramp) => ([(header::CONTENT_TYPE, "text/css"), (header::CACHE_CONTROL, "public, max-age=86400")], ramp.css()).into_response(),
        None => Problem::not_found().into_response(),
    }
}

/// Liveness, readiness, metrics.
pub fn probes() -> Router<Shared> {
    Router::new().route("/healthz", get(|| async { "ok" })).route("/readyz", get(ready))
}

async fn ready(State(app): State<Shared>) -> Response {
    let control = app.house.control().read(|view| view.opt(sql!(Control, "SELECT 1 AS one"), &[]).map(drop)).await;
    let writable = !app.house.control().disk_full();
    let status = if control.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(serde_json::json!({ "database": control.is_ok(), "writable": writable, "queue": app.house.control().waiting() })))
        .into_response()
}

/// Problems as JSON for programs, as a page for people; 401 on a page leads to the sign-in.
pub async fn finish(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let address = request.uri().path_and_query().map_or_else(|| path.clone(), ToString::to_string);
    let headers = request.headers().clone();
    let id = request.extensions().get::<RequestId>().map_or_else(String::new, |r| r.0.clone());
    let safe = request.method().is_safe();
    let mut response = next.run(request).await;
    let Some(problem) = web::problem::take(&mut response, &path, &id) else { return response };
    response.headers_mut().remove(header::CONTENT_LENGTH);
    if path.starts_with("/v1/") || path.starts_with("/palette") {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        *response.body_mut() = serde_json::to_vec(&problem).unwrap_or_default().into();
        return response;
    }
    if problem.status == 401 {
        let back = if safe { address } else { "/".into() };
        let next: String = percent_encoding::utf8_percent_encode(&back, percent_encoding::NON_ALPHANUMERIC).to_string();
        return web::swap::leave(&headers, &format!("/signin?next={next}"));
    }
    let lang = language_of(&headers, None);
    let frame = bare_frame(&app, &headers, lang, &path, &problem.title);
    let page = web::problem_page(&frame, problem.status, &said(lang, &problem), &problem.detail, &id);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    *response.body_mut() = page.into_string().into();
    response
}

/// The problem's title in the reader's language, where the catalogue has one for its code.
fn said(lang: Lang, problem: &Problem) -> String {
    let id = format!("problem-{}", problem.code);
    if lang.knows(&id) { lang.t(&id) } else { problem.title.clone() }
}

const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// The outermost layer: a request id, security headers, a log line without personal data.
pub async fn every_answer(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    let id = data_encoding::HEXLOWER.encode(&app.house.random()[..8]);
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let route = request.extensions().get::<axum::extract::MatchedPath>().map(|m| m.as_str().to_owned());
    #[expect(clippy::disallowed_methods, reason = "how long a request took is real time")]
    let began = std::time::Instant::now();
    let mut response = next.run(request).await;
    let micros = began.elapsed().as_micros();
    #[expect(clippy::cast_precision_loss, reason = "microseconds of one request")]
    crate::api_metrics::answered(route.as_deref().unwrap_or("none"), method.as_str(), response.status().as_u16(), micros as f64 / 1e6);
    tracing::info!(request = id, %method, route, status = response.status().as_u16(), micros = u64::try_from(micros).unwrap_or(u64::MAX), "request");
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(header::CACHE_CONTROL, "no-store");
    if app.config.secure() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", value);
    }
    response
}

/// Tokens of the bucket and when they were counted, by credential.
static BUCKETS: LazyLock<Mutex<HashMap<[u8; 32], (f64, Timestamp)>>> = LazyLock::new(Mutex::default);

/// Requests of one API token: a bucket that refills (50,000 a minute, 5,000 at once unless configured).
pub async fn limit_rate(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let Ok(caller) = caller_of(&request);
    let access::Credential::Secret(hash) = caller else { return next.run(request).await };
    let limits = &app.config.limits;
    let (burst, rate) = (f64::from(limits.api_burst), f64::from(limits.api_per_minute) / 60.0);
    let left = take(hash.0, burst, rate);
    if left < 0.0 {
        let mut response = Problem::too_many(1).into_response();
        told(&mut response, limits, 0.0);
        return response;
    }
    let mut response = next.run(request).await;
    told(&mut response, limits, left);
    response
}

fn caller_of(request: &Request) -> Result<access::Credential, std::convert::Infallible> {
    let token = request.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    let hash = token.and_then(|t| access::secret::hash(access::secret::TOKEN, t.trim()));
    Ok(hash.map_or(access::Credential::None, access::Credential::Secret))
}

fn take(key: [u8; 32], burst: f64, rate: f64) -> f64 {
    use store::Clock as _;
    let now = store::Wall.now();
    let mut buckets = BUCKETS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if buckets.len() > 100_000 {
        buckets.retain(|_, (_, at)| now.0 - at.0 < 120 * Timestamp::SECOND);
    }
    let (tokens, at) = buckets.entry(key).or_insert((burst, now));
    #[expect(clippy::cast_precision_loss, reason = "seconds since the last request")]
    let passed = (now.0 - at.0).max(0) as f64 / 1e6;
    *tokens = (*tokens + passed * rate).min(burst) - 1.0;
    *at = now;
    if *tokens < 0.0 {
        *tokens = 0.0;
        return -1.0;
    }
    *tokens
}

fn told(response: &mut Response, limits: &crate::config::Limits, left: f64) {
    let policy = format!("\"api\";q={};w=60", limits.api_per_minute);
    let now = format!("\"api\";r={}", left.floor());
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", now)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
}

/// A key for one form: a double click then replays instead of acting twice.
#[must_use]
pub fn form_key(app: &App) -> String {
    data_encoding::HEXLOWER.encode(&app.house.random()[..16])
}

/// The id of a partner in a path, or of anything that becomes "nothing here".
#[must_use]
pub fn nil() -> Uuid {
    Uuid::nil()
}

/// A paragraph of help below a page's head.
#[must_use]
pub fn lead(text: &str) -> Markup {
    html! { p.muted { (text) } }
}
