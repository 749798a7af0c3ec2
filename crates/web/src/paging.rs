//! Lists: `page[size]`, `page[after]`, `filter[field][op]`, `sort`, `q`; signed cursors bound to filter and sort. And what is no such
//! list: it takes the parameters it names, and none of these.

use std::{collections::BTreeMap, convert::Infallible, sync::Arc};

use axum::extract::FromRequestParts;
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::Sha256;
use store::{Clock, Timestamp};
use subtle::ConstantTimeEq;

use crate::problem::Problem;

/// What a list takes.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// Fields that can be filtered, each with its operators.
    pub filters: &'static [(&'static str, &'static [&'static str])],
    /// Fields that can be sorted by.
    pub sorts: &'static [&'static str],
    /// Further parameters by name.
    pub extra: &'static [&'static str],
}

/// A list request, checked against its [`Spec`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// Rows wanted, 1 to 200.
    pub size: u32,
    /// The cursor, as sent.
    pub after: Option<String>,
    /// Field and whether it falls.
    pub sort: Vec<(String, bool)>,
    /// (field, operator) → value.
    pub filters: BTreeMap<(String, String), String>,
    /// Words to search for.
    pub q: Option<String>,
    /// Further parameters.
    pub extra: BTreeMap<String, String>,
}

/// The most rows of a page.
pub const MOST: u32 = 200;
/// Rows of a page when nothing is said.
pub const USUAL: u32 = 25;

impl Ask {
    /// Reads a query string.
    ///
    /// # Errors
    /// 400 naming the parameter that is unknown, repeated or unreadable.
    pub fn read(query: Option<&str>, spec: &Spec) -> Result<Ask, Problem> {
        let mut ask = Ask { size: USUAL, ..Ask::default() };
        for pair in pairs(query) {
            let (name, value) = pair?;
            ask.set(&name, value, spec)?;
        }
        Ok(ask)
    }

    fn set(&mut self, name: &str, value: String, spec: &Spec) -> Result<(), Problem> {
        match name {
            "page[size]" => {
                self.size = value
                    .parse()
                    .ok()
                    .filter(|n| (1..=MOST).contains(n))
                    .ok_or_else(|| bad(name, &format!("a number from 1 to {MOST}")))?;
            }
            "page[after]" => self.after = Some(value),
            "sort" => {
                for field in value.split(',') {
                    let (field, falls) = field.strip_prefix('-').map_or((field, false), |f| (f, true));
                    if !spec.sorts.contains(&field) {
                        return Err(bad(name, &format!("one of {}", spec.sorts.join(", "))));
                    }
                    self.sort.push((field.to_owned(), falls));
                }
            }
            "q" if value.chars().count() > 200 => return Err(bad(name, "at most 200 characters")),
            "q" => self.q = Some(value).filter(|v| !v.trim().is_empty()),
            "preview" => {}
            _ => {
                if let Some((field, op)) = filter(name) {
                    let known = spec.filters.iter().any(|(f, ops)| *f == field && ops.contains(&op));
                    if known && self.filters.insert((field.to_owned(), op.to_owned()), value).is_none() {
                        return Ok(());
                    }
                } else if spec.extra.contains(&name) && self.extra.insert(name.to_owned(), value).is_none() {
                    return Ok(());
                }
                return Err(unknown(name));
            }
        }
        Ok(())
    }

    /// The value of a filter.
    #[must_use]
    pub fn filter(&self, field: &str, op: &str) -> Option<&str> {
        self.filters.get(&(field.to_owned(), op.to_owned())).map(String::as_str)
    }

    /// What a cursor of this list is bound to.
    #[must_use]
    pub fn binding(&self, list: &str) -> String {
        format!("{list}|{:?}|{:?}|{:?}|{:?}", self.sort, self.filters, self.q, self.extra)
    }
}

