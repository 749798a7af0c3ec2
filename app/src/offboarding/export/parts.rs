//! What an export holds: one file a table, each streamed from one snapshot of its home.

use std::sync::{Arc, Mutex, PoisonError};

use access::{Scope, permissions::Operate};
use command::{Node, Query};
use store::{Control, CustomerId, PartnerId, Region, Result, Sql, Timestamp, View, p, sql};

use super::archive::Archive;

/// A file of the archive and the text that fills it.
type Part<H> = (&'static str, &'static Sql<H>);

/// Parameter: $1 customer.
fn of_region() -> [Part<Region>; 14] {
    [
        (
            "members.jsonl",
            sql!(
                Region,
                "SELECT member_id, email, name, external_id, status, department, title, kind AS type, site_id, language, attributes, directory_groups,
                   source, seated_at, created_at, updated_at FROM member WHERE customer_id = $1 ORDER BY member_id"
            ),
        ),
        (
            "activity.jsonl",
            sql!(Region, "SELECT member_id, since, until, source, ended_by FROM member_interval WHERE customer_id = $1 ORDER BY member_id, since"),
        ),
        (
            "activity-events.jsonl",
            sql!(
                Region,
                "SELECT member_id, at, active, counts_at, event_id, source FROM member_event WHERE customer_id = $1 ORDER BY member_id, at, kind"
            ),
        ),
        (
            "agents.jsonl",
            sql!(
                Region,
                "SELECT agent_id, name, machine_id, user_name, platform, version, enrolled_at, last_seen_at FROM agent WHERE customer_id = $1
                 ORDER BY agent_id"
            ),
        ),
        (
            "member-attributes.jsonl",
            sql!(
                Region,
                "SELECT attribute_id, name, takes, choices, created_at FROM member_attribute WHERE customer_id = $1 ORDER BY attribute_id"
            ),
        ),
        (
            "member-groups.jsonl",
            sql!(
                Region,
                "SELECT group_id, name, description, rule, created_at FROM member_group WHERE customer_id = $1 ORDER BY group_id"
            ),
        ),
        (
            "member-group-members.jsonl",
            sql!(Region, "SELECT group_id, member_id FROM member_group_member WHERE customer_id = $1 ORDER BY group_id, member_id"),
        ),
        (
            "status-rules.jsonl",
            sql!(
                Region,
                "SELECT rule_id, name, idle_days, department, title, source, kind AS type, attributes, lets_in, created_at FROM status_rule WHERE customer_id = $1 ORDER BY rule_id"
            ),
        ),
        // Never the secret: it is sealed for this installation.
        (
            "sources.jsonl",
            sql!(
                Region,
                "SELECT source_id, kind, name, settings, every_minutes, stop_percent, created_at FROM source WHERE customer_id = $1 ORDER BY source_id"
            ),
        ),
        (
            "source-runs.jsonl",
            sql!(
                Region,
                "SELECT run_id, source_id, status, counts, applied, trouble, trouble_detail, created_at, ended_at FROM source_run WHERE customer_id = $1
                 ORDER BY created_at, run_id"
            ),
        ),
        (
            "directory-users.jsonl",
            sql!(Region, "SELECT member_id, resource FROM scim_user WHERE customer_id = $1 ORDER BY member_id"),
        ),
        (
            "directory-groups.jsonl",
            sql!(
                Region,
                "SELECT group_id, display_name, external_id, created_at, updated_at FROM scim_group WHERE customer_id = $1 ORDER BY group_id"
            ),
        ),
        (
            "directory-group-members.jsonl",
            sql!(Region, "SELECT group_id, value_id, nested FROM scim_group_member WHERE customer_id = $1 ORDER BY group_id, value_id"),
        ),
        (
            "audit-members.jsonl",
            sql!(Region, "SELECT seq, at, actor_id, staff_id, command, detail, hash FROM audit_entry WHERE chain_id = $1 ORDER BY seq"),
        ),
    ]
}

