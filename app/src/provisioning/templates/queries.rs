//! The questions about templates.

use access::{Scope, permissions::CreateCustomers};
use command::{Node, Query};
use store::{Control, PartnerId, Result, TemplateId, Timestamp, View};

use super::{Template, store as rows};

/// Asks for a partner's templates by name. There are never more than [`MOST`](super::MOST).
#[derive(Debug)]
pub struct Templates {
    /// Whose.
    pub partner: PartnerId,
}

impl Query for Templates {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Vec<Template>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, _: Timestamp) -> Result<Vec<Template>> {
        rows::list(view, scope)
    }
}

/// Asks for a template.
#[derive(Debug)]
pub struct TemplateOf {
    /// Whose.
    pub partner: PartnerId,
    /// Which.
    pub template: TemplateId,
}

impl Query for TemplateOf {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Option<Template>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, _: Timestamp) -> Result<Option<Template>> {
        rows::find(view, scope, self.template)
    }
}

/// Asks for templates by name, whatever the case of its letters; those that are not there are left out.
#[derive(Debug)]
pub struct TemplatesNamed {
    /// Whose.
    pub partner: PartnerId,
    /// The names.
    pub names: Vec<String>,
}

impl Query for TemplatesNamed {
    type Home = Control;
    type Needs = CreateCustomers;
    type Found = Vec<Template>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<CreateCustomers>, _: Timestamp) -> Result<Vec<Template>> {
        let mut found = Vec::new();
        for name in &self.names {
            found.extend(rows::named(view, scope, name)?);
        }
        Ok(found)
    }
}
