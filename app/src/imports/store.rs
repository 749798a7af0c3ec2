//! Every SQL text of imports.

use access::Scope;
use store::{Control, ImportId, OperationId, PartnerId, Result, Row, Timestamp, Tx, View, p, sql};

use super::{
    import::{Home, Import, ImportKind, ImportStatus, RowRefused},
    mapping::Mapping,
    undo::Undone,
};

macro_rules! columns {
    () => {
        "i.import_id, i.customer_id, i.kind, i.file_name, i.bytes, i.mapping, i.status, i.partial, i.operation_id, i.total, i.next_line, i.created,
         i.updated, i.waiting, i.duplicates, i.refused, i.verdicts, i.undone, i.created_at"
    };
}

fn corrupt(what: &str) -> store::Error {
    store::Error::Corrupt(format!("import: {what}"))
}

fn read(r: &Row) -> Result<Import> {
    let kind: String = r.get("kind")?;
    let status: String = r.get("status")?;
    let mapping: String = r.get("mapping")?;
    let verdicts: Option<String> = r.get("verdicts")?;
    let undone: Option<String> = r.get("undone")?;
    Ok(Import {
        id: r.get("import_id")?,
        kind: ImportKind::parse(&kind).ok_or_else(|| corrupt("kind"))?,
        customer_id: r.get("customer_id")?,
        file_name: r.get("file_name")?,
        bytes: r.get("bytes")?,
        total: r.get("total")?,
        mapping: serde_json::from_str(&mapping).map_err(|_| corrupt("mapping"))?,
        status: ImportStatus::parse(&status).ok_or_else(|| corrupt("status"))?,
        partial: r.get("partial")?,
        operation_id: r.get("operation_id")?,
        next_line: r.get("next_line")?,
        created: r.get("created")?,
        updated: r.get("updated")?,
        waiting: r.get("waiting")?,
        duplicates: r.get("duplicates")?,
        refused: r.get("refused")?,
        refused_rows: verdicts.and_then(|v| serde_json::from_str(&v).ok()).unwrap_or_default(),
        undone: undone.and_then(|u| serde_json::from_str(&u).ok()),
        created_at: r.get("created_at")?,
    })
}

/// What a new import's row is made of.
pub struct New<'a> {
    pub id: ImportId,
    pub home: Home,
    pub kind: ImportKind,
    pub file_name: &'a str,
    pub file_hash: &'a [u8],
    pub bytes: i64,
    pub total: i64,
    pub mapping: &'a Mapping,
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| store::Error::Corrupt(e.to_string()))
}

pub fn insert<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, new: &New<'_>, now: Timestamp) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO import (partner_id, import_id, customer_id, kind, file_name, file_hash, bytes, mapping, status, partial, total, next_line, created,
               updated, waiting, duplicates, refused, created_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'uploaded', FALSE, $9, 0, 0, 0, 0, 0, 0, $10, $11)"
        ),
        p![
            scope.partner(),
            new.id,
            new.home.customer,
            new.kind.word(),
            new.file_name,
            new.file_hash,
            new.bytes,
            json(new.mapping)?,
            new.total,
            scope.actor().holder,
            now
        ],
    )
    .map(drop)
}

/// Where an import's rights are asked: read before there is a scope.
pub fn home(view: &mut View<'_, Control>, partner: PartnerId, id: ImportId) -> Result<Option<(Home, ImportKind)>> {
    view.enter(partner.0);
    let row = view.opt(sql!(Control, "SELECT customer_id, kind FROM import WHERE partner_id = $1 AND import_id = $2"), p![partner, id])?;
    let Some(row) = row else { return Ok(None) };
    let kind = ImportKind::parse(&row.get::<String>("kind")?).ok_or_else(|| corrupt("kind"))?;
    Ok(Some((Home { partner, customer: row.get("customer_id")? }, kind)))
}

pub fn find<P>(view: &mut View<'_, Control>, scope: &Scope<P>, id: ImportId) -> Result<Option<Import>> {
    let row = view.opt(
        sql!(Control, concat!("SELECT ", columns!(), " FROM import i WHERE i.partner_id = $1 AND i.import_id = $2")),
        p![scope.partner(), id],
    )?;
    row.as_ref().map(read).transpose()
}

/// Imports of a partner as far as their customers are in reach, newest first.
pub fn list<P>(view: &mut View<'_, Control>, scope: &Scope<P>, limit: i64, offset: i64) -> Result<(Vec<Import>, i64)> {
    let reach = p![scope.partner(), scope.reach_mode(), scope.reach_membership(), scope.reach_customer()];
    let total = view
        .one(
            sql!(
                Control,
                concat!(
                    "SELECT COUNT(*) AS n FROM import i WHERE i.partner_id = $1 AND (i.customer_id IS NULL OR ",
                    access::visible!("i", "$2", "$3", "$4"),
                    ")"
                )
            ),
            reach,
        )?
        .get("n")?;
    let mut values = reach.to_vec();
    values.extend([limit.into(), offset.into()]);
    let rows = view.rows(
        sql!(
            Control,
            concat!(
                "SELECT ",
                columns!(),
                " FROM import i WHERE i.partner_id = $1 AND (i.customer_id IS NULL OR ",
                access::visible!("i", "$2", "$3", "$4"),
                ") ORDER BY i.created_at DESC, i.import_id DESC LIMIT $5 OFFSET $6"
            )
        ),
        &values,
    )?;
    Ok((rows.iter().map(read).collect::<Result<_>>()?, total))
}

