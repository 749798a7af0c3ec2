//! A partner's settings: its name and brand, what new customers inherit (0.28), and the thresholds of health.
//!
//! Tables: `partner`, `partner_threshold`, `partner_draft`, `logo`. Customers that exist keep what they inherited.

mod api;
mod api_logo;
mod logo;
mod pages;
mod pages_logo;
mod picture;
mod store;

pub use api::routes as api;
pub use logo::{Logo, SetLogo, address};
pub use pages::routes as pages;
pub use picture::{Picture, Unfit};

// What the brand of a customer is made with, too.
pub(in crate::hierarchy) use api_logo::{PATIENCE, receive, received};
pub(in crate::hierarchy) use logo::{carry, drop_unshown, keep};

use ::store::{Control, PartnerId, Result, Timestamp, View};
use access::{
    Scope,
    permissions::{ManageSettings, Read},
};
use command::{Command, Cx, Fail, Node, Query};
use serde::{Deserialize, Serialize};

use super::{
    noun::{Name, Note},
    refusal::{self, Refused, clearable, given},
    standing,
};
use store as rows;

/// A partner's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// What the console calls itself; Tenantry when null.
    pub product_name: Option<String>,
    /// Accent colour, `#rrggbb`.
    pub accent: Option<String>,
    /// Terms of service.
    pub terms_url: Option<String>,
    /// Privacy notice.
    pub privacy_url: Option<String>,
    /// Where the uploaded logo is served; set by `PUT …/logo`.
    pub logo_url: Option<String>,
    /// Vendors whose products customers may connect, as text.
    pub allowed_vendors: Option<String>,
    /// MAX MAU of a new customer unless said otherwise.
    pub default_max_mau: i64,
    /// A pass rate below this many percent is low.
    pub low_pass_percent: i64,
    /// A last campaign longer ago than this many days is stale.
    pub stale_campaign_days: i64,
    /// Seats used to this many percent are near their limit.
    pub near_limit_percent: i64,
    /// Days after which inactive members of new customers are removed: 0 with the next run, null never.
    pub member_retention_days: Option<i64>,
    /// An agent not heard for so many days is silent.
    pub agent_silent_days: i64,
    /// An agent not heard for longer than so many days is inactive.
    pub agent_active_days: i64,
    /// Calendar months that the list of expiring licences looks ahead.
    pub expiring_months: i64,
    /// A month stays a draft for so many days after its end, before its number is final.
    pub draft_days: i64,
    /// IANA zone in which days and months are cut; never changes.
    pub zone: String,
    /// ISO 4217.
    pub currency: String,
    /// Region of new customers unless said otherwise.
    pub region: String,
    /// Rises with every change.
    pub version: i64,
}

/// What to change; what is left out stays, null clears.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsChange {
    /// Its name.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What the console calls itself; null clears.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub product_name: Option<Option<Name>>,
    /// `#rrggbb`; null clears.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub accent: Option<Option<String>>,
    /// https address; null clears.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub terms_url: Option<Option<String>>,
    /// https address; null clears.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub privacy_url: Option<Option<String>>,
    /// Text; null clears.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub allowed_vendors: Option<Option<Note>>,
    /// 1 to 1,000,000,000.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub default_max_mau: Option<i64>,
    /// 1 to 100.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub low_pass_percent: Option<i64>,
    /// 1 to 365.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub stale_campaign_days: Option<i64>,
    /// 1 to 95.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub near_limit_percent: Option<i64>,
    /// 0 to 3,650; null clears.
    #[serde(default, deserialize_with = "clearable", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub member_retention_days: Option<Option<i64>>,
    /// 1 to 365, fewer than the days of activity.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub agent_silent_days: Option<i64>,
    /// 2 to 3,650.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub agent_active_days: Option<i64>,
    /// 1 to 12.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub expiring_months: Option<i64>,
    /// 0 to 15; for months that end from now on.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub draft_days: Option<i64>,
}

/// After how many days inactive members may be removed.
pub const RETENTION_DAYS: std::ops::RangeInclusive<i64> = 0..=3_650;

/// For how many days after its end a month may be a draft.
pub const DRAFT_DAYS: std::ops::RangeInclusive<i64> = 0..=15;

