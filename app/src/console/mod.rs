//! What every page has in common: who visits, in which language, with which navigation; and the layers round all answers.

pub mod done;
mod front;
mod layers;
mod nav;
mod rate;
pub mod reel;
pub mod spool;
pub mod typed;
pub mod wrong;

pub use front::{pages, probes};
pub use layers::{every_answer, finish};
pub use rate::{limit_rate, network};

use access::{Actor, Grants, MembershipView, NodeKind, Role, Scope, permissions};
use axum::extract::FromRequestParts;
use command::{Fail, Node, Query};
use http::{HeaderMap, Uri, header, request::Parts};
use store::{Control, CustomerId, DistributorId, PartnerId, StaffId, Timestamp, View, p, sql};
use web::{
    Action, Brand, Frame, Lang, NavGroup, NavItem, Person, Theme,
    caller::{self, Caller, Via},
    problem::Problem,
};

use crate::app::{App, Shared};

/// The rooms' texts.
pub const LOCALES: &[(Lang, &str)] = &[
    (Lang::En, include_str!("../../locales/en/console.ftl")),
    (Lang::De, include_str!("../../locales/de/console.ftl")),
    (Lang::En, include_str!("../../locales/en/wrong.ftl")),
    (Lang::De, include_str!("../../locales/de/wrong.ftl")),
    (Lang::En, include_str!("../../locales/en/identity.ftl")),
    (Lang::De, include_str!("../../locales/de/identity.ftl")),
    (Lang::En, include_str!("../../locales/en/hierarchy.ftl")),
    (Lang::De, include_str!("../../locales/de/hierarchy.ftl")),
    (Lang::En, include_str!("../../locales/en/operations.ftl")),
    (Lang::De, include_str!("../../locales/de/operations.ftl")),
    (Lang::En, include_str!("../../locales/en/audit.ftl")),
    (Lang::De, include_str!("../../locales/de/audit.ftl")),
    (Lang::En, include_str!("../../locales/en/alerts.ftl")),
    (Lang::De, include_str!("../../locales/de/alerts.ftl")),
    (Lang::En, include_str!("../../locales/en/licensing.ftl")),
    (Lang::De, include_str!("../../locales/de/licensing.ftl")),
    (Lang::En, include_str!("../../locales/en/orders.ftl")),
    (Lang::De, include_str!("../../locales/de/orders.ftl")),
    (Lang::En, include_str!("../../locales/en/skus.ftl")),
    (Lang::De, include_str!("../../locales/de/skus.ftl")),
    (Lang::En, include_str!("../../locales/en/center.ftl")),
    (Lang::De, include_str!("../../locales/de/center.ftl")),
    (Lang::En, include_str!("../../locales/en/trials.ftl")),
    (Lang::De, include_str!("../../locales/de/trials.ftl")),
    (Lang::En, include_str!("../../locales/en/plans.ftl")),
    (Lang::De, include_str!("../../locales/de/plans.ftl")),
    (Lang::En, include_str!("../../locales/en/portfolio.ftl")),
    (Lang::De, include_str!("../../locales/de/portfolio.ftl")),
    (Lang::En, include_str!("../../locales/en/provisioning.ftl")),
    (Lang::De, include_str!("../../locales/de/provisioning.ftl")),
    (Lang::En, include_str!("../../locales/en/directory.ftl")),
    (Lang::De, include_str!("../../locales/de/directory.ftl")),
    (Lang::En, include_str!("../../locales/en/agents.ftl")),
    (Lang::De, include_str!("../../locales/de/agents.ftl")),
    (Lang::En, include_str!("../../locales/en/sources.ftl")),
    (Lang::De, include_str!("../../locales/de/sources.ftl")),
    (Lang::En, include_str!("../../locales/en/members.ftl")),
    (Lang::De, include_str!("../../locales/de/members.ftl")),
    (Lang::En, include_str!("../../locales/en/rules.ftl")),
    (Lang::De, include_str!("../../locales/de/rules.ftl")),
    (Lang::En, include_str!("../../locales/en/imports.ftl")),
    (Lang::De, include_str!("../../locales/de/imports.ftl")),
    (Lang::En, include_str!("../../locales/en/moves.ftl")),
    (Lang::De, include_str!("../../locales/de/moves.ftl")),
    (Lang::En, include_str!("../../locales/en/signup.ftl")),
    (Lang::De, include_str!("../../locales/de/signup.ftl")),
    (Lang::En, include_str!("../../locales/en/links.ftl")),
    (Lang::De, include_str!("../../locales/de/links.ftl")),
    (Lang::En, include_str!("../../locales/en/offboarding.ftl")),
    (Lang::De, include_str!("../../locales/de/offboarding.ftl")),
    (Lang::En, include_str!("../../locales/en/transfer.ftl")),
    (Lang::De, include_str!("../../locales/de/transfer.ftl")),
    (Lang::En, include_str!("../../locales/en/onboarding.ftl")),
    (Lang::De, include_str!("../../locales/de/onboarding.ftl")),
    (Lang::En, include_str!("../../locales/en/template.ftl")),
    (Lang::De, include_str!("../../locales/de/template.ftl")),
    (Lang::En, include_str!("../../locales/en/help.ftl")),
    (Lang::De, include_str!("../../locales/de/help.ftl")),
    (Lang::En, include_str!("../../locales/en/demo.ftl")),
    (Lang::De, include_str!("../../locales/de/demo.ftl")),
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
        crate::identity::touch(app, &caller.credential).await;
        let lang = language_of(&parts.headers, language.as_deref());
        Ok(Visitor { caller, actor, staff, name, memberships, lang, headers: parts.headers.clone(), uri: parts.uri.clone() })
    }
}