/// Reads the query string of what is no list that is paged, sorted and searched: these parameters, each at most once.
///
/// # Errors
/// 400 naming the parameter that is unknown, repeated or unreadable.
pub fn plain(query: Option<&str>, names: &[&str]) -> Result<BTreeMap<String, String>, Problem> {
    let mut said = BTreeMap::new();
    for pair in pairs(query) {
        let (name, value) = pair?;
        let known = name == "preview" || names.contains(&name.as_str());
        if !known || said.insert(name.clone(), value).is_some() {
            return Err(unknown(&name));
        }
    }
    Ok(said)
}

/// A parameter that is true or false; false when it is left out.
///
/// # Errors
/// 400 naming it.
pub fn flag(said: &BTreeMap<String, String>, name: &str) -> Result<bool, Problem> {
    match said.get(name).map(String::as_str) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(bad(name, "true or false")),
    }
}

/// The query string of an address that takes none, read and not yet complained about: a caller without the right must not learn what
/// was wrong with it.
pub struct NoQuery(pub Result<(), Problem>);

impl<S: Send + Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(NoQuery(plain(parts.uri.query(), &[]).map(drop)))
    }
}

/// The parameters of a query string, decoded.
fn pairs(query: Option<&str>) -> impl Iterator<Item = Result<(String, String), Problem>> {
    query.unwrap_or_default().split('&').filter(|p| !p.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decode(name)?, decode(value)?))
    })
}

fn unknown(name: &str) -> Problem {
    Problem::unreadable("unknown-parameter", format!("There is no parameter {name} here, or it was sent twice.")).field(
        name,
        "unknown",
        "unknown or repeated",
    )
}

fn filter(name: &str) -> Option<(&str, &str)> {
    let rest = name.strip_prefix("filter[")?;
    let (field, rest) = rest.split_once(']')?;
    if rest.is_empty() {
        return Some((field, "eq"));
    }
    Some((field, rest.strip_prefix('[')?.strip_suffix(']')?))
}

fn decode(text: &str) -> Result<String, Problem> {
    let plain = text.replace('+', " ");
    let text = percent_decode_str(&plain)
        .decode_utf8()
        .map_err(|_| Problem::unreadable("invalid-query", "The query string is not valid UTF-8."))?;
    if text.contains('\0') {
        return Err(Problem::unreadable("invalid-query", "The query string holds a NUL character."));
    }
    Ok(text.into_owned())
}

fn bad(name: &str, wanted: &str) -> Problem {
    Problem::unreadable("invalid-parameter", format!("{name} must be {wanted}.")).field(name, "invalid", format!("must be {wanted}"))
}

/// Signs cursors, so that one cannot be made or moved to another list. One is good for a day.
#[derive(Clone)]
pub struct Signer {
    key: [u8; 32],
    clock: Arc<dyn Clock>,
}

/// How long a cursor is good for.
const LIFE_SECONDS: i64 = 24 * 60 * 60;

impl Signer {
    /// A signer with the installation's key.
    #[must_use]
    pub fn new(key: [u8; 32], clock: Arc<dyn Clock>) -> Signer {
        Signer { key, clock }
    }

    /// The text of a cursor.
    #[must_use]
    pub fn seal(&self, binding: &str, place: &impl Serialize) -> String {
        let mut told = self.clock.now().0.to_be_bytes().to_vec();
        told.extend(serde_json::to_vec(place).unwrap_or_default());
        let mut sealed = self.mac(binding, &told)[..16].to_vec();
        sealed.extend(told);
        BASE64URL_NOPAD.encode(&sealed)
    }

    /// Reads a cursor back.
    ///
    /// # Errors
    /// 400 `cursor-invalid` when it was made for another filter, sort or list, or more than a day ago.
    pub fn open<T: DeserializeOwned>(&self, binding: &str, text: &str) -> Result<T, Problem> {
        let read = || {
            let sealed = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
            let (sum, told) = sealed.split_at_checked(16)?;
            let (made, place) = told.split_first_chunk()?;
            let fits: bool = self.mac(binding, told)[..16].ct_eq(sum).into();
            let good = fits && Timestamp(i64::from_be_bytes(*made)).plus_seconds(LIFE_SECONDS) > self.clock.now();
            if good { serde_json::from_slice(place).ok() } else { None }
        };
        read().ok_or_else(|| {
            Problem::unreadable(
                "cursor-invalid",
                "This page[after] does not belong to this filter and sort, or has expired: start again without it.",
            )
            .field("page[after]", "invalid", "not a cursor of this list")
        })
    }

