//! The console's routes, listed as they are added: the matrix test drives every one of them.

use axum::{Router, handler::Handler, routing};
use http::Method;

/// Routes of pages and forms.
pub struct Pages<S> {
    router: Router<S>,
    listed: Vec<(Method, &'static str)>,
}

impl<S: Clone + Send + Sync + 'static> Default for Pages<S> {
    fn default() -> Self {
        Pages { router: Router::new(), listed: Vec::new() }
    }
}

impl<S: Clone + Send + Sync + 'static> Pages<S> {
    /// A page.
    #[must_use]
    pub fn get<H: Handler<T, S>, T: 'static>(mut self, path: &'static str, handler: H) -> Self {
        self.listed.push((Method::GET, path));
        self.router = self.router.route(path, routing::get(handler));
        self
    }

    /// A form.
    #[must_use]
    pub fn post<H: Handler<T, S>, T: 'static>(mut self, path: &'static str, handler: H) -> Self {
        self.listed.push((Method::POST, path));
        self.router = self.router.route(path, routing::post(handler));
        self
    }

    /// Another room's.
    #[must_use]
    pub fn merge(mut self, other: Pages<S>) -> Self {
        self.listed.extend(other.listed);
        self.router = self.router.merge(other.router);
        self
    }

    /// Every route, in the order they were added.
    #[must_use]
    pub fn listed(&self) -> &[(Method, &'static str)] {
        &self.listed
    }

    /// The router itself.
    pub fn into_router(self) -> Router<S> {
        self.router
    }
}
