//! Saved views: a name for an address of the list.

use access::Scope;
use store::{Control, Result, SavedViewId, StaffId, Tx, View, p, sql};

use crate::portfolio::views::SavedView;

/// What a person sees: their own and the shared ones, by name.
pub fn views<P>(view: &mut View<'_, Control>, scope: &Scope<P>, staff: Option<StaffId>) -> Result<Vec<SavedView>> {
    view.rows(
        sql!(
            Control,
            "SELECT view_id, staff_id, name, query, shared, created_at FROM saved_view
             WHERE partner_id = $1 AND (staff_id = $2 OR shared = TRUE) ORDER BY name, view_id"
        ),
        p![scope.partner(), staff],
    )?
    .iter()
    .map(|r| {
        Ok(SavedView {
            id: r.get("view_id")?,
            name: r.get("name")?,
            query: r.get("query")?,
            shared: r.get("shared")?,
            own: Some(r.get::<StaffId>("staff_id")?) == staff,
            created_at: r.get("created_at")?,
        })
    })
    .collect()
}

pub fn insert_view<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, staff: StaffId, view: &SavedView) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO saved_view (partner_id, view_id, staff_id, name, query, shared, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        p![scope.partner(), view.id, staff, &view.name, &view.query, view.shared, view.created_at],
    )
    .map(drop)
}

pub fn delete_view<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: SavedViewId) -> Result<bool> {
    tx.exec(sql!(Control, "DELETE FROM saved_view WHERE partner_id = $1 AND view_id = $2"), p![scope.partner(), id]).map(|n| n == 1)
}

/// How many views a person has.
pub fn own_views<P>(view: &mut View<'_, Control>, scope: &Scope<P>, staff: StaffId) -> Result<i64> {
    let row = view
        .one(sql!(Control, "SELECT COUNT(*) AS n FROM saved_view WHERE partner_id = $1 AND staff_id = $2"), p![scope.partner(), staff])?;
    row.get("n")
}
