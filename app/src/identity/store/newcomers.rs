//! The line of `installation` that lets strangers in.

use store::{Control, PartnerId, Result, Row, Tx, View, p, sql};

const NAME: &str = "sign_up_partner";

fn read(row: &Row) -> Result<PartnerId> {
    let text: String = row.get("value")?;
    text.parse().map_err(|_| store::Error::Corrupt(format!("installation: {NAME}: {text}")))
}

pub fn host(view: &mut View<'_, Control>) -> Result<Option<PartnerId>> {
    view.opt(sql!(Control, "SELECT value FROM installation WHERE name = $1"), p![NAME])?.as_ref().map(read).transpose()
}

/// Held until the transaction ends.
pub fn hold_host(tx: &mut Tx<'_, Control>) -> Result<Option<PartnerId>> {
    let text = sql!(Control, "UPDATE installation SET value = value WHERE name = $1 RETURNING value");
    tx.change(text, p![NAME])?.as_ref().map(read).transpose()
}

pub fn name_host(tx: &mut Tx<'_, Control>, partner: PartnerId) -> Result<bool> {
    let text = sql!(Control, "INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING");
    Ok(tx.exec(text, p![NAME, partner.to_string()])? == 1)
}

pub fn end_host(tx: &mut Tx<'_, Control>, partner: PartnerId) -> Result<bool> {
    let text = sql!(Control, "DELETE FROM installation WHERE name = $1 AND value = $2");
    Ok(tx.exec(text, p![NAME, partner.to_string()])? == 1)
}