/// What is wrong with a change: field, machine word, sentence.
pub type Wrong = (&'static str, &'static str, &'static str);

impl SettingsChange {
    /// Checks what the types do not.
    ///
    /// # Errors
    /// The first field that cannot be.
    pub fn checked(self) -> std::result::Result<SettingsChange, Wrong> {
        let colour = |c: &str| c.len() == 7 && c.starts_with('#') && c[1..].bytes().all(|b| b.is_ascii_hexdigit());
        if self.accent.as_ref().is_some_and(|a| a.as_ref().is_some_and(|c| !c.is_ascii() || !colour(c))) {
            return Err(("accent", "invalid", "A colour looks like #1d4fd8."));
        }
        for (field, url) in [("terms_url", &self.terms_url), ("privacy_url", &self.privacy_url)] {
            if url.as_ref().is_some_and(|u| u.as_ref().is_some_and(|u| !is_https(u))) {
                return Err((field, "https-required", "An address begins with https:// and names a host."));
            }
        }
        let within = |n: Option<i64>, most: i64| n.is_none_or(|n| (1..=most).contains(&n));
        if !within(self.default_max_mau, 1_000_000_000) {
            return Err(("default_max_mau", "out-of-range", "A whole number from 1 to 1,000,000,000."));
        }
        if !within(self.low_pass_percent, 100) {
            return Err(("low_pass_percent", "out-of-range", "A whole number from 1 to 100."));
        }
        if !within(self.stale_campaign_days, 365) {
            return Err(("stale_campaign_days", "out-of-range", "A whole number from 1 to 365."));
        }
        if !within(self.near_limit_percent, 95) {
            return Err(("near_limit_percent", "out-of-range", "A whole number from 1 to 95."));
        }
        if !within(self.agent_silent_days, 365) {
            return Err(("agent_silent_days", "out-of-range", "A whole number from 1 to 365."));
        }
        if !within(self.agent_active_days, 3_650) {
            return Err(("agent_active_days", "out-of-range", "A whole number from 1 to 3,650."));
        }
        if !within(self.expiring_months, 12) {
            return Err(("expiring_months", "out-of-range", "A whole number from 1 to 12."));
        }
        if self.draft_days.is_some_and(|n| !DRAFT_DAYS.contains(&n)) {
            return Err(("draft_days", "out-of-range", "A whole number from 0 to 15."));
        }
        if self.member_retention_days.flatten().is_some_and(|n| !RETENTION_DAYS.contains(&n)) {
            return Err(("member_retention_days", "out-of-range", "A whole number from 0 to 3,650, or nothing."));
        }
        Ok(self)
    }

    fn apply(&self, s: &mut Settings) {
        if let Some(name) = &self.name {
            name.as_str().clone_into(&mut s.name);
        }
        if let Some(product) = &self.product_name {
            s.product_name = product.as_ref().map(|p| p.as_str().to_owned());
        }
        if let Some(vendors) = &self.allowed_vendors {
            s.allowed_vendors = vendors.as_ref().map(|v| v.as_str().to_owned());
        }
        let texts = [(&self.accent, &mut s.accent), (&self.terms_url, &mut s.terms_url), (&self.privacy_url, &mut s.privacy_url)];
        for (wanted, held) in texts {
            if let Some(wanted) = wanted {
                held.clone_from(wanted);
            }
        }
        s.default_max_mau = self.default_max_mau.unwrap_or(s.default_max_mau);
        s.low_pass_percent = self.low_pass_percent.unwrap_or(s.low_pass_percent);
        s.stale_campaign_days = self.stale_campaign_days.unwrap_or(s.stale_campaign_days);
        s.near_limit_percent = self.near_limit_percent.unwrap_or(s.near_limit_percent);
        s.agent_silent_days = self.agent_silent_days.unwrap_or(s.agent_silent_days);
        s.agent_active_days = self.agent_active_days.unwrap_or(s.agent_active_days);
        s.expiring_months = self.expiring_months.unwrap_or(s.expiring_months);
        s.draft_days = self.draft_days.unwrap_or(s.draft_days);
        s.member_retention_days = self.member_retention_days.unwrap_or(s.member_retention_days);
    }
}

fn is_https(url: &str) -> bool {
    let host = url.strip_prefix("https://").map(|r| r.split(['/', '?', '#']).next().unwrap_or_default());
    url.len() <= 500
        && !url.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"'\\".contains(c))
        && host.is_some_and(|h| !h.is_empty() && h.contains('.') && !h.contains('@'))
}

