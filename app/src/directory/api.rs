//! REST twin of the directory.

use std::collections::BTreeMap;

use access::permissions::{ManageMembers, ReadMembers};
use axum::{
    Json,
    extract::{FromRequestParts, Path, RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};
use serde::{Deserialize, Deserializer, Serialize};
use store::{CustomerId, MemberId, SiteId, Timestamp, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds, with_etag},
    paging::{Ask, Page, PageInfo, Spec},
    problem::Problem,
};

use super::{
    AccessOf, CreateMember, EditMember, Member, MemberOf, MemberStatus, MemberType, Members, Order, Place, RecordSync, RemoveMember,
    api_filter::{FILTERS, group, which},
    free, reading,
    record_sync::Recorded,
    remove::Removed,
    rules::{self, Written, is_sane},
};
use crate::{
    app::Shared,
    hierarchy::sites::{self, SitesOf},
    noun::{Email, Name, Note},
};

/// The API routes.
#[must_use]
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get_one, edit, remove))
        .routes(routes!(access_of))
        .routes(routes!(record_sync))
        .merge(super::api_export::routes())
}

const LIST: Spec = Spec { filters: FILTERS, sorts: Order::WORDS, extra: &[] };

/// The question of a list request.
///
/// # Errors
/// 400 naming the parameter.
fn question(app: &Shared, customer: CustomerId, query: Option<&str>) -> Result<(Members, String), Problem> {
    let ask = Ask::read(query, &LIST)?;
    let (which, group) = (which(&ask)?, group(&ask)?);
    let binding = ask.binding(&format!("members {customer}"));
    let after = ask.after.as_deref().map(|text| app.signer.open::<Place>(&binding, text)).transpose()?;
    let (order, falls) = ask.sort.first().map_or((Order::Name, false), |(word, falls)| (Order::parse(word).unwrap_or_default(), *falls));
    Ok((Members { customer, which, group, q: ask.q, order, falls, after, limit: i64::from(ask.size), offset: 0 }, binding))
}

/// Members of a customer.
#[utoipa::path(get, path = "/v1/tenants/{customer}/members", tag = "members", params(("customer" = String, Path), ("filter[status]" = Option<String>, Query), ("filter[type]" = Option<String>, Query), ("filter[site]" = Option<String>, Query), ("filter[source]" = Option<String>, Query), ("filter[department]" = Option<String>, Query), ("filter[title]" = Option<String>, Query), ("filter[attribute]" = Option<String>, Query, description = "name:value"), ("filter[directory_group]" = Option<String>, Query), ("filter[group]" = Option<String>, Query), ("q" = Option<String>, Query), ("sort" = Option<String>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<Member>), (status = 404, body = Problem)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (input, binding) = match question(&app, customer, query.as_deref()) {
        Ok((members, binding)) => (Ok(members), binding),
        Err(problem) => (Err(problem), String::new()),
    };
    let size = input.as_ref().map_or(0, |m| m.limit);
    door::probe::<ReadMembers>(&app.house, &caller, customer).await?;
    free::settle(&app.house, customer).await?;
    let found = door::look(&app.house, &caller, customer, input).await?;
    reading::note(&app, &caller, customer).await?;
    let full = i64::try_from(found.members.len()).is_ok_and(|n| n == size);
    let next = found.last.filter(|_| full).map(|place| app.signer.seal(&binding, &place));
    Ok(Json(Page { data: found.members, page: PageInfo { next, total: found.total } }).into_response())
}

/// A member to add.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMemberBody {
    /// Its mail address, unique in the customer.
    pub email: String,
    /// Its name; the first part of the address when absent.
    #[serde(default)]
    pub name: String,
    /// Its id in your own directory.
    #[serde(default)]
    pub external_id: String,
    /// Where it works.
    #[serde(default)]
    pub department: String,
    /// As what.
    #[serde(default)]
    pub title: String,
    /// Language tag.
    #[serde(default)]
    pub language: String,
    /// `employee` (the default), `tenant`, `visitor`, `iot`, `space` or `group_member`.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// The site it belongs to, by id or name. It cannot be changed later.
    #[serde(default)]
    pub site_id: String,
    /// Further attributes by name.
    #[serde(default)]
    pub attributes: BTreeMap<String, Name>,
    /// `active` (the default) or `inactive`.
    #[serde(default)]
    pub status: String,
}

/// A refused field as a problem.
pub(crate) fn refused(no: rules::Refused) -> Problem {
    Problem::invalid(format!("/{}", no.field), no.code, no.reason)
}

