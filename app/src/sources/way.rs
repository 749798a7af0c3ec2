//! How a source is reached: what is stored of it, without its secret.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use web::problem::Problem;

/// The kinds of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A CSV file somebody uploads.
    Upload,
    /// The newest CSV file of a watched folder.
    Folder,
    /// A CSV file behind an address.
    Csv,
    /// An LDAP directory, Active Directory among them.
    Ldap,
    /// Microsoft Entra ID.
    Entra,
    /// Google Workspace.
    Google,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 6] = [Kind::Entra, Kind::Google, Kind::Ldap, Kind::Csv, Kind::Folder, Kind::Upload];

    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Upload => "upload",
            Kind::Folder => "folder",
            Kind::Csv => "csv",
            Kind::Ldap => "ldap",
            Kind::Entra => "entra",
            Kind::Google => "google",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What members and their intervals name as their source.
    #[must_use]
    pub const fn member_source(self) -> &'static str {
        match self {
            Kind::Upload | Kind::Folder => "csv",
            kind => kind.word(),
        }
    }

    /// Whether its keys are ids that the customer's own people know.
    #[must_use]
    pub const fn has_external_ids(self) -> bool {
        !matches!(self, Kind::Upload | Kind::Folder | Kind::Csv)
    }

    /// Whether it can only be read with a secret.
    #[must_use]
    pub const fn needs_secret(self) -> bool {
        !matches!(self, Kind::Upload | Kind::Folder | Kind::Csv)
    }
}

/// The most characters of a setting.
const LONGEST: usize = 4_000;

/// How a source is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Somebody sends a file; which column holds which field, where that cannot be guessed.
    Upload(BTreeMap<String, String>),
    /// The newest file of the customer's watched folder is read; columns as for one that is sent.
    Folder(BTreeMap<String, String>),
    /// It is asked.
    Feed(Box<feeds::Settings>),
}

/// The settings of a file that is sent or put somewhere.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Upload {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    columns: BTreeMap<String, String>,
}

impl Way {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Way::Upload(_) => Kind::Upload,
            Way::Folder(_) => Kind::Folder,
            Way::Feed(settings) => match **settings {
                feeds::Settings::Csv(_) => Kind::Csv,
                feeds::Settings::Ldap(_) => Kind::Ldap,
                feeds::Settings::Entra(_) => Kind::Entra,
                feeds::Settings::Google(_) => Kind::Google,
            },
        }
    }

    /// Where the secret is shown; empty where there is none to show.
    #[must_use]
    pub fn shown_to(&self) -> String {
        match self {
            Way::Upload(_) | Way::Folder(_) => String::new(),
            Way::Feed(settings) => format!("{} {}", self.kind().word(), settings.shown_to()),
        }
    }

    /// The settings as they are stored and shown, their kind among them.
    #[must_use]
    pub fn settings(&self) -> Value {
        let mut value = match self {
            Way::Upload(columns) | Way::Folder(columns) => serde_json::to_value(Upload { columns: columns.clone() }),
            Way::Feed(settings) => serde_json::to_value(settings),
        }
        .unwrap_or_default();
        if let Some(object) = value.as_object_mut() {
            object.insert("kind".into(), self.kind().word().into());
        }
        value
    }

    /// Reads settings somebody sent.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn read(sent: &Value) -> Result<Way, Problem> {
        let object = sent.as_object().ok_or_else(|| Problem::invalid("/settings", "invalid", "The settings are an object."))?;
        let kind = object.get("kind").and_then(Value::as_str).and_then(Kind::parse);
        let kind = kind.ok_or_else(|| {
            let all = Kind::ALL.map(Kind::word).join(", ");
            Problem::invalid("/settings/kind", "invalid", format!("The kind is one of {all}."))
        })?;
        if let Some((name, _)) = object.iter().find(|(_, value)| value.to_string().len() > LONGEST) {
            return Err(Problem::invalid(format!("/settings/{name}"), "too-long", format!("At most {LONGEST} characters.")));
        }
        let way = Way::parse(kind, sent).map_err(|e| wrong(&e))?;
        if let Some(unknown) = unknown(object, &way.settings()) {
            return Err(Problem::invalid(format!("/settings/{unknown}"), "unknown-field", "There is no such setting."));
        }
        if let Way::Feed(settings) = &way {
            settings.check().map_err(|fault| refused(&fault))?;
        }
        if let Way::Upload(columns) | Way::Folder(columns) = &way
            && let Some(field) = columns.keys().find(|field| !feeds::csv::FIELDS.contains(&field.as_str()))
        {
            return Err(Problem::invalid("/settings/columns", "invalid", format!("There is no field {field}.")));
        }
        Ok(way)
    }

    /// Reads what is stored.
    ///
    /// # Errors
    /// [`store::Error::Corrupt`].
    pub fn stored(text: &str) -> store::Result<Way> {
        let corrupt = |e: String| store::Error::Corrupt(format!("a source's settings: {e}"));
        let value: Value = serde_json::from_str(text).map_err(|e| corrupt(e.to_string()))?;
        let kind = value.get("kind").and_then(Value::as_str).and_then(Kind::parse).ok_or_else(|| corrupt("kind".into()))?;
        Way::parse(kind, &value).map_err(|e| corrupt(e.to_string()))
    }

    fn parse(kind: Kind, value: &Value) -> serde_json::Result<Way> {
        match kind {
            Kind::Upload => Upload::deserialize(value).map(|upload| Way::Upload(upload.columns)),
            Kind::Folder => Upload::deserialize(value).map(|upload| Way::Folder(upload.columns)),
            _ => feeds::Settings::deserialize(value).map(|settings| Way::Feed(Box::new(settings))),
        }
    }
}

/// A field that was sent and is not kept: nobody is to believe that it counts.
fn unknown<'s>(sent: &'s serde_json::Map<String, Value>, kept: &Value) -> Option<&'s str> {
    let says = |value: &Value| {
        !matches!(value, Value::Null) && value.as_str() != Some("") && *value != serde_json::json!({}) && *value != serde_json::json!([])
    };
    sent.iter().find(|(name, value)| says(value) && kept.get(name.as_str()).is_none()).map(|(name, _)| name.as_str())
}

fn wrong(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let field = text.split('`').nth(1).unwrap_or_default();
    if text.starts_with("missing field") {
        return Problem::invalid(format!("/settings/{field}"), "required", "This setting is needed.");
    }
    Problem::invalid("/settings", "invalid", format!("The settings cannot be read: {}.", text.trim_end_matches('.')))
}

/// A refused setting as a problem that names it.
pub fn refused(fault: &feeds::Fault) -> Problem {
    match fault {
        feeds::Fault::BadSettings { field, .. } => Problem::invalid(format!("/settings/{field}"), "invalid", fault.to_string()),
        other => Problem::invalid("/settings", other.code(), other.to_string()),
    }
}
