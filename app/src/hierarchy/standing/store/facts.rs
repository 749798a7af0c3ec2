//! The facts that health rests on.

use store::{Control, CustomerId, PartnerId, Result, RunId, Timestamp, Tx, Uuid, Value, View, p, sql};

use super::{
    super::{
        publish::{Campaign, CampaignKind, CampaignRun},
        reason::SyncReason,
        rules::{Run, WINDOW_DAYS},
    },
    totals::zone,
};

/// What health still rests on after a move: the last sync, the last mail check, the runs both windows see and the last one; and the
/// campaigns that run, or ran within those windows.
/// The same facts under the same ids, known to the new partner from then on; the old one keeps all of its own.
pub(super) fn carried() -> [&'static store::Sql<Control>; 4] {
    [
        sql!(
            Control,
            "INSERT INTO sync_event (partner_id, customer_id, at, fact_id, ok, source, reason, own_reason)
             SELECT $3, customer_id, at, fact_id, ok, source, reason, own_reason FROM sync_event WHERE partner_id = $1 AND customer_id = $2
             ORDER BY at DESC, fact_id DESC LIMIT 1 ON CONFLICT DO NOTHING"
        ),
        sql!(
            Control,
            "INSERT INTO mail_check (partner_id, customer_id, at, fact_id, ok, detail)
             SELECT $3, customer_id, at, fact_id, ok, detail FROM mail_check WHERE partner_id = $1 AND customer_id = $2
             ORDER BY at DESC, fact_id DESC LIMIT 1 ON CONFLICT DO NOTHING"
        ),
        sql!(
            Control,
            "INSERT INTO campaign_run (partner_id, customer_id, at, run_id, name, external_ref, delivered, passed, recorded_at)
             SELECT $3, customer_id, at, run_id, name, external_ref, delivered, passed, recorded_at FROM campaign_run
             WHERE partner_id = $1 AND customer_id = $2
               AND (at > $4 OR at = (SELECT MAX(x.at) FROM campaign_run x WHERE x.partner_id = $1 AND x.customer_id = $2))
             ON CONFLICT DO NOTHING"
        ),
        sql!(
            Control,
            "INSERT INTO campaign (partner_id, customer_id, external_ref, name, kind, starts_at, ends_at, recorded_at)
             SELECT $3, customer_id, external_ref, name, kind, starts_at, ends_at, recorded_at FROM campaign
             WHERE partner_id = $1 AND customer_id = $2 AND ends_at > $4
             ON CONFLICT (partner_id, customer_id, external_ref) DO UPDATE SET name = excluded.name, kind = excluded.kind,
               starts_at = excluded.starts_at, ends_at = excluded.ends_at, recorded_at = excluded.recorded_at"
        ),
    ]
}

/// A campaign as it was told last.
pub fn campaign(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId, external_ref: &str) -> Result<Option<Campaign>> {
    let row = view.opt(
        sql!(
            Control,
            "SELECT external_ref, name, kind, starts_at, ends_at FROM campaign WHERE partner_id = $1 AND customer_id = $2 AND external_ref = $3"
        ),
        p![partner, customer, external_ref],
    )?;
    row.map(|r| {
        let kind: String = r.get("kind")?;
        Ok(Campaign {
            external_ref: r.get("external_ref")?,
            name: r.get("name")?,
            kind: CampaignKind::parse(&kind).ok_or_else(|| store::Error::Corrupt(format!("kind: {kind}")))?,
            starts_at: r.get("starts_at")?,
            ends_at: r.get("ends_at")?,
        })
    })
    .transpose()
}

/// Writes a campaign down as it is told now.
pub fn put_campaign(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, c: &Campaign, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO campaign (partner_id, customer_id, external_ref, name, kind, starts_at, ends_at, recorded_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (partner_id, customer_id, external_ref) DO UPDATE SET name = excluded.name, kind = excluded.kind,
               starts_at = excluded.starts_at, ends_at = excluded.ends_at, recorded_at = excluded.recorded_at"
        ),
        p![partner, customer, &c.external_ref, &c.name, c.kind.word(), c.starts_at, c.ends_at, now],
    )
    .map(drop)
}

/// The runs that the two windows can still see.
pub(super) fn runs(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId, now: Timestamp) -> Result<Vec<Run>> {
    let rows = view.rows(
        sql!(Control, "SELECT at, delivered, passed FROM campaign_run WHERE partner_id = $1 AND customer_id = $2 AND at > $3 ORDER BY at"),
        p![partner, customer, now.plus_days(-2 * WINDOW_DAYS)],
    )?;
    rows.iter().map(|r| Ok(Run { at: r.get("at")?, delivered: r.get("delivered")?, passed: r.get("passed")? })).collect()
}

/// Appends a sync fact.
pub fn append_sync(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    at: Timestamp,
    id: Uuid,
    ok: bool,
    source: &str,
    reason: Option<&SyncReason>,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO sync_event (partner_id, customer_id, at, fact_id, ok, source, reason, own_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ),
        p![partner, customer, at, id, ok, source, reason.map(|r| r.text.as_str()), reason.and_then(SyncReason::own_column)],
    )
    .map(drop)
}

/// Appends a mail-check fact.
pub fn append_mail_check(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    at: Timestamp,
    id: Uuid,
    ok: bool,
    detail: Option<&str>,
) -> Result<()> {
    tx.exec(
        sql!(Control, "INSERT INTO mail_check (partner_id, customer_id, at, fact_id, ok, detail) VALUES ($1, $2, $3, $4, $5, $6)"),
        p![partner, customer, at, id, ok, detail],
    )
    .map(drop)
}

/// A fact of `at` became known or was taken back at `now`: if its month is over, the month ends kept so far no longer hold.
pub fn note_past(tx: &mut Tx<'_, Control>, partner: PartnerId, at: Timestamp, now: Timestamp) -> Result<()> {
    if at >= zone(tx, partner)?.month_start(now) {
        return Ok(());
    }
    tx.exec(sql!(Control, "UPDATE totals SET past_seq = past_seq + 1 WHERE partner_id = $1"), p![partner]).map(drop)
}

/// Appends a campaign run; false when this reference is known already.
pub fn append_run(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    id: Uuid,
    run: &CampaignRun<'_>,
    now: Timestamp,
) -> Result<bool> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO campaign_run (partner_id, customer_id, at, run_id, name, external_ref, delivered, passed, recorded_at, import_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (partner_id, customer_id, external_ref) DO NOTHING"
        ),
        p![partner, customer, run.at, id, run.name, run.external_ref, run.delivered, run.passed, now, run.import],
    )
    .map(|n| n == 1)
}

/// Takes runs away.
pub fn delete_runs(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, runs: &[(Timestamp, RunId)]) -> Result<()> {
    let rows: Vec<Vec<Value>> = runs.iter().map(|(at, id)| vec![partner.into(), customer.into(), (*at).into(), (*id).into()]).collect();
    tx.bulk(sql!(Control, "DELETE FROM campaign_run WHERE partner_id = $1 AND customer_id = $2 AND at = $3 AND run_id = $4"), &rows)
        .map(drop)
}

/// When a customer's last known run was.
pub fn last_run(view: &mut View<'_, Control>, partner: PartnerId, customer: CustomerId) -> Result<Option<Timestamp>> {
    let row = view.opt(
        sql!(Control, "SELECT at FROM campaign_run WHERE partner_id = $1 AND customer_id = $2 ORDER BY at DESC LIMIT 1"),
        p![partner, customer],
    )?;
    row.map(|r| r.get("at")).transpose()
}
