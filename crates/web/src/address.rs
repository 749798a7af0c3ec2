//! A page's address as a value: filters, sorting and paging live in it, so Back, share and reload work.

use std::fmt;

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const KEEP: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b',');

/// A path with its query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// The path, as requested.
    pub path: String,
    query: Vec<(String, String)>,
}

impl Address {
    /// The address of nothing.
    pub const NOWHERE: Address = Address { path: String::new(), query: Vec::new() };

    /// An address without a query.
    #[must_use]
    pub fn new(path: &str) -> Address {
        Address { path: path.to_owned(), query: Vec::new() }
    }

    /// The address of a request; empty parameters are dropped.
    #[must_use]
    pub fn of(uri: &Uri) -> Address {
        let mut made = Address::new(uri.path());
        for pair in uri.query().unwrap_or("").split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name), decode(value));
            if !name.is_empty() && !value.is_empty() {
                made.query.push((name, value));
            }
        }
        made
    }

    /// The first value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The same address with a parameter set; an empty value removes it. Paging starts again.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Address {
        let mut next = self.without(&[name]);
        if name != "page" {
            next = next.without(&["page"]);
        }
        if !value.is_empty() {
            next.query.push((name.to_owned(), value.to_owned()));
        }
        next
    }

    /// The same address without these parameters.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Address {
        let query = self.query.iter().filter(|(n, _)| !names.contains(&n.as_str())).cloned().collect();
        Address { path: self.path.clone(), query }
    }

    /// All parameters but these: the hidden fields of a filter form.
    pub fn rest<'a>(&'a self, except: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.query.iter().map(|(n, v)| (n.as_str(), v.as_str())).filter(|(n, _)| !except.contains(n))
    }

    /// The query alone, without `?`: for a CSV link with exactly this filter.
    #[must_use]
    pub fn query(&self) -> String {
        let encode = |text: &str| utf8_percent_encode(text, KEEP).to_string();
        self.query.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect::<Vec<_>>().join("&")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query = self.query();
        if query.is_empty() { f.write_str(&self.path) } else { write!(f, "{}?{query}", self.path) }
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_starts_paging_again() {
        let at = Address::of(&"/customers?q=caf%C3%A9+nord&page=3&plan=".parse().unwrap());
        assert_eq!(at.get("q"), Some("café nord"));
        assert_eq!(at.with("health", "bad").to_string(), "/customers?q=caf%C3%A9%20nord&health=bad");
        assert_eq!(at.with("page", "4").get("q"), Some("café nord"));
        assert_eq!(at.with("q", "").to_string(), "/customers");
    }
}
