//! Tokens of a customer by which agents come: to *enrol* one, or for a *relay* that reports for all of them. They belong to the
//! customer, are stored only as a hash, and end when it moves to another partner: whoever made them works for the former one.
//! What a token shows names its customer, which only says where to look it up.

use access::{
    Scope,
    permissions::{ManageMembers, Operate},
    secret::{self, SecretHash},
};
use command::{Call, Command, Cx, Fail, House, Never, Node, Query, Secret};
use jobs::{Job, JobCx, Retry};
use serde::{Deserialize, Serialize};
use store::{AgentTokenId, CustomerId, Region, Timestamp, View};

use super::{agent::AgentRefusal, store as rows};
use crate::{app::App, licensing::policy, noun::Name};

/// Days a token lives when nothing is said, and at most.
pub const DAYS: (i64, i64) = (90, 1_096);
/// Tokens of a customer at most.
pub const MOST: usize = 20;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Enrols agents, nothing else.
    Enrol,
    /// Reports for any agent of the customer, nothing else.
    Relay,
}

impl Purpose {
    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Purpose::Enrol => "enrol",
            Purpose::Relay => "relay",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Purpose> {
        [Purpose::Enrol, Purpose::Relay].into_iter().find(|p| p.word() == word)
    }
}

/// A token, without its secret.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AgentToken {
    /// Its id.
    pub id: AgentTokenId,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// What somebody shows: whose, and the hash by which it is known.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// Of which customer.
    pub customer: CustomerId,
    /// The secret's hash.
    pub hash: [u8; 32],
}

/// Spells a secret so that it says whose it is; and its hash.
pub(super) fn spell(house: &House, prefix: &str, customer: CustomerId) -> (String, [u8; 32]) {
    let text = secret::spell(prefix, house.random());
    let hash = secret::hash(prefix, &text).map_or([0; 32], |SecretHash(hash)| hash);
    (format!("{text}.{customer}"), hash)
}

/// Reads what somebody shows, without touching a database.
#[must_use]
pub fn read(prefix: &str, text: &str) -> Option<Shown> {
    let (text, customer) = text.split_once('.')?;
    let SecretHash(hash) = secret::hash(prefix, text)?;
    Some(Shown { customer: CustomerId::parse(customer)?, hash })
}

/// Makes a token.
#[derive(Debug, Serialize)]
pub struct IssueAgentToken {
    /// Whose.
    pub customer: CustomerId,
    /// What people call it.
    pub name: Name,
    /// What it is for.
    pub purpose: Purpose,
    /// Until when it works; 90 days when absent.
    pub expires_at: Option<Timestamp>,
    /// The secret's hash.
    pub hash: Secret<[u8; 32]>,
}

impl Command for IssueAgentToken {
    const NAME: &'static str = "agents.issue_token";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = AgentToken;
    type Refusal = AgentRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<AgentToken, Fail<AgentRefusal>> {
        if policy::serving(cx.tx, cx.scope)?.is_none() {
            return Err(AgentRefusal::NotReady { tenant_id: self.customer }.into());
        }
        let expires_at = self.expires_at.unwrap_or(cx.now.plus_days(DAYS.0));
        if expires_at <= cx.now || expires_at > cx.now.plus_days(DAYS.1) {
            return Err(AgentRefusal::BadExpiry {}.into());
        }
        rows::drop_expired(cx.tx, cx.scope, cx.now)?;
        if rows::tokens(cx.tx, cx.scope, cx.now)?.len() >= MOST {
            return Err(AgentRefusal::TooMany {}.into());
        }
        let name = self.name.as_str().to_owned();
        let token = AgentToken { id: cx.new_id(), name, purpose: self.purpose, created_at: cx.now, expires_at };
        rows::insert_token(cx.tx, cx.scope, &token, self.hash.0)?;
        cx.changed("agent_token", token.id, "name", (), &self.name);
        cx.changed("agent_token", token.id, "purpose", (), self.purpose);
        cx.changed("agent_token", token.id, "expires_at", (), expires_at);
        Ok(token)
    }
}

/// Makes a token: its row, and the secret, which is shown once. A repeated request with the same key gets no secret.
///
/// # Errors
/// As [`IssueAgentToken`].
pub async fn issue(
    house: &House,
    call: Call,
    customer: CustomerId,
    name: Name,
    purpose: Purpose,
    expires_at: Option<Timestamp>,
) -> Result<(AgentToken, Option<String>), Fail<AgentRefusal>> {
    let (text, hash) = spell(house, secret::ENROL, customer);
    let answer = house.execute(call, IssueAgentToken { customer, name, purpose, expires_at, hash: Secret(hash) }).await?;
    Ok((answer.value, (!answer.replayed).then_some(text)))
}

/// Ends a token at once.
#[derive(Debug, Serialize)]
pub struct EndAgentToken {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub token: AgentTokenId,
}

impl Command for EndAgentToken {
    const NAME: &'static str = "agents.end_token";
    type Home = Region;
    type Needs = ManageMembers;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        if !rows::end_token(cx.tx, cx.scope, self.token)? {
            return Err(Fail::Denied(access::Denied::NotFound));
        }
        cx.changed("agent_token", self.token, "state", "open", "ended");
        Ok(())
    }
}

/// Asks for the tokens of a customer that can be used, newest first.
#[derive(Debug)]
pub struct AgentTokens {
    /// Whose.
    pub customer: CustomerId,
}

impl Query for AgentTokens {
    type Home = Region;
    type Needs = ManageMembers;
    type Found = Vec<AgentToken>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Region>, scope: &Scope<ManageMembers>, now: Timestamp) -> store::Result<Vec<AgentToken>> {
        rows::tokens(view, scope, now)
    }
}

/// The job kind of [`AgentTokensLeft`].
pub const AGENT_TOKENS_LEFT: &str = "agent-tokens-left";

/// News: a customer has moved to another partner, and its tokens were made by people of the former one.
#[derive(Debug, Serialize, Deserialize)]
pub struct AgentTokensLeft {
    /// Which customer.
    pub customer: CustomerId,
}

/// Ends all tokens of a customer; its agents keep theirs.
#[derive(Debug, Serialize)]
struct EndAllTokens {
    customer: CustomerId,
}

impl Command for EndAllTokens {
    const NAME: &'static str = "agents.end_all_tokens";
    type Home = Region;
    type Needs = Operate;
    type Done = ();
    type Refusal = Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<Never>> {
        let ended = rows::end_all_tokens(cx.tx, cx.scope)?;
        cx.changed("tenant", self.customer, "agent_tokens", ended, 0);
        Ok(())
    }
}

/// Obeys [`AgentTokensLeft`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EndTokens(AgentTokensLeft);

impl Job<App> for EndTokens {
    const KIND: &'static str = AGENT_TOKENS_LEFT;
    const PROMPT: bool = true;

    async fn run(self, job: JobCx<'_, App>) -> Result<(), Retry> {
        job.execute_as_operator(EndAllTokens { customer: self.0.customer }).await.map(drop)
    }
}
