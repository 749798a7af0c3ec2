//! People and their memberships.

use access::{Grants, MembershipView, NodeKind, Role};
use store::{Control, CustomerId, GroupId, MembershipId, PartnerId, Result, Row, StaffId, Timestamp, Tx, Uuid, View, p, sql};

use crate::{
    identity::{
        noun::{Person, ReachMode, StaffMember, StaffReach, StaffStatus, node_text},
        queries::Narrow,
        recipient::Recipient,
    },
    noun::{Email, Name},
};

/// What an address is looked up by.
#[must_use]
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// True when nobody works here yet: the installation was not set up.
pub fn nobody(view: &mut View<'_, Control>) -> Result<bool> {
    Ok(view.opt(sql!(Control, "SELECT staff_id FROM staff LIMIT 1"), &[])?.is_none())
}

pub fn platform_exists(view: &mut View<'_, Control>, platform: Uuid) -> Result<bool> {
    Ok(view.opt(sql!(Control, "SELECT node_id FROM org_node WHERE node_id = $1"), p![platform])?.is_some())
}

pub fn insert_staff(
    tx: &mut Tx<'_, Control>,
    staff: StaffId,
    home: Uuid,
    email: &Email,
    name: &Name,
    hash: Option<&str>,
    language: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let status = if hash.is_some() { StaffStatus::Active } else { StaffStatus::Invited };
    let text = sql!(
        Control,
        "INSERT INTO staff (staff_id, home_id, email, email_key, name, name_key, status, password_hash, totp_last_step, language, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $10, $6, $7, 0, $8, $9, 1) ON CONFLICT (email_key) DO NOTHING"
    );
    Ok(tx.exec(
        text,
        p![staff, home, email, email_key(email.as_str()), name, status.word(), hash, language, now, store::fold(name.as_str())],
    )? == 1)
}

/// A membership row as it is written.
pub struct NewRow {
    pub membership: MembershipId,
    pub holder: Uuid,
    pub node: Uuid,
    pub role: Role,
    pub grants: Grants,
}

pub fn insert_membership(tx: &mut Tx<'_, Control>, new: &NewRow, reach: &StaffReach, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO membership (membership_id, holder_id, node_id, role, may_create_customers, may_purchase, reach, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ),
        p![new.membership, new.holder, new.node, new.role.word(), new.grants.create_customers, new.grants.purchase, reach.mode.word(), now],
    )?;
    insert_targets(tx, new.membership, reach)
}

pub fn insert_targets(tx: &mut Tx<'_, Control>, membership: MembershipId, reach: &StaffReach) -> Result<()> {
    let text = sql!(
        Control,
        "INSERT INTO membership_target (membership_id, target_id) VALUES ($1, $2) ON CONFLICT (membership_id, target_id) DO NOTHING"
    );
    for target in reach.customers.iter().map(|c| c.0).chain(reach.groups.iter().map(|g| g.0)) {
        tx.exec(text, p![membership, target])?;
    }
    Ok(())
}

pub fn delete_targets(tx: &mut Tx<'_, Control>, membership: MembershipId) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM membership_target WHERE membership_id = $1"), p![membership]).map(drop)
}

pub fn set_membership(tx: &mut Tx<'_, Control>, membership: MembershipId, role: Role, grants: Grants, mode: ReachMode) -> Result<()> {
    let text =
        sql!(Control, "UPDATE membership SET role = $2, may_create_customers = $3, may_purchase = $4, reach = $5 WHERE membership_id = $1");
    tx.exec(text, p![membership, role.word(), grants.create_customers, grants.purchase, mode.word()]).map(drop)
}

