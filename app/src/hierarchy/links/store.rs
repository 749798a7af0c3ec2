//! Every SQL text of linking. A request is a row of the partner that asks, a consent one of the partner that would give: whoever
//! touches the other one's row enters its fence first.

use access::Scope;
use store::{Control, CustomerId, LinkRequestId, PartnerId, Result, Row, StaffId, Timestamp, Tx, Uuid, View, p, sql};

use super::request::{Kept, LinkConsent, OpenConsentRequest, Side, Stage, Word};

fn corrupt(word: &str) -> store::Error {
    store::Error::Corrupt(format!("link: {word}"))
}

fn kept(r: &Row) -> Result<Kept> {
    let stage: String = r.get("status")?;
    Ok(Kept {
        id: r.get("request_id")?,
        account_number: r.get("account_number")?,
        administrator: r.get("administrator")?,
        looked_up: r.get::<Option<Timestamp>>("looked_up_at")?.is_some(),
        stage: Stage::parse(&stage).ok_or_else(|| corrupt(&stage))?,
        asked_at: r.get("asked_at")?,
        expires_at: r.get("expires_at")?,
        asked_by: r.get("asked_by")?,
        giver: r.get("giver_id")?,
        customer: r.get("customer_id")?,
        stopped: r.get("stopped")?,
    })
}

macro_rules! columns {
    () => {
        "request_id, account_number, administrator, looked_up_at, status, asked_by, asked_at, expires_at, giver_id, customer_id, stopped"
    };
}

/// How often the scope's partner asked since an instant; requests that brought a customer are not counted.
pub fn asked_since<P>(view: &mut View<'_, Control>, scope: &Scope<P>, since: Timestamp) -> Result<i64> {
    let text = sql!(Control, "SELECT COUNT(*) AS n FROM link_request WHERE partner_id = $1 AND asked_at > $2 AND status <> 'linked'");
    view.one(text, p![scope.partner(), since])?.get("n")
}

pub fn insert<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: LinkRequestId,
    (number, administrator): (&str, &str),
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO link_request (partner_id, request_id, account_number, administrator, status, asked_by, asked_at, expires_at)
             VALUES ($1, $2, $3, $4, 'open', $5, $6, $7)"
        ),
        p![scope.partner(), id, number, administrator, scope.actor().staff.map_or(scope.actor().holder, |s| s.0), now, expires_at],
    )
    .map(drop)
}

/// Forgets what was asked before an instant, by the scope's partner and of it; how many that were. What became of it stands in the trail.
pub fn forget<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, before: Timestamp) -> Result<u64> {
    let made = sql!(Control, "DELETE FROM link_request WHERE partner_id = $1 AND asked_at < $2");
    let heard = sql!(Control, "DELETE FROM link_consent WHERE partner_id = $1 AND asked_at < $2");
    Ok(tx.exec(made, p![scope.partner(), before])? + tx.exec(heard, p![scope.partner(), before])?)
}

/// True when there is something to forget.
pub fn has_old<P>(view: &mut View<'_, Control>, scope: &Scope<P>, before: Timestamp) -> Result<bool> {
    let text = sql!(
        Control,
        "SELECT (SELECT COUNT(*) FROM link_request r WHERE r.partner_id = $1 AND r.asked_at < $2)
              + (SELECT COUNT(*) FROM link_consent c WHERE c.partner_id = $1 AND c.asked_at < $2) AS n"
    );
    Ok(view.one(text, p![scope.partner(), before])?.get::<i64>("n")? > 0)
}

/// The requests of the scope's partner, newest first.
pub fn list<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<Kept>> {
    let text = sql!(
        Control,
        concat!("SELECT ", columns!(), " FROM link_request WHERE partner_id = $1 ORDER BY asked_at DESC, request_id DESC LIMIT 200")
    );
    view.rows(text, p![scope.partner()])?.iter().map(kept).collect()
}

