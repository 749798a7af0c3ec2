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
    /// The customer of the operation `{id}` (of the cast: the assigned one).
    Operation,
    /// Whoever is signed in, about themselves.
    Myself,
    /// No sign-in is asked for.
    Everyone,
}

/// One line of the table. Several rights are joined by `+`.
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
    ("GET /v1/help", "", Myself),
    ("GET /v1/help/{article}", "", Myself),
    ("PUT /v1/help/{article}/vote", "", Myself),
    ("GET /v1/operations/{id}", "read", Operation),
    ("GET /v1/operations/{id}/events", "read", Operation),
    ("GET /v1/distributors/{id}/partners", "manage_partners", Distributor),
    ("POST /v1/distributors/{id}/partners", "manage_partners", Distributor),
    // The MSP.
    ("GET /v1/msp/{msp}/portfolio", "read", Partner),
    ("GET /v1/msp/{msp}/command-center", "read", Partner),
    // Trials.
    ("GET /v1/distributors/{id}/trial-requests", "manage_partners", Distributor),
    ("POST /v1/msp/{msp}/trial-requests/{id}/decide", "manage_partners", Partner),
    ("GET /v1/msp/{msp}/customers/{customer}/trial", "read", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/trial/extend", "manage_customers", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/trial/upgrade", "allocate", Customer),
    ("DELETE /v1/msp/{msp}/customers/{customer}/trial-requests/{id}", "manage_customers", Customer),
    // A customer of another MSP: asked for, given, and consented to by its own administrator alone.
    ("GET /v1/msp/{msp}/links", "create_customers", Partner),
    ("POST /v1/msp/{msp}/links", "create_customers", Partner),
    ("DELETE /v1/msp/{msp}/links/{id}", "create_customers", Partner),
    ("POST /v1/msp/{msp}/links/{id}/retry", "create_customers", Partner),
    ("GET /v1/msp/{msp}/link-requests", "manage_customers", Partner),
    ("GET /v1/msp/{msp}/customers/{customer}/link-requests", "read", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/link-requests/{id}/give", "manage_customers", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/link-requests/{id}/consent", "consent_to_move", Customer),
    ("GET /v1/tenants/{customer}/free-members", "read_members", Customer),
    ("PUT /v1/tenants/{customer}/free-members", "manage_customers", Customer),
    ("GET /v1/msp/{msp}/settings", "read", Partner),
    ("PATCH /v1/msp/{msp}/settings", "manage_settings", Partner),
    ("PUT /v1/msp/{msp}/logo", "manage_settings", Partner),
    ("DELETE /v1/msp/{msp}/logo", "manage_settings", Partner),
    ("POST /v1/msp/{msp}/move", "move_nodes", Partner),
    ("GET /v1/msp/{msp}/evidence/{id}", "read", Partner),
    ("GET /v1/msp/{msp}/staff", "read_staff", Partner),
    ("POST /v1/msp/{msp}/staff", "manage_staff", Partner),
    ("GET /v1/msp/{msp}/staff/{id}", "read_staff", Partner),
    ("PATCH /v1/msp/{msp}/staff/{id}", "manage_staff", Partner),
    ("POST /v1/msp/{msp}/staff/{id}/resend", "manage_staff", Partner),
    ("GET /v1/msp/{msp}/views", "read", Partner),
    ("POST /v1/msp/{msp}/views", "read", Partner),
    // Who may remove a shared one is the view's own business: 409 to the others.
    ("DELETE /v1/msp/{msp}/views/{id}", "read", Partner),
    ("GET /v1/msp/{msp}/jobs/dead", "manage_jobs", Partner),
    ("POST /v1/msp/{msp}/jobs/{id}/retry", "manage_jobs", Partner),
    ("POST /v1/msp/{msp}/mail/test", "manage_settings", Partner),
    ("POST /v1/operations/{id}/retry", "manage_jobs", Operation),
    ("POST /v1/operations/{id}/cancel", "manage_jobs", Operation),
    ("GET /v1/msp/{msp}/alerts", "read", Partner),
    ("GET /v1/msp/{msp}/alerts/subscription", "read", Partner),
    ("PUT /v1/msp/{msp}/alerts/subscription", "read", Partner),
    ("POST /v1/msp/{msp}/alerts/{id}/resolve", "resolve_alerts", Partner),
    ("GET /v1/msp/{msp}/audit", "read_audit", Partner),
    ("GET /v1/msp/{msp}/audit/export", "read_audit", Partner),
    ("GET /v1/msp/{msp}/audit/verify", "read_audit", Partner),
    // Imports. What one is about decides the right: the one of this test brings customers.
    ("GET /v1/msp/{msp}/imports", "read", Partner),
    ("POST /v1/msp/{msp}/customers/import", "create_customers", Partner),
    ("POST /v1/msp/{msp}/campaign-results/import", "record_facts", Partner),
    ("POST /v1/tenants/{customer}/members/import", "manage_members", Customer),
    ("GET /v1/msp/{msp}/imports/{id}", "create_customers", Partner),
    ("GET /v1/msp/{msp}/imports/{id}/preview", "create_customers", Partner),
    ("GET /v1/msp/{msp}/imports/{id}/customers", "create_customers", Partner),
    ("PUT /v1/msp/{msp}/imports/{id}/mapping", "create_customers", Partner),
    ("POST /v1/msp/{msp}/imports/{id}/start", "create_customers", Partner),
    ("POST /v1/msp/{msp}/imports/{id}/undo", "create_customers", Partner),
    // Groups.
    ("GET /v1/msp/{msp}/limits", "manage_partners", Partner),
    ("PUT /v1/msp/{msp}/limits", "manage_partners", Partner),
    ("GET /v1/msp/{msp}/groups", "read", Partner),
    ("POST /v1/msp/{msp}/groups", "manage_customers", Partner),
    ("GET /v1/msp/{msp}/groups/{id}", "read", Partner),
    ("PATCH /v1/msp/{msp}/groups/{id}", "manage_customers", Partner),
    ("DELETE /v1/msp/{msp}/groups/{id}", "manage_customers", Partner),
    ("GET /v1/msp/{msp}/groups/{id}/customers", "read", Partner),
    ("POST /v1/msp/{msp}/groups/{id}/customers", "manage_customers", Partner),
    ("DELETE /v1/msp/{msp}/groups/{id}/customers/{customer}", "manage_customers", Partner),
    // The wizard.
    ("GET /v1/msp/{msp}/templates", "create_customers", Partner),
    ("POST /v1/msp/{msp}/templates", "create_customers", Partner),
    ("GET /v1/msp/{msp}/templates/{id}", "create_customers", Partner),
    ("PATCH /v1/msp/{msp}/templates/{id}", "create_customers", Partner),
    ("DELETE /v1/msp/{msp}/templates/{id}", "create_customers", Partner),
    ("GET /v1/msp/{msp}/drafts", "create_customers", Partner),
    ("POST /v1/msp/{msp}/drafts", "create_customers", Partner),
    ("GET /v1/msp/{msp}/drafts/{id}", "create_customers", Partner),
    ("PATCH /v1/msp/{msp}/drafts/{id}", "create_customers", Partner),
    ("POST /v1/msp/{msp}/drafts/{id}/create", "create_customers", Partner),
    ("POST /v1/msp/{msp}/drafts/{id}/retry", "create_customers", Partner),
    // Before the one that deletes it.
    ("DELETE /v1/msp/{msp}/drafts/{id}", "create_customers", Partner),
    ("GET /v1/msp/{msp}/customers/{customer}/onboarding", "read", Customer),
    // Customers.
    ("GET /v1/msp/{msp}/customers", "read", Partner),
    ("GET /v1/msp/{msp}/customers/export", "export", Partner),
    ("POST /v1/msp/{msp}/customers", "create_customers", Partner),
    ("POST /v1/msp/{msp}/customers/bulk", "manage_customers", Partner),
    ("GET /v1/msp/{msp}/customers/{customer}", "read", Customer),
    ("PATCH /v1/msp/{msp}/customers/{customer}", "manage_customers", Customer),
    // Asked at the partner: a request sent twice finds its answer when the customer is in nobody's reach any more.
    ("DELETE /v1/msp/{msp}/customers/{customer}", "manage_customers", Partner),
    ("GET /v1/msp/{msp}/customers/{customer}/offboarding", "manage_customers", Customer),
    ("GET /v1/msp/{msp}/removed", "read", Partner),
    ("POST /v1/msp/{msp}/removed/{id}/restore", "manage_customers", Partner),
    ("POST /v1/msp/{msp}/removed/{id}/purge", "purge_customers", Partner),
    ("GET /v1/msp/{msp}/exports", "manage_customers", Partner),
    ("POST /v1/msp/{msp}/exports", "manage_customers", Partner),
    ("GET /v1/msp/{msp}/exports/{id}/file", "manage_customers", Partner),
    ("GET /v1/msp/{msp}/transfers", "create_customers+manage_customers", Partner),
    ("POST /v1/msp/{msp}/transfers", "create_customers+manage_customers", Partner),
    ("GET /v1/msp/{msp}/transfers/{id}", "create_customers+manage_customers", Partner),
    ("POST /v1/msp/{msp}/transfers/{id}/start", "create_customers+manage_customers", Partner),
    ("POST /v1/msp/{msp}/transfers/{id}/undo", "create_customers+manage_customers", Partner),
    ("GET /v1/msp/{msp}/removed/{id}/left", "read", Partner),
    ("GET /v1/msp/{msp}/customers/{customer}/evidence/{id}", "read", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/launch", "launch_customers", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/move", "move_nodes", Customer),
    ("PUT /v1/msp/{msp}/customers/{customer}/seats", "allocate", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/resume", "manage_customers", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/suspend", "manage_customers", Customer),
    ("GET /v1/tenants/{customer}/sites", "read", Customer),
    ("POST /v1/tenants/{customer}/sites", "manage_customers", Customer),
    ("DELETE /v1/tenants/{customer}/sites/{id}", "manage_customers", Customer),
    ("POST /v1/tenants/{customer}/syncs", "record_facts", Customer),
    ("POST /v1/tenants/{customer}/mail-checks", "record_facts", Customer),
    ("GET /v1/tenants/{customer}/domain", "read", Customer),
    ("GET /v1/tenants/{customer}/domains", "read", Customer),
    ("POST /v1/tenants/{customer}/domains", "manage_domain", Customer),
    ("DELETE /v1/tenants/{customer}/domains/{id}", "manage_domain", Customer),
    ("POST /v1/tenants/{customer}/domains/{id}/verify", "manage_domain", Customer),
    ("GET /v1/tenants/{customer}/administrator", "read", Customer),
    ("POST /v1/tenants/{customer}/administrator/resend", "manage_customers", Customer),
    ("GET /v1/tenants/{customer}/brand", "read", Customer),
    ("PATCH /v1/tenants/{customer}/brand", "manage_brand", Customer),
    ("PUT /v1/tenants/{customer}/logo", "manage_brand", Customer),
    ("DELETE /v1/tenants/{customer}/logo", "manage_brand", Customer),
    ("GET /v1/tenants/{customer}/mail", "read", Customer),
    ("POST /v1/tenants/{customer}/mail/steps", "manage_domain", Customer),
    ("GET /v1/tenants/{customer}/mail/tests", "read", Customer),
    ("POST /v1/tenants/{customer}/mail/tests", "manage_domain", Customer),
    ("GET /v1/tenants/{customer}/mail/tests/{id}", "read", Customer),
    ("POST /v1/tenants/{customer}/domain/verify", "manage_domain", Customer),
    ("GET /v1/msp/{msp}/customers/preflight", "create_customers", Partner),
    ("POST /v1/tenants/{customer}/campaign-results", "record_facts", Customer),
    ("POST /v1/tenants/{customer}/campaigns", "record_facts", Customer),
    // People.
    ("GET /v1/tenants/{customer}/members", "read_members", Customer),
    ("GET /v1/tenants/{customer}/members/export", "read_members", Customer),
    ("GET /v1/tenants/{customer}/members/retention", "read_members", Customer),
    ("POST /v1/tenants/{customer}/members", "manage_members", Customer),
    ("POST /v1/tenants/{customer}/members/activity", "manage_members", Customer),
    ("GET /v1/tenants/{customer}/metering/evidence", "read_members", Customer),
    ("GET /v1/tenants/{customer}/members/{id}", "read_members", Customer),
    ("PATCH /v1/tenants/{customer}/members/{id}", "manage_members", Customer),
    ("DELETE /v1/tenants/{customer}/members/{id}", "manage_members", Customer),
    ("POST /v1/tenants/{customer}/members/{id}/erase", "manage_customers", Customer),
    ("GET /v1/tenants/{customer}/access/{member_ref}", "read_members", Customer),
    ("GET /v1/tenants/{customer}/member-attributes", "read_members", Customer),
    ("POST /v1/tenants/{customer}/member-attributes", "manage_members", Customer),
    ("DELETE /v1/tenants/{customer}/member-attributes/{id}", "manage_members", Customer),
    ("GET /v1/tenants/{customer}/member-groups", "read_members", Customer),
    ("POST /v1/tenants/{customer}/member-groups", "manage_members", Customer),
    ("GET /v1/tenants/{customer}/member-groups/{id}", "read_members", Customer),
    ("PATCH /v1/tenants/{customer}/member-groups/{id}", "manage_members", Customer),
    ("DELETE /v1/tenants/{customer}/member-groups/{id}", "manage_members", Customer),
    ("POST /v1/tenants/{customer}/member-groups/{id}/members", "manage_members", Customer),
    ("DELETE /v1/tenants/{customer}/member-groups/{id}/members/{member}", "manage_members", Customer),
    ("GET /v1/tenants/{customer}/status-rules", "read_members", Customer),
    ("POST /v1/tenants/{customer}/status-rules", "manage_members", Customer),
    ("DELETE /v1/tenants/{customer}/status-rules/{id}", "manage_members", Customer),
    ("GET /v1/tenants/{customer}/status-rules/changes", "read_members", Customer),
    ("POST /v1/tenants/{customer}/status-rules/run", "manage_members", Customer),
    // Agents. Their own door (/v1/agents) takes other tokens: it is a scene of its own.
    ("GET /v1/msp/{msp}/agents", "read_members", Partner),
    ("GET /v1/msp/{msp}/agents/export", "read_members+export", Partner),
    ("GET /v1/tenants/{customer}/agents", "read_members", Customer),
    ("DELETE /v1/tenants/{customer}/agents/{id}", "manage_members", Customer),
    ("GET /v1/tenants/{customer}/agent-tokens", "manage_members", Customer),
    ("POST /v1/tenants/{customer}/agent-tokens", "manage_members", Customer),
    ("DELETE /v1/tenants/{customer}/agent-tokens/{id}", "manage_members", Customer),
    // A customer's directory. The protocol itself (/scim) is another door: its tokens and its isolation are scenes of their own.
    ("GET /v1/tenants/{customer}/scim-tokens", "manage_members", Customer),
    ("POST /v1/tenants/{customer}/scim-tokens", "manage_members", Customer),
    ("DELETE /v1/tenants/{customer}/scim-tokens/{id}", "manage_members", Customer),
    ("GET /v1/tenants/{customer}/scim-connection", "manage_members", Customer),
    // Where its people come from.
    ("GET /v1/msp/{msp}/customers/{customer}/sources", "manage_members", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/sources", "manage_members", Customer),
    ("GET /v1/msp/{msp}/customers/{customer}/sources/{id}", "manage_members", Customer),
    ("PATCH /v1/msp/{msp}/customers/{customer}/sources/{id}", "manage_members", Customer),
    ("DELETE /v1/msp/{msp}/customers/{customer}/sources/{id}", "manage_members", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/sources/{id}/test", "manage_members", Customer),
    ("GET /v1/msp/{msp}/customers/{customer}/sources/{id}/runs", "manage_members", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/sources/{id}/runs", "manage_members", Customer),
    ("GET /v1/msp/{msp}/customers/{customer}/sources/{id}/runs/{run}", "manage_members", Customer),
    ("GET /v1/msp/{msp}/customers/{customer}/sources/{id}/runs/{run}/changes", "manage_members", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/sources/{id}/runs/{run}/apply", "manage_members", Customer),
    ("POST /v1/msp/{msp}/customers/{customer}/sources/{id}/runs/{run}/discard", "manage_members", Customer),
    // Licences.
    ("GET /v1/msp/{msp}/licenses/summary", "read", Partner),
    ("GET /v1/msp/{msp}/licenses/by-tenant", "read", Partner),
    ("GET /v1/msp/{msp}/licenses/units", "read", Partner),
    ("GET /v1/msp/{msp}/licenses/units/export", "export", Partner),
    ("GET /v1/msp/{msp}/overview", "read", Partner),
    ("GET /v1/msp/{msp}/licenses/outlook", "read", Partner),
    ("POST /v1/msp/{msp}/licenses/right-size", "allocate", Partner),
    ("GET /v1/msp/{msp}/order-requests", "read", Partner),
    ("POST /v1/msp/{msp}/order-requests", "allocate", Partner),
    ("POST /v1/msp/{msp}/order-requests/{id}/approve", "purchase", Partner),
    ("POST /v1/msp/{msp}/order-requests/{id}/decline", "purchase", Partner),
    ("GET /v1/msp/{msp}/order-terms", "manage_partners", Partner),
    ("PUT /v1/msp/{msp}/order-terms", "manage_partners", Partner),
    ("GET /v1/distributors/{id}/pool", "manage_partners", Distributor),
    ("POST /v1/distributors/{id}/orders", "purchase", Distributor),
    ("GET /v1/msp/{msp}/metering/maa", "read", Partner),
    ("GET /v1/msp/{msp}/metering/maa/export", "export", Partner),
    ("POST /v1/licenses/allocate", "allocate", Body),
    ("POST /v1/licenses/release", "allocate", Body),
    // The one that gives; that the right is asked at the other one too has a scene of its own.
    ("POST /v1/licenses/transfer", "allocate", Body),
    ("GET /v1/msp/{msp}/skus", "read", Partner),
    ("GET /v1/msp/{msp}/orders", "read", Partner),
    ("POST /v1/msp/{msp}/orders", "purchase", Partner),
    ("GET /v1/msp/{msp}/plans", "read", Partner),
    ("POST /v1/msp/{msp}/plans", "purchase", Partner),
    ("GET /v1/msp/{msp}/plans/{id}", "read", Partner),
    ("PATCH /v1/msp/{msp}/plans/{id}", "purchase", Partner),
    ("POST /v1/msp/{msp}/plans/{id}/end", "purchase", Partner),
    ("GET /v1/msp/{msp}/subscriptions", "read", Partner),
    ("GET /v1/msp/{msp}/license-status", "read", Partner),
    ("GET /v1/msp/{msp}/expiring", "read", Partner),
    ("GET /v1/msp/{msp}/expiring/export", "export", Partner),
    ("GET /v1/msp/{msp}/expiring/calendar", "read", Partner),
    ("GET /v1/tenants/{customer}/subscriptions", "read", Customer),
    ("POST /v1/tenants/{customer}/subscriptions", "purchase", Customer),
    ("POST /v1/tenants/{customer}/subscriptions/{id}/plan", "purchase", Customer),
    ("POST /v1/tenants/{customer}/subscriptions/{id}/renew", "purchase", Customer),
    ("PUT /v1/tenants/{customer}/subscriptions/{id}/auto-renew", "purchase", Customer),
];

/// Pages and forms.
pub const PAGES: &[(&str, &str, At)] = &[
    ("GET /brand/{file}", "", Everyone),
    ("GET /brand/{msp}/{file}", "", Everyone),
    ("GET /signin", "", Everyone),
    ("POST /signin", "", Everyone),
    ("POST /sign-out", "", Everyone),
    ("GET /invite/{token}", "", Everyone),
    ("POST /invite/{token}", "", Everyone),
    ("GET /delivery/{customer}/{token}", "", Everyone),
    ("POST /delivery/{customer}/{token}", "", Everyone),
    ("GET /reset", "", Everyone),
    ("POST /reset", "", Everyone),
    ("GET /reset/{token}", "", Everyone),
    ("POST /reset/{token}", "", Everyone),
    ("GET /setup/{token}", "", Everyone),
    ("POST /setup/{token}", "", Everyone),
    // Oneself.
    ("GET /", "", Myself),
    ("GET /palette", "", Myself),
    ("GET /search", "", Myself),
    ("GET /help", "", Myself),
    ("GET /help/{article}", "", Myself),
    ("POST /help/{article}", "", Myself),
    ("GET /profile", "", Myself),
    ("POST /profile/language", "", Myself),
    ("POST /profile/password", "", Myself),
    ("POST /profile/sessions/{id}/end", "", Myself),
    ("POST /profile/tokens", "", Myself),
    ("POST /profile/tokens/{id}/end", "", Myself),
    ("GET /profile/totp", "", Myself),
    ("POST /profile/totp", "", Myself),
    ("GET /profile/totp.svg", "", Myself),
    ("POST /profile/totp/confirm", "", Myself),
    ("POST /profile/totp/disable", "", Myself),
    ("GET /distributors/{id}", "manage_partners", Distributor),
    ("GET /distributors/{id}/trials", "manage_partners", Distributor),
    ("POST /msp/{msp}/trial-requests/{id}/decide", "manage_partners", Partner),
    ("GET /msp/{msp}/command-center", "read", Partner),
    ("GET /msp/{msp}/customers/{customer}/trial", "read", Customer),
    ("GET /msp/{msp}/links", "create_customers", Partner),
    ("POST /msp/{msp}/links", "create_customers", Partner),
    ("POST /msp/{msp}/links/{id}/withdraw", "create_customers", Partner),
    ("POST /msp/{msp}/links/{id}/retry", "create_customers", Partner),
    ("GET /msp/{msp}/link-requests", "manage_customers", Partner),
    ("GET /msp/{msp}/customers/{customer}/link-requests", "read", Customer),
    ("POST /msp/{msp}/customers/{customer}/link-requests/{id}/give", "manage_customers", Customer),
    ("POST /msp/{msp}/customers/{customer}/link-requests/{id}/consent", "consent_to_move", Customer),
    ("POST /msp/{msp}/customers/{customer}/trial/extend", "manage_customers", Customer),
    ("POST /msp/{msp}/customers/{customer}/trial/upgrade", "allocate", Customer),
    ("POST /msp/{msp}/customers/{customer}/trial/stay", "manage_customers", Customer),
    ("POST /msp/{msp}/customers/{customer}/trial/withdraw", "manage_customers", Customer),
    ("GET /distributors/{id}/partners/new", "manage_partners", Distributor),
    ("POST /distributors/{id}/partners/new", "manage_partners", Distributor),
    // The MSP.
    ("GET /msp/{msp}", "read", Partner),
    ("GET /msp/{msp}/settings", "read", Partner),
    ("GET /msp/{msp}/move", "move_nodes", Partner),
    ("POST /msp/{msp}/move", "move_nodes", Partner),
    ("POST /msp/{msp}/settings", "manage_settings", Partner),
    ("POST /msp/{msp}/settings/logo", "manage_settings", Partner),
    ("POST /msp/{msp}/settings/logo/remove", "manage_settings", Partner),
    ("GET /msp/{msp}/settings/mail", "manage_settings", Partner),
    ("POST /msp/{msp}/settings/mail", "manage_settings", Partner),
    ("GET /msp/{msp}/staff", "read_staff", Partner),
    ("POST /msp/{msp}/staff", "read_staff+manage_staff", Partner),
    ("GET /msp/{msp}/staff/{id}", "read_staff", Partner),
    ("POST /msp/{msp}/staff/{id}", "read_staff+manage_staff", Partner),
    ("POST /msp/{msp}/staff/{id}/access", "manage_staff", Partner),
    ("POST /msp/{msp}/staff/{id}/resend", "manage_staff", Partner),
    ("POST /msp/{msp}/views", "read", Partner),
    ("POST /msp/{msp}/views/{id}/delete", "read", Partner),
    ("GET /alerts", "", Myself),
    ("GET /msp/{msp}/alerts", "read", Partner),
    ("POST /msp/{msp}/alerts/subscription", "read", Partner),
    ("POST /msp/{msp}/alerts/{id}/resolve", "resolve_alerts", Partner),
    ("GET /msp/{msp}/audit", "read_audit", Partner),
    ("GET /msp/{msp}/jobs", "manage_jobs", Partner),
    ("POST /msp/{msp}/jobs/{id}/retry", "manage_jobs", Partner),
    ("POST /msp/{msp}/jobs/operations/{id}/retry", "manage_jobs", Partner),
    ("POST /msp/{msp}/jobs/operations/{id}/cancel", "manage_jobs", Partner),
    ("GET /msp/{msp}/groups", "read", Partner),
    ("GET /msp/{msp}/groups/new", "manage_customers", Partner),
    ("POST /msp/{msp}/groups/new", "manage_customers", Partner),
    ("GET /msp/{msp}/groups/{id}", "read", Partner),
    ("GET /msp/{msp}/groups/{id}/edit", "manage_customers", Partner),
    ("POST /msp/{msp}/groups/{id}/edit", "manage_customers", Partner),
    ("POST /msp/{msp}/groups/{id}/customers", "manage_customers", Partner),
    ("POST /msp/{msp}/groups/{id}/customers/{customer}/remove", "manage_customers", Partner),
    ("POST /msp/{msp}/groups/{id}/delete", "manage_customers", Partner),
    // Customers and their people.
    ("GET /msp/{msp}/limits", "manage_partners", Partner),
    ("POST /msp/{msp}/limits", "manage_partners", Partner),
    ("GET /msp/{msp}/customers", "read", Partner),
    ("GET /msp/{msp}/customers/new", "create_customers", Partner),
    ("GET /msp/{msp}/customers/preflight", "create_customers", Partner),
    ("GET /msp/{msp}/customers/{customer}/domain", "read", Customer),
    ("POST /msp/{msp}/customers/{customer}/domain", "manage_domain", Customer),
    ("POST /msp/{msp}/customers/{customer}/domains", "manage_domain", Customer),
    ("POST /msp/{msp}/customers/{customer}/domains/{id}/verify", "manage_domain", Customer),
    ("POST /msp/{msp}/customers/{customer}/domains/{id}/remove", "manage_domain", Customer),
    ("POST /msp/{msp}/customers/{customer}/administrator", "manage_customers", Customer),
    ("POST /msp/{msp}/customers/{customer}/administrator/resend", "manage_customers", Customer),
    ("GET /msp/{msp}/customers/{customer}/branding", "read", Customer),
    ("POST /msp/{msp}/customers/{customer}/branding", "manage_brand", Customer),
    ("POST /msp/{msp}/customers/{customer}/branding/reset", "manage_brand", Customer),
    ("POST /msp/{msp}/customers/{customer}/branding/logo", "manage_brand", Customer),
    ("GET /msp/{msp}/customers/{customer}/mail", "read", Customer),
    ("POST /msp/{msp}/customers/{customer}/mail/tests", "manage_domain", Customer),
    ("POST /msp/{msp}/customers/{customer}/mail/steps", "manage_domain", Customer),
    ("POST /msp/{msp}/customers/new", "create_customers", Partner),
    ("GET /msp/{msp}/onboarding", "read", Partner),
    ("GET /msp/{msp}/onboarding/{id}", "create_customers", Partner),
    ("POST /msp/{msp}/onboarding/{id}", "create_customers", Partner),
    ("POST /msp/{msp}/onboarding/{id}/template", "create_customers", Partner),
    ("GET /msp/{msp}/templates", "create_customers", Partner),
    ("POST /msp/{msp}/templates", "create_customers", Partner),
    ("GET /msp/{msp}/templates/{id}", "create_customers", Partner),
    ("POST /msp/{msp}/templates/{id}", "create_customers", Partner),
    ("POST /msp/{msp}/templates/{id}/remove", "create_customers", Partner),
    ("POST /msp/{msp}/onboarding/{id}/hand", "create_customers", Partner),
    ("POST /msp/{msp}/onboarding/{id}/reserve", "create_customers", Partner),
    ("POST /msp/{msp}/onboarding/{id}/retry", "create_customers", Partner),
    ("POST /msp/{msp}/onboarding/{id}/delete", "create_customers", Partner),
    ("GET /msp/{msp}/customers/{customer}/setup", "read", Customer),
    ("GET /msp/{msp}/customers/{customer}/setup/licenses", "read", Customer),
    ("POST /msp/{msp}/customers/{customer}/setup/licenses", "allocate", Customer),
    ("GET /msp/{msp}/customers/{customer}/setup/people", "read", Customer),
    ("GET /msp/{msp}/customers/{customer}/setup/mail", "read", Customer),
    ("GET /msp/{msp}/customers/{customer}/setup/branding", "read", Customer),
    ("GET /msp/{msp}/customers/{customer}/setup/review", "read", Customer),
    ("POST /msp/{msp}/customers/{customer}/setup/review", "launch_customers", Customer),
    ("POST /msp/{msp}/customers/bulk", "manage_customers", Partner),
    ("POST /msp/{msp}/customers/bulk/apply", "manage_customers", Partner),
    ("POST /msp/{msp}/customers/bulk/undo", "manage_customers", Partner),
    ("GET /msp/{msp}/customers/{customer}", "read", Customer),
    ("GET /msp/{msp}/customers/{customer}/edit", "manage_customers", Customer),
    ("GET /msp/{msp}/customers/{customer}/move", "move_nodes", Customer),
    ("POST /msp/{msp}/customers/{customer}/move", "move_nodes", Customer),
    ("POST /msp/{msp}/customers/{customer}/edit", "manage_customers", Customer),
    ("POST /msp/{msp}/customers/{customer}/suspend", "manage_customers", Customer),
    ("POST /msp/{msp}/customers/{customer}/resume", "manage_customers", Customer),
    ("POST /msp/{msp}/customers/{customer}/sites", "manage_customers", Customer),
    ("POST /msp/{msp}/customers/{customer}/sites/{id}/remove", "manage_customers", Customer),
    ("GET /msp/{msp}/customers/{customer}/members", "read_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/members", "manage_members", Customer),
    // Before what removes the member.
    ("GET /msp/{msp}/customers/{customer}/members/{id}/erase", "manage_customers", Customer),
    ("POST /msp/{msp}/customers/{customer}/members/{id}/erase", "manage_customers", Customer),
    ("GET /msp/{msp}/customers/{customer}/members/{id}", "read_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/members/{id}", "manage_members", Customer),
    ("GET /msp/{msp}/customers/{customer}/member-groups", "read_members", Customer),
    ("GET /msp/{msp}/customers/{customer}/member-groups/new", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/member-groups/new", "manage_members", Customer),
    ("GET /msp/{msp}/customers/{customer}/member-groups/{id}", "read_members", Customer),
    ("GET /msp/{msp}/customers/{customer}/member-groups/{id}/edit", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/member-groups/{id}/edit", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/member-groups/{id}/delete", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/member-groups/{id}/members", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/member-groups/{id}/members/{member}/remove", "manage_members", Customer),
    ("GET /msp/{msp}/customers/{customer}/metering", "read_members", Customer),
    ("GET /msp/{msp}/customers/{customer}/attributes", "read_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/attributes", "manage_members", Customer),
    ("GET /msp/{msp}/customers/{customer}/attributes/{id}/remove", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/attributes/{id}/remove", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/members/{id}/activate", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/members/{id}/deactivate", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/members/{id}/remove", "manage_members", Customer),
    ("GET /msp/{msp}/customers/{customer}/directory", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/directory", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/directory/{id}/revoke", "manage_members", Customer),
    ("GET /msp/{msp}/agents", "read_members", Partner),
    ("GET /msp/{msp}/customers/{customer}/agents", "read_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/agents", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/agents/{id}/remove", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/agent-tokens/{id}/revoke", "manage_members", Customer),
    ("GET /msp/{msp}/customers/{customer}/sources", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/sources", "manage_members", Customer),
    ("GET /msp/{msp}/customers/{customer}/sources/{id}", "manage_members", Customer),
    ("GET /msp/{msp}/customers/{customer}/sources/{id}/runs/{run}", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/sources/{id}", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/sources/{id}/test", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/sources/{id}/run", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/sources/{id}/upload", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/sources/{id}/runs/{run}/apply", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/sources/{id}/runs/{run}/discard", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/sources/{id}/remove", "manage_members", Customer),
    ("GET /msp/{msp}/customers/{customer}/rules", "read_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/rules", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/rules/run", "manage_members", Customer),
    ("POST /msp/{msp}/customers/{customer}/rules/{id}/remove", "manage_members", Customer),
    ("GET /msp/{msp}/customers/{customer}/offboard", "manage_customers", Customer),
    ("POST /msp/{msp}/customers/{customer}/offboard", "manage_customers", Customer),
    ("GET /msp/{msp}/customers/{customer}/retention", "read_members", Customer),
    ("GET /msp/{msp}/removed", "read", Partner),
    ("POST /msp/{msp}/removed/{id}/restore", "manage_customers", Partner),
    ("POST /msp/{msp}/removed/{id}/purge", "purge_customers", Partner),
    ("GET /msp/{msp}/exports", "manage_customers", Partner),
    ("POST /msp/{msp}/exports", "manage_customers", Partner),
    ("GET /msp/{msp}/exports/{id}/file", "manage_customers", Partner),
    ("GET /msp/{msp}/transfers", "create_customers+manage_customers", Partner),
    ("POST /msp/{msp}/transfers", "create_customers+manage_customers", Partner),
    ("GET /msp/{msp}/transfers/{id}", "create_customers+manage_customers", Partner),
    ("POST /msp/{msp}/transfers/{id}/start", "create_customers+manage_customers", Partner),
    ("POST /msp/{msp}/transfers/{id}/undo", "create_customers+manage_customers", Partner),
    // Imports.
    ("GET /msp/{msp}/imports", "read", Partner),
    ("GET /msp/{msp}/imports/new", "read", Partner),
    ("POST /msp/{msp}/imports/new", "create_customers", Partner),
    ("GET /msp/{msp}/imports/{id}", "create_customers", Partner),
    ("POST /msp/{msp}/imports/{id}/mapping", "create_customers", Partner),
    ("POST /msp/{msp}/imports/{id}/start", "create_customers", Partner),
    ("POST /msp/{msp}/imports/{id}/undo", "create_customers", Partner),
    // Licences.
    ("GET /msp/{msp}/licenses", "read", Partner),
    ("GET /msp/{msp}/licenses/orders", "read", Partner),
    ("GET /msp/{msp}/licenses/units", "read", Partner),
    ("GET /msp/{msp}/overview", "read", Partner),
    ("GET /msp/{msp}/licenses/outlook", "read", Partner),
    ("GET /msp/{msp}/licenses/right-size", "allocate", Partner),
    ("POST /msp/{msp}/licenses/right-size", "allocate", Partner),
    ("POST /msp/{msp}/licenses/requests", "allocate", Partner),
    ("POST /msp/{msp}/licenses/requests/{id}/approve", "purchase", Partner),
    ("POST /msp/{msp}/licenses/requests/{id}/decline", "purchase", Partner),
    ("GET /msp/{msp}/order-terms", "manage_partners", Partner),
    ("POST /msp/{msp}/order-terms", "manage_partners", Partner),
    ("GET /distributors/{id}/pool", "manage_partners", Distributor),
    ("POST /distributors/{id}/pool", "purchase", Distributor),
    ("GET /msp/{msp}/metering", "read", Partner),
    ("POST /msp/{msp}/licenses/orders", "purchase", Partner),
    ("GET /msp/{msp}/licenses/{customer}", "read", Customer),
    ("POST /msp/{msp}/licenses/{customer}/allocate", "allocate", Customer),
    ("POST /msp/{msp}/licenses/{customer}/release", "allocate", Customer),
    ("GET /msp/{msp}/licenses/{customer}/transfer", "allocate", Customer),
    ("POST /msp/{msp}/licenses/{customer}/transfer", "allocate", Customer),
    ("GET /msp/{msp}/licenses/{customer}/fewer", "allocate", Customer),
    ("POST /msp/{msp}/licenses/{customer}/fewer", "allocate", Customer),
    ("GET /msp/{msp}/plans", "read", Partner),
    ("GET /msp/{msp}/plans/new", "purchase", Partner),
    ("POST /msp/{msp}/plans/new", "purchase", Partner),
    ("GET /msp/{msp}/plans/{id}", "read", Partner),
    ("POST /msp/{msp}/plans/{id}", "purchase", Partner),
    ("POST /msp/{msp}/plans/{id}/end", "purchase", Partner),
    ("GET /msp/{msp}/subscriptions", "read", Partner),
    ("GET /msp/{msp}/expiring", "read", Partner),
    ("GET /msp/{msp}/customers/{customer}/subscriptions", "read", Customer),
    ("POST /msp/{msp}/customers/{customer}/subscriptions", "purchase", Customer),
    ("POST /msp/{msp}/customers/{customer}/subscriptions/{id}/renew", "purchase", Customer),
    ("POST /msp/{msp}/customers/{customer}/subscriptions/{id}/plan", "purchase", Customer),
    ("POST /msp/{msp}/customers/{customer}/subscriptions/{id}/auto-renew", "purchase", Customer),
];

/// Bodies that are not the empty object (API) or the empty form (pages). `{customer}` is the customer of the request.
const BODIES: &[(&str, &str)] = &[
    ("POST /v1/licenses/allocate", r#"{"tenant_id":"{customer}","seats":1}"#),
    ("POST /v1/licenses/release", r#"{"tenant_id":"{customer}","seats":1}"#),
    ("POST /v1/licenses/transfer", r#"{"from_tenant_id":"{customer}","to_tenant_id":"{customer}","seats":1}"#),
    ("PUT /v1/msp/{msp}/customers/{customer}/seats", r#"{"seats":9}"#),
    ("POST /v1/msp/{msp}/removed/{id}/purge", r#"{"name":"Nothing"}"#),
    ("POST /v1/msp/{msp}/exports", r#"{"tenant_id":"{customer}"}"#),
    ("POST /v1/msp/{msp}/transfers", "no archive"),
    ("POST /v1/msp/{msp}/customers/import", "name,max_mau\nImported,10\n"),
    ("POST /v1/msp/{msp}/campaign-results/import", "customer,campaign\nA,B\n"),
    ("POST /v1/tenants/{customer}/members/import", "email,name\nbo@new.example,Bo\n"),
    ("POST /v1/tenants/{customer}/members/activity", r#"[{"email":"bo@new.example","status":"active","at":"2026-11-20T09:00:00Z"}]"#),
    ("POST /msp/{msp}/customers/new", "name=New&max_mau=10"),
    ("POST /msp/{msp}/views", "name=Mine&query="),
    ("POST /msp/{msp}/customers/{customer}/directory", "name=Mine&days=365"),
    ("POST /msp/{msp}/customers/{customer}/agents", "name=Mine&purpose=enrol"),
    ("POST /msp/{msp}/customers/{customer}/sources", "kind=upload&name=Mine&stop_percent=10"),
    ("POST /msp/{msp}/customers/{customer}/sources/{id}", "name=Mine&stop_percent=10&version=1"),
    ("POST /v1/msp/{msp}/customers/{customer}/sources/{id}/runs", "id,email\n1,bo@new.example\n"),
    ("POST /v1/msp/{msp}/customers/{customer}/sources", r#"{"name":"Mine","settings":{"kind":"upload"}}"#),
    ("POST /msp/{msp}/customers/{customer}/rules", "name=Mine&title=Nobody&then=inactive"),
    ("POST /msp/{msp}/links", "account_number=C-00042&email=ann@person.example"),
    ("POST /msp/{msp}/customers/{customer}/link-requests/{id}/give", "decision=refuse"),
    ("POST /msp/{msp}/customers/{customer}/link-requests/{id}/consent", "decision=refuse"),
    ("POST /msp/{msp}/licenses/{customer}/allocate", "seats=1"),
    ("POST /msp/{msp}/licenses/{customer}/release", "seats=1"),
    ("POST /msp/{msp}/licenses/{customer}/transfer", "to=somebody&seats=1"),
    ("POST /msp/{msp}/licenses/{customer}/fewer", "seats=5"),
    ("POST /msp/{msp}/customers/{customer}/domains", "domain=fresh.example"),
    ("POST /msp/{msp}/licenses/orders", "sku=SEATS-100-Y&quantity=1"),
    ("POST /msp/{msp}/licenses/requests", "sku=SEATS-100-Y&quantity=1"),
    ("POST /msp/{msp}/licenses/requests/{id}/decline", "reason=No"),
    ("POST /msp/{msp}/order-terms", "terms=on_account"),
    ("POST /distributors/{id}/pool", "unit=seat&units=1&months=1"),
    ("POST /msp/{msp}/plans/new", "code=fresh&product=seats&name=Fresh&term_months=12"),
    ("POST /msp/{msp}/plans/{id}", "name=Plan1&term_months=6"),
    ("POST /msp/{msp}/customers/{customer}/subscriptions", "plan=standard"),
    ("POST /msp/{msp}/customers/{customer}/subscriptions/{id}/plan", "plan=standard&when=term_end"),
];

/// Content types that are not JSON (API) or a form's fields (pages).
const KINDS: &[(&str, &str)] = &[
    ("POST /v1/msp/{msp}/transfers", "application/zip"),
    ("POST /v1/msp/{msp}/customers/import", "text/csv"),
    ("POST /v1/msp/{msp}/campaign-results/import", "text/csv"),
    ("POST /v1/tenants/{customer}/members/import", "text/csv"),
    ("POST /v1/msp/{msp}/customers/{customer}/sources/{id}/runs", "text/csv"),
];

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
            0 => wrong
                .push(format!("{route}: has no line in guards/matrix/policy.rs; add (\"{route}\", \"<right>\", <node>) to API or PAGES")),
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