impl NewMemberBody {
    fn command(&self, customer: CustomerId) -> Result<CreateMember, Problem> {
        let written = Written {
            email: &self.email,
            name: &self.name,
            external_id: &self.external_id,
            department: &self.department,
            title: &self.title,
            language: &self.language,
            kind: &self.kind,
            status: &self.status,
            ..Written::default()
        };
        let mut new = rules::read(&written).map_err(refused)?;
        new.attributes = self.attributes.iter().map(|(name, value)| (name.clone(), value.as_str().to_owned())).collect();
        Ok(CreateMember { customer, new, source: "api" })
    }
}

/// Adds a member.
#[utoipa::path(post, path = "/v1/tenants/{customer}/members", tag = "members", request_body = NewMemberBody, params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = Member), (status = 409, body = Problem)))]
async fn create(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<NewMemberBody>,
) -> Result<Response, Problem> {
    let mut input = body.and_then(|b| Ok((b.command(customer)?, b.site_id)));
    if let Ok((command, site)) = &mut input
        && !site.trim().is_empty()
    {
        door::probe::<ManageMembers>(&app.house, &caller, customer).await?;
        let sites = app.house.ask(&caller.call(), SitesOf { customer }).await?;
        let no = || Problem::invalid("/site_id", "unknown-site", "This customer has no such site.");
        command.new.site = Some(sites::named(&sites, site).ok_or_else(no)?.id);
    }
    let input = input.map(|(command, _)| command);
    Ok(door::change(&app.house, &caller, customer, input).await?.with(StatusCode::CREATED))
}

/// One member.
#[utoipa::path(get, path = "/v1/tenants/{customer}/members/{id}", tag = "members", params(("customer" = String, Path), ("id" = String, Path)), responses((status = 200, body = Member), (status = 404, body = Problem)))]
async fn get_one(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, member): PathIds<kinds::Customer, kinds::Member>,
) -> Result<Response, Problem> {
    door::probe::<ReadMembers>(&app.house, &caller, customer).await?;
    free::settle(&app.house, customer).await?;
    let found = door::look(&app.house, &caller, customer, Ok(MemberOf { customer, member })).await?.ok_or_else(Problem::not_found)?;
    reading::note(&app, &caller, customer).await?;
    let version = found.version;
    Ok(with_etag(Json(found).into_response(), version))
}

/// What to change; what is absent stays, `null` takes an optional value away.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EditBody {
    /// Its mail address.
    pub email: Option<Email>,
    /// Its name.
    pub name: Option<Name>,
    /// Its id in your own directory.
    #[serde(deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    pub external_id: Option<Option<Name>>,
    /// Where it works.
    #[serde(deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    pub department: Option<Option<Name>>,
    /// As what.
    #[serde(deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    pub title: Option<Option<Name>>,
    /// Language tag.
    #[serde(deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    pub language: Option<Option<Name>>,
    /// Of what type it is.
    #[serde(rename = "type")]
    pub kind: Option<MemberType>,
    /// Its site. Another than it has is refused: a member stays where it was made.
    #[serde(deserialize_with = "told")]
    #[schema(value_type = Option<String>)]
    pub site_id: Option<Option<SiteId>>,
    /// Attributes by name; what is absent stays, `null` takes a value away.
    #[schema(value_type = BTreeMap<String, Option<String>>)]
    pub attributes: BTreeMap<String, Option<Name>>,
    /// `active` or `inactive`.
    pub status: Option<MemberStatus>,
}

/// Tells `null` from absent.
fn told<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

impl EditBody {
    fn only_status(&self) -> bool {
        let texts = [&self.external_id, &self.department, &self.title, &self.language];
        let others = self.kind.is_some() || self.site_id.is_some() || !self.attributes.is_empty();
        self.email.is_none() && self.name.is_none() && !others && texts.iter().all(|t| t.is_none()) && self.status.is_some()
    }

    /// Setting a status means the same whatever else changed, so it needs no version; everything else does.
    fn command(self, caller: &Caller, customer: CustomerId, member: MemberId) -> Result<EditMember, Problem> {
        let version = if self.only_status() { caller.if_match } else { Some(caller.need_version()?) };
        if matches!(self.status, Some(MemberStatus::Waiting | MemberStatus::Held)) {
            return Err(Problem::invalid("/status", "invalid", "A status can be set to active or inactive."));
        }
        Ok(EditMember {
            customer,
            member,
            version,
            email: self.email,
            name: self.name,
            external_id: self.external_id,
            department: self.department,
            title: self.title,
            language: self.language,
            kind: self.kind,
            site: self.site_id,
            attributes: self.attributes,
            active: self.status.map(|s| s == MemberStatus::Active),
        })
    }
}

