//! Words: every sentence a person reads comes out of a Fluent catalogue, in one of our languages.
//!
//! `install` is called once with the texts of all rooms; before that, only this crate's own are known.

use std::{
    borrow::Cow,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

pub use fluent_bundle::FluentValue as Arg;

use crate::format;

/// This crate's own texts.
pub const LOCALES: &[(Lang, &str)] =
    &[(Lang::En, include_str!("../locales/en/web.ftl")), (Lang::De, include_str!("../locales/de/web.ftl"))];

/// A language of the console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// English with accents inside ⟦ ⟧: text without them did not come from the catalogue.
    Pseudo,
}

impl Lang {
    /// The languages people can choose.
    pub const CHOICES: [Lang; 2] = [Lang::En, Lang::De];

    /// The language for a tag such as `de-AT`; `None` when it is not one of ours.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Lang> {
        let tag = tag.trim();
        if tag.eq_ignore_ascii_case("en-XA") {
            return Some(Lang::Pseudo);
        }
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Lang::En),
            "de" => Some(Lang::De),
            _ => None,
        }
    }

    /// The first of our languages in an `Accept-Language` header (browsers send the wanted ones first).
    #[must_use]
    pub fn from_accept(header: &str) -> Lang {
        header.split(',').filter_map(|part| part.split(';').next()).find_map(Lang::from_tag).unwrap_or_default()
    }

    /// The tag for the `lang` attribute and for storing.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::De => "de",
            Lang::Pseudo => "en-XA",
        }
    }

    /// The language's name in itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Lang::En => "English",
            Lang::De => "Deutsch",
            Lang::Pseudo => "⟦Ëñĝļíšĥ⟧",
        }
    }

    /// A text without arguments.
    #[must_use]
    pub fn t(self, id: &str) -> String {
        self.with(id, &[])
    }

    /// A text with arguments: `lang.with("customers-deleted", &[("n", 3.into())])`.
    #[must_use]
    pub fn with(self, id: &str, args: &[(&str, Arg<'_>)]) -> String {
        match catalog().say(self, id, args) {
            Some(text) if self == Lang::Pseudo => pseudo(&text),
            Some(text) => text,
            None => missing(id),
        }
    }

    /// True when the catalogue has this text.
    #[must_use]
    pub fn knows(self, id: &str) -> bool {
        catalog().bundle(self).has_message(id)
    }
}

/// All texts, one bundle per language.
pub struct Catalog {
    en: FluentBundle<FluentResource>,
    de: FluentBundle<FluentResource>,
}

static CATALOG: OnceLock<Catalog> = OnceLock::new();
static STRICT: AtomicBool = AtomicBool::new(cfg!(test));

/// Makes these texts known, together with this crate's own. The first call wins; a mistake in a text is an error.
pub fn install(sources: &[(Lang, &'static str)]) -> Result<(), String> {
    let all: Vec<_> = LOCALES.iter().chain(sources).copied().collect();
    let built = Catalog::build(&all)?;
    let _ = CATALOG.set(built); // tests install once per test; the texts are the same
    Ok(())
}

/// From now on a missing text panics, so that a test finds it. Without it the page shows the id.
pub fn strict() {
    STRICT.store(true, Ordering::Relaxed);
}

fn catalog() -> &'static Catalog {
    CATALOG.get_or_init(|| Catalog::build(LOCALES).unwrap_or_else(|_| Catalog { en: empty(Lang::En), de: empty(Lang::De) }))
}

impl Catalog {
    /// Parses the sources; the error names the language and what is wrong.
    pub fn build(sources: &[(Lang, &str)]) -> Result<Catalog, String> {
        let mut made = Catalog { en: empty(Lang::En), de: empty(Lang::De) };
        for (lang, text) in sources {
            let resource = FluentResource::try_new((*text).to_owned()).map_err(|(_, e)| format!("{}: {e:?}", lang.tag()))?;
            let bundle = if *lang == Lang::De { &mut made.de } else { &mut made.en };
            bundle.add_resource(resource).map_err(|e| format!("{}: {e:?}", lang.tag()))?;
        }
        Ok(made)
    }

    fn bundle(&self, lang: Lang) -> &FluentBundle<FluentResource> {
        if lang == Lang::De { &self.de } else { &self.en }
    }

    fn say(&self, lang: Lang, id: &str, args: &[(&str, Arg<'_>)]) -> Option<String> {
        let bundle = self.bundle(lang);
        let pattern = bundle.get_message(id)?.value()?;
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        if !errors.is_empty() {
            assert!(!STRICT.load(Ordering::Relaxed), "text {id}: {errors:?}");
            tracing::warn!(id, ?errors, "text with a missing argument");
        }
        Some(text)
    }
}

/// The ids a Fluent source defines, sorted: for the test that every language has the same.
#[must_use]
pub fn ids(source: &str) -> Vec<&str> {
    let mut found: Vec<&str> = source
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
        .filter_map(|line| line.split_once('=').map(|(id, _)| id.trim()))
        .collect();
    found.sort_unstable();
    found
}

fn empty(lang: Lang) -> FluentBundle<FluentResource> {
    let tag: LanguageIdentifier = if lang == Lang::De { "de".parse() } else { "en".parse() }.unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    bundle.set_use_isolating(false); // the marks would end up in copied text and in CSV files
    bundle.set_formatter(Some(if lang == Lang::De { number_de } else { number_en }));
    bundle
}

fn number_en<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    number(Lang::En, value)
}

fn number_de<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    number(Lang::De, value)
}

/// Whole numbers inside sentences get the language's grouping.
fn number(lang: Lang, value: &FluentValue<'_>) -> Option<String> {
    let FluentValue::Number(n) = value else {
        return None;
    };
    let whole = n.value.fract() == 0.0;
    Some(if whole { format::grouped(lang, n.value as i64) } else { format::decimal(lang, n.value, 1) })
}

fn missing(id: &str) -> String {
    assert!(!STRICT.load(Ordering::Relaxed), "no text for {id}");
    tracing::warn!(id, "missing text");
    id.to_owned()
}

fn pseudo(text: &str) -> String {
    let accents = "åƀçđéƒĝĥíĵķļɱñöþǫŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ".chars();
    let table: Vec<char> = accents.collect();
    let swap = |c: char| match c {
        'a'..='z' => table.get(c as usize - 'a' as usize).copied().unwrap_or(c),
        'A'..='Z' => table.get(26 + c as usize - 'A' as usize).copied().unwrap_or(c),
        other => other,
    };
    format!("⟦{}⟧", text.chars().map(swap).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_the_same_texts() {
        let [(_, en), (_, de)] = LOCALES else { panic!("two languages") };
        assert_eq!(ids(en), ids(de));
        assert!(ids(en).len() > 60);
        assert!(Catalog::build(LOCALES).is_ok());
    }

    #[test]
    fn plurals_and_numbers_follow_the_language() {
        assert_eq!(Lang::En.with("ui-days-ago", &[("n", 1.into())]), "1 day ago");
        assert_eq!(Lang::De.with("ui-days-ago", &[("n", 1200.into())]), "vor 1.200 Tagen");
        assert_eq!(Lang::En.t("ui-selected"), "{n} selected");
    }

    #[test]
    fn pseudo_text_is_marked() {
        assert_eq!(Lang::Pseudo.t("ui-close"), "⟦Çļöšé⟧");
    }

    #[test]
    fn tags_find_their_language() {
        assert_eq!(Lang::from_accept("fr-FR, de-AT;q=0.8, en;q=0.7"), Lang::De);
        assert_eq!(Lang::from_accept("fr"), Lang::En);
        assert_eq!(Lang::from_tag("en-XA"), Some(Lang::Pseudo));
    }

    #[test]
    #[should_panic(expected = "no text for")]
    fn a_missing_text_is_found_in_tests() {
        let _ = Lang::En.t("there-is-no-such-text");
    }
}
