//! The brand of a customer (2.24): what its people see at the head of their console, in mail, and on the pages mail leads to.
//!
//! Words: a brand is *taken over* from the partner when the customer is made, and again by a reset; from then on it is the
//! customer's own, whatever the partner changes (0.28). Columns of `customer`: `display_name`, `accent`, `logo_url`; pictures lie
//! in `logo`, beside the partner's.

mod api;
mod logo;
mod pages;
mod preview;
mod store;

pub use api::routes as api;
pub use logo::SetCustomerLogo;
pub use pages::routes as pages;

use ::store::{Control, CustomerId, Result, Timestamp, Tx, View};
use access::{
    Denied, Scope,
    permissions::{ManageBrand, Read},
};
use command::{Command, Cx, Fail, Node, Query};
use serde::{Deserialize, Serialize};
use web::brand::{Contrast, Ramp};

use super::{
    customers::{self, Customer},
    noun::{CustomerKind, Lifecycle, Name},
    refusal::{self, Refused, clearable},
    settings, trial,
};
use store as rows;

/// A colour as it is written: `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour(String);

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()));
        digits.map(|d| Colour(format!("#{}", d.to_ascii_lowercase()))).ok_or_else(|| "a colour looks like #1d4fd8".to_owned())
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> String {
        colour.0
    }
}

/// How readable words are wherever a colour is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Readable {
    /// The least contrast in the light theme; 4.5 is needed.
    pub light: f64,
    /// The least contrast in the dark theme; 4.5 is needed.
    pub dark: f64,
    /// True when both are enough.
    pub enough: bool,
    /// The nearest colour that is readable everywhere, and the one that is used; the colour itself when it is.
    pub used: String,
}

impl Readable {
    /// Of `#rrggbb`; none when it is no colour.
    #[must_use]
    pub fn of(colour: &str) -> Option<Readable> {
        let (contrast, ramp) = (Contrast::of(colour)?, Ramp::of(colour)?);
        // Down, so that what does not pass never shows as 4.5.
        let shown = |n: f64| (n * 100.0).floor() / 100.0;
        Some(Readable { light: shown(contrast.light), dark: shown(contrast.dark), enough: contrast.is_readable(), used: ramp.used })
    }
}

/// The brand of a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Brand {
    /// What its people read: the display name, or else its name.
    pub name: String,
    /// Its display name; null where its name stands for it.
    pub display_name: Option<String>,
    /// Accent colour, `#rrggbb`; null for the console's own.
    pub accent: Option<String>,
    /// How readable that colour is.
    pub readable: Option<Readable>,
    /// Where its logo is served.
    pub logo_url: Option<String>,
    /// True when its colour is the one its MSP has now.
    pub accent_as_msp: bool,
    /// True when its logo is the one its MSP has now.
    pub logo_as_msp: bool,
    /// Its MSP's colour now.
    pub msp_accent: Option<String>,
    /// Its MSP's logo now.
    pub msp_logo_url: Option<String>,
    /// The customer's version; rises with every change.
    pub version: i64,
}

fn of_customer<P>(view: &mut View<'_, Control>, scope: &Scope<P>, c: Customer) -> Result<Option<Brand>> {
    let Some(partner) = settings::of(view, scope)? else { return Ok(None) };
    Ok(Some(Brand {
        name: c.display_name.clone().unwrap_or_else(|| c.name.clone()),
        display_name: c.display_name,
        readable: c.accent.as_deref().and_then(Readable::of),
        accent_as_msp: c.accent == partner.accent,
        logo_as_msp: c.logo_url == partner.logo_url,
        accent: c.accent,
        logo_url: c.logo_url,
        msp_accent: partner.accent,
        msp_logo_url: partner.logo_url,
        version: c.version,
    }))
}

/// How a customer looks to its people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// What it is called.
    pub name: String,
    /// The colour that is used.
    pub accent: Option<String>,
    /// Its logo.
    pub logo_url: Option<String>,
}

/// How a customer, as it is now, looks to its people; on the free plan in its partner's colour and under its plain name (D17).
///
/// # Errors
/// The store's.
pub fn look<P>(view: &mut View<'_, Control>, scope: &Scope<P>, c: &Customer) -> Result<Look> {
    let used = |accent: Option<String>| accent.as_deref().and_then(Ramp::of).map(|ramp| ramp.used);
    if c.kind == CustomerKind::Free
        && let Some(partner) = settings::of(view, scope)?
    {
        return Ok(Look { name: c.name.clone(), accent: used(partner.accent), logo_url: partner.logo_url });
    }
    let name = c.display_name.clone().unwrap_or_else(|| c.name.clone());
    Ok(Look { name, accent: used(c.accent.clone()), logo_url: c.logo_url.clone() })
}

