//! Every SQL text of the table `transfer`.

use access::Scope;
use store::{Control, CustomerId, ImportId, OperationId, PartnerId, Result, Row, Timestamp, Tx, View, p, sql};

use super::{Transfer, TransferStatus, contents::Contents};

macro_rules! columns {
    () => {
        "x.transfer_id, x.status, x.file_name, x.bytes, x.contents, x.customer_id, x.operation_id, x.members_done, x.stood, x.created_at"
    };
}

fn corrupt(what: &str) -> store::Error {
    store::Error::Corrupt(format!("transfer: {what}"))
}

fn read(r: &Row) -> Result<Transfer> {
    let contents: String = r.get("contents")?;
    Ok(Transfer {
        id: r.get("transfer_id")?,
        status: TransferStatus::parse(&r.get::<String>("status")?).ok_or_else(|| corrupt("status"))?,
        file_name: r.get("file_name")?,
        bytes: r.get("bytes")?,
        contents: serde_json::from_str(&contents).map_err(|_| corrupt("contents"))?,
        customer_id: r.get("customer_id")?,
        operation_id: r.get("operation_id")?,
        members_done: r.get("members_done")?,
        stood: r.get("stood")?,
        created_at: r.get("created_at")?,
    })
}

/// What a new transfer's row is made of.
pub struct New<'a> {
    pub id: ImportId,
    pub file_name: &'a str,
    pub file_hash: &'a [u8],
    pub bytes: i64,
    pub contents: &'a Contents,
}

pub fn insert<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, new: &New<'_>, now: Timestamp) -> Result<()> {
    let contents = serde_json::to_string(new.contents).map_err(|_| corrupt("contents"))?;
    tx.exec(
        sql!(
            Control,
            "INSERT INTO transfer (partner_id, transfer_id, status, file_name, file_hash, bytes, contents, members_done, created_by, created_at)
             VALUES ($1, $2, 'uploaded', $3, $4, $5, $6, 0, $7, $8)"
        ),
        p![scope.partner(), new.id, new.file_name, new.file_hash, new.bytes, contents, scope.actor().holder, now],
    )
    .map(drop)
}

pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: ImportId) -> Result<Option<Transfer>> {
    let row = view.opt(
        sql!(Control, concat!("SELECT ", columns!(), " FROM transfer x WHERE x.partner_id = $1 AND x.transfer_id = $2")),
        p![scope.partner(), id],
    )?;
    row.as_ref().map(read).transpose()
}

/// The newest transfers of a partner.
pub fn list<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<Transfer>> {
    let text = sql!(
        Control,
        concat!("SELECT ", columns!(), " FROM transfer x WHERE x.partner_id = $1 ORDER BY x.created_at DESC, x.transfer_id DESC LIMIT 200")
    );
    view.rows(text, p![scope.partner()])?.iter().map(read).collect()
}

/// Lets a transfer begin; false when it stands elsewhere.
pub fn start<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: ImportId, customer: CustomerId, operation: OperationId) -> Result<bool> {
    tx.exec(
        sql!(
            Control,
            "UPDATE transfer SET status = 'running', customer_id = $3, operation_id = $4
             WHERE partner_id = $1 AND transfer_id = $2 AND status = 'uploaded'"
        ),
        p![scope.partner(), id, customer, operation],
    )
    .map(|n| n == 1)
}

/// Moves a transfer from one state to another; false when it stands elsewhere.
pub fn turn<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: ImportId, from: TransferStatus, to: TransferStatus) -> Result<bool> {
    tx.exec(
        sql!(Control, "UPDATE transfer SET status = $4 WHERE partner_id = $1 AND transfer_id = $2 AND status = $3"),
        p![scope.partner(), id, from.word(), to.word()],
    )
    .map(|n| n == 1)
}

/// Books how far the members are.
pub fn set_done<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: ImportId, members: i64) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE transfer SET members_done = $3 WHERE partner_id = $1 AND transfer_id = $2 AND members_done < $3"),
        p![scope.partner(), id, members],
    )
    .map(drop)
}

/// Keeps how the customer stood at the end.
pub fn set_stood<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: ImportId, stood: &str) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE transfer SET stood = $3 WHERE partner_id = $1 AND transfer_id = $2"), p![scope.partner(), id, stood])
        .map(drop)
}