/// Changes a partner's settings.
#[derive(Debug, Serialize)]
pub struct EditSettings {
    /// Whose.
    pub partner: PartnerId,
    /// The version the change was made against.
    pub version: Option<i64>,
    /// What to change; see [`SettingsChange::checked`].
    pub change: SettingsChange,
}

impl Command for EditSettings {
    const NAME: &'static str = "hierarchy.settings.edit";
    type Home = Control;
    type Needs = ManageSettings;
    type Done = Settings;
    type Refusal = Refused;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<Settings, Fail<Refused>> {
        let before = rows::hold(cx.tx, cx.scope)?.ok_or(Fail::Denied(access::Denied::NotFound))?;
        refusal::fresh(self.version, before.version)?;
        let mut after = before.clone();
        self.change.apply(&mut after);
        if after.agent_silent_days >= after.agent_active_days {
            return Err(Refused::AgentDays { active: after.agent_active_days }.into());
        }
        if before == after {
            return Ok(before);
        }
        say(cx, &before, &after);
        rows::update(cx.tx, self.partner, &after)?;
        if (before.agent_silent_days, before.agent_active_days) != (after.agent_silent_days, after.agent_active_days) {
            standing::store::forget_agents(cx.tx, self.partner)?;
        }
        if before.draft_days != after.draft_days {
            rows::append_draft_days(cx.tx, self.partner, after.draft_days, cx.now)?;
        }
        if thresholds(&before) != thresholds(&after) {
            rows::append_thresholds(cx.tx, self.partner, &after, cx.now)?;
            standing::store::rejudge_all(cx.tx, cx.scope, cx.now)?;
            cx.tell(standing::STANDINGS_CHANGED, &standing::StandingsChanged { partner: self.partner });
        }
        rows::find(cx.tx, cx.scope)?.ok_or(Fail::Denied(access::Denied::NotFound))
    }
}

fn thresholds(s: &Settings) -> [i64; 3] {
    [s.low_pass_percent, s.stale_campaign_days, s.near_limit_percent]
}

fn say(cx: &mut Cx<'_, '_, EditSettings>, before: &Settings, after: &Settings) {
    let json = |s: &Settings| serde_json::to_value(s).unwrap_or_default();
    let (before, after) = (json(before), json(after));
    let partner = cx.scope.partner();
    for (field, was) in before.as_object().into_iter().flatten() {
        cx.changed("partner", partner, field, was, after.get(field));
    }
}

/// The settings of a scope's partner.
///
/// # Errors
/// The store's.
pub fn of<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Option<Settings>> {
    rows::find(view, scope)
}

/// For how many days months of the scope's partner stay drafts, each number with since when it holds, the oldest first. Before the first
/// it is [`USUAL_DRAFT_DAYS`].
///
/// # Errors
/// The store's.
pub fn draft_days<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<(Timestamp, i64)>> {
    rows::draft_days(view, scope)
}

/// Days for which a month stays a draft where nothing else was set.
pub const USUAL_DRAFT_DAYS: i64 = 5;

/// Asks for a partner's settings.
#[derive(Debug)]
pub struct SettingsOf {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for SettingsOf {
    type Home = Control;
    type Needs = Read;
    type Found = Option<Settings>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Option<Settings>> {
        rows::find(view, scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_cannot_be_names_its_field() {
        let wrong = |json: &str| serde_json::from_str::<SettingsChange>(json).expect("reads").checked().expect_err(json).0;
        assert_eq!(wrong(r##"{"accent": "red"}"##), "accent");
        assert_eq!(wrong(r##"{"accent": "#12345é"}"##), "accent");
        assert_eq!(wrong(r#"{"privacy_url": "http://a.example/p"}"#), "privacy_url");
        assert_eq!(wrong(r#"{"terms_url": "https://"}"#), "terms_url");
        assert_eq!(wrong(r#"{"near_limit_percent": 96}"#), "near_limit_percent");
        assert_eq!(wrong(r#"{"stale_campaign_days": 0}"#), "stale_campaign_days");
        assert_eq!(wrong(r#"{"draft_days": 16}"#), "draft_days");
        assert_eq!(wrong(r#"{"expiring_months": 13}"#), "expiring_months");
        let fine = r##"{"accent": "#1d4fd8", "privacy_url": "https://a.example/p", "low_pass_percent": 100, "product_name": null}"##;
        assert!(serde_json::from_str::<SettingsChange>(fine).expect("reads").checked().is_ok());
    }
}
