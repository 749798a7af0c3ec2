use std::collections::BTreeMap;

use crate::{Home, Result, Row, Text, Where, db::apart, migrate, registered, view::Conn};

/// One column as both engines describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// `blob` (also uuid), `integer` (also truth values), `real` or `text`.
    pub kind: &'static str,
    /// Whether NULL is refused.
    pub required: bool,
}

/// One table, its primary key in order, and its fences (PostgreSQL only).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableShape {
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Names of the key's columns in order.
    pub key: Vec<String>,
}

/// The tables of a home as the engine itself describes them.
///
/// # Errors
/// The engine's.
pub fn shape<H: Home>(place: &Where) -> Result<BTreeMap<String, TableShape>> {
    apart(|| read(&mut place.owner().connect(true)?))
}

pub(crate) fn read(conn: &mut Conn) -> Result<BTreeMap<String, TableShape>> {
    static LITE: Text = Text::new(
        "SELECT m.name AS tab, c.name AS col, lower(c.type) AS kind, c.\"notnull\" AS required, c.pk AS pk
         FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid",
        file!(),
        line!(),
    );
    static PG: Text = Text::new(
        "SELECT c.table_name::text AS tab, c.column_name::text AS col, c.data_type::text AS kind,
                CASE WHEN c.is_nullable = 'NO' THEN 1::bigint ELSE 0::bigint END AS required,
                COALESCE((SELECT k.ordinal_position::bigint FROM information_schema.table_constraints t
                  JOIN information_schema.key_column_usage k ON k.constraint_name = t.constraint_name AND k.table_schema = t.table_schema
                       AND k.table_name = t.table_name
                  WHERE t.constraint_type = 'PRIMARY KEY' AND t.table_schema = c.table_schema AND t.table_name = c.table_name
                    AND k.column_name = c.column_name), 0::bigint) AS pk
         FROM information_schema.columns c WHERE c.table_schema = current_schema() ORDER BY c.table_name, c.ordinal_position",
        file!(),
        line!(),
    );
    let mut tables: BTreeMap<String, TableShape> = BTreeMap::new();
    let mut keys: BTreeMap<String, BTreeMap<i64, String>> = BTreeMap::new();
    let text: &'static Text = if conn.is_postgres() { &PG } else { &LITE };
    conn.run(text, &[], &mut |row: Row| {
        let table: String = row.get("tab")?;
        let name: String = row.get("col")?;
        let pk: i64 = row.get("pk")?;
        let kind = kind(&row.get::<String>("kind")?);
        if pk > 0 {
            keys.entry(table.clone()).or_default().insert(pk, name.clone());
        }
        let required = row.get::<i64>("required")? != 0 || pk > 0;
        tables.entry(table).or_default().columns.push(Column { name, kind, required });
        Ok(())
    })?;
    for (table, key) in keys {
        tables.entry(table).or_default().key = key.into_values().collect();
    }
    Ok(tables)
}

fn kind(engine: &str) -> &'static str {
    match engine {
        "blob" | "uuid" | "bytea" => "blob",
        "integer" | "bigint" | "boolean" => "integer",
        "real" | "double precision" => "real",
        _ => "text",
    }
}

/// Prepares every registered text of a home as the engine's lanes would, and names those it refuses: `file:line: why`.
/// The home must be at this program's schema.
///
/// # Errors
/// The engine's, when it cannot be asked at all.
pub fn prepare_all<H: Home>(place: &Where) -> Result<Vec<String>> {
    apart(|| {
        let mut conn = place.source().connect(false)?;
        let refused = registered(H::NAME).into_iter().filter_map(|text| {
            let error = conn.check(text.sql).err()?;
            conn.take_fault();
            Some(format!("{}:{}: {error}", text.file, text.line))
        });
        Ok(refused.collect())
    })
}

/// Every registered text of a home with the steps by which SQLite would run it; PostgreSQL, which decides by statistics, tells none.
///
/// # Errors
/// The engine's; of a text that cannot be prepared as well.
pub fn plans<H: Home>(place: &Where) -> Result<Vec<(&'static Text, Vec<String>)>> {
    apart(|| {
        let mut conn = place.source().connect(false)?;
        registered(H::NAME).into_iter().map(|text| Ok((text, conn.plan(text.sql)?))).collect()
    })
}

/// The tables a home's migrations create, in the order they create them: parents before children.
pub(crate) fn tables_in_order<H: Home>() -> Vec<String> {
    let text = H::MIGRATIONS.iter().map(|m| migrate::spell::<H>(m.text, false, "")).collect::<Vec<_>>().join("\n");
    text.split("CREATE TABLE ")
        .skip(1)
        .filter_map(|rest| rest.split_whitespace().next())
        .map(|n| n.trim_end_matches('(').to_owned())
        .collect()
}

/// True for a column that references its own table (`parent_id`).
pub(crate) fn points_at_itself<H: Home>(table: &str, column: &str) -> bool {
    let (head, reference) = (format!("CREATE TABLE {table} ("), format!("REFERENCES {table} ("));
    let body = H::MIGRATIONS.iter().find_map(|m| m.text.split_once(&head)).map(|(_, rest)| rest);
    let lines = body.into_iter().flat_map(str::lines).take_while(|l| !l.starts_with(')'));
    lines.map(str::trim).any(|l| l.split(' ').next() == Some(column) && l.contains(&reference))
}