/// True when a customer is the partner's.
pub fn customer_here(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<bool> {
    let text = sql!(Control, "SELECT node_id FROM org_node WHERE node_id = $1 AND partner_id = $2 AND kind = 'customer'");
    Ok(view.opt(text, p![customer, partner])?.is_some())
}

/// True when a group is the partner's.
pub fn group_here(view: &mut View<'_, Control>, partner: PartnerId, group: GroupId) -> Result<bool> {
    Ok(view
        .opt(sql!(Control, "SELECT group_id FROM customer_group WHERE partner_id = $1 AND group_id = $2"), p![partner, group])?
        .is_some())
}

/// A customer of the partner by its account number.
pub fn customer_by_number(view: &mut View<'_, Control>, partner: PartnerId, number: &str) -> Result<Option<CustomerId>> {
    let row =
        view.opt(sql!(Control, "SELECT customer_id FROM customer WHERE partner_id = $1 AND account_number = $2"), p![partner, number])?;
    row.map(|r| r.get("customer_id")).transpose()
}

/// The account number of a customer of the partner.
pub fn number_of(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Option<String>> {
    let row =
        view.opt(sql!(Control, "SELECT account_number FROM customer WHERE partner_id = $1 AND customer_id = $2"), p![partner, customer])?;
    row.map(|r| r.get("account_number")).transpose()
}

/// Groups of the partner by name, for a choice.
pub fn groups(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Vec<(GroupId, String)>> {
    let rows = view
        .rows(sql!(Control, "SELECT group_id, name FROM customer_group WHERE partner_id = $1 ORDER BY name_key LIMIT 500"), p![partner])?;
    rows.iter().map(|r| Ok((r.get("group_id")?, r.get("name")?))).collect()
}

macro_rules! member_rows {
    () => {
        concat!(
            "SELECT s.staff_id, s.email, s.name, s.status, s.totp_confirmed_at, s.created_at, s.version, m.membership_id, m.role,
                    m.may_create_customers, m.may_purchase, m.reach, n.kind, n.customer_id,
                    (SELECT MAX(c.last_used_at) FROM credential c WHERE c.staff_id = s.staff_id AND c.kind = 'session') AS last_seen_at
             FROM staff s JOIN membership m ON m.holder_id = s.staff_id AND m.ended_at IS NULL
             JOIN org_node n ON n.node_id = m.node_id AND n.partner_id = $1
             WHERE s.home_id = $1 AND "
        )
    };
}

macro_rules! member {
    ($where:literal) => {
        concat!(member_rows!(), $where)
    };
}

/// A person at a partner with the membership that makes them one.
pub struct Held {
    pub member: StaffMember,
    pub membership: MembershipId,
}

/// Which people: a pattern of name or address $2 or null, a role $3 or null.
macro_rules! wanted {
    () => {
        "(CAST($2 AS TEXT) IS NULL OR s.name_key LIKE CAST($2 AS TEXT) ESCAPE '\\' OR s.email_key LIKE CAST($2 AS TEXT) ESCAPE '\\')
         AND (CAST($3 AS TEXT) IS NULL OR m.role = $3)"
    };
}

/// A page of a partner's people in the order they came.
pub fn members(view: &mut View<'_, Control>, partner: PartnerId, narrow: &Narrow, after: Uuid, limit: i64) -> Result<Vec<StaffMember>> {
    let rows = view.rows(
        sql!(Control, concat!(member_rows!(), wanted!(), " AND s.staff_id > $4 ORDER BY s.staff_id LIMIT $5")),
        p![partner, narrow.pattern(), narrow.role.map(Role::word), after, limit],
    )?;
    rows.iter().map(|row| held(view, partner, row).map(|h| h.member)).collect()
}

pub fn count_members(view: &mut View<'_, Control>, partner: PartnerId, narrow: &Narrow) -> Result<i64> {
    let text = sql!(
        Control,
        concat!(
            "SELECT COUNT(*) AS n FROM staff s JOIN membership m ON m.holder_id = s.staff_id AND m.ended_at IS NULL
             JOIN org_node n ON n.node_id = m.node_id AND n.partner_id = $1 WHERE s.home_id = $1 AND ",
            wanted!()
        )
    );
    view.one(text, p![partner, narrow.pattern(), narrow.role.map(Role::word)])?.get("n")
}

pub fn member(view: &mut View<'_, Control>, partner: PartnerId, staff: StaffId) -> Result<Option<Held>> {
    let row = view.opt(sql!(Control, member!("s.staff_id = $2 ORDER BY m.created_at, m.membership_id LIMIT 1")), p![partner, staff])?;
    row.as_ref().map(|row| held(view, partner, row)).transpose()
}

fn held(view: &mut View<'_, Control>, partner: PartnerId, row: &Row) -> Result<Held> {
    let membership: MembershipId = row.get("membership_id")?;
    let mode = ReachMode::parse(&row.get::<String>("reach")?);
    let mut reach = targets(view, membership, mode, Some(partner))?;
    // A customer's own administrator reaches that customer, whatever the membership's reach says.
    if row.get::<String>("kind")? == NodeKind::Customer.word() {
        reach = StaffReach::only(row.get::<Option<CustomerId>>("customer_id")?.into_iter().collect());
    }
    let member = StaffMember {
        id: row.get("staff_id")?,
        email: row.get("email")?,
        name: row.get("name")?,
        role: Role::parse(&row.get::<String>("role")?).unwrap_or(Role::Auditor),
        grants: Grants { create_customers: row.get("may_create_customers")?, purchase: row.get("may_purchase")? },
        reach,
        status: StaffStatus::parse(&row.get::<String>("status")?),
        second_factor: row.get::<Option<Timestamp>>("totp_confirmed_at")?.is_some(),
        last_seen_at: row.get("last_seen_at")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    };
    Ok(Held { member, membership })
}

/// The lists of a membership's reach; of customers, only those that are `at` a partner: one that moved away is nobody's choice.
pub fn targets(view: &mut View<'_, Control>, membership: MembershipId, mode: ReachMode, at: Option<PartnerId>) -> Result<StaffReach> {
    let mut reach = StaffReach { mode, ..StaffReach::default() };
    if mode == ReachMode::All {
        return Ok(reach);
    }
    let text = sql!(
        Control,
        "SELECT v.target_id, n.kind, n.partner_id FROM membership_target v LEFT JOIN org_node n ON n.node_id = v.target_id WHERE v.membership_id = $1 ORDER BY v.target_id"
    );
    for row in view.rows(text, p![membership])? {
        let target: Uuid = row.get("target_id")?;
        if row.get::<Option<String>>("kind")?.is_some() {
            let partner: Option<PartnerId> = row.get("partner_id")?;
            reach.customers.extend((at.is_none() || at == partner).then_some(CustomerId::new(target)));
        } else {
            reach.groups.push(GroupId::new(target));
        }
    }
    Ok(reach)
}

/// How many people reach customers through a group, themselves or by a token.
pub fn assigned_by(view: &mut View<'_, Control>, group: GroupId) -> Result<i64> {
    let text = sql!(
        Control,
        "SELECT COUNT(DISTINCT COALESCE(c.staff_id, m.holder_id)) AS n FROM membership_target v
         JOIN membership m ON m.membership_id = v.membership_id AND m.ended_at IS NULL
         LEFT JOIN credential c ON c.credential_id = m.holder_id
         WHERE v.target_id = $1 AND c.ended_at IS NULL"
    );
    view.one(text, p![group])?.get("n")
}

/// Changes a person's own row if nobody did meanwhile.
pub fn set_member(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    staff: StaffId,
    version: i64,
    name: &str,
    status: StaffStatus,
) -> Result<bool> {
    let text = sql!(
        Control,
        "UPDATE staff SET name = $4, name_key = $6, status = $5, version = version + 1 WHERE staff_id = $2 AND home_id = $1 AND version = $3"
    );
    Ok(tx.exec(text, p![partner, staff, version, name, status.word(), store::fold(name)])? == 1)
}

macro_rules! person {
    ($where:literal) => {
        concat!(
            "SELECT staff_id, home_id, email, name, status, password_hash, totp_secret, totp_confirmed_at, totp_last_step, language FROM staff WHERE ",
            $where
        )
    };
}

pub fn person(view: &mut View<'_, Control>, staff: StaffId) -> Result<Option<Person>> {
    let row = view.opt(sql!(Control, person!("staff_id = $1")), p![staff])?;
    row.as_ref().map(person_of).transpose()
}

pub fn person_by_email(view: &mut View<'_, Control>, email: &str) -> Result<Option<Person>> {
    let row = view.opt(sql!(Control, person!("email_key = $1")), p![email_key(email)])?;
    row.as_ref().map(person_of).transpose()
}

fn person_of(row: &Row) -> Result<Person> {
    Ok(Person {
        staff: row.get("staff_id")?,
        home: row.get("home_id")?,
        email: row.get("email")?,
        name: row.get("name")?,
        status: StaffStatus::parse(&row.get::<String>("status")?),
        password_hash: row.get("password_hash")?,
        totp_secret: row.get("totp_secret")?,
        totp_on: row.get::<Option<Timestamp>>("totp_confirmed_at")?.is_some(),
        totp_last_step: row.get("totp_last_step")?,
        language: row.get("language")?,
    })
}

pub fn set_password(tx: &mut Tx<'_, Control>, staff: StaffId, hash: &str) -> Result<()> {
    let text = sql!(
        Control,
        "UPDATE staff SET password_hash = $2, status = CASE WHEN status = 'invited' THEN 'active' ELSE status END, version = version + 1 WHERE staff_id = $1"
    );
    tx.exec(text, p![staff, hash]).map(drop)
}

pub fn set_name(tx: &mut Tx<'_, Control>, staff: StaffId, name: &Name) -> Result<()> {
    let text = sql!(Control, "UPDATE staff SET name = $2, name_key = $3, version = version + 1 WHERE staff_id = $1");
    tx.exec(text, p![staff, name, store::fold(name.as_str())]).map(drop)
}

pub fn set_language(tx: &mut Tx<'_, Control>, staff: StaffId, language: &str) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE staff SET language = $2 WHERE staff_id = $1"), p![staff, language]).map(drop)
}

pub fn set_totp(tx: &mut Tx<'_, Control>, staff: StaffId, sealed: Option<&str>) -> Result<()> {
    let text = sql!(Control, "UPDATE staff SET totp_secret = $2, totp_confirmed_at = NULL, totp_last_step = 0 WHERE staff_id = $1");
    tx.exec(text, p![staff, sealed]).map(drop)
}

pub fn confirm_totp(tx: &mut Tx<'_, Control>, staff: StaffId, sealed: &str, step: i64, now: Timestamp) -> Result<bool> {
    let text = sql!(
        Control,
        "UPDATE staff SET totp_confirmed_at = $4, totp_last_step = $3 WHERE staff_id = $1 AND totp_secret = $2 AND totp_confirmed_at IS NULL AND totp_last_step < $3"
    );
    Ok(tx.exec(text, p![staff, sealed, step, now])? == 1)
}

/// Marks a step as used; false when it was.
pub fn use_step(tx: &mut Tx<'_, Control>, staff: StaffId, step: i64) -> Result<bool> {
    Ok(tx.exec(sql!(Control, "UPDATE staff SET totp_last_step = $2 WHERE staff_id = $1 AND totp_last_step < $2"), p![staff, step])? == 1)
}

pub fn replace_recovery(tx: &mut Tx<'_, Control>, staff: StaffId, hashes: &[[u8; 32]]) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM recovery_code WHERE staff_id = $1"), p![staff])?;
    for hash in hashes {
        tx.exec(sql!(Control, "INSERT INTO recovery_code (staff_id, code_hash) VALUES ($1, $2)"), p![staff, *hash])?;
    }
    Ok(())
}

/// Marks a recovery code as used; false when it was, or never was one.
pub fn use_recovery(tx: &mut Tx<'_, Control>, staff: StaffId, hash: [u8; 32], now: Timestamp) -> Result<bool> {
    let text = sql!(Control, "UPDATE recovery_code SET used_at = $3 WHERE staff_id = $1 AND code_hash = $2 AND used_at IS NULL");
    Ok(tx.exec(text, p![staff, hash, now])? == 1)
}

pub fn recovery_left(view: &mut View<'_, Control>, staff: StaffId) -> Result<i64> {
    view.one(sql!(Control, "SELECT COUNT(*) AS n FROM recovery_code WHERE staff_id = $1 AND used_at IS NULL"), p![staff])?.get("n")
}

/// What somebody may at a node.
pub struct Own {
    pub role: Role,
    pub grants: Grants,
    pub reach: StaffReach,
}

/// A person's membership at exactly this node.
pub fn membership_at(view: &mut View<'_, Control>, staff: StaffId, node: Uuid) -> Result<Option<Own>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT membership_id, role, may_create_customers, may_purchase, reach FROM membership WHERE holder_id = $1 AND node_id = $2 AND ended_at IS NULL"
        ),
        p![staff, node],
    )?;
    let Some(row) = row else { return Ok(None) };
    let Some(role) = Role::parse(&row.get::<String>("role")?) else { return Ok(None) };
    let grants = Grants { create_customers: row.get("may_create_customers")?, purchase: row.get("may_purchase")? };
    let reach = targets(view, row.get("membership_id")?, ReachMode::parse(&row.get::<String>("reach")?), None)?;
    Ok(Some(Own { role, grants, reach }))
}

/// The customers an active person administers, each with its partner. Nothing for an address nobody has.
pub fn administered(view: &mut View<'_, Control>, email: &str) -> Result<Vec<(StaffId, PartnerId, CustomerId)>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT s.staff_id, n.partner_id, n.customer_id FROM staff s
             JOIN membership m ON m.holder_id = s.staff_id AND m.role = 'customer_admin' AND m.ended_at IS NULL
             JOIN org_node n ON n.node_id = m.node_id AND n.kind = 'customer'
             WHERE s.email_key = $1 AND s.status = 'active' ORDER BY n.customer_id"
        ),
        p![email_key(email)],
    )?;
    rows.iter().map(|r| Ok((r.get("staff_id")?, r.get("partner_id")?, r.get("customer_id")?))).collect()
}

