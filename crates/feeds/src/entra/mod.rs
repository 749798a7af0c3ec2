//! People from Microsoft Entra ID, by the delta query of Microsoft Graph: all of them the first time, changes after that.

mod settings;
mod token;

pub use settings::{Settings, graph, login};

pub(crate) use settings::{base, origin};

use std::collections::BTreeMap;

use egress::Url;
use serde::Deserialize;

use crate::{Cursor, Ended, Extent, Fault, News, Person, Reach, json, json::Reply, person::said, wait::Patience};

/// What is read of a user. It is said once: the service keeps it in the links it gives.
const SELECT: &str = "id,userPrincipalName,mail,displayName,accountEnabled,department,jobTitle,preferredLanguage,userType";

/// One page (https://learn.microsoft.com/graph/api/user-delta).
#[derive(Deserialize)]
struct Page {
    value: Vec<User>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    delta: Option<String>,
}

/// One user. Without `Prefer: return=minimal` a change carries all that was selected, so what is missing was never set.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    #[serde(rename = "@removed")]
    removed: Option<serde::de::IgnoredAny>,
    user_principal_name: Option<String>,
    mail: Option<String>,
    display_name: Option<String>,
    account_enabled: Option<bool>,
    department: Option<String>,
    job_title: Option<String>,
    preferred_language: Option<String>,
    user_type: Option<String>,
}

/// A refusal (https://learn.microsoft.com/graph/errors).
#[derive(Deserialize, Default)]
#[serde(default)]
struct Refusal {
    error: Reason,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Reason {
    code: String,
    message: String,
}

pub(crate) async fn fetch(reach: &Reach<'_>, settings: &Settings, since: Option<&Cursor>) -> Result<Ended, Fault> {
    let graph = base("graph", &settings.graph)?;
    let mut walk = Walk { reach, settings, graph, token: String::new(), patience: Patience::new(), changes: since.is_some() };
    walk.token = token::get(reach, settings, &mut walk.patience).await?;
    let mut next = match since {
        Some(Cursor(link)) => walk.own(link).map_err(|_| Fault::CursorExpired)?,
        None => walk.first()?,
    };
    loop {
        let page: Page = walk.read(&next).await?;
        let mut news = Vec::with_capacity(page.value.len());
        for user in page.value {
            news.extend(walk.news(user).await?);
        }
        reach.hand(news).await?;
        match (page.next, page.delta) {
            (Some(link), _) => next = walk.own(&link)?,
            (None, Some(link)) => {
                walk.own(&link)?;
                let extent = if walk.changes { Extent::Changes } else { Extent::Whole };
                return Ok(Ended { extent, cursor: Some(Cursor(link)) });
            }
            // A last page without the link of the next round is not the last page.
            (None, None) => return Err(Fault::BrokenOff("a page leads nowhere".to_owned())),
        }
    }
}

struct Walk<'a> {
    reach: &'a Reach<'a>,
    settings: &'a Settings,
    graph: Url,
    token: String,
    patience: Patience,
    /// Whether only changes are read.
    changes: bool,
}

impl Walk<'_> {
    fn first(&self) -> Result<Url, Fault> {
        let mut url = self.graph.join("/v1.0/users/delta").map_err(|_| Fault::setting("graph", "it is no address"))?;
        url.query_pairs_mut().append_pair("$select", SELECT);
        Ok(url)
    }

    /// A link that leads to where people are read, and not elsewhere with the token.
    fn own(&self, link: &str) -> Result<Url, Fault> {
        let url = Url::parse(link).ok().filter(|url| url.origin() == self.graph.origin() && url.path().starts_with("/v1.0/users/"));
        url.ok_or_else(|| Fault::odd("a link leads to another place than where people are read"))
    }

    /// Reads one address, once more with a new token where the old one has run out.
    async fn read<T: serde::de::DeserializeOwned>(&mut self, url: &Url) -> Result<T, Fault> {
        let mut reply = self.ask(url).await?;
        if reply.status == 401 {
            self.token = token::get(self.reach, self.settings, &mut self.patience).await?;
            reply = self.ask(url).await?;
        }
        if reply.status == 200 { reply.read() } else { Err(self.refused(&reply)) }
    }

    async fn ask(&mut self, url: &Url) -> Result<Reply, Fault> {
        json::ask(self.reach, &json::get(url.clone(), &self.token)?, &mut self.patience, |_| false).await
    }

    fn refused(&self, reply: &Reply) -> Fault {
        let Refusal { error: Reason { code, message } } = reply.refusal();
        let said = json::brief(&format!("{code}: {message}"));
        // https://learn.microsoft.com/graph/delta-query-overview, "Token duration" and "Synchronization reset".
        let stale = reply.status == 410
            || ["syncStateNotFound", "syncStateInvalid", "resyncRequired", "Directory_ExpiredPageToken"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(&code));
        match reply.status {
            _ if stale && self.changes => Fault::CursorExpired,
            _ if stale => Fault::BrokenOff(said),
            401 => Fault::SignInRefused(said),
            403 => Fault::ConsentNeeded(said),
            status => Fault::odd(format!("status {status}, {said}")),
        }
    }

    async fn news(&mut self, user: User) -> Result<Option<News>, Fault> {
        if user.removed.is_some() {
            return Ok(Some(News::Gone(user.id)));
        }
        let user = if user.user_principal_name.is_some() { user } else { self.whole(user.id).await? };
        if user.removed.is_some() {
            return Ok(Some(News::Gone(user.id)));
        }
        let guest = user.user_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("guest"));
        if guest && !self.settings.guests {
            // Somebody may have become one.
            return Ok(self.changes.then_some(News::Gone(user.id)));
        }
        person(user).map(News::Is).map(Some)
    }

    /// Everybody has a principal name: a user without one was told in part, and is asked for alone.
    async fn whole(&mut self, id: String) -> Result<User, Fault> {
        let mut url = self.graph.join("/v1.0/users/").map_err(|_| Fault::setting("graph", "it is no address"))?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(&id);
        }
        url.query_pairs_mut().append_pair("$select", SELECT);
        let reply = self.ask(&url).await?;
        match reply.status {
            200 => reply.read(),
            404 => Ok(User { id, removed: Some(serde::de::IgnoredAny), ..User::default() }),
            _ => Err(self.refused(&reply)),
        }
    }
}

fn person(user: User) -> Result<Person, Fault> {
    let text = |text: Option<String>| text.as_deref().and_then(said);
    let user_name = text(user.user_principal_name).ok_or_else(|| Fault::odd(format!("the user {} has no principal name", user.id)))?;
    Ok(Person {
        key: user.id,
        email: text(user.mail),
        name: text(user.display_name).unwrap_or_else(|| user_name.clone()),
        user_name,
        active: user.account_enabled.unwrap_or(true),
        department: text(user.department),
        title: text(user.job_title),
        language: text(user.preferred_language),
        groups: Vec::new(),
        attributes: BTreeMap::new(),
    })
}
