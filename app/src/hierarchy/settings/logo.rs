//! The logo of a partner: uploaded, kept in control under the hash of its content, shown by the shell and inherited by new
//! customers. A logo that nobody shows any more is dropped with the change that ended it.

use ::store::{Control, CustomerId, PartnerId, Result, Timestamp, Tx};
use access::permissions::ManageSettings;
use command::{Command, Cx, Fail, Never, Node};
use serde::{Deserialize, Serialize};

use super::{picture::Picture, store as rows};

/// Where a logo is served.
#[must_use]
pub fn address(partner: PartnerId, hash: &str) -> String {
    format!("{}{hash}.png", front(partner))
}

/// What the addresses of a partner's logos begin with.
fn front(partner: PartnerId) -> String {
    format!("/brand/{partner}/")
}

/// The logo there is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Logo {
    /// Its address on this origin; null for none. Another picture has another address.
    pub logo_url: Option<String>,
}

/// Sets a partner's logo, or takes it away.
#[derive(Debug, Serialize)]
pub struct SetLogo {
    /// Whose.
    pub partner: PartnerId,
    /// The picture; none takes it away.
    pub picture: Option<Picture>,
}

impl Command for SetLogo {
    const NAME: &'static str = "hierarchy.settings.set_logo";
    type Home = Control;
    type Needs = ManageSettings;
    type Done = Logo;
    type Refusal = Never;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Logo, Fail<Never>> {
        let before = rows::find(cx.tx, cx.scope)?.ok_or(Fail::Denied(access::Denied::NotFound))?.logo_url;
        let logo_url = self.picture.as_ref().map(|picture| address(self.partner, &picture.hash));
        if before == logo_url {
            return Ok(Logo { logo_url });
        }
        if let Some(picture) = &self.picture {
            keep(cx.tx, self.partner, picture, cx.now)?;
        }
        rows::set_logo_url(cx.tx, self.partner, logo_url.as_deref())?;
        drop_unshown(cx.tx, self.partner)?;
        cx.changed("partner", self.partner, "logo_url", before, &logo_url);
        Ok(Logo { logo_url })
    }
}

/// Keeps a picture; the same one twice is kept once.
///
/// # Errors
/// The store's.
pub(in crate::hierarchy) fn keep(tx: &mut Tx<'_, Control>, partner: PartnerId, picture: &Picture, now: Timestamp) -> Result<()> {
    rows::keep_logo(tx, partner, &picture.hash, &picture.png, now)
}

/// Drops the pictures that neither the partner nor a customer of it shows.
///
/// # Errors
/// The store's.
pub(in crate::hierarchy) fn drop_unshown(tx: &mut Tx<'_, Control>, partner: PartnerId) -> Result<()> {
    rows::drop_unshown_logos(tx, partner, &front(partner))
}

/// Carries the picture a customer shows to the partner it moves to: its former one may drop it.
///
/// # Errors
/// The store's.
pub(in crate::hierarchy) fn carry(
    tx: &mut Tx<'_, Control>,
    from: PartnerId,
    to: PartnerId,
    customer: CustomerId,
    url: Option<&str>,
) -> Result<()> {
    let hash = url.and_then(|url| url.strip_prefix(&front(from))).and_then(|file| file.strip_suffix(".png"));
    let Some(hash) = hash else { return Ok(()) };
    rows::copy_logo(tx, from, to, hash)?;
    rows::set_customer_logo_url(tx, to, customer, &address(to, hash))
}