/// People who were invited to this customer and to nothing else, and never came, with their addresses.
pub fn never_came(view: &mut View<'_, Control>, customer: CustomerId) -> Result<Vec<(StaffId, String)>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT s.staff_id, s.email FROM membership m JOIN staff s ON s.staff_id = m.holder_id AND s.status = 'invited'
             WHERE m.node_id = $1 AND m.ended_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM membership u WHERE u.holder_id = s.staff_id AND u.ended_at IS NULL AND u.node_id <> $1)
             ORDER BY s.staff_id"
        ),
        p![customer],
    )?;
    rows.iter().map(|r| Ok((r.get("staff_id")?, r.get("email")?))).collect()
}

/// Lets a person go who never came: their name and address are nobody's, `address` stands for it.
pub fn forget_person(tx: &mut Tx<'_, Control>, staff: StaffId, address: &str, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE staff SET email = $2, email_key = $2, name = '', name_key = '', status = 'disabled', version = version + 1 WHERE staff_id = $1"
        ),
        p![staff, address],
    )?;
    tx.exec(sql!(Control, "UPDATE membership SET ended_at = $2 WHERE holder_id = $1 AND ended_at IS NULL"), p![staff, now]).map(drop)
}

/// How a home looks in mail.
pub struct Sender {
    pub product: Option<String>,
    pub name: Option<String>,
    pub accent: Option<String>,
    pub language: Option<String>,
}