pub fn find(view: &mut View<'_, Control>, partner: PartnerId, id: LinkRequestId) -> Result<Option<Kept>> {
    let text = sql!(Control, concat!("SELECT ", columns!(), " FROM link_request WHERE partner_id = $1 AND request_id = $2"));
    view.opt(text, p![partner, id])?.as_ref().map(kept).transpose()
}

/// A request, held until the transaction ends: of two who decide at once the second sees what the first did.
pub fn hold(tx: &mut Tx<'_, Control>, partner: PartnerId, id: LinkRequestId) -> Result<Option<Kept>> {
    let text =
        sql!(Control, concat!("UPDATE link_request SET status = status WHERE partner_id = $1 AND request_id = $2 RETURNING ", columns!()));
    tx.change(text, p![partner, id])?.as_ref().map(kept).transpose()
}

/// Notes that the customer was looked for, and keeps little of the address.
pub fn looked_up(tx: &mut Tx<'_, Control>, partner: PartnerId, id: LinkRequestId, masked: &str, now: Timestamp) -> Result<()> {
    let text = sql!(Control, "UPDATE link_request SET looked_up_at = $3, administrator = $4 WHERE partner_id = $1 AND request_id = $2");
    tx.exec(text, p![partner, id, now, masked]).map(drop)
}

/// All have consented: from here on whoever asked knows which customer it is.
pub fn approve(tx: &mut Tx<'_, Control>, partner: PartnerId, id: LinkRequestId, giver: PartnerId, customer: CustomerId) -> Result<()> {
    let text = sql!(
        Control,
        "UPDATE link_request SET status = 'approved', giver_id = $3, customer_id = $4, stopped = NULL WHERE partner_id = $1 AND request_id = $2"
    );
    tx.exec(text, p![partner, id, giver, customer]).map(drop)
}

/// The customer could not come.
pub fn stop(tx: &mut Tx<'_, Control>, partner: PartnerId, id: LinkRequestId, why: &str) -> Result<()> {
    let text = sql!(Control, "UPDATE link_request SET status = 'stopped', stopped = $3 WHERE partner_id = $1 AND request_id = $2");
    tx.exec(text, p![partner, id, why]).map(drop)
}

/// Ends a request. Which customer it was is kept where it came: what is exported and purged of it knows the request by that.
pub fn end(tx: &mut Tx<'_, Control>, partner: PartnerId, id: LinkRequestId, stage: Stage, now: Timestamp) -> Result<()> {
    let text = sql!(
        Control,
        "UPDATE link_request SET status = $3, ended_at = $4, giver_id = NULL, stopped = NULL,
           customer_id = CASE WHEN CAST($5 AS BIGINT) = 1 THEN customer_id END
         WHERE partner_id = $1 AND request_id = $2"
    );
    tx.exec(text, p![partner, id, stage.word(), now, i64::from(stage == Stage::Linked)]).map(drop)
}

/// What the scope's partner is called.
pub fn own_name<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<String> {
    view.one(sql!(Control, "SELECT name FROM partner WHERE partner_id = $1"), p![scope.partner()])?.get("name")
}

/// True when a customer of a partner has that number and could be given away.
pub fn is_called(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId, number: &str) -> Result<bool> {
    let text = sql!(
        Control,
        "SELECT customer_id FROM customer WHERE partner_id = $1 AND customer_id = $2 AND account_number = $3 AND kind <> 'internal'
         AND lifecycle IN ('setup', 'active', 'disabled')"
    );
    Ok(view.opt(text, p![partner, customer, number])?.is_some())
}

/// A consent with the partner that asks.
#[derive(Debug)]
pub struct Asked {
    pub asker: PartnerId,
    pub consent: LinkConsent,
}

fn word(r: &Row, column: &str) -> Result<Option<Word>> {
    let said: Option<String> = r.get(column)?;
    said.map(|text| Word::parse(&text).ok_or_else(|| corrupt(&text))).transpose()
}

fn asked(r: &Row) -> Result<Asked> {
    let consent = LinkConsent {
        id: r.get("request_id")?,
        tenant_id: r.get("customer_id")?,
        asked_by: r.get("asker_name")?,
        asked_at: r.get("asked_at")?,
        expires_at: r.get("expires_at")?,
        administrator_said: word(r, "administrator_said")?,
        msp_said: word(r, "partner_said")?,
        stopped_at: r.get("stopped_at")?,
    };
    Ok(Asked { asker: r.get("asker_id")?, consent })
}

