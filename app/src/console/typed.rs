//! What cannot be taken back is confirmed by typing the name of what it happens to.

use maud::{Markup, html};
use web::{
    Lang,
    parts::field::{self, Field},
};

/// Why a typed name does not confirm; nothing when it does.
#[must_use]
pub fn wrong(lang: Lang, typed: &str, name: &str) -> Option<String> {
    (typed.trim() != name.trim()).then(|| lang.with("wrong-typed", &[("name", name.into())]))
}

/// The field for the name, and below it the button that does it and the way out.
#[must_use]
pub fn confirm(lang: Lang, name: &str, wrong: Option<String>, does: &str, back: &str) -> Markup {
    let label = lang.with("ui-type-name", &[("name", name.into())]);
    html! {
        (field::text(lang, &Field::new("typed_name", label, "").required().error(wrong)))
        div.form-actions { button.btn.danger type="submit" { (does) } a.btn.quiet href=(back) { (lang.t("ui-cancel")) } }
    }
}