/// Parameters: $1 partner, $2 customer.
fn of_control() -> [Part<Control>; 20] {
    [
        (
            "customer.jsonl",
            sql!(
                Control,
                "SELECT customer_id, account_number, kind, lifecycle, name, legal_name, domain, domain_verified_at, subdomain, tier, region, country, sector, time_zone, language,
                   reference, admin_email, max_mau, display_name, accent, terms_url, privacy_url, logo_url, trial_ends_at, launched_at, created_at
                 FROM customer WHERE partner_id = $1 AND customer_id = $2"
            ),
        ),
        (
            "domains.jsonl",
            sql!(Control, "SELECT domain, added_at, verified_at FROM extra_domain WHERE partner_id = $1 AND customer_id = $2 ORDER BY domain"),
        ),
        (
            "history.jsonl",
            sql!(
                Control,
                "SELECT since, until, account_number, name, domain, kind, lifecycle, tier FROM customer_state WHERE partner_id = $1 AND customer_id = $2 ORDER BY since"
            ),
        ),
        (
            "sites.jsonl",
            sql!(Control, "SELECT site_id, name, created_at, removed_at FROM site WHERE partner_id = $1 AND customer_id = $2 ORDER BY site_id"),
        ),
        (
            "seats.jsonl",
            sql!(
                Control,
                "SELECT at, seats, balance, pooled, reason FROM allocation_change WHERE partner_id = $1 AND customer_id = $2 ORDER BY at, ledger_id"
            ),
        ),
        (
            "usage.jsonl",
            sql!(Control, "SELECT day, active_users, peak, members, at FROM usage_day WHERE partner_id = $1 AND customer_id = $2 ORDER BY day"),
        ),
        (
            "metering.jsonl",
            sql!(
                Control,
                "SELECT month, users, active_users, final_users, as_of FROM maa_month WHERE partner_id = $1 AND customer_id = $2 ORDER BY month"
            ),
        ),
        (
            "metering-adjustments.jsonl",
            sql!(
                Control,
                "SELECT month, at, difference, users, why FROM maa_adjustment WHERE partner_id = $1 AND customer_id = $2 ORDER BY at, month"
            ),
        ),
        (
            "subscriptions.jsonl",
            sql!(
                Control,
                "SELECT subscription_id, at, what, plan, plan_version, starts_at, ends_at, renew_months FROM subscription_event
                 WHERE partner_id = $1 AND customer_id = $2 ORDER BY at, event_id"
            ),
        ),
        (
            "plan-requests.jsonl",
            sql!(
                Control,
                "SELECT request_id, subscription_id, plan, at_term_end, note, asked_at, status, decided_at, reason FROM plan_request
                 WHERE partner_id = $1 AND customer_id = $2 ORDER BY asked_at, request_id"
            ),
        ),
        (
            "campaign-results.jsonl",
            sql!(
                Control,
                "SELECT at, name, external_ref, delivered, passed, recorded_at FROM campaign_run WHERE partner_id = $1 AND customer_id = $2 ORDER BY at, run_id"
            ),
        ),
        (
            "campaigns.jsonl",
            sql!(
                Control,
                "SELECT external_ref, name, kind, starts_at, ends_at, recorded_at FROM campaign WHERE partner_id = $1 AND customer_id = $2
                 ORDER BY starts_at, external_ref"
            ),
        ),
        (
            "syncs.jsonl",
            sql!(Control, "SELECT at, ok, source, reason, own_reason FROM sync_event WHERE partner_id = $1 AND customer_id = $2 ORDER BY at, fact_id"),
        ),
        (
            "mail-checks.jsonl",
            sql!(Control, "SELECT at, ok, detail FROM mail_check WHERE partner_id = $1 AND customer_id = $2 ORDER BY at, fact_id"),
        ),
        (
            "delivery-tests.jsonl",
            sql!(
                Control,
                "SELECT test_id, recipient, status, answer, created_at, sent_at, ended_at FROM delivery_test
                 WHERE partner_id = $1 AND customer_id = $2 ORDER BY created_at, test_id"
            ),
        ),
        (
            "mail-steps.jsonl",
            sql!(Control, "SELECT step, since, until FROM mail_step WHERE partner_id = $1 AND customer_id = $2 ORDER BY since, step"),
        ),
        (
            "alerts.jsonl",
            sql!(
                Control,
                "SELECT code, severity, detail, opened_at, resolved_at, resolution, cleared_at FROM alert
                 WHERE partner_id = $1 AND customer_id = $2 ORDER BY opened_at, alert_id"
            ),
        ),
        // That by which it came, then those of other partners for it.
        (
            "link-requests-made.jsonl",
            sql!(
                Control,
                "SELECT request_id, account_number, administrator, status, asked_at, expires_at, ended_at FROM link_request
                 WHERE partner_id = $1 AND customer_id = $2 ORDER BY asked_at, request_id"
            ),
        ),
        (
            "link-requests.jsonl",
            sql!(
                Control,
                "SELECT request_id, asker_name AS asked_by, asked_at, expires_at, administrator_said, administrator_at, partner_said AS msp_said,
                   partner_at AS msp_at, stopped_at FROM link_consent WHERE partner_id = $1 AND customer_id = $2 ORDER BY asked_at, request_id"
            ),
        ),
        (
            "audit-customer.jsonl",
            sql!(
                Control,
                "SELECT seq, at, actor_id, staff_id, command, detail, hash FROM audit_entry WHERE chain_id = $1 AND node_id = $2 ORDER BY seq"
            ),
        ),
    ]
}

/// The archive two homes write into, one after the other.
pub type Shared = Arc<Mutex<Option<Archive>>>;

fn fill<H: store::Home>(view: &mut View<'_, H>, into: &Shared, parts: &[Part<H>], values: &[store::Value]) -> Result<()> {
    let broken = |why: String| store::Error::Unavailable(format!("the export: {why}"));
    let mut held = into.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(archive) = held.as_mut() else { return Err(broken("it is closed".into())) };
    for (name, text) in parts {
        archive.begin(name).map_err(broken)?;
        view.each(text, values, |row| archive.row(&row).map_err(broken))?;
        archive.end(name);
    }
    Ok(())
}

/// Writes the region's part.
pub struct FromRegion {
    pub customer: CustomerId,
    pub into: Shared,
}

impl Query for FromRegion {
    type Home = Region;
    type Needs = Operate;
    type Found = ();

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, _: &Scope<Operate>, _: Timestamp) -> Result<()> {
        fill(view, &self.into, &of_region(), p![self.customer])
    }
}

/// Writes the control plane's part.
pub struct FromControl {
    pub partner: PartnerId,
    pub customer: CustomerId,
    pub into: Shared,
}

impl Query for FromControl {
    type Home = Control;
    type Needs = Operate;
    type Found = ();

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, _: &Scope<Operate>, _: Timestamp) -> Result<()> {
        fill(view, &self.into, &of_control(), p![self.partner, self.customer])
    }
}
