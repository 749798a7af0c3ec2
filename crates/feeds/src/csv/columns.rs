//! Which column holds what.

use std::collections::BTreeMap;

use sheets::{Field, Row};

use crate::{Fault, Person, person::said};

/// The fields a column can hold.
pub const FIELDS: [&str; 12] =
    ["key", "user_name", "email", "name", "given_name", "family_name", "active", "department", "title", "language", "groups", "disabled"];

/// What people call the fields, in the order of [`FIELDS`].
const ALIASES: [&[&str]; 12] = [
    &[
        "id",
        "object id",
        "objectguid",
        "employee id",
        "employee number",
        "personnel number",
        "staff id",
        "person id",
        "external id",
        "Personalnummer",
        "Mitarbeiternummer",
        "Kennung",
    ],
    &[
        "user",
        "user name",
        "login",
        "login name",
        "user principal name",
        "upn",
        "sam account name",
        "uid",
        "Benutzername",
        "Benutzer",
        "Anmeldename",
    ],
    &["e-mail", "mail", "e-mail address", "email address", "primary email", "work email", "E-Mail-Adresse", "Mailadresse"],
    &["display name", "full name", "common name", "employee", "employee name", "Anzeigename", "Vollständiger Name", "Mitarbeiter"],
    &["first name", "forename", "Vorname"],
    &["last name", "surname", "sn", "Nachname", "Familienname"],
    &["is active", "enabled", "account enabled", "status", "state", "aktiv", "aktiviert", "Zustand"],
    &["dept", "division", "team", "org unit", "Abteilung", "Bereich"],
    &["job title", "position", "role", "function", "Titel", "Stelle", "Funktion", "Rolle"],
    &["preferred language", "lang", "locale", "Sprache"],
    &["group", "member of", "memberships", "Gruppen", "Gruppe"],
    &["is disabled", "account disabled", "suspended", "archived", "deaktiviert", "gesperrt"],
];

const ACTIVE: [&str; 12] = ["1", "true", "yes", "y", "active", "enabled", "current", "employed", "ja", "j", "aktiv", "wahr"];
const INACTIVE: [&str; 18] = [
    "0",
    "false",
    "no",
    "n",
    "inactive",
    "disabled",
    "suspended",
    "archived",
    "left",
    "terminated",
    "blocked",
    "deleted",
    "nein",
    "inaktiv",
    "deaktiviert",
    "gesperrt",
    "ausgeschieden",
    "falsch",
];

/// Where each field of a file stands.
pub(super) struct Columns {
    fields: [Option<usize>; 12],
    /// Columns named `attribute.` and a name.
    attributes: Vec<(String, usize)>,
}

/// Before the name of an attribute in a header.
const ATTRIBUTE: &str = "attribute.";

/// The name behind `attribute.`, if a header is one.
fn attribute(header: &str) -> Option<String> {
    let header = header.trim().to_lowercase();
    header.strip_prefix(ATTRIBUTE).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned)
}

impl Columns {
    /// Takes the mapping first, then guesses what it leaves open.
    pub(super) fn find(headers: &[String], mapping: &BTreeMap<String, String>) -> Result<Columns, Fault> {
        let mut free = headers.to_vec();
        let attributes: Vec<(String, usize)> =
            headers.iter().enumerate().filter_map(|(at, header)| attribute(header).map(|name| (name, at))).collect();
        for (_, at) in &attributes {
            free[*at].clear();
        }
        let mut at = [None; 12];
        for (slot, field) in at.iter_mut().zip(FIELDS) {
            let Some(wanted) = mapping.get(field).and_then(|name| said(name)) else { continue };
            let found = headers.iter().position(|header| header.trim().eq_ignore_ascii_case(&wanted));
            let found = found.ok_or_else(|| Fault::odd(format!("line 1: there is no column \"{wanted}\"")))?;
            free[found].clear();
            *slot = Some(found);
        }
        let fields: Vec<Field<'_>> = FIELDS.iter().zip(ALIASES).map(|(key, aliases)| Field { key, aliases }).collect();
        for (slot, guess) in at.iter_mut().zip(sheets::guess(&free, &fields)) {
            *slot = slot.or(guess);
        }
        let columns = Columns { fields: at, attributes };
        if columns.fields[1].is_none() && columns.fields[2].is_none() {
            return Err(Fault::odd("line 1: no column holds a user name or an e-mail address; name the columns in the settings"));
        }
        Ok(columns)
    }

    /// The person of one row.
    pub(super) fn person(&self, row: &Row) -> Result<Person, Fault> {
        let cell = |field: usize| self.fields[field].and_then(|at| row.cells.get(at)).and_then(|cell| said(cell));
        let [key, user_name, email, name, given, family] = [0, 1, 2, 3, 4, 5].map(cell);
        let user_name = user_name.or_else(|| email.clone());
        let user_name = user_name.ok_or_else(|| Fault::odd(format!("line {}: neither a user name nor an e-mail address", row.line)))?;
        let active = truth(cell(6).as_deref(), true, row.line)? && !truth(cell(11).as_deref(), false, row.line)?;
        let both = [given, family].into_iter().flatten().collect::<Vec<_>>().join(" ");
        Ok(Person {
            key: key.unwrap_or_else(|| user_name.to_lowercase()),
            name: name.or_else(|| said(&both)).unwrap_or_else(|| user_name.clone()),
            user_name,
            email,
            active,
            department: cell(7),
            title: cell(8),
            language: cell(9),
            groups: cell(10).map(|text| text.split([';', '|']).filter_map(said).collect()).unwrap_or_default(),
            attributes: self.attributes.iter().filter_map(|(name, at)| Some((name.clone(), said(row.cells.get(*at)?)?))).collect(),
        })
    }
}

/// A word for yes or no. A word nobody knows is no "no": it stops the reading, since who is not active loses something.
fn truth(word: Option<&str>, blank: bool, line: u64) -> Result<bool, Fault> {
    let Some(word) = word else { return Ok(blank) };
    let word = word.to_lowercase();
    if ACTIVE.contains(&word.as_str()) {
        Ok(true)
    } else if INACTIVE.contains(&word.as_str()) {
        Ok(false)
    } else {
        Err(Fault::odd(format!("line {line}: \"{}\" is neither yes nor no", word.chars().take(40).collect::<String>())))
    }
}
