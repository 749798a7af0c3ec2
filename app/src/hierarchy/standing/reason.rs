//! Why a sync failed. A reason of our own is kept by its code and worded when it is read, in the reader's language; what a sender
//! told stays in the sender's words.

use serde::{Deserialize, Serialize};
use store::{Result, Row};
use web::Lang;

/// Why a sync failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncReason {
    /// The sender's words; of a reason of our own, the English sentence that programs get.
    pub text: String,
    /// The reason of our own; none for one that was told.
    pub own: Option<OwnReason>,
}

/// A reason of our own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnReason {
    /// Its code: `sources-trouble-{code}` is its sentence.
    pub code: String,
    /// What the source itself said, as it said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

impl SyncReason {
    /// The sentence for a reader.
    #[must_use]
    pub fn told(&self, lang: Lang) -> String {
        let sentence = self.own.as_ref().map(|own| (own, format!("sources-trouble-{}", own.code))).filter(|(_, id)| lang.knows(id));
        match sentence {
            None => self.text.clone(),
            Some((OwnReason { said: None, .. }, id)) => lang.t(&id),
            Some((OwnReason { said: Some(said), .. }, id)) => format!("{} ({said})", lang.t(&id)),
        }
    }

    /// Reads it from the column of its text and that of its own reason.
    ///
    /// # Errors
    /// The store's.
    pub fn read(row: &Row, text: &str, own: &str) -> Result<Option<SyncReason>> {
        let (text, own): (Option<String>, Option<String>) = (row.get(text)?, row.get(own)?);
        Ok(text.map(|text| SyncReason { text, own: own.and_then(|json| serde_json::from_str(&json).ok()) }))
    }

    /// The reason of our own, as its column keeps it.
    #[must_use]
    pub fn own_column(&self) -> Option<String> {
        self.own.as_ref().and_then(|own| serde_json::to_string(own).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_of_our_own_is_worded_for_its_reader_and_another_stays_as_it_was_told() {
        crate::app::install_texts().expect("the texts");
        let told = SyncReason { text: "consent withdrawn".into(), own: None };
        assert_eq!((told.told(Lang::En), told.told(Lang::De)), ("consent withdrawn".into(), "consent withdrawn".into()));
        let own = |code: &str, said: Option<&str>| SyncReason {
            text: "In English.".into(),
            own: Some(OwnReason { code: code.into(), said: said.map(str::to_owned) }),
        };
        let (english, german) =
            (own("sign-in-refused", Some("AADSTS1")).told(Lang::En), own("sign-in-refused", Some("AADSTS1")).told(Lang::De));
        assert!(english != german && english.ends_with("(AADSTS1)") && german.ends_with("(AADSTS1)"), "{english} {german}");
        assert_eq!(own("of-a-later-program", None).told(Lang::De), "In English.");
    }
}
