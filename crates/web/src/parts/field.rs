//! Form fields: label, control, hint and error, tied together for screen readers.

use maud::{Markup, html};

use super::icon;
use crate::i18n::Lang;

/// What one field is.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// Its name in the form; also its id.
    pub name: String,
    /// Its label.
    pub label: String,
    /// A line below it; empty for none.
    pub hint: String,
    /// What is wrong with it; empty for nothing.
    pub error: String,
    /// What it holds.
    pub value: String,
    /// Must be filled.
    pub required: bool,
    /// Cannot be changed now.
    pub disabled: bool,
    /// An example inside the empty field.
    pub placeholder: String,
    /// What the browser may fill in (`username`, `new-password`, …).
    pub autocomplete: Option<&'static str>,
    /// The smallest and the largest number it takes; the browser says so before anything is sent.
    pub within: Option<(i64, i64)>,
    /// What may be typed, each with what it is called; anything else may be typed too.
    pub offers: Vec<(String, String)>,
    /// A distinct id, where one page holds two fields of this name.
    pub id: Option<String>,
}

impl Field {
    /// A field with a name, a label and a value.
    pub fn new(name: impl Into<String>, label: impl Into<String>, value: impl Into<String>) -> Field {
        Field { name: name.into(), label: label.into(), value: value.into(), ..Field::default() }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Field {
        self.hint = text.into();
        self
    }

    /// Adds an error; `None` leaves it.
    #[must_use]
    pub fn error(mut self, text: Option<String>) -> Field {
        self.error = text.unwrap_or_default();
        self
    }

    /// Must be filled.
    #[must_use]
    pub fn required(mut self) -> Field {
        self.required = true;
        self
    }

    fn id(&self) -> &str {
        self.id.as_deref().unwrap_or(&self.name)
    }

    fn described(&self) -> Option<String> {
        let parts = [(!self.error.is_empty(), "error"), (!self.hint.is_empty(), "hint")];
        let ids: Vec<_> = parts.iter().filter(|(on, _)| *on).map(|(_, end)| format!("{}-{end}", self.id())).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn offered(&self) -> Option<String> {
        (!self.offers.is_empty()).then(|| format!("{}-offers", self.id()))
    }

    fn invalid(&self) -> Option<&'static str> {
        (!self.error.is_empty()).then_some("true")
    }

    fn below(&self) -> Markup {
        html! {
            @if !self.error.is_empty() { p.error id={ (self.id()) "-error" } { (icon("alert")) (self.error) } }
            @if !self.hint.is_empty() { p.hint id={ (self.id()) "-hint" } { (self.hint) } }
        }
    }

    fn around(&self, lang: Lang, control: Markup) -> Markup {
        html! {
            div.field {
                label for=(self.id()) { (self.label) @if !self.required { " " span.optional { "(" (lang.t("ui-optional")) ")" } } }
                (control)
                (self.below())
            }
        }
    }

    fn placeholder(&self) -> Option<&str> {
        (!self.placeholder.is_empty()).then_some(self.placeholder.as_str())
    }
}

/// A one-line input: `text`, `email`, `number`, `password`, `date`, `url`, `color`.
#[must_use]
pub fn input(lang: Lang, kind: &str, f: &Field) -> Markup {
    f.around(
        lang,
        html! {
            input.input id=(f.id()) type=(kind) name=(f.name) value=(f.value) placeholder=[f.placeholder()] autocomplete=[f.autocomplete]
                min=[f.within.map(|(least, _)| least)] max=[f.within.map(|(_, most)| most)] list=[f.offered()]
                required[f.required] disabled[f.disabled] aria-invalid=[f.invalid()] aria-describedby=[f.described()];
            @if let Some(list) = f.offered() {
                datalist id=(list) { @for (value, name) in &f.offers { option value=(value) { (name) } } }
            }
        },
    )
}

/// A line of text.
#[must_use]
pub fn text(lang: Lang, f: &Field) -> Markup {
    input(lang, "text", f)
}

/// A number in the cell of a table, whose head stands for its label: that is only read out.
#[must_use]
pub fn cell(f: &Field) -> Markup {
    html! {
        input.input.short id=(f.id()) type="number" name=(f.name) value=(f.value) aria-label=(f.label)
            min=[f.within.map(|(least, _)| least)] max=[f.within.map(|(_, most)| most)]
            aria-invalid=[f.invalid()] aria-describedby=[f.described()];
        (f.below())
    }
}

/// Several lines.
#[must_use]
pub fn textarea(lang: Lang, f: &Field) -> Markup {
    f.around(
        lang,
        html! {
            textarea.input id=(f.id()) name=(f.name) placeholder=[f.placeholder()] required[f.required] disabled[f.disabled]
                aria-invalid=[f.invalid()] aria-describedby=[f.described()] { (f.value) }
        },
    )
}

/// One of a list of `(value, label)`.
#[must_use]
pub fn select(lang: Lang, f: &Field, options: &[(String, String)]) -> Markup {
    f.around(
        lang,
        html! {
            select.input id=(f.id()) name=(f.name) required[f.required] disabled[f.disabled]
                aria-invalid=[f.invalid()] aria-describedby=[f.described()] {
                @for (value, label) in options { option value=(value) selected[*value == f.value] { (label) } }
            }
        },
    )
}

/// Yes or no; sends `on` when checked.
#[must_use]
pub fn checkbox(f: &Field, checked: bool) -> Markup {
    html! {
        div.check {
            input id=(f.id()) type="checkbox" name=(f.name) value=(if f.value.is_empty() { "on" } else { &f.value }) checked[checked]
                required[f.required] disabled[f.disabled] aria-invalid=[f.invalid()] aria-describedby=[f.described()];
            label for=(f.id()) { (f.label) }
            (f.below())
        }
    }
}

/// One of a few choices as cards: `(value, title, explanation)`.
#[must_use]
pub fn choices(f: &Field, options: &[(String, String, String)]) -> Markup {
    html! {
        fieldset.fieldset aria-describedby=[f.described()] {
            legend { (f.label) }
            @for (value, title, about) in options {
                label.choice {
                    input type="radio" name=(f.name) value=(value) checked[*value == f.value] disabled[f.disabled];
                    b { (title) }
                    @if !about.is_empty() { small { (about) } }
                }
            }
            (f.below())
        }
    }
}

/// A file, chosen or dropped. `accept` as in HTML, for example `.csv`.
#[must_use]
pub fn file(lang: Lang, f: &Field, accept: &str) -> Markup {
    f.around(lang, html! {
        tn-drop {
            div.drop {
                (icon("upload"))
                p { (lang.t("ui-drop-file")) }
                p data-chosen {}
                input id=(f.id()) type="file" name=(f.name) accept=(accept) required[f.required] aria-invalid=[f.invalid()] aria-describedby=[f.described()];
            }
        }
    })
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let plans = [("a".to_owned(), "Awareness 100".to_owned()), ("b".to_owned(), "Awareness 500".to_owned())];
    let modes = [
        ("scim".to_owned(), "SCIM".to_owned(), "The directory pushes changes at once.".to_owned()),
        ("csv".to_owned(), "CSV file".to_owned(), "Upload a list; differences are shown first.".to_owned()),
    ];
    html! {
        div.form-row {
            (text(lang, &Field::new("company", "Company", "Nordhavn Clinics").required()))
            (input(lang, "email", &Field::new("contact", "Contact e-mail", "it@nordhavn").required().error(Some("This is not an e-mail address.".into()))))
        }
        div.form-row {
            (select(lang, &Field::new("plan", "Plan", "b").required(), &plans))
            (input(lang, "number", &Field::new("seats", "Seats", "85").hint("112 are free in the pool.").required()))
        }
        (textarea(lang, &Field::new("comment", "Note", "")))
        (choices(&Field::new("mode", "How people arrive", "scim"), &modes))
        (checkbox(&Field::new("notify", "Send the welcome mail", "").hint("One mail per person, in their language."), true))
        (file(lang, &Field::new("list", "People", "").required(), ".csv"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_and_hint_are_read_with_the_field() {
        let f = Field::new("seats", "Seats", "0").hint("At least one.").error(Some("Too few.".into()));
        let made = text(Lang::En, &f).into_string();
        assert!(made.contains(r#"aria-describedby="seats-error seats-hint""#), "{made}");
        assert!(made.contains(r#"aria-invalid="true""#) && made.contains(r#"for="seats""#));
    }
}
