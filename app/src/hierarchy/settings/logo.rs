//! The logo of a partner: uploaded, kept in control under the hash of its content, shown by the shell and inherited by new
//! customers. A logo that nobody shows any more is dropped with the change that ended it.

use ::store::{Control, PartnerId, Uuid};
use access::permissions::ManageSettings;
use command::{Command, Cx, Fail, Never};
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

    fn node(&self) -> Uuid {
        self.partner.0
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Logo, Fail<Never>> {
        let before = rows::find(cx.tx, cx.scope)?.ok_or(Fail::Denied(access::Denied::NotFound))?.logo_url;
        let logo_url = self.picture.as_ref().map(|picture| address(self.partner, &picture.hash));
        if before == logo_url {
            return Ok(Logo { logo_url });
        }
        if let Some(picture) = &self.picture {
            rows::keep_logo(cx.tx, self.partner, &picture.hash, &picture.png, cx.now)?;
        }
        rows::set_logo_url(cx.tx, self.partner, logo_url.as_deref())?;
        rows::drop_unshown_logos(cx.tx, self.partner, &front(self.partner))?;
        cx.changed("partner", self.partner, "logo_url", before, &logo_url);
        Ok(Logo { logo_url })
    }
}
