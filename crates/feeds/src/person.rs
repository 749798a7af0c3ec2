//! A person as a directory gives them.

use std::collections::BTreeMap;

/// One person as a directory gives them. Texts are trimmed; an empty one is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The directory's own name for them, which stays when everything else changes.
    pub key: String,
    /// What they sign in with.
    pub user_name: String,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// How they are called; the user name where the directory says nothing.
    pub name: String,
    /// False where the directory has disabled, suspended or archived them.
    pub active: bool,
    /// Department.
    pub department: Option<String>,
    /// Title or role.
    pub title: Option<String>,
    /// Preferred language, as the directory writes it.
    pub language: Option<String>,
    /// Names of the groups they are in directly, where the source tells.
    pub groups: Vec<String>,
    /// Further attributes by the customer's own names for them.
    pub attributes: BTreeMap<String, String>,
}

/// One thing a source says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// This is how somebody is now.
    Is(Person),
    /// Whoever had this key is gone.
    Gone(String),
}

/// A text without the blanks round it; none where nothing is left.
pub(crate) fn said(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