/// What to change; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandChange {
    /// What its people read instead of its name; null clears.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub display_name: Option<Option<Name>>,
    /// `#rrggbb`; null takes over the MSP's colour of now.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub accent: Option<Option<Colour>>,
}

/// Changes name and colour of a customer's brand.
#[derive(Debug, Serialize)]
pub struct EditBrand {
    /// Whose.
    pub customer: CustomerId,
    /// The version the change was made against.
    pub version: Option<i64>,
    /// What to change.
    pub change: BrandChange,
}

impl Command for EditBrand {
    const NAME: &'static str = "hierarchy.branding.edit";
    type Home = Control;
    type Needs = ManageBrand;
    type Done = Brand;
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Brand, Fail<Refused>> {
        // Held before it is read: the version that is compared is the one that is changed.
        trial::hold(cx, self.customer)?;
        let (customer, msp) = brandable(cx.tx, cx.scope, self.customer, cx.now)?;
        refusal::fresh(self.version, customer.version)?;
        let display_name = match &self.change.display_name {
            Some(name) => name.as_ref().map(|n| n.as_str().to_owned()),
            None => customer.display_name.clone(),
        };
        let accent = match &self.change.accent {
            Some(Some(colour)) => Some(colour.0.clone()),
            Some(None) => msp.accent,
            None => customer.accent.clone(),
        };
        if (&display_name, &accent) != (&customer.display_name, &customer.accent) {
            rows::update(cx.tx, cx.scope.partner(), self.customer, display_name.as_deref(), accent.as_deref())?;
            cx.changed("customer", self.customer, "display_name", &customer.display_name, &display_name);
            cx.changed("customer", self.customer, "accent", &customer.accent, &accent);
        }
        found(cx.tx, cx.scope, self.customer)
    }
}

/// A customer that can have a brand of its own, and its partner's settings.
fn brandable<P>(
    tx: &mut Tx<'_, Control>,
    scope: &Scope<P>,
    id: CustomerId,
    now: Timestamp,
) -> std::result::Result<(Customer, settings::Settings), Fail<Refused>> {
    let found = customers::find(tx, scope, id)?.filter(|c| c.kind != CustomerKind::Internal);
    let customer = found.ok_or(Fail::Denied(Denied::NotFound))?.at(now);
    if matches!(customer.lifecycle, Lifecycle::Removed | Lifecycle::Purged) {
        return Err(Refused::Removed {}.into());
    }
    if customer.kind == CustomerKind::Free {
        return Err(Refused::FreePlan {}.into());
    }
    let settings = settings::of(tx, scope)?.ok_or(Fail::Denied(Denied::NotFound))?;
    Ok((customer, settings))
}

fn found<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: CustomerId) -> std::result::Result<Brand, Fail<Refused>> {
    let customer = customers::find(tx, scope, id)?.ok_or(Fail::Denied(Denied::NotFound))?;
    of_customer(tx, scope, customer)?.ok_or(Fail::Denied(Denied::NotFound))
}

/// Asks for the brand of a customer; none for the partner's own tenant, which looks as the partner does.
#[derive(Debug)]
pub struct BrandOf {
    /// Whose.
    pub customer: CustomerId,
}

impl Query for BrandOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<(Customer, Brand)>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, now: Timestamp) -> Result<Self::Found> {
        let found = customers::find(view, scope, self.customer)?.filter(|c| c.kind != CustomerKind::Internal);
        let Some(customer) = found.map(|c| c.at(now)) else { return Ok(None) };
        Ok(of_customer(view, scope, customer.clone())?.map(|brand| (customer, brand)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_read_or_refused() {
        assert_eq!(Colour::try_from("#1D4FD8".to_owned()).map(String::from), Ok("#1d4fd8".to_owned()));
        for wrong in ["", "1d4fd8", "#1d4fd", "#12345é", "red", "#1d4fd8;}"] {
            assert!(Colour::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
        let read = |json: &str| serde_json::from_str::<BrandChange>(json).map(|c| c.accent);
        assert_eq!(read("{}").expect("reads"), None);
        assert_eq!(read(r#"{"accent": null}"#).expect("reads"), Some(None));
    }

    #[test]
    fn what_does_not_pass_never_shows_as_passing() {
        let pale = Readable::of("#777777").expect("a colour");
        assert!(!pale.enough && pale.light < 4.5 && pale.used != "#777777", "{pale:?}");
    }
}