pub fn set_mapping<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: ImportId, mapping: &Mapping) -> Result<bool> {
    tx.exec(
        sql!(Control, "UPDATE import SET mapping = $3 WHERE partner_id = $1 AND import_id = $2 AND status = 'uploaded'"),
        p![scope.partner(), id, json(mapping)?],
    )
    .map(|n| n == 1)
}

/// Remembers what the columns of such a file mean.
pub fn remember<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, kind: ImportKind, mapping: &Mapping) -> Result<()> {
    tx.exec(
        sql!(
            Control,
            "INSERT INTO column_mapping (partner_id, kind, header_hash, mapping) VALUES ($1, $2, $3, $4)
             ON CONFLICT (partner_id, kind, header_hash) DO UPDATE SET mapping = excluded.mapping"
        ),
        p![scope.partner(), kind.word(), Mapping::header_hash(&mapping.headers), json(&mapping.fields)?],
    )
    .map(drop)
}

/// What the columns of such a file meant last time.
pub fn remembered<P>(view: &mut View<'_, Control>, scope: &Scope<P>, kind: ImportKind, headers: &[String]) -> Result<Option<String>> {
    let row = view.opt(
        sql!(Control, "SELECT mapping FROM column_mapping WHERE partner_id = $1 AND kind = $2 AND header_hash = $3"),
        p![scope.partner(), kind.word(), Mapping::header_hash(headers)],
    )?;
    row.map(|r| r.get("mapping")).transpose()
}

pub fn start<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: ImportId, partial: bool, operation: OperationId) -> Result<bool> {
    tx.exec(
        sql!(
            Control,
            "UPDATE import SET status = 'running', partial = $3, operation_id = $4 WHERE partner_id = $1 AND import_id = $2 AND status = 'uploaded'"
        ),
        p![scope.partner(), id, partial, operation],
    )
    .map(|n| n == 1)
}

/// Moves an import from one state to another; false when it stands elsewhere.
pub fn turn<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: ImportId, from: ImportStatus, to: ImportStatus) -> Result<bool> {
    tx.exec(
        sql!(Control, "UPDATE import SET status = $4 WHERE partner_id = $1 AND import_id = $2 AND status = $3"),
        p![scope.partner(), id, from.word(), to.word()],
    )
    .map(|n| n == 1)
}

/// Books what taking an import back has come to.
pub fn set_undone<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: ImportId, undone: &Undone) -> Result<()> {
    tx.exec(sql!(Control, "UPDATE import SET undone = $3 WHERE partner_id = $1 AND import_id = $2"), p![scope.partner(), id, json(undone)?])
        .map(drop)
}

/// Imports of a partner whose file may still be needed: not started yet, or at work.
pub fn unfinished(view: &mut View<'_, Control>, partner: PartnerId) -> Result<Vec<(ImportId, ImportStatus, Timestamp)>> {
    let rows = view.rows(
        sql!(
            Control,
            "SELECT import_id, status, created_at FROM import WHERE partner_id = $1 AND (status = 'uploaded' OR status = 'running')"
        ),
        p![partner],
    )?;
    let one = |r: &Row| {
        let status = ImportStatus::parse(&r.get::<String>("status")?).ok_or_else(|| corrupt("status"))?;
        Ok((r.get("import_id")?, status, r.get("created_at")?))
    };
    rows.iter().map(one).collect()
}

/// Forgets an upload that was never started.
pub fn forget<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: ImportId) -> Result<()> {
    tx.exec(sql!(Control, "DELETE FROM import WHERE partner_id = $1 AND import_id = $2 AND status = 'uploaded'"), p![scope.partner(), id])
        .map(drop)
}

/// What a chunk adds to an import's row.
pub struct Progress<'a> {
    pub from: i64,
    pub next: i64,
    pub created: i64,
    pub updated: i64,
    pub waiting: i64,
    pub duplicates: i64,
    pub refused: i64,
    pub rows: &'a [RowRefused],
}

/// Books a chunk once: only while its first line is the one that comes next.
pub fn book<P>(tx: &mut Tx<'_, Control>, scope: &Scope<P>, id: ImportId, d: &Progress<'_>) -> Result<bool> {
    tx.exec(
        sql!(
            Control,
            "UPDATE import SET next_line = $4, created = created + $5, updated = updated + $6, waiting = waiting + $7, duplicates = duplicates + $8,
               refused = refused + $9, verdicts = $10 WHERE partner_id = $1 AND import_id = $2 AND status = 'running' AND next_line = $3"
        ),
        p![scope.partner(), id, d.from, d.next, d.created, d.updated, d.waiting, d.duplicates, d.refused, json(&d.rows)?],
    )
    .map(|n| n == 1)
}
