//! Which members are meant: the filter of a list, an export, a count. No I/O.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use store::SiteId;

use super::{
    attributes::Values,
    member::{Member, MemberStatus, MemberType, NewMember},
    rules::literal,
};

/// Members that fit all of what is said. Texts are compared whole, without regard to case and accents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Which {
    /// What they are just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MemberStatus>,
    /// Of what type they are.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<MemberType>,
    /// Their site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_id: Option<SiteId>,
    /// What brought them: `console`, `api`, `import`, `scim` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Where they work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// As what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Attributes by name.
    #[serde(skip_serializing_if = "Values::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// A group their directory says they are in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory_group: Option<String>,
}

impl Which {
    /// True when nothing but a status is said: then a counter knows how many they are.
    #[must_use]
    pub fn says_only_status(&self) -> bool {
        *self == Which { status: self.status, ..Which::default() }
    }

    /// What both say; none where they contradict each other, so that nobody fits.
    #[must_use]
    pub fn and(&self, other: &Which) -> Option<Which> {
        fn both<T: Clone>(a: Option<&T>, b: Option<&T>, same: impl Fn(&T, &T) -> bool) -> Option<Option<T>> {
            match (a, b) {
                (Some(a), Some(b)) if !same(a, b) => None,
                (a, b) => Some(a.or(b).cloned()),
            }
        }
        let texts = |a: &Option<String>, b: &Option<String>| both(a.as_ref(), b.as_ref(), |a, b| store::fold(a) == store::fold(b));
        let mut attributes = self.attributes.clone();
        for (name, value) in &other.attributes {
            if attributes.get(name).is_some_and(|known| store::fold(known) != store::fold(value)) {
                return None;
            }
            attributes.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Some(Which {
            status: both(self.status.as_ref(), other.status.as_ref(), |a, b| a == b)?,
            kind: both(self.kind.as_ref(), other.kind.as_ref(), |a, b| a == b)?,
            site_id: both(self.site_id.as_ref(), other.site_id.as_ref(), |a, b| a == b)?,
            source: texts(&self.source, &other.source)?,
            department: texts(&self.department, &other.department)?,
            title: texts(&self.title, &other.title)?,
            attributes,
            directory_group: texts(&self.directory_group, &other.directory_group)?,
        })
    }

    /// What is said of texts, as it is looked for.
    #[must_use]
    pub fn texts(&self) -> Texts {
        let groups = self.directory_group.as_slice();
        Texts::new(self.department.as_deref(), self.title.as_deref(), &self.attributes, groups)
    }
}

/// The texts of a member by which it is found: folded, by name. They are kept as one JSON object beside the member, its names in
/// order, so that one LIKE asks for any number of them on both engines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(BTreeMap<String, String>);

impl Texts {
    /// From its parts. Each group a directory names is a text of its own.
    #[must_use]
    pub fn new(department: Option<&str>, title: Option<&str>, attributes: &Values, groups: &[String]) -> Texts {
        let own = [("department", department), ("title", title)];
        let own = own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), store::fold(value?))));
        let more = attributes.iter().map(|(name, value)| (format!("attribute {name}"), store::fold(value)));
        let groups = groups.iter().map(|group| (format!("group {}", store::fold(group)), String::new()));
        Texts(own.chain(more).chain(groups).collect())
    }

    /// Of a member.
    #[must_use]
    pub fn of(m: &Member) -> Texts {
        Texts::new(m.department.as_deref(), m.title.as_deref(), &m.attributes, &m.directory_groups)
    }

    /// Of a member to be.
    #[must_use]
    pub fn of_new(m: &NewMember) -> Texts {
        Texts::new(m.department.as_ref().map(|d| d.as_str()), m.title.as_ref().map(|t| t.as_str()), &m.attributes, &[])
    }

    /// As they are kept.
    #[must_use]
    pub fn key(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// The LIKE pattern that finds whoever has them all, `!` escaping; none when there are none. Quotes within names and values
    /// are escaped by JSON, so that no value can pass for a name.
    #[must_use]
    pub fn pattern(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let json = |text: &String| serde_json::to_string(text).unwrap_or_default();
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| literal(&format!("{}:{}", json(name), json(value)))).collect();
        Some(format!("%{}%", pairs.join("%")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// LIKE with `!` escaping, as both engines have it.
    fn like(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['%', rest @ ..] => (0..=text.len()).any(|at| like(rest, &text[at..])),
            ['!', c, rest @ ..] | [c, rest @ ..] => text.first() == Some(c) && like(rest, &text[1..]),
        }
    }

    fn finds(pattern: &Texts, texts: &Texts) -> bool {
        let (pattern, key): (Vec<char>, Vec<char>) =
            (pattern.pattern().unwrap_or_default().chars().collect(), texts.key().chars().collect());
        like(&pattern, &key)
    }

    fn texts(department: Option<&str>, attributes: &[(&str, &str)], groups: &[&str]) -> Texts {
        let attributes = attributes.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let groups: Vec<String> = groups.iter().map(|g| (*g).to_owned()).collect();
        Texts::new(department, None, &attributes, &groups)
    }

    #[test]
    fn one_pattern_finds_whoever_has_all_that_is_said() {
        let ann = texts(Some("Försäljning"), &[("badge", "100%"), ("cost_center", "4711")], &["Sales, North", "Board"]);
        assert!(finds(&texts(Some("FORSALJNING"), &[], &[]), &ann));
        assert!(finds(&texts(Some("försäljning"), &[("cost_center", "4711")], &["board"]), &ann));
        assert!(finds(&texts(None, &[("badge", "100%"), ("cost_center", "4711")], &["sales, north"]), &ann));
        for other in [
            texts(Some("Försälj"), &[], &[]),
            texts(None, &[("badge", "100")], &[]),
            texts(None, &[("badge", "1000")], &[]),
            texts(None, &[("center", "4711")], &[]),
            texts(None, &[], &["Sales"]),
            texts(None, &[("badge", "100%"), ("cost_center", "4712")], &[]),
        ] {
            assert!(!finds(&other, &ann), "{other:?}");
        }
    }

    #[test]
    fn two_filters_are_one_unless_they_contradict_each_other() {
        let sales = Which { department: Some("Sales".into()), ..Which::default() };
        let waiting = Which { status: Some(MemberStatus::Waiting), department: Some("SALES".into()), ..Which::default() };
        assert_eq!(sales.and(&waiting).map(|w| (w.status, w.department)), Some((Some(MemberStatus::Waiting), Some("Sales".into()))));
        assert_eq!(sales.and(&Which { department: Some("Board".into()), ..Which::default() }), None);
        let by = |source: &str| Which { source: Some(source.into()), ..Which::default() };
        assert_eq!((by("SCIM").and(&by("scim")), by("scim").and(&by("import"))), (Some(by("SCIM")), None));
        let badge = |value: &str| Which { attributes: [("badge".to_owned(), value.to_owned())].into(), ..Which::default() };
        assert_eq!((badge("7").and(&badge("8")), badge("7").and(&badge("7"))), (None, Some(badge("7"))));
    }

    #[test]
    fn no_value_passes_for_another_text() {
        let sly = texts(Some("x\",\"title\":\"boss"), &[("note", "\"department\":\"board\"")], &["\",\"department\":\"board"]);
        assert!(!finds(&texts(Some("board"), &[], &[]), &sly));
        assert!(!finds(&Texts::new(None, Some("boss"), &Values::new(), &[]), &sly));
        assert!(finds(&texts(Some("x\",\"title\":\"boss"), &[], &[]), &sly));
    }
}
