//! The one seam to htmx. Templates say "this link changes that section" and never write its attributes,
//! so another library (or none) could take its place here and in `assets/src/swap.ts`.
//!
//! The rule: same URL, same handler. Asked by htmx, it answers the whole named section, else the whole page.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use maud::{Markup, html};

use crate::address::Address;

/// Settings for htmx, in a meta tag: no inline styles, morphing by default.
pub(crate) const CONFIG: &str = r#"{"includeIndicatorCSS":false,"defaultSwap":"outerMorph","defaultTimeout":30000,"defaultSettleDelay":0}"#;

/// Where the answer of a link or form goes: a section of this page, or a page of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swap(Option<&'static str>);

impl Swap {
    /// The section with this id is replaced.
    #[must_use]
    pub const fn section(id: &'static str) -> Swap {
        Swap(Some(id))
    }

    /// Plain links and forms.
    #[must_use]
    pub const fn page() -> Swap {
        Swap(None)
    }

    /// Wraps what is swapped. The id stays the same over swaps, so focus and scroll survive.
    #[must_use]
    pub fn wrap(self, body: Markup) -> Markup {
        html! { section id=[self.0] { (body) } }
    }

    /// A link that changes the section and the address bar.
    #[must_use]
    pub fn link(self, href: &str, class: &str, body: Markup) -> Markup {
        self.link_to(Link { href, class, ..Link::default() }, body)
    }

    /// A link with a name for screen readers or marked as the current choice.
    #[must_use]
    pub fn link_to(self, link: Link<'_>, body: Markup) -> Markup {
        let get = self.0.map(|_| link.href);
        let current = link.current.then_some("true");
        html! {
            a href=(link.href) class=(link.class) aria-label=[link.label] title=[link.label] aria-current=[current]
                hx-get=[get] hx-target=[self.target()] hx-select=[self.target()] hx-push-url=[self.yes()] { (body) }
        }
    }

    /// A filter form: sent on change, while typing (after a pause) and on Enter. What the address already
    /// holds travels along, except the parameters the form sets itself.
    #[must_use]
    pub fn form(self, at: &Address, sets: &[&str], class: &str, body: Markup) -> Markup {
        let except: Vec<&str> = sets.iter().copied().chain(["page"]).collect();
        let get = self.0.map(|_| at.path.as_str());
        html! {
            form method="get" action=(at.path) class=(class) role=[sets.contains(&"q").then_some("search")] hx-get=[get] hx-target=[self.target()] hx-select=[self.target()]
                hx-push-url=[self.yes()] hx-sync=[self.0.map(|_| "this:replace")]
                hx-trigger=[self.0.map(|_| "submit, change, input delay:180ms")] {
                @for (name, value) in at.rest(&except) { input type="hidden" name=(name) value=(value); }
                (body)
            }
        }
    }

    /// A form that changes something and answers with the section (errors included, with status 422).
    #[must_use]
    pub fn post(self, action: &str, hidden: Markup, class: &str, body: Markup) -> Markup {
        html! {
            form method="post" action=(action) class=(class) data-once hx-post=[self.0.map(|_| action)]
                hx-target=[self.target()] hx-select=[self.target()] hx-sync=[self.0.map(|_| "this:drop")] { (hidden) (body) }
        }
    }

    /// Watches the form it stands in: whenever somebody pauses, what is filled in goes to `to` and the section is drawn anew. The
    /// form itself stays as it is; without JavaScript nothing happens.
    #[must_use]
    pub fn watch(self, to: Watch<'_>) -> Markup {
        let (get, post, sync) = match to {
            Watch::Ask(href) => (Some(href), None, "this:replace"),
            Watch::Save(action) => (None, Some(action), "this:queue last"),
        };
        html! {
            tn-watch hidden hx-get=[get] hx-post=[post] hx-trigger="input from:'closest form' delay:500ms" hx-include="closest form"
                hx-target=[self.target()] hx-select=[self.target()] hx-sync=(sync) {}
        }
    }

