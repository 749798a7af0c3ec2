//! A customer's own logo.

use ::store::{Control, CustomerId};
use access::permissions::ManageBrand;
use command::{Command, Cx, Fail, Node};
use serde::Serialize;

use super::{Brand, brandable, found, store as rows};
use crate::hierarchy::{
    refusal::Refused,
    settings::{self, Picture},
};

/// Sets a customer's logo, or takes over its partner's of now.
#[derive(Debug, Serialize)]
pub struct SetCustomerLogo {
    /// Whose.
    pub customer: CustomerId,
    /// The picture; none takes over the partner's.
    pub picture: Option<Picture>,
}

impl Command for SetCustomerLogo {
    const NAME: &'static str = "hierarchy.branding.set_logo";
    type Home = Control;
    type Needs = ManageBrand;
    type Done = Brand;
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Brand, Fail<Refused>> {
        let (customer, msp) = brandable(cx.tx, cx.scope, self.customer, cx.now)?;
        let partner = cx.scope.partner();
        let logo_url = self.picture.as_ref().map_or(msp.logo_url, |picture| Some(settings::address(partner, &picture.hash)));
        if logo_url != customer.logo_url {
            if let Some(picture) = &self.picture {
                settings::keep(cx.tx, partner, picture, cx.now)?;
            }
            rows::set_logo_url(cx.tx, partner, self.customer, logo_url.as_deref())?;
            settings::drop_unshown(cx.tx, partner)?;
            cx.changed("customer", self.customer, "logo_url", &customer.logo_url, &logo_url);
        }
        found(cx.tx, cx.scope, self.customer)
    }
}
