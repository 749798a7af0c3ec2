//! A partner’s totals, moved by the difference of every change.

use store::{Control, PartnerId, Result, Timestamp, Tx, View, p, sql};

use super::super::rules::Thresholds;

/// What a row adds to the totals, in the order of [`add`].
pub(super) type Share = [i64; 12];

pub(super) fn add_difference(tx: &mut Tx<'_, Control>, partner: PartnerId, old: Share, new: Share, now: Timestamp) -> Result<()> {
    let mut difference = Share::default();
    for (d, (o, n)) in difference.iter_mut().zip(old.iter().zip(new)) {
        *d = n - o;
    }
    if difference.iter().any(|d| *d != 0) { add(tx, partner, &difference, now) } else { Ok(()) }
}

/// Moves the totals. The count at the month's first instant is what stood before the month's first change.
pub(super) fn add(tx: &mut Tx<'_, Control>, partner: PartnerId, d: &Share, now: Timestamp) -> Result<()> {
    let month = zone(tx, partner)?.month_start(now);
    tx.exec(
        sql!(
            Control,
            "UPDATE totals SET
               counted_at_month_start = CASE WHEN month_start < $2 THEN counted ELSE counted_at_month_start END,
               month_start = CASE WHEN month_start < $2 THEN $2 ELSE month_start END,
               counted = counted + $3, listed = listed + $4, sync_failed = sync_failed + $5, email_unverified = email_unverified + $6,
               low_engagement = low_engagement + $7, setup_incomplete = setup_incomplete + $8, active = active + $9,
               passed = passed + $10, delivered = delivered + $11, passed_before = passed_before + $12, delivered_before = delivered_before + $13,
               members = members + $14
             WHERE partner_id = $1"
        ),
        p![partner, month, d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11]],
    )
    .map(drop)
}

/// Opens the totals of a new partner.
pub fn open_totals(tx: &mut Tx<'_, Control>, partner: PartnerId, month_start: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO totals (partner_id, counted, month_start, counted_at_month_start, listed, sync_failed, email_unverified, low_engagement,
               setup_incomplete, active, passed, delivered, passed_before, delivered_before, members, past_seq)
             VALUES ($1, 0, $2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)"
        ),
        p![partner, month_start],
    )
    .map(drop)
}

/// The number of listed customers, with the totals row held: what a limit is checked against.
pub fn listed_held(tx: &mut Tx<'_, Control>, partner: PartnerId) -> Result<i64> {
    let row = tx.change(sql!(Control, "UPDATE totals SET listed = listed WHERE partner_id = $1 RETURNING listed"), p![partner])?;
    row.map_or(Ok(0), |r| r.get("listed"))
}

/// The number of listed customers.
pub fn listed(view: &mut View<'_, Control>, partner: PartnerId) -> Result<i64> {
    let row = view.opt(sql!(Control, "SELECT listed FROM totals WHERE partner_id = $1"), p![partner])?;
    row.map_or(Ok(0), |r| r.get("listed"))
}

/// The zone in which a partner cuts days and months.
///
/// # Errors
/// The store's.
pub fn zone(view: &mut View<'_, Control>, partner: PartnerId) -> Result<store::Zone> {
    let row = view.opt(sql!(Control, "SELECT zone FROM partner WHERE partner_id = $1"), p![partner])?;
    let name: String = row.map_or(Ok("UTC".into()), |r| r.get("zone"))?;
    Ok(store::Zone::named(&name).unwrap_or(store::Zone::utc()))
}

pub(super) fn thresholds(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Thresholds> {
    let row = view.opt(sql!(Control, "SELECT low_pass_percent, stale_campaign_days FROM partner WHERE partner_id = $1"), p![partner])?;
    row.map_or(Ok(Thresholds::default()), |r| {
        Ok(Thresholds { low_pass_percent: r.get("low_pass_percent")?, stale_campaign_days: r.get("stale_campaign_days")? })
    })
}
