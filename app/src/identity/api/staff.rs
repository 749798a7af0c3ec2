//! The team of an MSP.

use access::{Grants, Role};
use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Deserialize;
use store::{PartnerId, StaffId, Uuid, kinds};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    caller::Caller,
    door::{self, Body, PathId, PathIds, Reply},
    paging::{Ask, Page, PageInfo, Spec},
    problem::Problem,
};

use crate::{
    app::Shared,
    identity::{
        noun::{StaffMember, StaffReach},
        people::{ChangeStaff, InviteStaff, ResendInvitation},
        queries::{Narrow, OneStaff, StaffOf},
    },
    noun::{Email, Name},
};

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list, invite)).routes(routes!(one, change)).routes(routes!(resend))
}

const LIST: Spec = Spec { filters: &[("role", &["eq"])], sorts: &[], extra: &[] };

/// Who works at an MSP.
#[utoipa::path(get, path = "/v1/msp/{msp}/staff", tag = "staff", params(("msp" = String, Path), ("q" = Option<String>, Query), ("filter[role]" = Option<String>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)), responses((status = 200, body = Page<StaffMember>), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let ask = Ask::read(query.as_deref(), &LIST);
    let binding = ask.as_ref().map(|a| a.binding(&format!("staff {partner}"))).unwrap_or_default();
    let input = ask.and_then(|ask| {
        let after = ask.after.as_deref().map(|text| app.signer.open::<Uuid>(&binding, text)).transpose()?;
        let role = ask.filter("role", "eq").map(|word| Role::parse(word).ok_or_else(no_role)).transpose()?;
        Ok(StaffOf { partner, narrow: Narrow { q: ask.q, role }, after, limit: i64::from(ask.size) })
    });
    let size = input.as_ref().map_or(0, |q| q.limit);
    let (data, total) = door::look(&app.house, &caller, partner, input).await?;
    let full = i64::try_from(data.len()).is_ok_and(|n| n == size);
    let next = data.last().filter(|_| full).map(|m| app.signer.seal(&binding, &m.id.0));
    Ok(Json(Page { data, page: PageInfo { next, total } }).into_response())
}

fn no_role() -> Problem {
    let wanted = "must be a role such as technician";
    Problem::unreadable("invalid-parameter", format!("filter[role] {wanted}.")).field("filter[role]", "invalid", wanted)
}

/// Grants on top of a role.
#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AskedGrants {
    /// May create customers.
    pub create_customers: bool,
    /// May purchase licences.
    pub purchase: bool,
}

impl From<AskedGrants> for Grants {
    fn from(asked: AskedGrants) -> Grants {
        Grants { create_customers: asked.create_customers, purchase: asked.purchase }
    }
}

fn yes() -> bool {
    true
}

/// A person to invite.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStaff {
    /// Where mail reaches them.
    pub email: Email,
    /// What they are called.
    pub name: Name,
    /// As what they work: admin, technician, auditor, or customer_admin with exactly one customer in `reach`.
    pub role: Role,
    /// What they may do on top of it.
    #[serde(default, deserialize_with = "door::object")]
    pub grants: AskedGrants,
    /// For which customers.
    #[serde(default, deserialize_with = "door::object")]
    pub reach: StaffReach,
    /// False leaves them invited without mail; `…/resend` sends it later.
    #[serde(default = "yes")]
    pub notify: bool,
}

/// Invites a person. Only the owner may.
#[utoipa::path(post, path = "/v1/msp/{msp}/staff", tag = "staff", request_body = NewStaff, params(("msp" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 201, body = StaffMember), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn invite(
    State(app): State<Shared>,
    caller: Caller,
    PathId(partner): PathId<kinds::Partner>,
    Body(body): Body<NewStaff>,
) -> Result<Response, Problem> {
    let input = body.map(|b| InviteStaff {
        partner,
        email: b.email,
        name: b.name,
        role: b.role,
        grants: b.grants.into(),
        reach: b.reach,
        notify: b.notify,
    });
    Ok(tagged(door::change(&app.house, &caller, partner, input).await?, StatusCode::CREATED))
}

/// One person of an MSP.
#[utoipa::path(get, path = "/v1/msp/{msp}/staff/{id}", tag = "staff", params(("msp" = String, Path), ("id" = String, Path)), responses((status = 200, body = StaffMember), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn one(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, staff): PathIds<kinds::Partner, kinds::Staff>,
) -> Result<Response, Problem> {
    let found = door::look(&app.house, &caller, partner, Ok(OneStaff { partner, staff })).await?;
    let member = found.ok_or_else(Problem::not_found)?.member;
    let version = member.version;
    Ok(door::with_etag(Json(member).into_response(), version))
}

/// What changes about a person; what is absent stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffChange {
    /// What they are called.
    pub name: Option<Name>,
    /// As what they work.
    pub role: Option<Role>,
    /// What they may do on top of it.
    #[serde(default, deserialize_with = "door::maybe_object")]
    pub grants: Option<AskedGrants>,
    /// For which customers.
    #[serde(default, deserialize_with = "door::maybe_object")]
    pub reach: Option<StaffReach>,
    /// True shuts them out, false lets them in again.
    pub disabled: Option<bool>,
}

/// Changes role, grants, reach or access of a person. Only the owner may.
#[utoipa::path(patch, path = "/v1/msp/{msp}/staff/{id}", tag = "staff", request_body = StaffChange, params(("msp" = String, Path), ("id" = String, Path), ("If-Match" = String, Header)), responses((status = 200, body = StaffMember), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem), (status = 428, body = Problem)))]
async fn change(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, staff): PathIds<kinds::Partner, kinds::Staff>,
    Body(body): Body<StaffChange>,
) -> Result<Response, Problem> {
    let input = caller.need_version().and_then(|version| Ok(changed(partner, staff, version, body?)));
    Ok(tagged(door::change(&app.house, &caller, partner, input).await?, StatusCode::OK))
}

fn changed(partner: PartnerId, staff: StaffId, version: i64, body: StaffChange) -> ChangeStaff {
    ChangeStaff {
        partner,
        staff,
        version,
        name: body.name,
        role: body.role,
        grants: body.grants.map(Grants::from),
        reach: body.reach,
        disabled: body.disabled,
    }
}

/// Sends an invitation again; earlier links stop working.
#[utoipa::path(post, path = "/v1/msp/{msp}/staff/{id}/resend", tag = "staff", params(("msp" = String, Path), ("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), responses((status = 200, body = StaffMember), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn resend(
    State(app): State<Shared>,
    caller: Caller,
    PathIds(partner, staff): PathIds<kinds::Partner, kinds::Staff>,
) -> Result<Response, Problem> {
    Ok(tagged(door::change(&app.house, &caller, partner, Ok(ResendInvitation { partner, staff })).await?, StatusCode::OK))
}

fn tagged(reply: Reply<StaffMember>, status: StatusCode) -> Response {
    reply.versioned(status, |now| now.version)
}