macro_rules! asked {
    ($where:literal) => {
        concat!(
            "SELECT asker_id, asker_name, request_id, customer_id, asked_at, expires_at, administrator_said, partner_said, stopped_at
             FROM link_consent WHERE partner_id = $1 AND customer_id = $2 ",
            $where
        )
    };
}

/// The consents that are asked for at a customer of the scope's partner, as far as their time is not over.
pub fn consents<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, now: Timestamp) -> Result<Vec<LinkConsent>> {
    let text = sql!(Control, asked!("AND expires_at > $3 ORDER BY asked_at, request_id"));
    let rows = view.rows(text, p![scope.partner(), customer, now])?;
    rows.iter().map(|r| Ok(asked(r)?.consent)).collect()
}

/// What is asked of a scope's partner and nobody has refused, of the customers it sees. Parameters: $1 to $4 scope, $5 now.
macro_rules! open {
    () => {
        concat!(
            "FROM link_consent l JOIN customer c ON c.partner_id = l.partner_id AND c.customer_id = l.customer_id
             WHERE l.partner_id = $1 AND l.expires_at > $5 AND COALESCE(l.administrator_said, 'yes') = 'yes'
               AND COALESCE(l.partner_said, 'yes') = 'yes' AND c.lifecycle IN ('setup', 'active', 'disabled') AND ",
            access::visible!("l", "$2", "$3", "$4")
        )
    };
}

/// The open requests for customers of the scope's partner, newest first, after a place; and how many there are.
pub fn open<P>(
    view: &mut View<'_, Control>,
    scope: &Scope<P>,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
    now: Timestamp,
) -> Result<(Vec<OpenConsentRequest>, i64)> {
    let (at, id) = after.unwrap_or((Timestamp::FOREVER, Uuid::max()));
    let total = view.one(
        sql!(Control, concat!("SELECT COUNT(*) AS n ", open!())),
        p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), now],
    )?;
    let text = sql!(
        Control,
        concat!(
            "SELECT l.asker_id, l.asker_name, l.request_id, l.customer_id, l.asked_at, l.expires_at, l.administrator_said, l.partner_said,
               l.stopped_at, c.name, c.account_number ",
            open!(),
            " AND (l.asked_at < $6 OR (l.asked_at = $6 AND l.request_id < $7)) ORDER BY l.asked_at DESC, l.request_id DESC LIMIT $8"
        )
    );
    let rows =
        view.rows(text, p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer(), now, at, id, limit])?;
    let read = |r: &Row| {
        Ok(OpenConsentRequest { consent: asked(r)?.consent, tenant_name: r.get("name")?, account_number: r.get("account_number")? })
    };
    Ok((rows.iter().map(read).collect::<Result<_>>()?, total.get("n")?))
}

pub fn consent<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, id: LinkRequestId) -> Result<Option<Asked>> {
    let row = view.opt(sql!(Control, asked!("AND request_id = $3")), p![scope.partner(), customer, id])?;
    row.as_ref().map(asked).transpose()
}

/// What a partner asked last for a customer of the scope's partner.
pub fn last_of<P>(view: &mut View<'_, Control>, scope: &Scope<P>, customer: CustomerId, asker: PartnerId) -> Result<Option<LinkConsent>> {
    let row = view.opt(sql!(Control, asked!("AND asker_id = $3")), p![scope.partner(), customer, asker])?;
    row.map(|r| Ok(asked(&r)?.consent)).transpose()
}

/// Asks for a consent, in the place of what the same partner asked before.
pub fn ask<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    asker: (PartnerId, &str),
    id: LinkRequestId,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO link_consent (partner_id, customer_id, asker_id, asker_name, request_id, asked_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (partner_id, customer_id, asker_id) DO UPDATE SET asker_name = excluded.asker_name, request_id = excluded.request_id,
               asked_at = excluded.asked_at, expires_at = excluded.expires_at, administrator_said = NULL, administrator_by = NULL,
               administrator_at = NULL, partner_said = NULL, partner_by = NULL, partner_at = NULL, stopped_at = NULL"
        ),
        p![scope.partner(), customer, asker.0, asker.1, id, now, expires_at],
    )
    .map(drop)
}