    /// Refetches the section every `seconds` for as long as `busy` is true.
    #[must_use]
    pub fn poll(self, busy: bool, seconds: u32) -> Markup {
        self.live(busy, seconds, None)
    }

    /// Refetches the section with each of these server-sent events, and every `seconds` where none come through.
    #[must_use]
    pub fn live(self, busy: bool, seconds: u32, events: Option<&str>) -> Markup {
        html! {
            tn-poll data-section=[self.0] data-every=(seconds * 1000) data-events=[events]
                data-busy=[(busy && self.0.is_some()).then_some("")] hidden {}
        }
    }

    fn target(self) -> Option<String> {
        self.0.map(|id| format!("#{id}"))
    }

    fn yes(self) -> Option<&'static str> {
        self.0.map(|_| "true")
    }
}

/// What becomes of a form that is watched.
#[derive(Clone, Copy, Debug)]
pub enum Watch<'a> {
    /// It asks: an answer that is not there yet is not waited for.
    Ask(&'a str),
    /// It is saved: one after the other.
    Save(&'a str),
}

/// A link's parts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Link<'a> {
    /// Where it leads.
    pub href: &'a str,
    /// CSS classes.
    pub class: &'a str,
    /// A name where the visible text does not say it.
    pub label: Option<&'a str>,
    /// The choice shown now.
    pub current: bool,
}

/// True when the section alone is wanted. Going back in history wants the page.
#[must_use]
pub fn is_fragment(headers: &HeaderMap) -> bool {
    let says = |name: &str| headers.get(name).is_some_and(|v| v == "true");
    says("hx-request") && !says("hx-history-restore-request")
}

/// The section when htmx asked, else the page around it; caches keep the two apart.
pub fn answer(headers: &HeaderMap, section: Markup, page: impl FnOnce(Markup) -> Markup) -> Response {
    let body = if is_fragment(headers) { section } else { page(section) };
    vary(body.into_response())
}

/// Marks an answer as different for htmx and for a plain request.
#[must_use]
pub fn vary(mut response: Response) -> Response {
    const HX_REQUEST: HeaderValue = HeaderValue::from_static("HX-Request");
    response.headers_mut().append(header::VARY, HX_REQUEST);
    response
}

/// Makes htmx leave the page after a form that succeeded: a redirect inside a swap would land in the section.
#[must_use]
pub fn leave(headers: &HeaderMap, to: &str) -> Response {
    let place = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    if is_fragment(headers) {
        return [(HeaderName::from_static("hx-redirect"), place)].into_response();
    }
    (http::StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: Swap = Swap::section("customers");

    #[test]
    fn a_link_works_with_and_without_script() {
        let made = LIST.link("/customers?page=2", "btn", html! { "2" }).into_string();
        assert!(made.contains(r#"href="/customers?page=2""#), "{made}");
        assert!(made.contains(r##"hx-target="#customers""##), "{made}");
        let plain = Swap::page().link("/x", "", html! {}).into_string();
        assert!(!plain.contains("hx-"), "{plain}");
    }

    #[test]
    fn a_form_carries_the_rest_of_the_address() {
        let at = Address::of(&"/customers?health=bad&q=x&page=3".parse().unwrap());
        let made = LIST.form(&at, &["q"], "", html! {}).into_string();
        assert!(made.contains(r#"name="health" value="bad""#), "{made}");
        assert!(!made.contains(r#"name="page""#) && !made.contains(r#"name="q""#), "{made}");
    }

    #[test]
    fn history_gets_the_page() {
        let mut headers = HeaderMap::new();
        assert!(!is_fragment(&headers));
        headers.insert("hx-request", HeaderValue::from_static("true"));
        assert!(is_fragment(&headers));
        headers.insert("hx-history-restore-request", HeaderValue::from_static("true"));
        assert!(!is_fragment(&headers));
    }

    #[test]
    fn both_answers_vary() {
        let response = answer(&HeaderMap::new(), html! { "s" }, |s| html! { main { (s) } });
        assert_eq!(response.headers().get(header::VARY).unwrap(), "HX-Request");
    }
}
