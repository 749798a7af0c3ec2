//! A form that changes something: sent once, errors summed up on top.

use maud::{Markup, html};

use super::{Tone, card::note, field};
use crate::i18n::Lang;

/// A form's frame.
#[derive(Clone, Debug, Default)]
pub struct Form<'a> {
    /// Where it goes.
    pub action: &'a str,
    /// Makes a second sending harmless.
    pub idempotency: Option<&'a str>,
    /// True when it carries files.
    pub files: bool,
    /// What is wrong with the form as a whole; empty for nothing.
    pub error: &'a str,
}

/// Draws the form around its fields.
#[must_use]
pub fn post(f: &Form<'_>, body: Markup) -> Markup {
    html! {
        form.form method="post" action=(f.action) enctype=[f.files.then_some("multipart/form-data")] data-once novalidate[!f.error.is_empty()] {
            (hidden(f.idempotency))
            @if !f.error.is_empty() { (note(Tone::Bad, html! { (f.error) })) }
            (body)
        }
    }
}

/// The hidden field of a form that must act once only. Foreign pages are kept out by the router, not by a field.
#[must_use]
pub fn hidden(idempotency: Option<&str>) -> Markup {
    html! {
        @if let Some(key) = idempotency { input type="hidden" name="idempotency_key" value=(key); }
    }
}

/// The buttons at a form's end.
#[must_use]
pub fn actions(submit: &str, cancel: Option<(&str, &str)>) -> Markup {
    html! {
        div.form-actions {
            button.btn.primary type="submit" { (submit) }
            @if let Some((label, href)) = cancel { a.btn.quiet href=(href) { (label) } }
        }
    }
}

/// A form that is only a button: retry, resume, archive.
#[must_use]
pub fn button(action: &str, idempotency: Option<&str>, class: &str, body: Markup) -> Markup {
    html! {
        form method="post" action=(action) data-once { (hidden(idempotency)) button class={ "btn " (class) } type="submit" { (body) } }
    }
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let f = Form { action: "#", idempotency: Some("key"), error: "The change was not saved.", ..Form::default() };
    post(&f, html! { (field::sample(lang)) (actions("Save changes", Some(("Cancel", "#")))) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_its_key() {
        let made = sample(Lang::En).into_string();
        assert!(made.contains(r#"name="idempotency_key" value="key""#));
    }
}
