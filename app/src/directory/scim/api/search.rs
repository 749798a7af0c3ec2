//! Lists: what is asked for by a GET's parameters or by a `.search`, and the answer's form. Pages go by `startIndex` (RFC 7644)
//! or by cursor (RFC 9865).

use serde_json::{Value, json};
use store::Uuid;

use super::{
    super::{
        compiled,
        error::ScimError,
        filter,
        find::{Found, Listed, Part},
        resource::{self, Shape},
        schema::{self, ResourceType},
    },
    wire::{self, No, Tenant},
};
use crate::app::App;

/// The URN of a `.search`.
pub const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
/// The URN of a list.
pub const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// Rows of a page at most.
pub const MOST: i64 = 1_000;
/// Rows of a page when nothing is said: who asks for everybody gets a small tenant whole.
pub const USUAL: i64 = MOST;

/// What is asked for, as it was written.
#[derive(Debug, Clone, Default)]
pub struct Search {
    filter: Option<String>,
    sort_by: Option<String>,
    falls: bool,
    start: i64,
    count: Option<i64>,
    cursor: Option<String>,
    only: Option<Vec<String>>,
    without: Option<Vec<String>>,
}

fn whole(name: &str, text: &str) -> Result<i64, ScimError> {
    text.trim().parse().map_err(|_| ScimError::value(format!("{name} is not a whole number.")))
}

fn order(text: &str) -> Result<bool, ScimError> {
    match text.to_ascii_lowercase().as_str() {
        "ascending" => Ok(false),
        "descending" => Ok(true),
        _ => Err(ScimError::value("sortOrder is ascending or descending.")),
    }
}

impl Search {
    /// Reads a GET's parameters. Those nobody knows are passed over.
    ///
    /// # Errors
    /// `invalidValue` naming the parameter.
    pub fn of_query(query: Option<&str>) -> Result<Search, ScimError> {
        let mut search = Search { start: 1, ..Search::default() };
        let names = |text: &str| -> Vec<String> { text.split(',').filter(|n| !n.trim().is_empty()).map(str::to_owned).collect() };
        for (name, value) in wire::parameters(query)? {
            match name.to_ascii_lowercase().as_str() {
                "filter" => search.filter = Some(value),
                "sortby" => search.sort_by = Some(value),
                "sortorder" => search.falls = order(&value)?,
                "startindex" => search.start = whole("startIndex", &value)?,
                "count" => search.count = Some(whole("count", &value)?),
                "cursor" => search.cursor = Some(value),
                "attributes" => search.only.get_or_insert_default().extend(names(&value)),
                "excludedattributes" => search.without.get_or_insert_default().extend(names(&value)),
                _ => {}
            }
        }
        Ok(search)
    }

