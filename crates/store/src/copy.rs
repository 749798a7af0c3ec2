//! Carrying a whole home from one place to another, and proving the copy.

use std::collections::{BTreeMap, HashSet};

use sha2::{Digest, Sha256};

use crate::{Error, Home, Result, TablePrint, Text, Value, Where, db::apart, migrate, schema, view::Conn};

const CHUNK: usize = 500;

/// Copies every table of a home into an empty one on either engine, in one transaction, and compares counts and
/// checksums read back from both. Returns the proof.
///
/// # Errors
/// [`Error::Corrupt`] when the target is not empty or the copy differs; the target is then left unchanged.
pub fn copy_home<H: Home>(from: &Where, to: &Where) -> Result<BTreeMap<String, TablePrint>> {
    apart(|| transfer::<H>(from, to))
}

fn transfer<H: Home>(from: &Where, to: &Where) -> Result<BTreeMap<String, TablePrint>> {
    migrate::migrate::<H>(to)?;
    let mut source = from.owner().connect(false)?;
    let mut target = to.owner().connect(true)?;
    let begin = if source.is_postgres() { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "BEGIN" };
    source.batch(begin)?;
    target.batch("BEGIN")?;
    match carry::<H>(&mut source, &mut target) {
        Ok(proof) => {
            target.batch("COMMIT")?;
            Ok(proof)
        }
        Err(error) => {
            let _ = target.batch("ROLLBACK");
            Err(error)
        }
    }
}

fn carry<H: Home>(source: &mut Conn, target: &mut Conn) -> Result<BTreeMap<String, TablePrint>> {
    let shapes = schema::read(source)?;
    let mut proof = BTreeMap::new();
    for table in schema::tables_in_order::<H>() {
        let shape = shapes.get(&table).ok_or_else(|| Error::Corrupt(format!("table {table} is missing")))?;
        let columns: Vec<&str> = shape.columns.iter().map(|c| c.name.as_str()).collect();
        let select = leak(format!("SELECT {} FROM {table} ORDER BY {}", columns.join(", "), shape.key.join(", ")));
        if print(target, select)?.rows > 0 {
            return Err(Error::Corrupt(format!("the target is not empty: table {table} has rows; nothing was copied")));
        }
        let marks: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
        let insert = leak(format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), marks.join(", ")));
        match shape.columns.iter().position(|c| schema::points_at_itself::<H>(&table, &c.name)) {
            Some(parent) => copy_tree(source, target, select, insert, parent)?,
            None => copy_table(source, target, select, insert)?,
        }
        let (there, here) = (print(source, select)?, print(target, select)?);
        if there != here {
            return Err(Error::Corrupt(format!("the copy of {table} differs ({} rows there, {} here)", there.rows, here.rows)));
        }
        proof.insert(table, here);
    }
    Ok(proof)
}

fn copy_table(source: &mut Conn, target: &mut Conn, select: &'static Text, insert: &'static Text) -> Result<()> {
    let mut chunk: Vec<Vec<Value>> = Vec::with_capacity(CHUNK);
    source.run(select, &[], &mut |row| {
        chunk.push(row.values);
        if chunk.len() == CHUNK {
            target.bulk(insert, &chunk)?;
            chunk.clear();
        }
        Ok(())
    })?;
    target.bulk(insert, &chunk).map(drop)
}

/// A table whose rows point at rows of its own: parents go first, round by round. Its key must be the first column.
fn copy_tree(source: &mut Conn, target: &mut Conn, select: &'static Text, insert: &'static Text, parent: usize) -> Result<()> {
    let mut left: Vec<Vec<Value>> = Vec::new();
    source.run(select, &[], &mut |row| {
        left.push(row.values);
        Ok(())
    })?;
    let mut there: HashSet<Vec<u8>> = HashSet::new();
    while !left.is_empty() {
        let (ready, later): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|row| row[parent] == Value::Null || there.contains(&key(&row[parent])));
        if ready.is_empty() {
            return Err(Error::Corrupt("rows of a tree point at nothing".into()));
        }
        target.bulk(insert, &ready)?;
        there.extend(ready.iter().map(|row| key(&row[0])));
        left = later;
    }
    Ok(())
}

fn key(value: &Value) -> Vec<u8> {
    match value {
        Value::Uuid(id) => id.as_bytes().to_vec(),
        Value::Bytes(bytes) => bytes.clone(),
        other => format!("{other:?}").into_bytes(),
    }
}

/// Count and checksum of every table of a home.
///
/// # Errors
/// The engine's.
pub fn prints<H: Home>(place: &Where) -> Result<BTreeMap<String, TablePrint>> {
    apart(|| print_all::<H>(place))
}

fn print_all<H: Home>(place: &Where) -> Result<BTreeMap<String, TablePrint>> {
    let mut conn = place.owner().connect(false)?;
    let shapes = schema::read(&mut conn)?;
    let mut all = BTreeMap::new();
    for table in schema::tables_in_order::<H>() {
        let Some(shape) = shapes.get(&table) else { continue };
        let columns: Vec<&str> = shape.columns.iter().map(|c| c.name.as_str()).collect();
        let select = leak(format!("SELECT {} FROM {table} ORDER BY {}", columns.join(", "), shape.key.join(", ")));
        all.insert(table, print(&mut conn, select)?);
    }
    Ok(all)
}

/// Independent of row order (text keys may sort differently in two engines): the rows' hashes are added.
fn print(conn: &mut Conn, select: &'static Text) -> Result<TablePrint> {
    let mut rows = 0;
    let mut sum = [0_u8; 32];
    conn.run(select, &[], &mut |row| {
        rows += 1;
        let mut hash = Sha256::new();
        row.values.iter().for_each(|v| feed(&mut hash, v));
        let mut carry = 0_u16;
        for (a, b) in sum.iter_mut().zip(hash.finalize()) {
            let total = u16::from(*a) + u16::from(b) + carry;
            [*a, _] = total.to_le_bytes();
            carry = total >> 8;
        }
        Ok(())
    })?;
    Ok(TablePrint { rows, checksum: data_encoding::HEXLOWER.encode(&sum) })
}

fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Null => hash.update([0]),
        Value::Bool(v) => tagged(hash, 1, &i64::from(*v).to_le_bytes()),
        Value::Int(v) => tagged(hash, 1, &v.to_le_bytes()),
        // SQLite does not keep the sign of zero.
        Value::Real(v) => tagged(hash, 2, &(v + 0.0).to_le_bytes()),
        Value::Text(v) => tagged(hash, 3, v.as_bytes()),
        Value::Bytes(v) => tagged(hash, 4, v),
        Value::Uuid(v) => tagged(hash, 4, v.as_bytes()),
    }
}

fn tagged(hash: &mut Sha256, tag: u8, bytes: &[u8]) {
    hash.update([tag]);
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

/// The texts of a copy are made once per table and process.
fn leak(sql: String) -> &'static Text {
    Box::leak(Box::new(Text::new(String::leak(sql), file!(), line!())))
}
