//! The fields of a form whose names its page works out, or shows again as they were typed.

use std::{
    collections::BTreeMap,
    ops::{Deref, DerefMut},
};

use serde::Deserialize;

use super::{KEY, only};
use crate::problem::Problem;

/// A form's fields by name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Fields(BTreeMap<String, String>);

impl Fields {
    /// What a field holds, as it was typed; nothing where it is missing.
    #[must_use]
    pub fn typed(&self, name: &str) -> &str {
        self.get(name).map_or("", String::as_str)
    }

    /// The same without the space around it.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.typed(name).trim()
    }

    /// The key against double clicks.
    #[must_use]
    pub fn key(&self) -> &str {
        self.typed(KEY)
    }

    /// The version that the form was drawn for.
    #[must_use]
    pub fn version(&self) -> Option<i64> {
        self.typed("version").parse().ok()
    }

    /// Refuses a field that is none of these; the key against double clicks may stand in every form.
    ///
    /// # Errors
    /// 422 naming the field.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        only(self.keys().map(String::as_str), known)
    }
}

impl Deref for Fields {
    type Target = BTreeMap<String, String>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Fields {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Fields {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Fields {
        Fields(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl IntoIterator for Fields {
    type Item = (String, String);
    type IntoIter = std::collections::btree_map::IntoIter<String, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_as_it_was_typed_or_without_the_space_around_it() {
        let fields: Fields = [("name", " Ann "), ("version", "3"), (KEY, "k")].into_iter().collect();
        assert_eq!((fields.typed("name"), fields.text("name"), fields.text("none")), (" Ann ", "Ann", ""));
        assert_eq!((fields.key(), fields.version()), ("k", Some(3)));
        assert!(fields.only(&["name", "version"]).is_ok());
        assert_eq!(fields.only(&["name"]).expect_err("another field").errors[0].pointer, "/version");
    }
}
