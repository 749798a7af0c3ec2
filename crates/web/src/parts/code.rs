//! Text to copy: tokens, DNS records, ids.

use maud::{Markup, html};

use super::icon;
use crate::i18n::Lang;

/// One line with a copy button.
#[must_use]
pub fn copyable(lang: Lang, text: &str) -> Markup {
    html! {
        div.codebox {
            // A long line scrolls: by keyboard too.
            code translate="no" tabindex="0" { (text) }
            tn-copy data-text=(text) {
                button.btn.quiet.square type="button" aria-label=(lang.t("ui-copy")) title=(lang.t("ui-copy")) { (icon("copy")) }
            }
        }
    }
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    copyable(lang, "_tenantry.nordhavn.example. TXT \"tn-verify=6r1x0k9\"")
}
