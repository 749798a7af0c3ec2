//! The steps of a wizard or of a running procedure.

use maud::{Markup, html};

use super::icon;
use crate::i18n::Lang;

/// Where a step stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Not reached.
    #[default]
    Waiting,
    /// Shown now.
    Now,
    /// Working.
    Running,
    /// Finished.
    Done,
    /// Stopped.
    Failed,
}

/// One step.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// What it found or why it failed; empty for none.
    pub detail: String,
    /// Where it stands.
    pub state: State,
    /// A way back to it.
    pub href: Option<String>,
}

/// The list of steps.
#[must_use]
pub fn stepper(lang: Lang, steps: &[Step]) -> Markup {
    html! { ol.steps { @for (i, step) in steps.iter().enumerate() { li { (one(lang, i + 1, step)) } } } }
}

fn one(lang: Lang, n: usize, s: &Step) -> Markup {
    let (class, word) = match s.state {
        State::Waiting => ("waiting", "ui-step-waiting"),
        State::Now => ("now", "ui-step-now"),
        State::Running => ("running", "ui-step-running"),
        State::Done => ("done", "ui-step-done"),
        State::Failed => ("failed", "ui-step-failed"),
    };
    let inside = html! {
        span.step-mark aria-hidden="true" {
            @match s.state { State::Done => (icon("check")), State::Failed => (icon("x")), _ => (n) }
        }
        span.step-name { (s.name) span.sr-only { " (" (lang.t(word)) ")" } }
        @if !s.detail.is_empty() { small { (s.detail) } }
    };
    let current = (s.state == State::Now).then_some("step");
    match &s.href {
        Some(href) => {
            html! { a class={ "step " (class) } href=(href) aria-current=[current] { (inside) } }
        }
        None => html! { div class={ "step " (class) } aria-current=[current] { (inside) } },
    }
}

/// For the gallery.
#[must_use]
pub fn sample(lang: Lang) -> Markup {
    let step = |name: &str, detail: &str, state| Step { name: name.into(), detail: detail.into(), state, href: None };
    stepper(
        lang,
        &[
            step("Create tenant", "Workspace in EU West", State::Done),
            step("Licences", "85 of 100 seats from the pool", State::Done),
            step("People", "Reading the directory, 12 s", State::Running),
            step("E-mail", "", State::Now),
            step("Branding", "The logo is larger than 1 MB", State::Failed),
            step("Review and launch", "", State::Waiting),
        ],
    )
}