/// How a customer stands, as one text: what a person does with it in control (details, sites, domains, seats, results, syncs, mail
/// checks, groups by hand, staff) makes another. What its region tells of itself (numbers, alerts) does not.
pub fn standing<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Option<String>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT c.version,
               (SELECT COUNT(*) FROM site x WHERE x.partner_id = $1 AND x.customer_id = $2 AND x.removed_at IS NULL) AS sites,
               (SELECT COUNT(*) FROM campaign_run x WHERE x.partner_id = $1 AND x.customer_id = $2) AS results,
               (SELECT COUNT(*) FROM campaign x WHERE x.partner_id = $1 AND x.customer_id = $2) AS campaigns,
               (SELECT COUNT(*) FROM allocation_change x WHERE x.partner_id = $1 AND x.customer_id = $2) AS seats,
               (SELECT COUNT(*) FROM sync_event x WHERE x.partner_id = $1 AND x.customer_id = $2) AS syncs,
               (SELECT COUNT(*) FROM mail_check x WHERE x.partner_id = $1 AND x.customer_id = $2) AS checks,
               (SELECT COUNT(*) FROM delivery_test x WHERE x.partner_id = $1 AND x.customer_id = $2) AS tests,
               (SELECT COUNT(*) FROM mail_step x WHERE x.partner_id = $1 AND x.customer_id = $2) AS steps,
               (SELECT COUNT(*) FROM extra_domain x WHERE x.partner_id = $1 AND x.customer_id = $2) AS domains,
               (SELECT COUNT(*) FROM group_member g JOIN customer_group k ON k.partner_id = g.partner_id AND k.group_id = g.group_id
                 WHERE g.partner_id = $1 AND g.customer_id = $2 AND k.rule IS NULL) AS groups_of_it,
               (SELECT COUNT(*) FROM membership m WHERE m.node_id = $2) AS people,
               (SELECT COUNT(*) FROM membership_target t WHERE t.target_id = $2) AS reaches
             FROM customer c WHERE c.partner_id = $1 AND c.customer_id = $2"
        ),
        p![scope.partner(), customer],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut stood = Vec::new();
    for name in [
        "version",
        "sites",
        "results",
        "campaigns",
        "seats",
        "syncs",
        "checks",
        "tests",
        "steps",
        "domains",
        "groups_of_it",
        "people",
        "reaches",
    ] {
        stood.push(format!("{name} {}", row.get::<i64>(name)?));
    }
    Ok(Some(stood.join(", ")))
}

/// A transfer that has not ended.
pub struct Open {
    pub id: ImportId,
    pub status: TransferStatus,
    /// When it was started, or else uploaded.
    pub since: Timestamp,
    /// The customer it is to become, and the work; nothing before it is started.
    pub begun: Option<(CustomerId, OperationId)>,
    /// The last step that began.
    pub position: i64,
}

/// Transfers of a partner whose archive may still be needed: not started yet, or at work.
pub fn unfinished(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Vec<Open>> {
    view.enter(partner.0);
    let rows = view.rows(
        sql!(
            Control,
            "SELECT x.transfer_id, x.status, x.customer_id, x.operation_id, COALESCE(o.created_at, x.created_at) AS since,
               (SELECT COALESCE(MAX(s.position), 0) FROM operation_step s WHERE s.partner_id = x.partner_id AND s.operation_id = x.operation_id) AS position
             FROM transfer x LEFT JOIN operation o ON o.partner_id = x.partner_id AND o.operation_id = x.operation_id
             WHERE x.partner_id = $1 AND (x.status = 'uploaded' OR x.status = 'running')"
        ),
        p![partner],
    )?;
    let one = |r: &Row| {
        Ok(Open {
            id: r.get("transfer_id")?,
            status: TransferStatus::parse(&r.get::<String>("status")?).ok_or_else(|| corrupt("status"))?,
            since: r.get("since")?,
            begun: r.get::<Option<CustomerId>>("customer_id")?.zip(r.get("operation_id")?),
            position: r.get("position")?,
        })
    };
    rows.iter().map(one).collect()
}

/// Forgets an archive that nobody started.
pub fn forget<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: ImportId) -> Result<bool> {
    tx.exec(
        sql!(Control, "DELETE FROM transfer WHERE partner_id = $1 AND transfer_id = $2 AND status = 'uploaded'"),
        p![scope.partner(), id],
    )
    .map(|n| n == 1)
}

/// The transfers a customer came by: their archives go with it.
pub fn of_customer(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Vec<ImportId>> {
    let rows =
        view.rows(sql!(Control, "SELECT transfer_id FROM transfer WHERE partner_id = $1 AND customer_id = $2"), p![partner, customer])?;
    rows.iter().map(|r| r.get("transfer_id")).collect()
}
