//! The form about a person: role, grants, reach; drawn and read in one place for inviting and changing.

use access::{Grants, Role};
use maud::{Markup, html};
use store::{CustomerId, GroupId};
use web::{
    Lang,
    parts::field::{self, Field},
};

use super::Fields;
use crate::identity::noun::{INVITABLE, ReachMode, StaffReach};

/// The fields of the form about a person.
pub(super) const FIELDS: &[&str] =
    &["version", "email", "name", "role", "create_customers", "purchase", "mode", "numbers", "group", "notify"];

/// What the form holds, as typed.
#[derive(Debug, Clone, Default)]
pub(super) struct Filled {
    pub(super) email: String,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) create_customers: bool,
    pub(super) purchase: bool,
    pub(super) mode: String,
    pub(super) numbers: String,
    pub(super) groups: Vec<String>,
    pub(super) notify: bool,
    pub(super) errors: Vec<(&'static str, String)>,
}

impl Filled {
    /// An empty invitation.
    pub(super) fn blank() -> Filled {
        Filled { role: Role::Admin.word().into(), mode: "all".into(), notify: true, ..Filled::default() }
    }

    pub(super) fn read(form: &Fields) -> Filled {
        Filled {
            email: form.get("email").to_owned(),
            name: form.get("name").to_owned(),
            role: form.get("role").to_owned(),
            create_customers: form.on("create_customers"),
            purchase: form.on("purchase"),
            mode: form.get("mode").to_owned(),
            numbers: form.get("numbers").to_owned(),
            groups: form.all("group").map(str::to_owned).collect(),
            notify: form.on("notify"),
            errors: Vec::new(),
        }
    }

    fn error(&self, field: &str) -> Option<String> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, text)| text.clone())
    }

    /// The role that was chosen; an unknown word is one nobody can give.
    pub(super) fn role(&self) -> Role {
        Role::parse(&self.role).unwrap_or(Role::Owner)
    }

    pub(super) fn grants(&self) -> Grants {
        Grants { create_customers: self.create_customers, purchase: self.purchase }
    }

    /// The account numbers that were typed.
    pub(super) fn numbers(&self) -> Vec<String> {
        self.numbers
            .split(|c: char| c == ',' || c == ';' || c.is_whitespace())
            .filter(|n| !n.is_empty())
            .take(1_000)
            .map(str::to_uppercase)
            .collect()
    }

    /// The reach, with each account number's customer; `None` when a number names nobody, or the mode is none.
    pub(super) fn reach(&self, found: &[Option<CustomerId>]) -> Option<StaffReach> {
        // An unknown word is none of them: of all readings, "all" would be the worst.
        let mode = [ReachMode::All, ReachMode::Only, ReachMode::Except].into_iter().find(|m| m.word() == self.mode)?;
        if mode == ReachMode::All {
            return Some(StaffReach::all());
        }
        let customers: Option<Vec<CustomerId>> = found.iter().copied().collect();
        let groups = self.groups.iter().filter_map(|g| GroupId::parse(g)).collect();
        Some(StaffReach { mode, customers: customers?, groups })
    }
}

/// The fields of an invitation or a change. `whole` adds what only an invitation asks.
pub(super) fn fields(lang: Lang, filled: &Filled, groups: &[(GroupId, String)], whole: bool) -> Markup {
    let label = |id: &str| lang.t(&format!("identity-{id}"));
    let named = |name: &str, id: &str, value: &str| Field::new(name, label(id), value).required().error(filled.error(name));
    let roles: Vec<(String, String)> =
        INVITABLE.iter().map(|r| (r.word().to_owned(), lang.t(&format!("role-{}", r.word().replace('_', "-"))))).collect();
    let modes: Vec<(String, String, String)> = ["all", "only", "except"]
        .iter()
        .map(|m| ((*m).to_owned(), label(&format!("reach-{m}")), label(&format!("reach-{m}-text"))))
        .collect();
    let mut numbers =
        Field::new("numbers", label("reach-numbers"), &filled.numbers).hint(label("reach-numbers-hint")).error(filled.error("reach"));
    numbers.placeholder = "C-00012, C-00042".into();
    html! {
        @if whole {
            (field::input(lang, "email", &named("email", "email", &filled.email)))
        }
        (field::text(lang, &named("name", "name", &filled.name)))
        (field::select(lang, &named("role", "role", &filled.role).hint(label("role-hint")), &roles))
        fieldset.fieldset {
            legend { (label("grants")) }
            (field::checkbox(&Field::new("create_customers", label("grant-create"), ""), filled.create_customers))
            (field::checkbox(&Field::new("purchase", label("grant-purchase"), ""), filled.purchase))
        }
        (field::choices(&Field::new("mode", label("reach"), &filled.mode), &modes))
        (field::text(lang, &numbers))
        @if !groups.is_empty() {
            fieldset.fieldset {
                legend { (label("reach-groups")) }
                @for (id, name) in groups {
                    @let text = id.to_string();
                    @let mut one = Field::new("group", name, &text);
                    @let _ = one.id.insert(format!("group-{text}"));
                    (field::checkbox(&one, filled.groups.contains(&text)))
                }
            }
        }
        @if whole {
            (field::checkbox(&Field::new("notify", label("notify"), "").hint(label("notify-hint")), filled.notify))
        }
    }
}
