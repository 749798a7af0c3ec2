//! People from Google Workspace, by the Directory API of the Admin SDK. It has no changes to tell: all of them each time.

mod settings;
mod token;

pub use settings::{Settings, directory, login};

use std::collections::BTreeMap;

use egress::Url;
use serde::Deserialize;

use crate::{Ended, Extent, Fault, News, Person, Reach, entra::base, json, json::Reply, person::said, wait::Patience};

/// The largest page there is.
const PAGE: &str = "500";
/// What is read of a user.
const FIELDS: &str = "nextPageToken,users(id,primaryEmail,name/fullName,suspended,archived,organizations,languages)";

/// One page (https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/list).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    users: Vec<User>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    primary_email: String,
    name: Option<Name>,
    #[serde(default)]
    suspended: bool,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    organizations: Vec<Organization>,
    #[serde(default)]
    languages: Vec<Language>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Name {
    full_name: Option<String>,
}

#[derive(Deserialize)]
struct Organization {
    #[serde(default)]
    primary: bool,
    department: Option<String>,
    title: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Language {
    language_code: Option<String>,
    preference: Option<String>,
}

/// A refusal (https://developers.google.com/workspace/admin/directory/v1/limits).
#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal {
    error: Reason,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Reason {
    message: String,
    errors: Vec<Cause>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Cause {
    reason: String,
}

pub(crate) async fn fetch(reach: &Reach<'_>, settings: &Settings) -> Result<Ended, Fault> {
    let mut patience = Patience::new();
    let mut token = token::get(reach, settings, &mut patience).await?;
    let mut next = None;
    loop {
        let url = address(settings, next.as_deref())?;
        let mut reply = json::ask(reach, &json::get(url.clone(), &token)?, &mut patience, busy).await?;
        if reply.status == 401 {
            token = token::get(reach, settings, &mut patience).await?;
            reply = json::ask(reach, &json::get(url, &token)?, &mut patience, busy).await?;
        }
        if reply.status != 200 {
            return Err(refused(&reply));
        }
        let page: Page = reply.read()?;
        reach.hand(page.users.into_iter().map(|user| News::Is(person(user))).collect()).await?;
        match page.next_page_token {
            Some(token) => next = Some(token),
            None => return Ok(Ended { extent: Extent::Whole, cursor: None }),
        }
    }
}

fn address(settings: &Settings, next: Option<&str>) -> Result<Url, Fault> {
    let url = base("directory", &settings.directory)?.join("/admin/directory/v1/users");
    let mut url = url.map_err(|_| Fault::setting("directory", "it is no address"))?;
    let mut query = url.query_pairs_mut();
    match settings.domain.as_deref().filter(|domain| !domain.is_empty()) {
        Some(domain) => query.append_pair("domain", domain),
        None => query.append_pair("customer", "my_customer"),
    };
    if let Some(unit) = settings.unit.as_deref().filter(|unit| !unit.is_empty()) {
        query.append_pair("query", &format!("orgUnitPath='{unit}'"));
    }
    query.append_pair("maxResults", PAGE).append_pair("orderBy", "email").append_pair("fields", FIELDS);
    if let Some(next) = next {
        query.append_pair("pageToken", next);
    }
    drop(query);
    Ok(url)
}

fn reasons(reply: &Reply) -> (Vec<String>, String) {
    let Refusal { error } = reply.refusal();
    (error.errors.into_iter().map(|cause| cause.reason).collect(), json::brief(&error.message))
}

/// A quota is refused with 403, like a missing right.
fn busy(reply: &Reply) -> bool {
    const QUOTA: [&str; 3] = ["quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded"];
    reply.status == 403 && reasons(reply).0.iter().any(|reason| QUOTA.contains(&reason.as_str()))
}

fn refused(reply: &Reply) -> Fault {
    let (_, said) = reasons(reply);
    match reply.status {
        401 => Fault::SignInRefused(said),
        403 => Fault::ConsentNeeded(said),
        404 => Fault::setting("domain", "the workspace has no such domain"),
        status => Fault::odd(format!("status {status}, {said}")),
    }
}

fn person(user: User) -> Person {
    let text = |text: Option<String>| text.as_deref().and_then(said);
    let mut organizations = user.organizations;
    organizations.sort_by_key(|organization| !organization.primary);
    let first = organizations.into_iter().next();
    let (department, title) = first.map(|first| (first.department, first.title)).unwrap_or_default();
    let preferred = |language: &Language| language.preference.as_deref().is_none_or(|preference| preference == "preferred");
    Person {
        key: user.id,
        name: text(user.name.and_then(|name| name.full_name)).unwrap_or_else(|| user.primary_email.clone()),
        email: Some(user.primary_email.clone()),
        user_name: user.primary_email,
        active: !(user.suspended || user.archived),
        department: text(department),
        title: text(title),
        language: text(user.languages.into_iter().find(preferred).and_then(|language| language.language_code)),
        groups: Vec::new(),
        attributes: BTreeMap::new(),
    }
}
