//! Every SQL text of delivery.

use access::Scope;
use store::{Control, CustomerId, FactId, Result, Row, StaffId, Timestamp, Tx, View, p, sql};

use super::{DeliveryTest, Stands};

fn read(row: &Row) -> Result<DeliveryTest> {
    let answer: Option<String> = row.get("answer")?;
    Ok(DeliveryTest {
        id: row.get("test_id")?,
        to: row.get("recipient")?,
        status: Stands::parse(&row.get::<String>("status")?),
        created_at: row.get("created_at")?,
        sent_at: row.get("sent_at")?,
        expires_at: row.get("expires_at")?,
        ended_at: row.get("ended_at")?,
        answer: answer.and_then(|a| serde_json::from_str(&a).ok()),
    })
}

macro_rules! tests {
    ($where:literal) => {
        concat!(
            "SELECT test_id, recipient, status, answer, created_at, sent_at, expires_at, ended_at FROM delivery_test
             WHERE partner_id = $1 AND customer_id = $2",
            $where
        )
    };
}

/// The tests of a customer, newest first.
pub fn tests<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<DeliveryTest>> {
    let rows = view.rows(sql!(Control, tests!(" ORDER BY created_at DESC, test_id DESC")), p![scope.partner(), customer])?;
    rows.iter().map(read).collect()
}

pub fn test<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, id: FactId) -> Result<Option<DeliveryTest>> {
    let row = view.opt(sql!(Control, tests!(" AND test_id = $3")), p![scope.partner(), customer, id])?;
    row.as_ref().map(read).transpose()
}

/// The test a link belongs to.
pub fn by_link<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, hash: [u8; 32]) -> Result<Option<DeliveryTest>> {
    let row = view.opt(sql!(Control, tests!(" AND link_hash = $3")), p![scope.partner(), customer, hash])?;
    row.as_ref().map(read).transpose()
}

pub fn begun_since<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, since: Timestamp) -> Result<Vec<Timestamp>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT created_at FROM delivery_test WHERE partner_id = $1 AND customer_id = $2 AND created_at > $3 ORDER BY created_at"
        ),
        p![scope.partner(), customer, since],
    )?;
    rows.iter().map(|r| r.get("created_at")).collect()
}

pub fn insert<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    id: FactId,
    to: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO delivery_test (partner_id, customer_id, test_id, recipient, status, created_by, created_at, expires_at)
             VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7)"
        ),
        p![scope.partner(), customer, id, to, scope.actor().staff, now, expires_at],
    )
    .map(drop)
}

/// Forgets all but the newest tests of a customer.
pub fn forget_old<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, kept: i64) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "DELETE FROM delivery_test WHERE partner_id = $1 AND customer_id = $2 AND test_id NOT IN
             (SELECT d.test_id FROM delivery_test d WHERE d.partner_id = $1 AND d.customer_id = $2 ORDER BY d.created_at DESC, d.test_id DESC LIMIT $3)"
        ),
        p![scope.partner(), customer, kept],
    )
    .map(drop)
}

/// Says which link leads to a test.
pub fn set_link<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, id: FactId, hash: [u8; 32]) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE delivery_test SET link_hash = $4 WHERE partner_id = $1 AND customer_id = $2 AND test_id = $3 AND status = 'waiting'"
        ),
        p![scope.partner(), customer, id, hash],
    )
    .map(drop)
}

/// Books what the mail server said to a test that still waits: it took the mail, or will be asked again.
pub fn set_sent<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    id: FactId,
    sent_at: Option<Timestamp>,
    answer: Option<&str>,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE delivery_test SET sent_at = $4, answer = $5 WHERE partner_id = $1 AND customer_id = $2 AND test_id = $3 AND status = 'waiting'"
        ),
        p![scope.partner(), customer, id, sent_at, answer],
    )
    .map(drop)
}

/// Ends a test that waits: its link leads nowhere from here on, and little of the address is kept.
pub fn end<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    test: &DeliveryTest,
    status: Stands,
    answer: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE delivery_test SET status = $4, recipient = $5, answer = COALESCE($6, answer), ended_at = $7, link_hash = NULL
             WHERE partner_id = $1 AND customer_id = $2 AND test_id = $3 AND status = 'waiting'"
        ),
        p![scope.partner(), customer, test.id, status.word(), super::masked(&test.to), answer, now],
    )
    .map(drop)
}

/// A step that is done.
pub struct Done {
    pub step: String,
    pub since: Timestamp,
    pub by: Option<StaffId>,
    pub name: Option<String>,
}

pub fn steps<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId) -> Result<Vec<Done>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT m.step, m.since, m.done_by, s.name FROM mail_step m LEFT JOIN staff s ON s.staff_id = m.done_by
             WHERE m.partner_id = $1 AND m.customer_id = $2 AND m.until = $3"
        ),
        p![scope.partner(), customer, Timestamp::FOREVER],
    )?;
    rows.iter().map(|r| Ok(Done { step: r.get("step")?, since: r.get("since")?, by: r.get("done_by")?, name: r.get("name")? })).collect()
}

pub fn open_step<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, step: &str, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(Control, "INSERT INTO mail_step (partner_id, customer_id, step, since, until, done_by) VALUES ($1, $2, $3, $4, $5, $6)"),
        p![scope.partner(), customer, step, now, Timestamp::FOREVER, scope.actor().staff],
    )
    .map(drop)
}

pub fn close_step<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, step: &str, now: Timestamp) -> Result<()> {
    // Done and taken back at one instant never was.
    tx.exec(
        sql!(Control, "DELETE FROM mail_step WHERE partner_id = $1 AND customer_id = $2 AND step = $3 AND since = $4"),
        p![scope.partner(), customer, step, now],
    )?;
    tx.exec(
        sql!(Control, "UPDATE mail_step SET until = $4 WHERE partner_id = $1 AND customer_id = $2 AND step = $3 AND until > $4"),
        p![scope.partner(), customer, step, now],
    )
    .map(drop)
}