/// Changes a member.
#[utoipa::path(patch, path = "/v1/tenants/{customer}/members/{id}", tag = "members", request_body = EditBody, params(("customer" = String, Path), ("id" = String, Path), ("If-Match" = Option<String>, Header)), responses((status = 200, body = Member), (status = 409, body = Problem), (status = 412, body = Problem), (status = 428, body = Problem)))]
async fn edit(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, member): PathIds<kinds::Customer, kinds::Member>,
    Body(body): Body<EditBody>,
) -> Result<Response, Problem> {
    let input = body.and_then(|b| b.command(&caller, customer, member));
    Ok(door::change(&app.house, &caller, customer, input).await?.versioned(StatusCode::OK, |now| now.version))
}

/// Removes a member.
#[utoipa::path(delete, path = "/v1/tenants/{customer}/members/{id}", tag = "members", params(("customer" = String, Path), ("id" = String, Path), ("If-Match" = Option<String>, Header)), responses((status = 200, body = Removed), (status = 404, body = Problem), (status = 412, body = Problem)))]
async fn remove(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(customer, member): PathIds<kinds::Customer, kinds::Member>,
) -> Result<Response, Problem> {
    let input = Ok(RemoveMember { customer, member, version: caller.if_match });
    Ok(door::change(&app.house, &caller, customer, input).await?.ok())
}

/// Whether somebody may come in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Access {
    /// True only for a member that is active now.
    pub allow: bool,
}

/// Customer and member reference of a path; what cannot be read is nobody.
struct Referred(CustomerId, String);

impl<S: Send + Sync> FromRequestParts<S> for Referred {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<(String, String)>::from_request_parts(parts, state).await;
        let (customer, member_ref) = read.map_or_else(|_| Default::default(), |Path(both)| both);
        // No reference holds NUL, and PostgreSQL would not even be asked for one.
        let member_ref = if member_ref.contains('\0') { String::new() } else { member_ref };
        Ok(Referred(door::id(&customer), member_ref))
    }
}

/// Whether somebody may come in: what a network controller asks.
#[utoipa::path(get, path = "/v1/tenants/{customer}/access/{member_ref}", tag = "members", params(("customer" = String, Path), ("member_ref" = String, Path, description = "Member id, external id or mail address")), responses((status = 200, body = Access), (status = 404, body = Problem)))]
async fn access_of(State(app): State<Shared>, caller: Caller, Referred(customer, member_ref): Referred) -> Result<Response, Problem> {
    let ask = || AccessOf { customer, member_ref: member_ref.clone() };
    let allow = match door::look(&app.house, &caller, customer, Ok(ask())).await? {
        Some(allow) => allow,
        None => {
            free::settle(&app.house, customer).await?;
            // Nobody is active beyond the plan any more; should somebody have come in meanwhile, the answer is no.
            door::look(&app.house, &caller, customer, Ok(ask())).await? == Some(true)
        }
    };
    Ok(Json(Access { allow }).into_response())
}

/// How a directory sync ended.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncBody {
    /// Whether it ended well.
    pub ok: bool,
    /// What was synced with.
    pub source: Option<Name>,
    /// Why it failed.
    pub reason: Option<Note>,
    /// When it ended; now when absent.
    pub at: Option<Timestamp>,
}

impl SyncBody {
    fn command(self, customer: CustomerId, now: Timestamp) -> Result<RecordSync, Problem> {
        if self.at.is_some_and(|at| !is_sane(at, now)) {
            return Err(Problem::invalid("/at", "not-a-time", "The time lies in the future or before 2000."));
        }
        let usual = || Name::parse("directory").map_err(|e| Problem::invalid("/source", "invalid", e));
        let source = self.source.map_or_else(usual, Ok)?;
        Ok(RecordSync { customer, ok: self.ok, source, reason: self.reason, own: None, at: self.at })
    }
}

/// Records how a directory sync ended.
#[utoipa::path(post, path = "/v1/tenants/{customer}/syncs", tag = "facts", request_body = SyncBody, params(("customer" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = Recorded), (status = 422, body = Problem)))]
async fn record_sync(
    State(app): State<Shared>,
    caller: Caller,
    PathId(customer): PathId<kinds::Customer>,
    Body(body): Body<SyncBody>,
) -> Result<Response, Problem> {
    let now = app.house.now();
    let input = body.and_then(|b| b.command(customer, now));
    Ok(door::change(&app.house, &caller, customer, input).await?.with(StatusCode::CREATED))
}