type Found = (Actor, StaffId, String, Option<String>, Vec<MembershipView>);

fn person(view: &mut View<'_, Control>, credential: access::Credential, now: Timestamp) -> store::Result<Option<Found>> {
    let Some(actor) = access::authenticate(view, &credential, now)? else { return Ok(None) };
    let Some(staff) = actor.staff else { return Ok(None) };
    let row = view.one(sql!(Control, "SELECT name, language FROM staff WHERE staff_id = $1"), p![staff])?;
    Ok(Some((actor, staff, row.get("name")?, row.get("language")?, access::memberships(view, actor)?.held)))
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
    logo: Option<String>,
    alerts: i64,
    /// The customer of the page while it is being set up.
    setup: Option<(CustomerId, String)>,
}

/// The customer whose page this is: `/msp/{msp}/customers/{customer}/…`, the wizard's own pages apart.
fn customer_of(path: &str) -> Option<CustomerId> {
    let mut words = path.split('/').skip(3);
    let customer = (words.next() == Some("customers")).then(|| words.next()).flatten().and_then(CustomerId::parse)?;
    (words.next() != Some("setup")).then_some(customer)
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

    fn nav(&self, partner: PartnerId, held: &[&str], alerts: i64) -> Vec<NavGroup> {
        if let Some(customer) = self.tenant(partner) {
            return nav::tenant_nav(self.lang, partner, customer, self.uri.path());
        }
        let mut groups = nav::nav(self.lang, &format!("/msp/{partner}"), self.uri.path(), held, alerts);
        groups.extend(self.above());
        groups
    }

    /// The distributors this person works for.
    fn above(&self) -> impl Iterator<Item = NavGroup> {
        self.memberships.iter().filter(|m| m.kind == NodeKind::Distributor).map(|above| {
            let href = format!("/distributors/{}", DistributorId::new(above.node));
            let active = self.uri.path().starts_with(&href);
            let item = NavItem { label: self.lang.t("nav-partners"), active, href, icon: "globe", badge: None };
            NavGroup { label: self.lang.t("nav-distribution"), items: vec![item] }
        })
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
        let customer = customer_of(self.uri.path());
        let around = match app.house.ask(&self.caller.call(), SurroundingsOf { partner, customer }).await {
            Ok(around) => around,
            // A customer's own administrator has no scope at the partner: the customer's brand, and nothing else.
            Err(fail @ Fail::Denied(_)) => match self.tenant(partner) {
                Some(customer) => {
                    let now = app.house.now();
                    app.house.control().read(move |view| brand_of_customer(view, partner, customer, now)).await?
                }
                None => return Err(fail.into()),
            },
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
                logo_href: around.logo,
            },
            nav: self.nav(partner, &held, around.alerts),
            person: Some(self.person(Some(role))),
            center: self.center(partner),
            alerts: u64::try_from(around.alerts).unwrap_or(0),
            part_of: around.setup.map(|(customer, name)| self.onboarding(partner, customer, &name)),
            ..self.plain(app, title)
        })
    }

    /// The command center is the MSP's own: neither a customer's administrator nor a distributor has one (3.01).
    fn center(&self, partner: PartnerId) -> Option<Action> {
        let href = format!("/msp/{partner}/command-center");
        let own = self.tenant(partner).is_none() && self.may(partner, "read_members");
        own.then(|| Action { label: self.lang.t("center-title"), href, icon: Some("overview") })
    }

    /// Where a customer's page belongs while the customer is being set up.
    fn onboarding(&self, partner: PartnerId, customer: CustomerId, name: &str) -> (String, Action) {
        let href = format!("/msp/{partner}/customers/{customer}/setup");
        let back = Action { label: self.lang.t("onboarding-bar-back"), href, icon: Some("arrow-right") };
        (self.lang.with("onboarding-bar", &[("name", name.into())]), back)
    }

    /// The frame of a page that belongs to no partner (profile, distributor).
    #[must_use]
    pub fn plain(&self, app: &App, title: impl Into<String>) -> Frame {
        // Whoever's only customer is suspended works as nobody.
        let role = self.memberships.first().map(|m| m.role);
        let nav = self.above().collect();
        let help = crate::help::about(self.uri.path());
        Frame { person: Some(self.person(role)), nav, help, ..bare_frame(app, &self.headers, self.lang, self.uri.path(), title) }
    }

    /// The frame of a page about nobody's customers: inside the visitor's partner's console, if they have one.
    ///
    /// # Errors
    /// The store's trouble.
    pub async fn own_frame(&self, app: &App, title: impl Into<String>) -> Result<Frame, Problem> {
        match self.home() {
            Some(partner) => self.frame(app, partner, title).await,
            None => Ok(self.plain(app, title)),
        }
    }

    fn person(&self, role: Option<Role>) -> Person {
        Person {
            name: self.name.clone(),
            role: role.map_or_else(String::new, |role| self.lang.t(&format!("role-{}", role.word().replace('_', "-")))),
            initials: initials(&self.name),
        }
    }
}

