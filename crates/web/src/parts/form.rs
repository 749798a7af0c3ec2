//! A form that changes something: with its token, sent once, errors summed up on top.

use maud::{Markup, html};

use super::{Tone, card::note, field};
use crate::i18n::Lang;

/// A form's frame.
#[derive(Clone, Debug, Default)]
pub struct Form<'a> {
    /// Where it goes.
    pub action: &'a str,
    /// The form token.
    pub csrf: &'a str,
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
            (hidden(f.csrf, f.idempotency))
            @if !f.error.is_empty() { (note(Tone::Bad, html! { (f.error) })) }
            (body)
        }
    }
}

/// The hidden fields every changing form has.
#[must_use]
pub fn hidden(csrf: &str, idempotency: Option<&str>) -> Markup {
    html! {
        input type="hidden" name="csrf" value=(csrf);
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
pub fn button(action: &str, csrf: &str, idempotency: Option<&str>, class: &str, body: Markup) -> Markup {
    html! {
        form method="post" action=(action) data-once { (hidden(csrf, idempotency)) button class={ "btn " (class) } type="submit" { (body) } }
    }
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let f = Form { action: "#", csrf: "token", idempotency: Some("key"), error: "The change was not saved.", ..Form::default() };
    post(&f, html! { (field::sample(lang)) (actions("Save changes", Some(("Cancel", "#")))) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_token_and_key() {
        let made = sample(Lang::En).into_string();
        assert!(made.contains(r#"name="csrf" value="token""#) && made.contains(r#"name="idempotency_key" value="key""#));
    }
}