    /// Reads the body of a `.search`.
    ///
    /// # Errors
    /// `invalidSyntax` or `invalidValue` naming the member.
    pub fn of_body(body: &Value) -> Result<Search, ScimError> {
        let fields = body.as_object().ok_or_else(|| ScimError::syntax("The body is not a JSON object."))?;
        resource::says_schema(fields, SEARCH)?;
        let mut search = Search { start: 1, ..Search::default() };
        for (name, value) in fields.iter().filter(|(_, v)| !v.is_null()) {
            let text = || value.as_str().map(str::to_owned).ok_or_else(|| ScimError::syntax(format!("{name} is not a text.")));
            let number = || value.as_i64().ok_or_else(|| ScimError::value(format!("{name} is not a whole number.")));
            let names = || {
                let all = value.as_array().map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect());
                all.ok_or_else(|| ScimError::syntax(format!("{name} is not a list.")))
            };
            match name.to_ascii_lowercase().as_str() {
                "filter" => search.filter = Some(text()?),
                "sortby" => search.sort_by = Some(text()?),
                "sortorder" => search.falls = order(&text()?)?,
                "startindex" => search.start = number()?,
                "count" => search.count = Some(number()?),
                "cursor" => search.cursor = Some(text()?),
                "attributes" => search.only = Some(names()?),
                "excludedattributes" => search.without = Some(names()?),
                _ => {}
            }
        }
        Ok(search)
    }

    /// Rows wanted at most.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.count.unwrap_or(USUAL).clamp(0, MOST)
    }

    /// The first row's number, from 1.
    #[must_use]
    pub fn start(&self) -> i64 {
        self.start.max(1)
    }

    /// The same by number: over several types of resources there is no cursor.
    ///
    /// # Errors
    /// `invalidValue` when a cursor was sent.
    pub fn by_index(self) -> Result<Search, ScimError> {
        if self.cursor.is_some() { Err(ScimError::value("Here pages go by startIndex, not by cursor.")) } else { Ok(self) }
    }

    /// What is left of it behind another list, of which so many rows were shown.
    #[must_use]
    pub fn behind(&self, total: i64, shown: i64) -> Search {
        Search { start: (self.start() - total).max(1), count: Some(self.count() - shown), ..self.clone() }
    }

    /// Which attributes are wanted.
    ///
    /// # Errors
    /// As [`Shape::read`].
    pub fn shape(&self, of: &ResourceType) -> Result<Shape, ScimError> {
        Shape::read(of, self.only.as_deref(), self.without.as_deref())
    }

    /// What a cursor of this list is bound to.
    fn binding(&self, of: &ResourceType, tenant: &Tenant) -> String {
        format!("scim {} {} {:?}", of.name, tenant.customer, self.filter)
    }

    /// The part of a list that this asks for.
    ///
    /// # Errors
    /// `invalidFilter`, `invalidCursor`, `invalidValue`.
    pub fn part(&self, app: &App, of: &ResourceType, tenant: &Tenant) -> Result<Part, ScimError> {
        let filter = self.filter.as_deref().map(|text| compiled::compile(&filter::parse(text)?, of)).transpose()?;
        let sort = match &self.sort_by {
            None => None,
            Some(path) => {
                let place = of.resolve(path.trim()).filter(|p| p.attribute.is_some());
                if place.is_none() && !schema::is_known(path.trim()) {
                    return Err(ScimError::value(format!("There is no attribute {path} to sort by.")));
                }
                place.map(|place| (place, self.falls))
            }
        };
        if self.cursor.is_some() && sort.is_some() {
            return Err(ScimError::value("A list by cursor stands in the order in which its resources came: leave sortBy out."));
        }
        let after: Option<Uuid> = match self.cursor.as_deref() {
            None | Some("") => None,
            Some(text) => {
                let wrong = |_| ScimError::cursor("This cursor belongs to another list, or to none: begin anew.");
                Some(app.signer.open(&self.binding(of, tenant), text).map_err(wrong)?)
            }
        };
        // One more than asked for shows whether a cursor leads on.
        let (skip, count) = if self.cursor.is_some() { (0, self.count() + 1) } else { (self.start() - 1, self.count()) };
        Ok(Part { filter, sort, after, skip, count, base: wire::base(app) })
    }

    /// The list as it is answered.
    ///
    /// # Errors
    /// As [`Shape::read`].
    pub fn answer<T: Listed>(&self, app: &App, of: &ResourceType, tenant: &Tenant, found: Found<T>) -> Result<Value, No> {
        let (base, shape) = (wire::base(app), self.shape(of)?);
        let mut items = found.items;
        let wanted = usize::try_from(self.count()).unwrap_or(0);
        let more = self.cursor.is_some() && items.len() > wanted;
        items.truncate(wanted);
        let next = items.last().filter(|_| more).map(|last| app.signer.seal(&self.binding(of, tenant), &last.id()));
        let resources: Vec<Value> = items.iter().map(|item| wire::value(shape.of(item.whole(&base)))).collect();
        let mut list = json!({
            "schemas": [LIST],
            "totalResults": found.total,
            "itemsPerPage": resources.len(),
            "Resources": resources,
        });
        match (&self.cursor, next) {
            (None, _) => list["startIndex"] = json!(self.start()),
            (Some(_), Some(next)) => list["nextCursor"] = json!(next),
            (Some(_), None) => {}
        }
        Ok(list)
    }
}
