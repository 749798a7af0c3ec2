//! Every SQL text of the table `template`.

use access::Scope;
use store::{Control, Result, Row, TemplateId, Timestamp, Tx, View, p, sql};

use super::{Settings, Template};

macro_rules! templates {
    ($rest:literal) => {
        concat!(
            "SELECT t.template_id, t.name, t.settings, t.created_at, t.changed_at, t.version FROM template t WHERE t.partner_id = $1 ",
            $rest
        )
    };
}

fn read(r: &Row) -> Result<Template> {
    let settings: String = r.get("settings")?;
    Ok(Template {
        id: r.get("template_id")?,
        name: r.get("name")?,
        settings: serde_json::from_str(&settings).map_err(|_| store::Error::Corrupt("template: settings".into()))?,
        created_at: r.get("created_at")?,
        changed_at: r.get("changed_at")?,
        version: r.get("version")?,
    })
}

fn text(settings: &Settings) -> Result<String> {
    serde_json::to_string(settings).map_err(|e| store::Error::Corrupt(e.to_string()))
}

pub fn list<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<Vec<Template>> {
    let rows = view.rows(sql!(Control, templates!("ORDER BY t.name_key, t.template_id")), p![scope.partner()])?;
    rows.iter().map(read).collect()
}

pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: TemplateId) -> Result<Option<Template>> {
    let row = view.opt(sql!(Control, templates!("AND t.template_id = $2")), p![scope.partner(), id])?;
    row.as_ref().map(read).transpose()
}

pub fn named<P>(view: &mut View<'_, Control>, scope: &Scope<P>, name: &str) -> Result<Option<Template>> {
    let row = view.opt(sql!(Control, templates!("AND t.name_key = $2")), p![scope.partner(), store::fold(name)])?;
    row.as_ref().map(read).transpose()
}

pub fn count<P>(view: &mut View<'_, Control>, scope: &Scope<P>) -> Result<i64> {
    view.one(sql!(Control, "SELECT COUNT(*) AS n FROM template WHERE partner_id = $1"), p![scope.partner()])?.get("n")
}

pub fn insert<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, new: &Template) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO template (partner_id, template_id, name, name_key, settings, created_by, created_at, changed_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 1)"
        ),
        p![scope.partner(), new.id, new.name.as_str(), store::fold(&new.name), text(&new.settings)?, scope.actor().holder, new.created_at],
    )
    .map(drop)
}

/// Writes a template anew; false when somebody was quicker.
pub fn update<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, after: &Template, now: Timestamp) -> Result<bool> {
    tx.exec(
        sql!(
            Control,
            "UPDATE template SET name = $3, name_key = $4, settings = $5, changed_at = $6, version = version + 1
             WHERE partner_id = $1 AND template_id = $2 AND version = $7"
        ),
        p![scope.partner(), after.id, after.name.as_str(), store::fold(&after.name), text(&after.settings)?, now, after.version],
    )
    .map(|n| n == 1)
}

/// Removes a template; false when it has another version by now.
pub fn delete<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: TemplateId, version: i64) -> Result<bool> {
    let text = sql!(Control, "DELETE FROM template WHERE partner_id = $1 AND template_id = $2 AND version = $3");
    tx.exec(text, p![scope.partner(), id, version]).map(|n| n == 1)
}
