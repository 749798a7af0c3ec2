//! Saved views of the list: everybody's own, and those shared with the team.

use access::{
    Denied, Scope,
    permissions::{ManageCustomers, Read},
};
use command::{Command, Cx, Fail, Node, Query, Refusal};
use serde::{Deserialize, Serialize};
use store::{Control, PartnerId, Result, SavedViewId, Timestamp, View};

use super::store as rows;
use crate::hierarchy::Name;

/// A name for an address of the list.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SavedView {
    /// Its id.
    pub id: SavedViewId,
    /// Its name.
    pub name: String,
    /// The list's query string: filter, sort, columns.
    pub query: String,
    /// True when everybody at this MSP sees it.
    pub shared: bool,
    /// True when it is the reader's own.
    pub own: bool,
    /// When it was saved.
    pub created_at: Timestamp,
}

/// Why a view is not saved or removed.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewRefusal {
    /// Only those who manage customers share views.
    MayNotShare {},
    /// A shared view is removed by who saved it, or by those who manage customers.
    NotYours {},
    /// A person may have 100.
    TooMany {},
}

impl Refusal for ViewRefusal {
    fn status(&self) -> u16 {
        match self {
            ViewRefusal::MayNotShare {} => 403,
            ViewRefusal::NotYours {} | ViewRefusal::TooMany {} => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            ViewRefusal::MayNotShare {} => "forbidden",
            ViewRefusal::NotYours {} => "view-not-yours",
            ViewRefusal::TooMany {} => "too-many-views",
        }
    }
    fn title(&self) -> String {
        match self {
            ViewRefusal::MayNotShare {} => "Views are shared by those who manage customers".into(),
            ViewRefusal::NotYours {} => "Somebody else shared this view".into(),
            ViewRefusal::TooMany {} => "There are 100 views already".into(),
        }
    }
    fn detail(&self) -> String {
        match self {
            ViewRefusal::MayNotShare {} => "Save it for yourself instead. Nothing was changed.".into(),
            ViewRefusal::NotYours {} => "They, or somebody who manages customers, can remove it. Nothing was changed.".into(),
            ViewRefusal::TooMany {} => "Remove one first. Nothing was changed.".into(),
        }
    }
}

/// Asks for the views a person sees.
#[derive(Debug)]
pub struct Views {
    /// Whose list.
    pub partner: PartnerId,
}

impl Query for Views {
    type Home = Control;
    type Needs = Read;
    type Found = Vec<SavedView>;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, view: &mut View<'_, Control>, scope: &Scope<Read>, _: Timestamp) -> Result<Vec<SavedView>> {
        rows::views(view, scope, scope.actor().staff)
    }
}

/// Saves a view.
#[derive(Debug, Serialize)]
pub struct SaveView {
    /// Whose list.
    pub partner: PartnerId,
    /// Its name.
    pub name: Name,
    /// The list's query string.
    pub query: String,
    /// For everybody at this MSP.
    pub shared: bool,
}

impl Command for SaveView {
    const NAME: &'static str = "portfolio.views.save";
    type Home = Control;
    type Needs = Read;
    type Done = SavedView;
    type Refusal = ViewRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<SavedView, Fail<ViewRefusal>> {
        let Some(staff) = cx.scope.actor().staff else { return Err(Fail::Denied(Denied::Forbidden("read"))) };
        if self.shared && !cx.scope.also::<ManageCustomers>() {
            return Err(ViewRefusal::MayNotShare {}.into());
        }
        if rows::own_views(cx.tx, cx.scope, staff)? >= 100 {
            return Err(ViewRefusal::TooMany {}.into());
        }
        let (name, query) = (self.name.as_str().to_owned(), self.query.clone());
        let view = SavedView { id: cx.new_id(), name, query, shared: self.shared, own: true, created_at: cx.now };
        rows::insert_view(cx.tx, cx.scope, staff, &view)?;
        cx.changed("view", view.id, "name", (), &view.name);
        Ok(view)
    }
}

/// Removes a view.
#[derive(Debug, Serialize)]
pub struct DeleteView {
    /// Whose list.
    pub partner: PartnerId,
    /// Which.
    pub view: SavedViewId,
}

impl Command for DeleteView {
    const NAME: &'static str = "portfolio.views.delete";
    type Home = Control;
    type Needs = Read;
    type Done = ();
    type Refusal = ViewRefusal;

    fn node(&self) -> Node {
        self.partner.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> std::result::Result<(), Fail<ViewRefusal>> {
        let seen = rows::views(cx.tx, cx.scope, cx.scope.actor().staff)?;
        let Some(view) = seen.into_iter().find(|v| v.id == self.view) else { return Err(Fail::Denied(Denied::NotFound)) };
        if !view.own && !cx.scope.also::<ManageCustomers>() {
            return Err(ViewRefusal::NotYours {}.into());
        }
        rows::delete_view(cx.tx, cx.scope, self.view)?;
        cx.changed("view", self.view, "name", &view.name, ());
        Ok(())
    }
}
