//! What is asked about articles: what was said of them, for the list, for one, for the API.

use std::collections::HashMap;

use access::{Credential, MembershipView, NodeKind};
use serde::{Deserialize, Serialize};
use store::{Result, StaffId, Timestamp};

use super::{article::Article, store as rows};
use crate::{
    app::App,
    identity::queries::{self, Own},
    noun::Note,
};

/// How many found an article helpful.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// People it helped.
    pub helpful: i64,
    /// People who said something.
    pub votes: i64,
}

/// A person's word on an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// Whether it helped.
    pub helpful: bool,
    /// What is missing or wrong, in at most 500 characters.
    pub comment: Option<Note>,
}

/// What somebody wrote, without their name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Comment {
    /// Whether the article helped.
    pub helpful: bool,
    /// Their words.
    pub comment: String,
    /// When.
    pub at: Timestamp,
}

/// What was said of one article.
#[derive(Debug, Clone)]
pub struct Said {
    /// By all.
    pub tally: Tally,
    /// By whoever asks.
    pub mine: Option<Vote>,
    /// By the people at or below the distributor whoever asks works for; none for those who work for none.
    pub comments: Option<Vec<Comment>>,
}

/// Whoever asks; none when nobody is signed in.
///
/// # Errors
/// The store's.
pub async fn reader(app: &App, credential: Credential) -> Result<Option<Own>> {
    queries::own(app, credential).await
}

/// What was said of each article, by its name.
///
/// # Errors
/// The store's.
pub async fn tallies(app: &App) -> Result<HashMap<String, Tally>> {
    app.house.control().read(rows::tallies).await
}

/// What was said of one.
///
/// # Errors
/// The store's.
pub async fn said(app: &App, article: &'static Article, staff: StaffId, memberships: &[MembershipView]) -> Result<Said> {
    let above = memberships.iter().find(|m| m.kind <= NodeKind::Distributor).map(|m| m.node);
    let slug = article.slug;
    app.house
        .control()
        .read(move |view| {
            Ok(Said {
                tally: rows::tallies(view)?.get(slug).copied().unwrap_or_default(),
                mine: rows::vote(view, slug, staff)?,
                comments: above.map(|node| rows::comments(view, slug, node)).transpose()?,
            })
        })
        .await
}
