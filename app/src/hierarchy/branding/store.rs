//! Every SQL text of branding.

use store::{Control, CustomerId, PartnerId, Result, Tx, p, sql};

pub fn update(
    tx: &mut Tx<'_, Control>,
    partner: PartnerId,
    customer: CustomerId,
    display_name: Option<&str>,
    accent: Option<&str>,
) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "UPDATE customer SET display_name = $3, accent = $4, version = version + 1 WHERE partner_id = $1 AND customer_id = $2"
        ),
        p![partner, customer, display_name, accent],
    )
    .map(drop)
}

pub fn set_logo_url(tx: &mut Tx<'_, Control>, partner: PartnerId, customer: CustomerId, url: Option<&str>) -> Result<()> {
    tx.exec(
        sql!(Control, "UPDATE customer SET logo_url = $3, version = version + 1 WHERE partner_id = $1 AND customer_id = $2"),
        p![partner, customer, url],
    )
    .map(drop)
}
