//! What people do with members in the console.

use access::permissions::ManageMembers;
use axum::{
    extract::{Path, State},
    response::Response,
};
use command::{Fail, Refusal};
use store::{CustomerId, MemberId, PartnerId, SiteId, kinds};
use web::{
    Lang,
    door::{self, PathIds},
    forms::Form,
    problem::Problem,
    swap,
};

use super::{
    super::{
        CreateMember, MemberRefusal, NewMember, RemoveMember, SetMemberStatus,
        rules::{self, Refused, Written},
    },
    base, customer_of, id_of,
    list::{AddForm, page},
};
use crate::{
    app::{App, Shared},
    console::Visitor,
    hierarchy::sites::{self, SitesOf},
    licensing::policy::FREE_MEMBERS,
};

/// What a refusal says in the reader's language.
fn said(lang: Lang, refusal: &MemberRefusal) -> String {
    if let MemberRefusal::MauCapReached { max_mau, active_this_month, .. } = refusal {
        let numbers = [("most", lang.int(*max_mau).into()), ("n", lang.int(*active_this_month).into())];
        return lang.with("directory-refused-mau-cap-reached", &numbers);
    }
    if let MemberRefusal::TenantLimit { free: true } = refusal {
        return lang.with("directory-refused-free-limit", &[("most", FREE_MEMBERS.into())]);
    }
    let id = format!("directory-refused-{}", refusal.code());
    if lang.knows(&id) { lang.t(&id) } else { format!("{}. {}", refusal.title(), refusal.detail()) }
}

fn wrong(lang: Lang, no: &Refused) -> (String, String) {
    (no.field.to_owned(), lang.t(&format!("directory-wrong-{}", no.field.replace('_', "-"))))
}

pub async fn add(
    State(app): State<Shared>,
    visitor: Visitor,
    PathIds(partner, customer): PathIds<kinds::Partner, kinds::Customer>,
    Form(form): Form<AddForm>,
) -> Result<Response, Problem> {
    // Nobody without the right learns what was wrong with the form.
    door::probe::<ManageMembers>(&app.house, &visitor.caller, customer).await?;
    customer_of(&app, &visitor, partner, customer).await?;
    let written = Written {
        email: &form.email,
        name: &form.name,
        external_id: &form.external_id,
        department: &form.department,
        title: &form.title,
        kind: &form.kind,
        status: &form.status,
        ..Written::default()
    };
    let site = site_of(&app, &visitor, customer, &form.site).await?;
    let refused = match rules::read(&written).and_then(|new| Ok(NewMember { site: site?, ..new })) {
        Err(no) => wrong(visitor.lang, &no),
        Ok(new) => {
            let call = visitor.caller.call_with(&form.idempotency_key);
            match app.house.execute(call, CreateMember { customer, new, source: "console" }).await {
                Ok(_) => return Ok(swap::leave(&visitor.headers, &format!("{}?done=added", base(partner, customer)))),
                Err(Fail::Refused(no)) => (no.pointer().unwrap_or("/form").trim_start_matches('/').to_owned(), said(visitor.lang, &no)),
                Err(fail) => return Err(fail.into()),
            }
        }
    };
    page(&app, &visitor, partner, customer, Some(AddForm { wrong: Some(refused), ..form }), None).await
}

/// The site a form chose; none when it chose none.
async fn site_of(app: &App, visitor: &Visitor, customer: CustomerId, text: &str) -> Result<Result<Option<SiteId>, Refused>, Problem> {
    if text.trim().is_empty() {
        return Ok(Ok(None));
    }
    let sites = app.house.ask(&visitor.caller.call(), SitesOf { customer }).await?;
    let no = || Refused::new("site", "unknown-site", "There is no such site.");
    Ok(sites::named(&sites, text).map(|s| Some(s.id)).ok_or_else(no))
}

type Three = Path<(String, String, String)>;

fn ids(Path((partner, customer, member)): Three) -> (PartnerId, CustomerId, MemberId) {
    (id_of(&partner), id_of(&customer), id_of(&member))
}

pub async fn activate(State(app): State<Shared>, visitor: Visitor, path: Three) -> Result<Response, Problem> {
    turn(app, visitor, path, true, "activated").await
}

pub async fn deactivate(State(app): State<Shared>, visitor: Visitor, path: Three) -> Result<Response, Problem> {
    turn(app, visitor, path, false, "deactivated").await
}

async fn turn(app: Shared, visitor: Visitor, path: Three, active: bool, done: &str) -> Result<Response, Problem> {
    let (partner, customer, member) = ids(path);
    customer_of(&app, &visitor, partner, customer).await?;
    let ended = app.house.execute(visitor.caller.call(), SetMemberStatus { customer, member, active }).await;
    after(app, visitor, partner, customer, ended.map(drop), done).await
}

pub async fn remove(State(app): State<Shared>, visitor: Visitor, path: Three) -> Result<Response, Problem> {
    let (partner, customer, member) = ids(path);
    customer_of(&app, &visitor, partner, customer).await?;
    let ended = app.house.execute(visitor.caller.call(), RemoveMember { customer, member, version: None }).await;
    after(app, visitor, partner, customer, ended.map(drop), "removed").await
}

/// Back to the list, or the list with the reason above it.
async fn after(
    app: Shared,
    visitor: Visitor,
    partner: PartnerId,
    customer: CustomerId,
    ended: Result<(), Fail<MemberRefusal>>,
    done: &str,
) -> Result<Response, Problem> {
    match ended {
        Ok(()) => Ok(swap::leave(&visitor.headers, &format!("{}?done={done}", base(partner, customer)))),
        Err(Fail::Refused(no)) => {
            let why = said(visitor.lang, &no);
            page(&app, &visitor, partner, customer, None, Some(why)).await
        }
        Err(fail) => Err(fail.into()),
    }
}
