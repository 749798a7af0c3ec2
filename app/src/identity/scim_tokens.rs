//! Tokens by which a customer's own directory (SCIM) brings its people: each opens one customer's members and nothing else. A
//! token belongs to the customer, not to whoever made it, and is stored only as a hash.

use access::{
    Credential, Scope,
    permissions::ManageMembers,
    secret::{self, SecretHash},
};
use command::{Call, Command, Cx, Fail, House, Node, Query, Refusal, Secret};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, Timestamp, TokenId, View};

use super::{store as rows, tokens::rests_from};
use crate::noun::Name;

/// Days a token lives when nothing is said, and at most.
pub const DAYS: (i64, i64) = (365, 1_096);
/// Tokens of a customer that can be used at the same time.
pub const MOST: usize = 20;

/// A directory's token, without its secret.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ScimToken {
    /// Its id.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// Why no token is made.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScimTokenRefusal {
    /// It would end before it begins, or too late.
    BadExpiry {},
    /// There are too many.
    TooMany {},
    /// The customer is on the free plan.
    FreePlan {},
}

impl Refusal for ScimTokenRefusal {
    fn status(&self) -> u16 {
        match self {
            ScimTokenRefusal::BadExpiry {} => 422,
            ScimTokenRefusal::TooMany {} | ScimTokenRefusal::FreePlan {} => 409,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            ScimTokenRefusal::BadExpiry {} => "bad-expiry",
            ScimTokenRefusal::TooMany {} => "too-many-tokens",
            ScimTokenRefusal::FreePlan {} => "free-plan",
        }
    }
    fn title(&self) -> String {
        match self {
            ScimTokenRefusal::BadExpiry {} => format!("A token is valid for {} days at most", DAYS.1),
            ScimTokenRefusal::TooMany {} => format!("A customer has {MOST} tokens at most"),
            ScimTokenRefusal::FreePlan {} => "The free plan has no tokens".into(),
        }
    }
    fn detail(&self) -> String {
        let next = match self {
            ScimTokenRefusal::BadExpiry {} => "Choose an instant that lies ahead, and not beyond that.",
            ScimTokenRefusal::TooMany {} => "Revoke one that nobody uses.",
            ScimTokenRefusal::FreePlan {} => "Extend the trial or upgrade the customer; its tokens rest until then.",
        };
        format!("{next} Nothing was changed.")
    }
    fn pointer(&self) -> Option<&'static str> {
        matches!(self, ScimTokenRefusal::BadExpiry {}).then_some("/expires_at")
    }
}

/// Makes a token for a customer's directory.
#[derive(Debug, Serialize)]
pub struct IssueScimToken {
    /// Whose.
    pub customer: CustomerId,
    /// What it is for.
    pub name: Name,
    /// Until when it works; a year when absent.
    pub expires_at: Option<Timestamp>,
    /// The secret's hash.
    pub hash: Secret<[u8; 32]>,
}

impl Command for IssueScimToken {
    const NAME: &'static str = "identity.issue_scim_token";
    type Home = Control;
    type Needs = ManageMembers;
    type Done = ScimToken;
    type Refusal = ScimTokenRefusal;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<ScimToken, Fail<ScimTokenRefusal>> {
        // A site lies in a customer, and is none.
        if cx.scope.customer() != Some(self.customer) {
            return Err(Fail::Denied(access::Denied::NotFound));
        }
        let expires_at = self.expires_at.unwrap_or(cx.now.plus_days(DAYS.0));
        if expires_at <= cx.now || expires_at > cx.now.plus_days(DAYS.1) {
            return Err(ScimTokenRefusal::BadExpiry {}.into());
        }
        if rows::scim_tokens(cx.tx, self.customer, cx.now)?.len() >= MOST {
            return Err(ScimTokenRefusal::TooMany {}.into());
        }
        let rests = rests_from(cx)?;
        if rests <= cx.now {
            return Err(ScimTokenRefusal::FreePlan {}.into());
        }
        let token = ScimToken { id: cx.new_id(), name: self.name.as_str().to_owned(), created_at: cx.now, last_used_at: None, expires_at };
        rows::insert_scim_token(cx.tx, self.customer, &token, self.hash.0, rests, cx.new_id())?;
        cx.changed("scim_token", token.id, "name", (), &self.name);
        cx.changed("scim_token", token.id, "expires_at", (), expires_at);
        Ok(token)
    }
}

/// Makes a token: its row, and the secret, which is shown once and stored nowhere. A repeated request with the same key gets
/// the row again and no secret.
///
/// # Errors
/// As [`IssueScimToken`].
pub async fn issue(
    house: &House,
    call: Call,
    customer: CustomerId,
    name: Name,
    expires_at: Option<Timestamp>,
) -> Result<(ScimToken, Option<String>), Fail<ScimTokenRefusal>> {
    let text = secret::spell(secret::SCIM, house.random());
    let hash = secret::hash(secret::SCIM, &text).map_or([0; 32], |h| h.0);
    let answer = house.execute(call, IssueScimToken { customer, name, expires_at, hash: Secret(hash) }).await?;
    Ok((answer.value, (!answer.replayed).then_some(text)))
}

/// Ends a token at once.
#[derive(Debug, Serialize)]
pub struct EndScimToken {
    /// Whose.
    pub customer: CustomerId,
    /// Which.
    pub token: TokenId,
}

impl Command for EndScimToken {
    const NAME: &'static str = "identity.end_scim_token";
    type Home = Control;
    type Needs = ManageMembers;
    type Done = ();
    type Refusal = command::Never;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<(), Fail<command::Never>> {
        if !rows::end_scim_token(cx.tx, self.customer, self.token, cx.now)? {
            return Err(Fail::Denied(access::Denied::NotFound));
        }
        cx.changed("scim_token", self.token, "state", "open", "ended");
        Ok(())
    }
}

/// Asks for the tokens of a customer that can be used, newest first.
#[derive(Debug)]
pub struct ScimTokens {
    /// Whose.
    pub customer: CustomerId,
}

impl Query for ScimTokens {
    type Home = Control;
    type Needs = ManageMembers;
    type Found = Vec<ScimToken>;

    fn node(&self) -> Node {
        self.customer.into()
    }

    fn run(&self, view: &mut View<'_, Control>, _: &Scope<ManageMembers>, now: Timestamp) -> store::Result<Vec<ScimToken>> {
        rows::scim_tokens(view, self.customer, now)
    }
}

/// Whose directory shows this secret: which customer's members it may touch. The right itself is granted with each command.
///
/// # Errors
/// The store's.
pub async fn tenant_of(house: &House, text: &str) -> store::Result<Option<(Credential, CustomerId)>> {
    let Some(SecretHash(hash)) = secret::hash(secret::SCIM, text) else { return Ok(None) };
    let now = house.now();
    let customer = house.control().read(move |view| rows::scim_tenant(view, hash, now)).await?;
    Ok(customer.map(|customer| (Credential::Secret(SecretHash(hash)), customer)))
}
