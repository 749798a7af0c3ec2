//! What pages of several rooms say in the same way: what was just done, whose it is, and a machine's word in words.

use maud::{Markup, html};
use store::{CustomerId, PartnerId};
use web::{
    Address, Lang, Toast,
    parts::{Tone, table::nothing},
};

/// What has just been done, from `?done=…` in the address: the text `{room}-done-{word}`, if there is one.
#[must_use]
pub fn toast(lang: Lang, uri: &http::Uri, room: &str) -> Option<Toast> {
    let at = Address::of(uri);
    let id = format!("{room}-done-{}", at.get("done")?);
    lang.knows(&id).then(|| Toast { tone: Tone::Good, text: lang.t(&id), action: None })
}

/// A machine's word (a command, a kind of work) by the text `{front}-{word}`; itself where the catalogue has none.
#[must_use]
pub fn in_words(lang: Lang, front: &str, word: &str) -> String {
    let id = format!("{front}-{}", word.replace('.', "-"));
    if lang.knows(&id) { lang.t(&id) } else { word.to_owned() }
}

/// The cell that leads to the customer a row is about.
#[must_use]
pub fn customer(lang: Lang, partner: PartnerId, id: Option<CustomerId>, name: Option<&str>) -> Markup {
    match (id, name) {
        (Some(id), Some(name)) => html! { a href={ "/msp/" (partner) "/customers/" (id) } dir="auto" { (name) } },
        _ => nothing(lang),
    }
}
