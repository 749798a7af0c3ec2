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

pub fn set_host(tx: &mut Tx<'_, Control>, partner: Option<PartnerId>) -> Result<()> {
    let written = match partner {
        Some(partner) => tx.exec(
            sql!(Control, "INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value"),
            p![NAME, partner.to_string()],
        ),
        None => tx.exec(sql!(Control, "DELETE FROM installation WHERE name = $1"), p![NAME]),
    };
    written.map(drop)
}
