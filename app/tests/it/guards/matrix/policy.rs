//! Who may use which route: the one table that the matrix holds the program to.
//!
//! A new route is added here by one line: method and path, the right it needs (`access::permissions`), and the node where it
//! needs it. A form also says with which fields it is sent, so that a denial is seen to come from the right and not from a
//! missing field.

use At::{Body, Customer, Distributor, Everyone, Myself, Operation, Partner};

/// The node where a route asks for its right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// `{msp}`.
    Partner,
    /// `{customer}`.
    Customer,
    /// The customer that the body names as `tenant_id`.
    Body,
    /// `{id}` of a distributor.
    Distributor,
    /// The partner of the operation `{id}`.
    Operation,
    /// Whoever is signed in, about themselves.
    Myself,
    /// No sign-in is asked for.
    Everyone,
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub route: &'static str,
    pub right: &'static str,
    pub at: At,
}

/// The API.
pub const API: &[(&str, &str, At)] = &[
    ("GET /v1/me", "", Myself),
    ("GET /v1/sessions", "", Myself),
    ("DELETE /v1/sessions/{id}", "", Myself),
    ("GET /v1/tokens", "", Myself),
    ("POST /v1/tokens", "", Myself),
    ("GET /v1/tokens/{id}", "", Myself),
    ("DELETE /v1/tokens/{id}", "", Myself),
    ("GET /v1/operations/{id}", "read", Operation),
    ("GET /v1/distributors/{id}/partners", "manage_partners", Distributor),
    ("POST /v1/distributors/{id}/partners", "manage_partners", Distributor),
    // The MSP.
    ("GET /v1/msp/{msp}/portfolio", "read", Partner),
    ("GET /v1/msp/{msp}/settings", "read", Partner),
    ("PATCH /v1/msp/{msp}/settings", "manage_settings", Partner),
    ("POST /v1/msp/{msp}/move", "move_nodes", Partner),
    ("GET /v1/msp/{msp}/evidence/{id}", "read", Partner),
    ("GET /v1/msp/{msp}/staff", "read_staff", Partner),
    ("POST /v1/msp/{msp}/staff", "manage_staff", Partner),
    ("GET /v1/msp/{msp}/staff/{id}", "read_staff", Partner),
    ("PATCH /v1/msp/{msp}/staff/{id}", "manage_staff", Partner),
    ("POST /v1/msp/{msp}/staff/{id}/resend", "manage_staff", Partner),
    ("GET /v1/msp/{msp}/views", "read", Partner),
    ("POST /v1/msp/{msp}/views", "read", Partner),
    ("DELETE /v1/msp/{msp}/views/{id}", "read", Partner),
    // Groups.
    ("GET /v1/msp/{msp}/groups", "read", Partner),
    ("POST /v1/msp/{msp}/groups", "manage_customers", Partner),
    ("GET /v1/msp/{msp}/groups/{id}", "read", Partner),
    ("PATCH /v1/msp/{msp}/groups/{id}", "manage_customers", Partner),
    ("DELETE /v1/msp/{msp}/groups/{id}", "manage_customers", Partner),
    ("GET /v1/msp/{msp}/groups/{id}/customers", "read", Partner),
    ("POST /v1/msp/{msp}/groups/{id}/customers", "manage_customers", Partner),
    ("DELETE /v1/msp/{msp}/groups/{id}/customers/{customer}", "manage_customers", Partner),
    // Customers.
    ("GET /v1/msp/{msp}/customers", "read", Partner),
    ("GET /v1/msp/{msp}/customers/export", "export", Partner),
    ("POST /v1/msp/{msp}/customers", "create_customers", Partner),
    ("POST /v1/msp/{msp}/customers/bulk", "manage_customers", Partner),
    ("GET /v1/msp/{msp}/customers/{customer}", "read", Customer),
    ("PATCH /v1/msp/{msp}/customers/{customer}", "manage_customers", Customer),
    ("DELETE /v1/msp/{msp}/customers/{customer}", "manage_customers", Customer),
    ("GET /v1/msp/{msp}/customers/{customer}/evidence/{id}", "read", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/launch", "manage_customers", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/resume", "manage_customers", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/suspend", "manage_customers", Customer),
    ("GET /v1/tenants/{customer}/sites", "read", Customer),
    ("POST /v1/tenants/{customer}/sites", "manage_customers", Customer),
    ("DELETE /v1/tenants/{customer}/sites/{id}", "manage_customers", Customer),
    ("POST /v1/tenants/{customer}/syncs", "record_facts", Customer),
    ("POST /v1/tenants/{customer}/mail-checks", "record_facts", Customer),
    ("POST /v1/tenants/{customer}/campaign-results", "record_facts", Customer),
    // People.
    ("GET /v1/tenants/{customer}/members", "read_members", Customer),
    ("GET /v1/tenants/{customer}/members/export", "read_members", Customer),
    ("POST /v1/tenants/{customer}/members", "manage_members", Customer),
    ("GET /v1/tenants/{customer}/members/{id}", "read_members", Customer),
    ("PATCH /v1/tenants/{customer}/members/{id}", "manage_members", Customer),
    ("DELETE /v1/tenants/{customer}/members/{id}", "manage_members", Customer),
    ("GET /v1/tenants/{customer}/access/{member_ref}", "read_members", Customer),
    // Licences.
    ("GET /v1/msp/{msp}/licenses/summary", "read", Partner),
    ("GET /v1/msp/{msp}/licenses/by-tenant", "read", Partner),
    ("POST /v1/licenses/allocate", "allocate", Body),
    ("POST /v1/licenses/release", "allocate", Body),
    ("GET /v1/msp/{msp}/skus", "read", Partner),
    ("GET /v1/msp/{msp}/orders", "read", Partner),
    ("POST /v1/msp/{msp}/orders", "purchase", Partner),
];

/// Pages and forms.
pub const PAGES: &[(&str, &str, At)] = &[
    ("GET /", "", Myself),
    ("GET /brand/{file}", "", Everyone),
    ("GET /msp/{msp}/customers/new", "create_customers", Partner),
    ("POST /msp/{msp}/customers/new", "create_customers", Partner),
];

/// Bodies that are not the empty object (API) or the empty form (pages). `{customer}` is the customer of the request.
const BODIES: &[(&str, &str)] = &[
    ("POST /v1/licenses/allocate", r#"{"tenant_id":"{customer}","seats":1}"#),
    ("POST /v1/licenses/release", r#"{"tenant_id":"{customer}","seats":1}"#),
    ("POST /msp/{msp}/customers/new", "name=New&max_mau=10"),
];

/// Content types that are not JSON (API) or a form's fields (pages).
const KINDS: &[(&str, &str)] = &[];

/// The whole table.
pub fn rules() -> Vec<Rule> {
    API.iter().chain(PAGES).map(|&(route, right, at)| Rule { route, right, at }).collect()
}

impl Rule {
    pub fn method(&self) -> &'static str {
        self.route.split_once(' ').map_or("", |(method, _)| method)
    }

    pub fn path(&self) -> &'static str {
        self.route.split_once(' ').map_or("", |(_, path)| path)
    }

    /// True for a page or form of the console, which takes a session and no token.
    pub fn is_page(&self) -> bool {
        !self.path().starts_with("/v1/")
    }

    pub fn is_safe(&self) -> bool {
        self.method() == "GET"
    }

    /// True when the path names something within the node by an id of its own.
    pub fn has_child(&self) -> bool {
        let inner = ["{id}", "{member_ref}", "{import}"].iter().any(|p| self.path().contains(p));
        inner && !self.path().contains("/evidence/") && !matches!(self.at, Distributor | Operation | Everyone)
    }

    pub fn body(&self) -> &'static str {
        let usual = if self.is_page() { "" } else { "{}" };
        BODIES.iter().find(|(route, _)| *route == self.route).map_or(usual, |(_, body)| *body)
    }

    /// True where nobody has to sign in.
    pub fn is_open(&self) -> bool {
        self.at == Everyone
    }

    /// The body's content type; empty for the usual one.
    pub fn kind(&self) -> &'static str {
        KINDS.iter().find(|(route, _)| *route == self.route).map_or("", |(_, kind)| *kind)
    }
}

