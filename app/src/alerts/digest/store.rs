//! Every SQL text of digests.

use store::{Control, PartnerId, Result, Row, StaffId, Tx, View, p, sql};

use super::period::Every;

/// Somebody who wants a digest.
#[derive(Debug)]
pub struct Wanted {
    pub staff: StaffId,
    pub every: Every,
    /// The day of the one told last, as YYYY-MM-DD.
    pub told_day: String,
}

fn read(row: &Row) -> Result<Wanted> {
    let every: String = row.get("every")?;
    Ok(Wanted {
        staff: row.get("staff_id")?,
        every: Every::parse(&every).ok_or_else(|| store::Error::Corrupt(format!("a digest every {every}")))?,
        told_day: row.get("told_day")?,
    })
}

pub fn of_partner(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Vec<Wanted>> {
    let rows = view
        .rows(sql!(Control, "SELECT staff_id, every, told_day FROM expiry_digest WHERE partner_id = $1 ORDER BY staff_id"), p![partner])?;
    rows.iter().map(read).collect()
}

pub fn of_person(view: &mut View<'_, Control>, partner: PartnerId, staff: StaffId) -> Result<Option<Wanted>> {
    let row = view.opt(
        sql!(Control, "SELECT staff_id, every, told_day FROM expiry_digest WHERE partner_id = $1 AND staff_id = $2"),
        p![partner, staff],
    )?;
    row.as_ref().map(read).transpose()
}

/// Says what somebody wants: how often and from behind which day on, or nothing.
pub fn choose(tx: &mut Tx<'_, Control>, partner: PartnerId, staff: StaffId, wanted: Option<(Every, String)>) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM expiry_digest WHERE partner_id = $1 AND staff_id = $2"), p![partner, staff])?;
    if let Some((every, told_day)) = wanted {
        tx.exec(
            sql!(Control, "INSERT INTO expiry_digest (partner_id, staff_id, every, told_day) VALUES ($1, $2, $3, $4)"),
            p![partner, staff, every.word(), told_day],
        )?;
    }
    Ok(())
}

/// Books a day as told; false where somebody else has, or they want another one by now.
pub fn tell(tx: &mut Tx<'_, Control>, partner: PartnerId, known: &Wanted, day: &str) -> Result<bool> {
    tx.exec(
        sql!(Control, "UPDATE expiry_digest SET told_day = $5 WHERE partner_id = $1 AND staff_id = $2 AND every = $3 AND told_day = $4"),
        p![partner, known.staff, known.every.word(), known.told_day.as_str(), day],
    )
    .map(|n| n == 1)
}