    fn mac(&self, binding: &str, place: &[u8]) -> [u8; 32] {
        // HMAC takes keys of any length: this cannot fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            return [0; 32];
        };
        mac.update(binding.as_bytes());
        mac.update(&[0]);
        mac.update(place);
        mac.finalize().into_bytes().into()
    }
}

/// A page of a list, as the API answers it.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Where they lie.
    pub page: PageInfo,
}

impl<T> Page<T> {
    /// A page that holds its whole list.
    #[must_use]
    pub fn whole(data: Vec<T>) -> Page<T> {
        let total = i64::try_from(data.len()).unwrap_or(i64::MAX);
        Page { data, page: PageInfo { next: None, total } }
    }
}

/// Where a page lies in its list.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PageInfo {
    /// The cursor of the next page; null on the last.
    pub next: Option<String>,
    /// Rows of the whole list under this filter.
    pub total: i64,
}

#[cfg(test)]
mod tests {
    use store::Movable;

    use super::*;

    const SPEC: Spec = Spec { filters: &[("status", &["eq", "in"])], sorts: &["name", "seats"], extra: &[] };

    #[test]
    fn reads_what_the_list_takes_and_names_what_it_does_not() {
        let ask = Ask::read(Some("page%5Bsize%5D=50&sort=-seats,name&filter[status][eq]=active&q=lule%C3%A5"), &SPEC).expect("reads");
        assert_eq!((ask.size, ask.filter("status", "eq"), ask.q.as_deref()), (50, Some("active"), Some("luleå")));
        assert_eq!(ask.sort, [("seats".into(), true), ("name".into(), false)]);
        for wrong in ["page[size]=0", "page[size]=201", "sort=colour", "filter[status][gt]=1", "colour=red", "q=%00", "q=%ff"] {
            let problem = Ask::read(Some(wrong), &SPEC).expect_err(wrong);
            assert_eq!(problem.status, 400, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_list_takes_what_it_names_and_nothing_else() {
        let said = plain(Some("create_missing=true&preview=true"), &["create_missing"]).expect("reads");
        assert_eq!(said.get("create_missing").map(String::as_str), Some("true"));
        assert!(plain(None, &[]).is_ok() && plain(Some("&"), &[]).is_ok());
        for wrong in ["page[size]=1", "page%5Bafter%5D=x", "q=x", "sort=name", "foo", "create_missing=true&create_missing=true", "q=%ff"] {
            assert_eq!(plain(Some(wrong), &["create_missing"]).expect_err(wrong).status, 400, "{wrong}");
        }
    }

    #[test]
    fn a_cursor_works_only_where_it_was_made() {
        let clock = Arc::new(Movable::starting(Timestamp(0), false));
        let signer = Signer::new([1; 32], clock.clone());
        let text = signer.seal("list|name", &("lulea", 7));
        assert_eq!(signer.open::<(String, i32)>("list|name", &text).expect("opens"), ("lulea".into(), 7));
        assert!(signer.open::<(String, i32)>("list|seats", &text).is_err());
        assert!(signer.open::<(String, i32)>("list|name", &text[1..]).is_err());
        assert!(Signer::new([2; 32], clock.clone()).open::<(String, i32)>("list|name", &text).is_err());
        assert!(clock.advance(Timestamp(0).plus_seconds(LIFE_SECONDS - 1)) && signer.open::<(String, i32)>("list|name", &text).is_ok());
        assert!(clock.advance(Timestamp(0).plus_seconds(LIFE_SECONDS)) && signer.open::<(String, i32)>("list|name", &text).is_err());
    }
}
