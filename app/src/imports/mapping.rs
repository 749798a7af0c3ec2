//! Which column of a file is which of our fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{fields::fields, import::ImportKind};

/// The columns of a file and what they mean.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Mapping {
    /// The file's columns.
    pub headers: Vec<String>,
    /// Field → column.
    pub fields: BTreeMap<String, String>,
}

impl Mapping {
    /// What the columns' names say by themselves.
    #[must_use]
    pub fn guess(kind: ImportKind, headers: &[String]) -> Mapping {
        let wanted = fields(kind);
        let asked: Vec<sheets::Field<'_>> = wanted.iter().map(|w| w.field).collect();
        let found = sheets::guess(headers, &asked);
        let pair = |(w, at): (&super::fields::Wanted, Option<usize>)| Some((w.field.key.to_owned(), headers.get(at?)?.clone()));
        Mapping { headers: headers.to_vec(), fields: wanted.iter().zip(found).filter_map(pair).collect() }
    }

    /// What somebody chose. An empty column means "none".
    ///
    /// # Errors
    /// The field and what is wrong with it.
    pub fn chosen(kind: ImportKind, headers: &[String], choice: &BTreeMap<String, String>) -> Result<Mapping, (String, String)> {
        let mut made = Mapping { headers: headers.to_vec(), fields: BTreeMap::new() };
        for (field, column) in choice {
            if !fields(kind).iter().any(|w| w.field.key == field) {
                return Err((field.clone(), format!("There is no field {field} in an import of {}.", kind.word())));
            }
            if column.is_empty() {
                continue;
            }
            if !headers.contains(column) {
                return Err((field.clone(), format!("The file has no column {column}.")));
            }
            if made.fields.values().any(|c| c == column) {
                return Err((field.clone(), format!("The column {column} can fill one field only.")));
            }
            made.fields.insert(field.clone(), column.clone());
        }
        Ok(made)
    }

    /// Required fields that no column fills.
    #[must_use]
    pub fn missing(&self, kind: ImportKind) -> Vec<&'static str> {
        let absent = |w: &&super::fields::Wanted| w.required && !self.fields.contains_key(w.field.key);
        fields(kind).iter().filter(absent).map(|w| w.field.key).collect()
    }

    /// Where each field's column lies.
    #[must_use]
    pub fn columns(&self, kind: ImportKind) -> Columns {
        let at = |key: &str| self.fields.get(key).and_then(|column| self.headers.iter().position(|h| h == column));
        let fields = fields(kind).iter().filter_map(|w| Some((w.field.key, at(w.field.key)?))).collect();
        let named = self.headers.iter().enumerate().filter_map(|(at, header)| Some((attribute(header)?, at)));
        let attributes = if kind == ImportKind::Members { named.collect() } else { Vec::new() };
        Columns { fields, attributes }
    }

    /// What recognises the same file layout again.
    #[must_use]
    pub fn header_hash(headers: &[String]) -> [u8; 32] {
        let mut hash = Sha256::new();
        for header in headers {
            hash.update(store::fold(header).as_bytes());
            hash.update([0]);
        }
        hash.finalize().into()
    }
}

/// The attribute a column named `attribute.` and a name holds, as our own files have them.
fn attribute(header: &str) -> Option<String> {
    let header = header.trim().to_lowercase();
    header.strip_prefix("attribute.").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Places of fields in a row.
#[derive(Debug, Clone)]
pub struct Columns {
    fields: Vec<(&'static str, usize)>,
    attributes: Vec<(String, usize)>,
}

/// One row, read by our field names.
pub struct Cells<'a> {
    /// Where fields lie.
    pub columns: &'a Columns,
    /// The row's cells.
    pub cells: &'a [String],
}

impl Cells<'_> {
    /// The value of a field; empty when it has no column. The mark we put before formulas in exports is taken off.
    #[must_use]
    pub fn get(&self, field: &str) -> &str {
        let at = self.columns.fields.iter().find(|(key, _)| *key == field);
        at.map_or("", |(_, at)| self.cell(*at))
    }

    /// The attributes the row gives, by name; an empty cell gives none.
    #[must_use]
    pub fn attributes(&self) -> BTreeMap<String, String> {
        let given = self.columns.attributes.iter().map(|(name, at)| (name.clone(), self.cell(*at).to_owned()));
        given.filter(|(_, value)| !value.is_empty()).collect()
    }

    fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", |cell| sheets::unguard(cell).trim())
    }

    /// The first mapped field whose cell a spreadsheet would run as a formula.
    #[must_use]
    pub fn formula(&self) -> Option<&'static str> {
        let runs = |cell: &str| cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
        let fields = self.columns.fields.iter().copied();
        let all = fields.chain(self.columns.attributes.iter().map(|(_, at)| ("attributes", *at)));
        all.filter(|(_, at)| self.cells.get(*at).is_some_and(|c| runs(c))).map(|(key, _)| key).next()
    }
}