pub fn sender(view: &mut View<'_, Control>, home: Uuid) -> Result<Sender> {
    view.enter(home);
    let row = view.opt(sql!(Control, "SELECT name, product_name, accent, language FROM partner WHERE partner_id = $1"), p![home])?;
    let Some(row) = row else { return Ok(Sender { product: None, name: None, accent: None, language: None }) };
    Ok(Sender { product: row.get("product_name")?, name: row.get("name")?, accent: row.get("accent")?, language: row.get("language")? })
}

pub fn recipient(view: &mut View<'_, Control>, partner: PartnerId, staff: StaffId) -> Result<Option<Recipient>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT s.email, s.name, COALESCE(s.language, p.language) AS language, p.product_name, p.name AS partner_name, p.accent
             FROM partner p JOIN staff s ON s.staff_id = $2 WHERE p.partner_id = $1 AND s.status = 'active'"
        ),
        p![partner, staff],
    )?;
    row.map(|r| {
        Ok(Recipient {
            email: r.get("email")?,
            name: r.get("name")?,
            language: r.get("language")?,
            partner: r.get("partner_name")?,
            product: r.get("product_name")?,
            accent: r.get("accent")?,
        })
    })
    .transpose()
}

/// What the place of a membership is called; its id where nothing has a name.
pub fn place(view: &mut View<'_, Control>, m: &MembershipView) -> Result<String> {
    let row = match (m.customer, m.partner) {
        (Some(customer), Some(partner)) => {
            view.enter(partner.0);
            view.opt(sql!(Control, "SELECT name FROM customer WHERE partner_id = $1 AND customer_id = $2"), p![partner, customer])?
        }
        (None, Some(partner)) => {
            view.enter(partner.0);
            view.opt(sql!(Control, "SELECT name FROM partner WHERE partner_id = $1"), p![partner])?
        }
        _ => view.opt(sql!(Control, "SELECT name FROM distributor WHERE distributor_id = $1"), p![m.node])?,
    };
    row.map_or_else(|| Ok(node_text(m.kind, m.node)), |r| r.get("name"))
}