/// What is wrong between the program's routes and the table, each with what to do.
pub fn differences(routes: &[String], rules: &[Rule]) -> Vec<String> {
    let mut wrong = Vec::new();
    for route in routes {
        match rules.iter().filter(|r| r.route == route).count() {
            1 => {}
            0 => wrong.push(format!("{route}: has no line in guards/matrix/policy.rs; add (\"{route}\", \"<right>\", <node>) to API or PAGES")),
            n => wrong.push(format!("{route}: has {n} lines in guards/matrix/policy.rs")),
        }
    }
    let stale = rules.iter().filter(|r| !routes.iter().any(|route| r.route == route));
    wrong.extend(stale.map(|r| format!("{}: stands in guards/matrix/policy.rs, but there is no such route", r.route)));
    wrong
}

#[test]
fn sabotage_a_route_without_a_line_is_reported() {
    let rules = rules();
    let mut routes: Vec<String> = rules.iter().map(|r| r.route.to_owned()).collect();
    assert_eq!(differences(&routes, &rules), Vec::<String>::new());
    routes.push("POST /v1/msp/{msp}/backdoor".into());
    routes.retain(|r| r != "GET /v1/me");
    let wrong = differences(&routes, &rules);
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(wrong[0].starts_with("POST /v1/msp/{msp}/backdoor: has no line") && wrong[1].starts_with("GET /v1/me: stands in"), "{wrong:?}");
}