/// Asks for what the shell shows of a partner: its brand, and the open alerts in the visitor's reach.
struct SurroundingsOf {
    partner: PartnerId,
    customer: Option<CustomerId>,
}

impl Query for SurroundingsOf {
    type Home = Control;
    type Needs = permissions::Read;
    type Found = Surroundings;

    fn node(&self) -> Node {
        self.partner.into()
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
        let setup = self.customer.map(|customer| in_setup(view, scope, customer)).transpose()?.flatten();
        Ok(Surroundings { alerts: alerts.get("n")?, setup, ..brand_of(view, self.partner)? })
    }
}

/// A customer in reach that is being set up, and its name.
fn in_setup(
    view: &mut View<'_, Control>,
    scope: &Scope<permissions::Read>,
    customer: CustomerId,
) -> store::Result<Option<(CustomerId, String)>> {
    let row = view.opt(
        sql!(
            Control,
            concat!(
                "SELECT c.name FROM customer c WHERE c.partner_id = $1 AND c.customer_id = $5 AND c.lifecycle = 'setup' AND ",
                access::visible!("c", "$2", "$3", "$4")
            )
        ),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), customer],
    )?;
    row.map(|r| Ok((customer, r.get("name")?))).transpose()
}

fn brand_of(view: &mut View<'_, Control>, partner: PartnerId) -> store::Result<Surroundings> {
    view.enter(partner.0);
    let row = view.one(sql!(Control, "SELECT name, product_name, accent, logo_url FROM partner WHERE partner_id = $1"), p![partner])?;
    Ok(Surroundings {
        name: row.get("name")?,
        product: row.get("product_name")?,
        accent: row.get("accent")?,
        logo: row.get("logo_url")?,
        alerts: 0,
        setup: None,
    })
}

/// What its people see of a customer: its own brand, on the free plan its partner's.
fn brand_of_customer(
    view: &mut View<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    now: Timestamp,
) -> store::Result<Surroundings> {
    let around = brand_of(view, partner)?;
    let text = sql!(
        Control,
        "SELECT COALESCE(display_name, name) AS name, accent, logo_url FROM customer WHERE partner_id = $1 AND customer_id = $2 AND kind <> 'free'
         AND (kind <> 'trial' OR trial_ends_at > $3)"
    );
    let Some(row) = view.opt(text, p![partner, customer, now])? else { return Ok(around) };
    Ok(Surroundings { name: row.get("name")?, accent: row.get("accent")?, logo: row.get("logo_url")?, ..around })
}

/// Two letters for a mark.
#[must_use]
pub fn initials(name: &str) -> String {
    name.split_whitespace().filter_map(|w| w.chars().find(|c| c.is_alphanumeric())).take(2).flat_map(char::to_uppercase).collect()
}

/// A frame without a person: sign-in, set-up, problems.
#[must_use]
pub fn bare_frame(app: &App, headers: &HeaderMap, lang: Lang, path: &str, title: impl Into<String>) -> Frame {
    let clock = app.demo.then(|| format!("{} UTC", lang.date_time(app.house.now(), &store::Zone::utc())));
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

/// A key for one form: a double click then replays instead of acting twice.
#[must_use]
pub fn form_key(app: &App) -> String {
    data_encoding::HEXLOWER.encode(&app.house.random()[..16])
}