/// Notes what a side says.
pub fn say<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    customer: CustomerId,
    id: LinkRequestId,
    side: Side,
    word: Word,
    now: Timestamp,
) -> Result<()> {
    let text = match side {
        Side::Administrator => sql!(
            Control,
            "UPDATE link_consent SET administrator_said = $4, administrator_by = $5, administrator_at = $6
             WHERE partner_id = $1 AND customer_id = $2 AND request_id = $3"
        ),
        Side::Partner => sql!(
            Control,
            "UPDATE link_consent SET partner_said = $4, partner_by = $5, partner_at = $6 WHERE partner_id = $1 AND customer_id = $2 AND request_id = $3"
        ),
    };
    let by: Option<StaffId> = scope.actor().staff;
    tx.exec(text, p![scope.partner(), customer, id, word.word(), by, now]).map(drop)
}

/// Notes since when a customer cannot come to which both sides have consented.
pub fn note_stop(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    id: LinkRequestId,
    at: Option<Timestamp>,
) -> Result<()> {
    let text = sql!(Control, "UPDATE link_consent SET stopped_at = $4 WHERE partner_id = $1 AND customer_id = $2 AND request_id = $3");
    tx.exec(text, p![partner, customer, id, at]).map(drop)
}

/// Takes a withdrawn request away from those who were asked; true when there was one. Who refused is not asked anew for that.
pub fn take_back<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, customer: CustomerId, id: LinkRequestId) -> Result<bool> {
    let text = sql!(
        Control,
        "DELETE FROM link_consent WHERE partner_id = $1 AND customer_id = $2 AND request_id = $3
         AND (administrator_said IS NULL OR administrator_said = 'yes') AND (partner_said IS NULL OR partner_said = 'yes')"
    );
    Ok(tx.exec(text, p![scope.partner(), customer, id])? == 1)
}

/// Takes away whatever was asked about a customer; how many that were.
pub fn let_go(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<u64> {
    tx.exec(sql!(Control, "DELETE FROM link_consent WHERE partner_id = $1 AND customer_id = $2"), p![partner, customer])
}

/// The requests for a customer to which both sides have consented, with who asked: only of those does whoever asked know the customer.
pub fn given(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Vec<(PartnerId, LinkRequestId)>> {
    let text = sql!(
        Control,
        "SELECT asker_id, request_id FROM link_consent
         WHERE partner_id = $1 AND customer_id = $2 AND administrator_said = 'yes' AND partner_said = 'yes' ORDER BY asker_id"
    );
    view.rows(text, p![partner, customer])?.iter().map(|r| Ok((r.get("asker_id")?, r.get("request_id")?))).collect()
}

/// When a customer was last asked for, where its partner said nothing yet and nobody refused.
pub fn waiting(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId, now: Timestamp) -> Result<Option<Timestamp>> {
    let text = sql!(
        Control,
        "SELECT MAX(asked_at) AS last FROM link_consent WHERE partner_id = $1 AND customer_id = $2 AND expires_at > $3
         AND partner_said IS NULL AND (administrator_said IS NULL OR administrator_said = 'yes')"
    );
    view.one(text, p![partner, customer, now])?.get("last")
}

/// Whom a request went to, looked for at every partner below a node.
pub fn whereabouts(view: &mut View<'_, Control>, node: Uuid, id: LinkRequestId) -> Result<Option<CustomerId>> {
    let text = sql!(
        Control,
        "SELECT c.customer_id FROM link_consent c JOIN scope_partner sp ON sp.partner_id = c.partner_id WHERE sp.node_id = $1 AND c.request_id = $2"
    );
    view.opt(text, p![node, id])?.map(|r| r.get("customer_id")).transpose()
}
