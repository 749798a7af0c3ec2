//! A native dialog with a form in it; destructive ones ask for the typed name.

use maud::{Markup, html};

use super::{form, icon};
use crate::i18n::Lang;

/// A dialog opened by any `data-open="<id>"` button or by an action whose link is `#<id>`.
#[derive(Clone, Debug, Default)]
pub struct Dialog {
    /// Its id.
    pub id: String,
    /// The question, as a heading.
    pub title: String,
    /// Where the form goes.
    pub action: String,
    /// Makes a second sending harmless.
    pub idempotency: Option<String>,
    /// The button that does it: a verb.
    pub submit: String,
    /// True when something is lost.
    pub danger: bool,
    /// The name that must be typed first.
    pub typed: Option<String>,
    /// Open at once: the form came back with an error.
    pub opened: bool,
}

/// Draws the dialog around the fields.
#[must_use]
pub fn dialog(lang: Lang, d: &Dialog, body: Markup) -> Markup {
    let title_id = format!("{}-title", d.id);
    html! {
        dialog id=(d.id) aria-labelledby=(title_id) data-opened=[d.opened.then_some("")] {
            form method="post" action=(d.action) data-once {
                (form::hidden(d.idempotency.as_deref()))
                div.dialog-head {
                    h2 id=(title_id) { (d.title) }
                    button.btn.quiet.square.small type="button" data-close aria-label=(lang.t("ui-close")) { (icon("x")) }
                }
                div.dialog-body {
                    (body)
                    @if let Some(name) = &d.typed { (typed_name(lang, &d.id, name)) }
                }
                div.dialog-foot {
                    button.btn type="button" data-close { (lang.t("ui-cancel")) }
                    button class=(if d.danger { "btn danger" } else { "btn primary" }) type="submit" data-confirmed[d.typed.is_some()] { (d.submit) }
                }
            }
        }
    }
}

/// A button that opens a dialog.
#[must_use]
pub fn opener(id: &str, class: &str, body: Markup) -> Markup {
    html! { button class={ "btn " (class) } type="button" data-open=(id) { (body) } }
}

fn typed_name(lang: Lang, id: &str, name: &str) -> Markup {
    let field = format!("{id}-typed");
    html! {
        div.field {
            label for=(field) { (lang.with("ui-type-name", &[("name", name.into())])) }
            input.input id=(field) name="typed_name" data-confirm=(name) autocomplete="off" spellcheck="false" required;
        }
    }
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let d = Dialog {
        id: "sample-delete".into(),
        title: "Remove Nordhavn Clinics?".into(),
        action: "#".into(),
        submit: "Remove customer".into(),
        danger: true,
        typed: Some("Nordhavn Clinics".into()),
        ..Dialog::default()
    };
    html! {
        (opener(&d.id, "danger", html! { (icon("trash")) (d.submit) }))
        (dialog(lang, &d, html! { p { "85 people stop being trained. Their 85 seats return to the pool." } }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destructive_dialog_asks_for_the_name() {
        let made = sample(Lang::En).into_string();
        assert!(made.contains(r#"data-confirm="Nordhavn Clinics""#) && made.contains("data-confirmed"), "{made}");
        assert!(made.contains("Type Nordhavn Clinics to confirm"));
    }
}
