//! What new customers begin with: a *template* is a named set of answers of the wizard that are nobody's own (never a name, a
//! domain or a person). It is a beginning only: what is said otherwise wins, and a customer remembers no template.

mod api;
mod commands;
mod pages;
mod queries;
mod store;

pub use api::{like, routes as api};
pub use commands::{EditTemplate, NotKept, RemoveTemplate, SaveTemplate};
pub use pages::routes as pages;
pub use queries::{TemplateOf, Templates, TemplatesNamed};

use ::store::{TemplateId, Timestamp, Zone};
use serde::{Deserialize, Serialize};
use web::problem::Problem;

use crate::{
    app::App,
    hierarchy::{
        CustomerKind, Tier,
        customers::{Customer, NewCustomer},
        noun::Note,
    },
};

/// Templates a partner may have.
pub const MOST: i64 = 100;

/// What a template says; what it leaves open is open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `paid` or `trial`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<CustomerKind>,
    /// `starter`, `pro` or `enterprise`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Tier>,
    /// Where data will lie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// IANA zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// `en` or `de`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Line of business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector: Option<Note>,
    /// MAX MAU, 1 to 1,000,000,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_mau: Option<i64>,
}

impl Settings {
    /// The names of what a template can say.
    pub const FIELDS: [&'static str; 8] = ["kind", "plan", "region", "country", "time_zone", "language", "sector", "max_mau"];

    /// What a customer like this one would begin with.
    #[must_use]
    pub fn like(customer: &Customer) -> Settings {
        Settings {
            kind: Some(if customer.kind == CustomerKind::Trial { CustomerKind::Trial } else { CustomerKind::Paid }),
            plan: Some(customer.tier),
            region: Some(customer.region.clone()),
            country: customer.country.clone(),
            time_zone: Some(customer.time_zone.clone()),
            language: Some(customer.language.clone()),
            sector: customer.sector.clone().and_then(|s| Note::parse(s).ok()),
            max_mau: Some(customer.max_mau),
        }
    }

    /// Reads answers as they were typed; an empty one says nothing.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn typed<'a>(get: impl Fn(&str) -> &'a str) -> Result<Settings, Problem> {
        let mut all = serde_json::Map::new();
        for field in Settings::FIELDS {
            let text = get(field).trim();
            let value = match field {
                _ if text.is_empty() => continue,
                "max_mau" => text.parse::<i64>().map_or_else(|_| text.into(), Into::into),
                "country" => text.to_ascii_uppercase().into(),
                _ => text.into(),
            };
            all.insert(field.to_owned(), value);
        }
        web::door::read(serde_json::Value::Object(all).to_string().as_bytes())
    }

    /// What is said, as it would be typed; empty for what is open.
    #[must_use]
    pub fn text(&self, field: &str) -> String {
        let said = serde_json::to_value(self).unwrap_or_default();
        match said.get(field) {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(serde_json::Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// These settings, if a customer can be created with them here. `below` is where they stand in the request.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn checked(self, app: &App, below: &str) -> Result<Settings, Problem> {
        let no = |field: &str, code: &str, why: &str| Err(Problem::invalid(format!("{below}/{field}"), code, why));
        if self.kind.is_some_and(|k| !matches!(k, CustomerKind::Paid | CustomerKind::Trial)) {
            return no("kind", "invalid", "A customer is created as paid or trial.");
        }
        if self.max_mau.is_some_and(|n| !(1..=1_000_000_000).contains(&n)) {
            return no("max_mau", "out-of-range", "MAX MAU must be a whole number from 1 to 1,000,000,000.");
        }
        if self.region.as_ref().is_some_and(|r| !super::check_region(app, r)) {
            return no("region", "unknown-region", "There is no such region here.");
        }
        if self.country.as_ref().is_some_and(|c| c.len() != 2 || !c.bytes().all(|b| b.is_ascii_uppercase())) {
            return no("country", "invalid", "A country is two capital letters, such as SE.");
        }
        if self.time_zone.as_ref().is_some_and(|z| Zone::named(z).is_none()) {
            return no("time_zone", "unknown-zone", "A time zone is an IANA name, such as Europe/Stockholm.");
        }
        if self.language.as_ref().is_some_and(|l| web::Lang::from_tag(l).is_none()) {
            return no("language", "unknown-language", "A language is en or de.");
        }
        Ok(self)
    }

    /// These settings where they say something, others elsewhere.
    #[must_use]
    pub fn over(self, other: Settings) -> Settings {
        Settings {
            kind: self.kind.or(other.kind),
            plan: self.plan.or(other.plan),
            region: self.region.or(other.region),
            country: self.country.or(other.country),
            time_zone: self.time_zone.or(other.time_zone),
            language: self.language.or(other.language),
            sector: self.sector.or(other.sector),
            max_mau: self.max_mau.or(other.max_mau),
        }
    }

    /// Fills what is not said of a new customer; `said` tells what is.
    pub fn fill(&self, new: &mut NewCustomer, said: impl Fn(&str) -> bool) {
        let open = |field: &str| !said(field);
        if let Some(kind) = self.kind.filter(|_| open("kind")) {
            new.kind = kind;
        }
        if let Some(tier) = self.plan.filter(|_| open("plan")) {
            new.tier = tier;
        }
        if let Some(max_mau) = self.max_mau.filter(|_| open("max_mau")) {
            new.max_mau = max_mau;
        }
        let texts = [
            ("region", &self.region, &mut new.region),
            ("country", &self.country, &mut new.country),
            ("time_zone", &self.time_zone, &mut new.time_zone),
            ("language", &self.language, &mut new.language),
        ];
        for (field, from, to) in texts {
            if from.is_some() && open(field) {
                to.clone_from(from);
            }
        }
        if let Some(sector) = self.sector.as_ref().filter(|_| open("sector")) {
            new.sector = Some(sector.as_str().to_owned());
        }
    }
}

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// Its name, unique at its partner.
    pub name: String,
    /// What it says.
    pub settings: Settings,
    /// When it was saved first.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// Rises with every change.
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noun::Name;

    #[test]
    fn what_is_said_wins_over_a_template() {
        let typed = |pairs: &'static [(&str, &str)]| Settings::typed(|f| pairs.iter().find(|(n, _)| *n == f).map_or("", |(_, v)| v));
        let template = typed(&[("plan", "starter"), ("country", "se"), ("max_mau", "50"), ("sector", " Bau ")]).expect("settings");
        assert_eq!(
            (template.text("country"), template.text("max_mau"), template.text("region")),
            ("SE".into(), "50".into(), String::new())
        );
        let mut new = NewCustomer { country: Some("DE".into()), ..NewCustomer::named(Name::parse("Acme").expect("a name")) };
        template.fill(&mut new, |field| field == "country");
        assert_eq!((new.tier, new.max_mau, new.country.as_deref(), new.sector.as_deref()), (Tier::Starter, 50, Some("DE"), Some("Bau")));
        assert_eq!(typed(&[("max_mau", "many")]).expect_err("no number").errors[0].pointer, "/max_mau");
    }
}
