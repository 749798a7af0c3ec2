//! Saving, changing and removing templates.

use access::{Denied, permissions::CreateCustomers};
use command::{Command, Cx, Fail, Node, Refusal};
use serde::{Deserialize, Serialize};
use store::{Control, PartnerId, TemplateId};

use super::{MOST, Settings, Template, store as rows};
use crate::noun::Name;

/// Why a template is not kept as asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotKept {
    /// Another one is called so.
    NameTaken {},
    /// The partner has as many as it may.
    TooMany {
        /// How many it may have.
        max: i64,
    },
    /// Somebody changed it meanwhile.
    Stale {
        /// The version it has now.
        version: i64,
    },
}

impl Refusal for NotKept {
    fn status(&self) -> u16 {
        if matches!(self, NotKept::Stale { .. }) { 412 } else { 409 }
    }
    fn code(&self) -> &'static str {
        match self {
            NotKept::NameTaken {} => "name-taken",
            NotKept::TooMany { .. } => "too-many-templates",
            NotKept::Stale { .. } => "version-stale",
        }
    }
    fn title(&self) -> String {
        match self {
            NotKept::NameTaken {} => "Another template is called so".into(),
            NotKept::TooMany { max } => format!("You may have {max} templates, and have them"),
            NotKept::Stale { version } => format!("This was changed meanwhile; its version is now {version}"),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            NotKept::NameTaken {} => "Choose another name.",
            NotKept::TooMany { .. } => "Remove one first.",
            NotKept::Stale { .. } => "Read it again and repeat the change.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        matches!(self, NotKept::NameTaken {}).then_some("/name")
    }
}

/// Saves a template.
#[derive(Debug, Serialize)]
pub struct SaveTemplate {
    /// At which partner.
    pub partner: PartnerId,
    /// Its name.
    pub name: Name,
    /// What it says; see [`Settings::checked`].
    pub settings: Settings,
}

impl Command for SaveTemplate {
    const NAME: &'static str = "provisioning.save_template";
    type Home = Control;
    type Needs = CreateCustomers;
    type Done = Template;
    type Refusal = NotKept;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Template, Fail<NotKept>> {
        if rows::count(cx.tx, cx.scope)? >= MOST {
            return Err(NotKept::TooMany { max: MOST }.into());
        }
        if rows::named(cx.tx, cx.scope, self.name.as_str())?.is_some() {
            return Err(NotKept::NameTaken {}.into());
        }
        let (id, now): (TemplateId, _) = (cx.new_id(), cx.now);
        let name = self.name.as_str().to_owned();
        let made = Template { id, name, settings: self.settings.clone(), created_at: now, changed_at: now, version: 1 };
        rows::insert(cx.tx, cx.scope, &made)?;
        cx.changed("template", id, "name", (), &made.name);
        cx.changed("template", id, "settings", (), &made.settings);
        Ok(made)
    }
}

/// What to change of a template; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TemplateChange {
    /// Its name.
    pub name: Option<Name>,
    /// What it says from now on, all of it; see [`Settings::checked`].
    pub settings: Option<Settings>,
}

/// Changes a template. Customers that began with it stay as they are.
#[derive(Debug, Serialize)]
pub struct EditTemplate {
    /// At which partner.
    pub partner: PartnerId,
    /// Which.
    pub template: TemplateId,
    /// The version that was read.
    pub version: i64,
    /// What to change.
    pub change: TemplateChange,
}

impl Command for EditTemplate {
    const NAME: &'static str = "provisioning.edit_template";
    type Home = Control;
    type Needs = CreateCustomers;
    type Done = Template;
    type Refusal = NotKept;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Template, Fail<NotKept>> {
        let before = rows::find(cx.tx, cx.scope, self.template)?.ok_or(Fail::Denied(Denied::NotFound))?;
        if before.version != self.version {
            return Err(NotKept::Stale { version: before.version }.into());
        }
        let mut after = before.clone();
        if let Some(name) = &self.change.name {
            name.as_str().clone_into(&mut after.name);
            if rows::named(cx.tx, cx.scope, &after.name)?.is_some_and(|other| other.id != before.id) {
                return Err(NotKept::NameTaken {}.into());
            }
        }
        if let Some(settings) = &self.change.settings {
            after.settings.clone_from(settings);
        }
        if after == before {
            return Ok(before);
        }
        if !rows::update(cx.tx, cx.scope, &after, cx.now)? {
            return Err(NotKept::Stale { version: before.version + 1 }.into());
        }
        cx.changed("template", before.id, "name", &before.name, &after.name);
        cx.changed("template", before.id, "settings", &before.settings, &after.settings);
        rows::find(cx.tx, cx.scope, self.template)?.ok_or(Fail::Denied(Denied::NotFound))
    }
}

/// Removes a template.
#[derive(Debug, Serialize)]
pub struct RemoveTemplate {
    /// At which partner.
    pub partner: PartnerId,
    /// Which.
    pub template: TemplateId,
    /// The version it was seen in; none where its button is what was seen.
    pub version: Option<i64>,
}

impl Command for RemoveTemplate {
    const NAME: &'static str = "provisioning.remove_template";
    type Home = Control;
    type Needs = CreateCustomers;
    type Done = ();
    type Refusal = NotKept;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<NotKept>> {
        let before = rows::find(cx.tx, cx.scope, self.template)?.ok_or(Fail::Denied(Denied::NotFound))?;
        if self.version.is_some_and(|seen| seen != before.version) {
            return Err(NotKept::Stale { version: before.version }.into());
        }
        if !rows::delete(cx.tx, cx.scope, self.template, before.version)? {
            return Err(NotKept::Stale { version: before.version + 1 }.into());
        }
        cx.changed("template", self.template, "name", before.name, ());
        Ok(())
    }
}
