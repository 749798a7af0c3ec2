//! Every text of a purge, here and nowhere else: a table that a room adds is added to the data map, and the map says whether a
//! text for it must stand here. Other rooms' tables are written on purpose (docs/adr/0023).

use store::{Control, CustomerId, ImportId, PartnerId, Region, Result, RunId, Sql, StaffId, Timestamp, Tx, Value, View, p, sql};

/// A table and the text that takes a customer out of it.
pub type Take<H> = (&'static str, &'static Sql<H>);
/// A table and the text that counts what is left of a customer in it.
pub type Count<H> = (&'static str, &'static Sql<H>);

/// Rows of one table taken in one transaction.
const CHUNK: i64 = 2_000;

/// A region's tables. Parameters: $1 customer, $2 how many rows.
pub fn region() -> [Take<Region>; 22] {
    [
        (
            "source",
            sql!(
                Region,
                "DELETE FROM source WHERE customer_id = $1 AND source_id IN (SELECT s.source_id FROM source s WHERE s.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "source_run",
            sql!(
                Region,
                "DELETE FROM source_run WHERE customer_id = $1 AND run_id IN (SELECT r.run_id FROM source_run r WHERE r.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "feed_member",
            sql!(
                Region,
                "DELETE FROM feed_member WHERE customer_id = $1
                 AND (source_id, key) IN (SELECT f.source_id, f.key FROM feed_member f WHERE f.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "feed_change",
            sql!(
                Region,
                "DELETE FROM feed_change WHERE customer_id = $1 AND (source_id, reading_id, key) IN
                 (SELECT c.source_id, c.reading_id, c.key FROM feed_change c WHERE c.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "scim_user",
            sql!(
                Region,
                "DELETE FROM scim_user WHERE customer_id = $1 AND member_id IN (SELECT u.member_id FROM scim_user u WHERE u.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "scim_address",
            sql!(
                Region,
                "DELETE FROM scim_address WHERE customer_id = $1
                 AND (member_id, value_key) IN (SELECT a.member_id, a.value_key FROM scim_address a WHERE a.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "scim_group_member",
            sql!(
                Region,
                "DELETE FROM scim_group_member WHERE customer_id = $1
                 AND (group_id, value_id) IN (SELECT g.group_id, g.value_id FROM scim_group_member g WHERE g.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "scim_group",
            sql!(
                Region,
                "DELETE FROM scim_group WHERE customer_id = $1 AND group_id IN (SELECT g.group_id FROM scim_group g WHERE g.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "tenant_domain",
            sql!(
                Region,
                "DELETE FROM tenant_domain WHERE customer_id = $1 AND customer_id IN (SELECT d.customer_id FROM tenant_domain d WHERE d.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "member",
            sql!(
                Region,
                "DELETE FROM member WHERE customer_id = $1 AND member_id IN (SELECT m.member_id FROM member m WHERE m.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "member_group_member",
            sql!(
                Region,
                "DELETE FROM member_group_member WHERE customer_id = $1
                 AND (group_id, member_id) IN (SELECT g.group_id, g.member_id FROM member_group_member g WHERE g.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "member_group",
            sql!(
                Region,
                "DELETE FROM member_group WHERE customer_id = $1 AND group_id IN (SELECT g.group_id FROM member_group g WHERE g.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "member_attribute",
            sql!(
                Region,
                "DELETE FROM member_attribute WHERE customer_id = $1
                 AND attribute_id IN (SELECT t.attribute_id FROM member_attribute t WHERE t.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "agent",
            sql!(
                Region,
                "DELETE FROM agent WHERE customer_id = $1 AND agent_id IN (SELECT a.agent_id FROM agent a WHERE a.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "agent_token",
            sql!(
                Region,
                "DELETE FROM agent_token WHERE customer_id = $1
                 AND token_id IN (SELECT t.token_id FROM agent_token t WHERE t.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "agent_count",
            sql!(
                Region,
                "DELETE FROM agent_count WHERE customer_id = $1 AND customer_id IN (SELECT c.customer_id FROM agent_count c WHERE c.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "status_rule",
            sql!(
                Region,
                "DELETE FROM status_rule WHERE customer_id = $1
                 AND rule_id IN (SELECT r.rule_id FROM status_rule r WHERE r.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "member_interval",
            sql!(
                Region,
                "DELETE FROM member_interval WHERE customer_id = $1
                 AND (member_id, since) IN (SELECT i.member_id, i.since FROM member_interval i WHERE i.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "member_event",
            sql!(
                Region,
                "DELETE FROM member_event WHERE customer_id = $1
                 AND (member_id, at, kind) IN (SELECT e.member_id, e.at, e.kind FROM member_event e WHERE e.customer_id = $1 LIMIT $2)"
            ),
        ),
        (
            "audit_entry",
            sql!(
                Region,
                "UPDATE audit_entry SET salt = NULL, detail = NULL WHERE chain_id = $1
                 AND seq IN (SELECT e.seq FROM audit_entry e WHERE e.chain_id = $1 AND e.detail IS NOT NULL LIMIT $2)"
            ),
        ),
        (
            "idempotency",
            sql!(
                Region,
                "DELETE FROM idempotency WHERE chain_id = $1 AND (actor_id, command, idem_key) IN
                 (SELECT i.actor_id, i.command, i.idem_key FROM idempotency i WHERE i.chain_id = $1 LIMIT $2)"
            ),
        ),
        (
            "job",
            sql!(
                Region,
                "DELETE FROM job WHERE job_id IN (SELECT j.job_id FROM job j WHERE j.chain_id = $1 AND j.status <> 'running' LIMIT $2)"
            ),
        ),
    ]
}

/// The tenant's row stays as a gravestone: news that arrives late finds it closed.
fn gravestone() -> &'static Sql<Region> {
    sql!(
        Region,
        "UPDATE tenant_policy SET seats = 0, max_mau = 0, serving = FALSE, active_users = 0, members = 0, waiting = 0, held = 0, arriving = 0, month_users = 0, stays = '[]',
           administrator = '', exceeded_at = NULL, usage_terms = ''
         WHERE customer_id = $1 AND (seats > 0 OR max_mau > 0 OR serving OR active_users > 0 OR members > 0 OR waiting > 0 OR held > 0 OR month_users > 0 OR stays <> '[]'
           OR administrator <> '' OR exceeded_at IS NOT NULL OR usage_terms <> '')"
    )
}

/// Takes a chunk of a customer out of its region; says how many rows that were.
pub fn empty_region(tx: &mut Tx<'_, Region>, customer: CustomerId) -> Result<u64> {
    let mut taken = tx.exec(gravestone(), p![customer])?;
    for (_, text) in region() {
        taken += tx.exec(text, p![customer, CHUNK])?;
    }
    Ok(taken)
}

/// What is left of a customer in its region, by table.
pub fn left_in_region(view: &mut View<'_, Region>, customer: CustomerId) -> Result<Vec<(&'static str, i64)>> {
    let counts: [Count<Region>; 20] = [
        ("source", sql!(Region, "SELECT COUNT(*) AS n FROM source WHERE customer_id = $1")),
        ("source_run", sql!(Region, "SELECT COUNT(*) AS n FROM source_run WHERE customer_id = $1")),
        ("feed_member", sql!(Region, "SELECT COUNT(*) AS n FROM feed_member WHERE customer_id = $1")),
        ("feed_change", sql!(Region, "SELECT COUNT(*) AS n FROM feed_change WHERE customer_id = $1")),
        ("scim_user", sql!(Region, "SELECT COUNT(*) AS n FROM scim_user WHERE customer_id = $1")),
        ("scim_address", sql!(Region, "SELECT COUNT(*) AS n FROM scim_address WHERE customer_id = $1")),
        ("scim_group_member", sql!(Region, "SELECT COUNT(*) AS n FROM scim_group_member WHERE customer_id = $1")),
        ("scim_group", sql!(Region, "SELECT COUNT(*) AS n FROM scim_group WHERE customer_id = $1")),
        ("tenant_domain", sql!(Region, "SELECT COUNT(*) AS n FROM tenant_domain WHERE customer_id = $1")),
        ("member", sql!(Region, "SELECT COUNT(*) AS n FROM member WHERE customer_id = $1")),
        ("agent", sql!(Region, "SELECT COUNT(*) AS n FROM agent WHERE customer_id = $1")),
        ("agent_token", sql!(Region, "SELECT COUNT(*) AS n FROM agent_token WHERE customer_id = $1")),
        ("agent_count", sql!(Region, "SELECT COUNT(*) AS n FROM agent_count WHERE customer_id = $1")),
        ("status_rule", sql!(Region, "SELECT COUNT(*) AS n FROM status_rule WHERE customer_id = $1")),
        ("member_interval", sql!(Region, "SELECT COUNT(*) AS n FROM member_interval WHERE customer_id = $1")),
        ("member_event", sql!(Region, "SELECT COUNT(*) AS n FROM member_event WHERE customer_id = $1")),
        ("audit_entry", sql!(Region, "SELECT COUNT(*) AS n FROM audit_entry WHERE chain_id = $1 AND detail IS NOT NULL")),
        ("idempotency", sql!(Region, "SELECT COUNT(*) AS n FROM idempotency WHERE chain_id = $1")),
        ("job", sql!(Region, "SELECT COUNT(*) AS n FROM job WHERE chain_id = $1 AND status <> 'running'")),
        (
            "tenant_policy",
            sql!(
                Region,
                "SELECT COUNT(*) AS n FROM tenant_policy WHERE customer_id = $1 AND (serving OR members > 0 OR seats > 0 OR administrator <> '')"
            ),
        ),
    ];
    counts.into_iter().map(|(table, text)| Ok((table, view.one(text, p![customer])?.get("n")?))).collect()
}

/// Tables of control below a partner. Parameters: $1 partner, $2 customer.
pub fn below_partner() -> [Take<Control>; 24] {
    [
        (
            "customer",
            sql!(
                Control,
                "UPDATE customer SET legal_name = NULL, subdomain = NULL, domain = NULL, domain_verified_at = NULL, country = NULL, sector = NULL, reference = NULL, admin_email = NULL, display_name = NULL, accent = NULL,
                   terms_url = NULL, privacy_url = NULL, logo_url = NULL, allowed_vendors = NULL, version = version + 1 WHERE partner_id = $1 AND customer_id = $2"
            ),
        ),
        ("extra_domain", sql!(Control, "DELETE FROM extra_domain WHERE partner_id = $1 AND customer_id = $2")),
        ("draft", sql!(Control, "DELETE FROM draft WHERE partner_id = $1 AND customer_id = $2")),
        ("removal", sql!(Control, "UPDATE removal SET reason = NULL WHERE partner_id = $1 AND customer_id = $2")),
        ("customer_state", sql!(Control, "UPDATE customer_state SET domain = NULL WHERE partner_id = $1 AND customer_id = $2")),
        ("standing", sql!(Control, "UPDATE standing SET sync_reason = NULL, sync_own_reason = NULL, search_key = '' WHERE partner_id = $1 AND customer_id = $2")),
        ("site", sql!(Control, "UPDATE site SET name = '', name_key = '' WHERE partner_id = $1 AND customer_id = $2")),
        ("group_member", sql!(Control, "DELETE FROM group_member WHERE partner_id = $1 AND customer_id = $2")),
        ("allocation_change", sql!(Control, "UPDATE allocation_change SET reason = NULL WHERE partner_id = $1 AND customer_id = $2 AND reason IS NOT NULL")),
        (
            "trial_request",
            sql!(
                Control,
                "UPDATE trial_request SET reason = NULL, answer = NULL WHERE partner_id = $1 AND customer_id = $2 AND (reason IS NOT NULL OR answer IS NOT NULL)"
            ),
        ),
        (
            "plan_request",
            sql!(
                Control,
                "UPDATE plan_request SET note = NULL, reason = NULL WHERE partner_id = $1 AND customer_id = $2 AND (note IS NOT NULL OR reason IS NOT NULL)"
            ),
        ),
        ("link_request", sql!(Control, "DELETE FROM link_request WHERE partner_id = $1 AND customer_id = $2")),
        ("link_consent", sql!(Control, "DELETE FROM link_consent WHERE partner_id = $1 AND customer_id = $2")),
        ("sync_event", sql!(Control, "UPDATE sync_event SET reason = NULL, own_reason = NULL WHERE partner_id = $1 AND customer_id = $2 AND reason IS NOT NULL")),
        ("mail_check", sql!(Control, "UPDATE mail_check SET detail = NULL WHERE partner_id = $1 AND customer_id = $2 AND detail IS NOT NULL")),
        ("delivery_test", sql!(Control, "DELETE FROM delivery_test WHERE partner_id = $1 AND customer_id = $2")),
        ("mail_step", sql!(Control, "DELETE FROM mail_step WHERE partner_id = $1 AND customer_id = $2")),
        ("campaign", sql!(Control, "DELETE FROM campaign WHERE partner_id = $1 AND customer_id = $2")),
        ("alert", sql!(Control, "DELETE FROM alert WHERE partner_id = $1 AND customer_id = $2")),
        (
            "operation_step",
            sql!(
                Control,
                "UPDATE operation_step SET result = NULL, error = NULL WHERE partner_id = $1
                 AND operation_id IN (SELECT o.operation_id FROM operation o WHERE o.partner_id = $1 AND o.customer_id = $2)"
            ),
        ),
        ("operation", sql!(Control, "UPDATE operation SET result = NULL, error = NULL WHERE partner_id = $1 AND customer_id = $2")),
        ("export", sql!(Control, "DELETE FROM export WHERE partner_id = $1 AND customer_id = $2")),
        ("import", sql!(Control, "DELETE FROM import WHERE partner_id = $1 AND customer_id = $2")),
        ("transfer", sql!(Control, "DELETE FROM transfer WHERE partner_id = $1 AND customer_id = $2")),
    ]
}

/// Rows of a partner's chain that speak of the customer. Parameters: $1 partner, $2 its id as a pattern, $3 customer.
pub fn that_mention() -> [Take<Control>; 2] {
    [
        (
            "idempotency",
            sql!(
                Control,
                "DELETE FROM idempotency WHERE chain_id = $1 AND (answer LIKE $2 OR node_id IN (SELECT n.node_id FROM org_node n WHERE n.customer_id = $3))"
            ),
        ),
        (
            "job",
            sql!(
                Control,
                "DELETE FROM job WHERE chain_id = $1 AND status <> 'running'
                 AND (payload LIKE $2 OR node_id IN (SELECT n.node_id FROM org_node n WHERE n.customer_id = $3))"
            ),
        ),
    ]
}

/// Tables that are read before a scope is known. Parameter: $1 customer. In this order: a holder goes before what tells of it.
pub fn unfenced() -> [Take<Control>; 6] {
    [
        ("verified_domain", sql!(Control, "DELETE FROM verified_domain WHERE customer_id = $1")),
        ("reserved_subdomain", sql!(Control, "DELETE FROM reserved_subdomain WHERE customer_id = $1")),
        (
            "membership_target",
            sql!(
                Control,
                "DELETE FROM membership_target WHERE target_id = $1 OR membership_id IN
                 (SELECT m.membership_id FROM membership m JOIN org_node n ON n.node_id = m.node_id WHERE n.customer_id = $1)"
            ),
        ),
        (
            "credential",
            sql!(
                Control,
                "DELETE FROM credential WHERE kind <> 'session' AND credential_id IN
                 (SELECT m.holder_id FROM membership m JOIN org_node n ON n.node_id = m.node_id WHERE n.customer_id = $1)"
            ),
        ),
        (
            "membership",
            sql!(Control, "DELETE FROM membership WHERE node_id IN (SELECT n.node_id FROM org_node n WHERE n.customer_id = $1)"),
        ),
        ("org_tree", sql!(Control, "DELETE FROM org_tree WHERE node_id IN (SELECT n.node_id FROM org_node n WHERE n.customer_id = $1)")),
    ]
}

/// Details of the partner's trail: all of what was done at the customer, and of what was done at the partner about it alone.
pub fn trail() -> Take<Control> {
    (
        "audit_entry",
        sql!(
            Control,
            "UPDATE audit_entry SET salt = NULL, detail = NULL WHERE chain_id = $1 AND detail IS NOT NULL
             AND (node_id IN (SELECT n.node_id FROM org_node n WHERE n.customer_id = $2) OR (detail LIKE $3 AND command IN
               ('provisioning.create_customer', 'onboarding.send_draft', 'onboarding.create_again', 'provisioning.take_back_customer', 'offboarding.remove_customer', 'removal.restore', 'moves.move_customer',
                'offboarding.start_transfer', 'offboarding.finish_transfer', 'offboarding.undo_transfer')))"
        ),
    )
}

/// People who work for this customer and for nobody else: its own administrators. Parameter: $1 customer.
pub fn people_only_here(view: &mut View<'_, Control>, customer: CustomerId) -> Result<Vec<(StaffId, String)>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT s.staff_id, s.email FROM staff s
             WHERE EXISTS (SELECT 1 FROM membership m JOIN org_node n ON n.node_id = m.node_id WHERE m.holder_id = s.staff_id AND n.customer_id = $1)
               AND NOT EXISTS (SELECT 1 FROM membership u JOIN org_node o ON o.node_id = u.node_id
                 WHERE u.holder_id = s.staff_id AND u.ended_at IS NULL AND (o.customer_id IS NULL OR o.customer_id <> $1))"
        ),
        p![customer],
    )?;
    rows.iter().map(|r| Ok((r.get("staff_id")?, r.get("email")?))).collect()
}

/// Takes a person out of the installation; the row stays, nameless, for what history says they did. Parameter: $1 person.
pub fn person() -> [Take<Control>; 4] {
    [
        ("credential", sql!(Control, "DELETE FROM credential WHERE staff_id = $1")),
        ("recovery_code", sql!(Control, "DELETE FROM recovery_code WHERE staff_id = $1")),
        ("link", sql!(Control, "DELETE FROM link WHERE staff_id = $1")),
        ("help_vote", sql!(Control, "DELETE FROM help_vote WHERE staff_id = $1")),
    ]
}

fn nameless() -> Take<Control> {
    (
        "staff",
        sql!(
            Control,
            "UPDATE staff SET email = $2, email_key = $2, name = '', name_key = '', status = 'disabled', password_hash = NULL, totp_secret = NULL,
               totp_confirmed_at = NULL, language = NULL, version = version + 1 WHERE staff_id = $1"
        ),
    )
}

/// Tables the texts of this file take a customer out of: what the guard compares with the data map.
#[must_use]
pub fn tables() -> Vec<(&'static str, &'static str)> {
    let control = below_partner().iter().chain(&that_mention()).chain(&unfenced()).chain(&person()).map(|(t, _)| *t).collect::<Vec<_>>();
    let control = control.into_iter().chain([trail().0, nameless().0, runs().0]);
    let region = region().map(|(t, _)| t).into_iter().chain(["tenant_policy"]);
    control.map(|t| ("control", t)).chain(region.map(|t| ("region", t))).collect()
}

/// Takes a customer out of one partner's rows.
pub fn empty_partner(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<()> {
    let mentions = format!("%{customer}%");
    for (person, email) in people_only_here(tx, customer)? {
        let text = sql!(
            Control,
            "UPDATE audit_entry SET salt = NULL, detail = NULL WHERE chain_id = $1 AND detail IS NOT NULL AND (detail LIKE $2 OR lower(detail) LIKE $3)"
        );
        tx.exec(text, p![partner, format!("%{person}%"), format!("%{}%", email.to_lowercase())])?;
    }
    for (_, text) in below_partner() {
        tx.exec(text, p![partner, customer])?;
    }
    for (_, text) in that_mention() {
        tx.exec(text, p![partner, &mentions, customer])?;
    }
    nameless_runs(tx, partner, customer)?;
    tx.exec(trail().1, p![partner, customer, &mentions]).map(drop)
}

/// Campaign runs keep their counts, for past days are drawn from them; their names and their tellers' references go.
fn runs() -> Take<Control> {
    (
        "campaign_run",
        sql!(
            Control,
            "UPDATE campaign_run SET name = '', external_ref = $5 WHERE partner_id = $1 AND customer_id = $2 AND at = $3 AND run_id = $4"
        ),
    )
}

fn nameless_runs(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<()> {
    let rows = tx.rows(
        sql!(Control, "SELECT at, run_id FROM campaign_run WHERE partner_id = $1 AND customer_id = $2 AND name <> ''"),
        p![partner, customer],
    )?;
    let one = |r: &store::Row| -> Result<Vec<Value>> {
        let (at, run): (Timestamp, RunId) = (r.get("at")?, r.get("run_id")?);
        Ok(p![partner, customer, at, run, run.to_string()].to_vec())
    };
    let named: Vec<Vec<Value>> = rows.iter().map(one).collect::<Result<_>>()?;
    tx.bulk(runs().1, &named).map(drop)
}

/// Takes the people who worked for this customer alone, and whatever else stands outside the partners' rows.
pub fn empty_unfenced(tx: &mut Tx<'_, Control>, customer: CustomerId) -> Result<()> {
    for (id, _) in people_only_here(tx, customer)? {
        for (_, text) in person() {
            tx.exec(text, p![id])?;
        }
        tx.exec(nameless().1, p![id, format!("erased+{}@invalid", id.0.simple())])?;
    }
    unfenced().into_iter().try_for_each(|(_, text)| tx.exec(text, p![customer]).map(drop))
}

/// What is left of a customer in one partner's rows, by table.
pub fn left_at_partner(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Vec<(&'static str, i64)>> {
    let counts: [Count<Control>; 19] = [
        (
            "customer",
            sql!(
                Control,
                "SELECT COUNT(*) AS n FROM customer WHERE partner_id = $1 AND customer_id = $2 AND (admin_email IS NOT NULL OR legal_name IS NOT NULL OR domain IS NOT NULL OR reference IS NOT NULL)"
            ),
        ),
        ("extra_domain", sql!(Control, "SELECT COUNT(*) AS n FROM extra_domain WHERE partner_id = $1 AND customer_id = $2")),
        ("removal", sql!(Control, "SELECT COUNT(*) AS n FROM removal WHERE partner_id = $1 AND customer_id = $2 AND reason IS NOT NULL")),
        ("site", sql!(Control, "SELECT COUNT(*) AS n FROM site WHERE partner_id = $1 AND customer_id = $2 AND name <> ''")),
        (
            "sync_event",
            sql!(Control, "SELECT COUNT(*) AS n FROM sync_event WHERE partner_id = $1 AND customer_id = $2 AND reason IS NOT NULL"),
        ),
        (
            "mail_check",
            sql!(Control, "SELECT COUNT(*) AS n FROM mail_check WHERE partner_id = $1 AND customer_id = $2 AND detail IS NOT NULL"),
        ),
        ("campaign_run", sql!(Control, "SELECT COUNT(*) AS n FROM campaign_run WHERE partner_id = $1 AND customer_id = $2 AND name <> ''")),
        ("campaign", sql!(Control, "SELECT COUNT(*) AS n FROM campaign WHERE partner_id = $1 AND customer_id = $2")),
        ("delivery_test", sql!(Control, "SELECT COUNT(*) AS n FROM delivery_test WHERE partner_id = $1 AND customer_id = $2")),
        ("mail_step", sql!(Control, "SELECT COUNT(*) AS n FROM mail_step WHERE partner_id = $1 AND customer_id = $2")),
        ("alert", sql!(Control, "SELECT COUNT(*) AS n FROM alert WHERE partner_id = $1 AND customer_id = $2")),
        (
            "plan_request",
            sql!(
                Control,
                "SELECT COUNT(*) AS n FROM plan_request WHERE partner_id = $1 AND customer_id = $2 AND (note IS NOT NULL OR reason IS NOT NULL)"
            ),
        ),
        ("link_request", sql!(Control, "SELECT COUNT(*) AS n FROM link_request WHERE partner_id = $1 AND customer_id = $2")),
        ("link_consent", sql!(Control, "SELECT COUNT(*) AS n FROM link_consent WHERE partner_id = $1 AND customer_id = $2")),
        ("export", sql!(Control, "SELECT COUNT(*) AS n FROM export WHERE partner_id = $1 AND customer_id = $2")),
        ("import", sql!(Control, "SELECT COUNT(*) AS n FROM import WHERE partner_id = $1 AND customer_id = $2")),
        ("transfer", sql!(Control, "SELECT COUNT(*) AS n FROM transfer WHERE partner_id = $1 AND customer_id = $2")),
        (
            "membership",
            sql!(
                Control,
                "SELECT COUNT(*) AS n FROM membership m JOIN org_node n ON n.node_id = m.node_id WHERE n.partner_id = $1 AND n.customer_id = $2"
            ),
        ),
        ("audit_entry", sql!(Control, "SELECT COUNT(*) AS n FROM audit_entry WHERE chain_id = $1 AND node_id = $2 AND detail IS NOT NULL")),
    ];
    counts.into_iter().map(|(table, text)| Ok((table, view.one(text, p![partner, customer])?.get("n")?))).collect()
}

/// Every partner that keeps something of a customer: its own, and those it belonged to before.
pub fn partners_of(view: &mut View<'_, Control>, customer: CustomerId) -> Result<Vec<PartnerId>> {
    let rows = view.rows(sql!(Control, "SELECT node_id FROM org_node WHERE kind = 'partner'"), &[])?;
    let mut found = Vec::new();
    for row in rows {
        let partner: PartnerId = row.get("node_id")?;
        view.enter(partner.0);
        let text = sql!(Control, "SELECT COUNT(*) AS n FROM customer_state WHERE partner_id = $1 AND customer_id = $2");
        if view.one(text, p![partner, customer])?.get::<i64>("n")? > 0 {
            found.push(partner);
        }
    }
    Ok(found)
}

/// Imports of a customer's members: their files go with their rows.
pub fn imports_of(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Vec<ImportId>> {
    let rows =
        view.rows(sql!(Control, "SELECT import_id FROM import WHERE partner_id = $1 AND customer_id = $2"), p![partner, customer])?;
    rows.iter().map(|r| r.get("import_id")).collect()
}

/// Where a customer belongs; none when there is no such customer.
pub fn partner_of(view: &mut View<'_, Control>, customer: CustomerId) -> Result<Option<PartnerId>> {
    let row = view.opt(sql!(Control, "SELECT partner_id FROM org_node WHERE node_id = $1 AND kind = 'customer'"), p![customer])?;
    row.map(|r| r.get("partner_id")).transpose()
}

/// Removals of a partner whose time is over and that nobody purges yet.
pub fn due(view: &mut View<'_, Control>, partner: PartnerId, now: Timestamp) -> Result<Vec<CustomerId>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT customer_id FROM removal WHERE partner_id = $1 AND undo_until <= $2 AND closed_at IS NOT NULL AND purge_operation_id IS NULL
             ORDER BY removed_at LIMIT 100"
        ),
        p![partner, now],
    )?;
    rows.iter().map(|r| r.get("customer_id")).collect()
}

/// Every partner.
pub fn partners(view: &mut View<'_, Control>) -> Result<Vec<PartnerId>> {
    let rows = view.rows(sql!(Control, "SELECT node_id FROM org_node WHERE kind = 'partner'"), &[])?;
    rows.iter().map(|r| r.get("node_id")).collect()
}

/// Purged customers of a partner and their names.
pub fn purged(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Vec<(CustomerId, String)>> {
    let rows = view.rows(
        sql!(Control, "SELECT customer_id, name FROM customer WHERE partner_id = $1 AND lifecycle = 'purged' ORDER BY account_number"),
        p![partner],
    )?;
    rows.iter().map(|r| Ok((r.get("customer_id")?, r.get("name")?))).collect()
}
