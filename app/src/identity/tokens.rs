//! API tokens: made by a person for a program, never with more rights than their maker, for a year at most.

use access::{
    Grants, Role,
    permissions::{CreateCustomers, Purchase, Read},
    secret,
};
use command::{Call, Command, Cx, Fail, House, Node, Secret};
use serde::{Deserialize, Serialize};
use store::{Control, CustomerId, StaffId, Timestamp, TokenId, Tx};

use super::{
    noun::{StaffReach, TokenRefusal, narrows, node_text},
    store as rows,
};
use crate::noun::Name;

/// An API token, without its secret.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// As what it acts.
    pub role: Role,
    /// Where it acts.
    pub node: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// Until when it works.
    pub expires_at: Timestamp,
}

impl Token {
    pub(super) fn of(kept: rows::Kept) -> Option<Token> {
        let (kind, node, role) = kept.at?;
        Some(Token {
            id: TokenId::new(kept.id),
            name: kept.label,
            role,
            node: node_text(kind, node),
            created_at: kept.created_at,
            last_used_at: kept.last_used_at,
            expires_at: kept.expires_at,
        })
    }
}

/// Issues a token at a node its maker can read, with the maker's grants and reach there.
#[derive(Debug, Serialize)]
pub struct IssueToken {
    /// Where it acts.
    pub node: Node,
    /// What it is for.
    pub name: Name,
    /// As what; the maker's own role when absent.
    pub role: Option<Role>,
    /// Until when it works; a year, or as long as the token that makes it, when absent.
    pub expires_at: Option<Timestamp>,
    /// The secret's hash.
    pub hash: Secret<[u8; 32]>,
    /// For whom, when the installation itself issues it (demo).
    pub staff: Option<StaffId>,
}

impl Command for IssueToken {
    const NAME: &'static str = "identity.issue_token";
    type Home = Control;
    type Needs = Read;
    type Done = Token;
    type Refusal = TokenRefusal;

    fn node(&self) -> Node {
        self.node
    }

    fn run(&self, cx: &mut Cx<'_, '_, Self>) -> Result<Token, Fail<TokenRefusal>> {
        let actor = cx.scope.actor();
        let (staff, own) = self.maker(cx)?.ok_or(TokenRefusal::TooMuch)?;
        let role = self.role.unwrap_or(own.role);
        if !narrows(own.role, role, own.grants) {
            return Err(TokenRefusal::TooMuch.into());
        }
        // An owner's rights are the role's; a token of a lower role gets none of them on top.
        let grants = if own.role == Role::Owner && role != Role::Owner { Grants::default() } else { own.grants };
        let most = cx.now.plus_days(366);
        let most = rows::token_expiry(cx.tx, actor.holder)?.map_or(most, |shown| shown.min(most));
        let expires_at = self.expires_at.unwrap_or(cx.now.plus_days(365).min(most));
        if expires_at <= cx.now || expires_at > most {
            return Err(TokenRefusal::BadExpiry.into());
        }
        let rests = rests_from(cx)?;
        if rests <= cx.now {
            return Err(TokenRefusal::FreePlan.into());
        }
        let id: TokenId = cx.new_id();
        let label = self.name.as_str();
        let new = rows::NewCredential {
            hash: self.hash.0,
            id: id.0,
            kind: "token",
            holder: id.0,
            staff,
            label,
            address: "",
            idle_until: expires_at.min(rests),
            expires_at,
        };
        rows::insert_credential(cx.tx, &new, cx.now)?;
        let row = rows::NewRow { membership: cx.new_id(), holder: id.0, node: self.node.id(), role, grants };
        rows::insert_membership(cx.tx, &row, &own.reach, cx.now)?;
        cx.changed("token", id, "name", (), &self.name);
        cx.changed("token", id, "role", (), role);
        let node = node_text(cx.scope.kind(), self.node.id());
        Ok(Token { id, name: label.to_owned(), role, node, created_at: cx.now, last_used_at: None, expires_at })
    }
}

/// From when on a token at the scope's node rests: the end of its customer's trial, from which the free plan has none.
///
/// # Errors
/// The store's.
pub(super) fn rests_from<C: Command<Home = Control>>(cx: &mut Cx<'_, '_, C>) -> store::Result<Timestamp> {
    let Some(customer) = cx.scope.customer() else { return Ok(Timestamp::FOREVER) };
    Ok(rows::trial_end(cx.tx, cx.scope.partner(), customer)?.unwrap_or(Timestamp::FOREVER))
}

/// Lets the tokens of a customer rest from an instant on, its directory's among them: its trial has another end, or none any more.
///
/// # Errors
/// The store's.
pub fn rest(tx: &mut Tx<'_, Control>, customer: CustomerId, from: Option<Timestamp>) -> store::Result<()> {
    rows::rest_tokens(tx, customer, from.unwrap_or(Timestamp::FOREVER))
}

impl IssueToken {
    /// Whose token it becomes, and what they may at the node.
    fn maker(&self, cx: &mut Cx<'_, '_, Self>) -> store::Result<Option<(StaffId, rows::Own)>> {
        let scope = cx.scope;
        if scope.role() == Role::Operator {
            let Some(staff) = self.staff else { return Ok(None) };
            return Ok(rows::membership_at(cx.tx, staff, self.node.id())?.map(|own| (staff, own)));
        }
        let Some(staff) = scope.actor().staff else { return Ok(None) };
        let grants = Grants { create_customers: scope.also::<CreateCustomers>(), purchase: scope.also::<Purchase>() };
        // The reach was judged for this customer already; a membership at the customer itself covers it whole.
        let reach = if scope.customer().is_some() { StaffReach::all() } else { rows::reach_of(cx.tx, scope.reach())? };
        Ok(Some((staff, rows::Own { role: scope.role(), grants, reach })))
    }
}

/// Makes a token: its row, and the secret, which is shown once and stored nowhere. A repeated request with the same key gets
/// the row again and no secret.
///
/// # Errors
/// As [`IssueToken`].
pub async fn issue(house: &House, call: Call, ask: NewToken) -> Result<(Token, Option<String>), Fail<TokenRefusal>> {
    let text = secret::spell(secret::TOKEN, house.random());
    let hash = secret::hash(secret::TOKEN, &text).map_or([0; 32], |h| h.0);
    let NewToken { node, name, role, expires_at, staff } = ask;
    let answer = house.execute(call, IssueToken { node, name, role, expires_at, hash: Secret(hash), staff }).await?;
    Ok((answer.value, (!answer.replayed).then_some(text)))
}

/// What a new token is to be.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Where it acts.
    pub node: Node,
    /// What it is for.
    pub name: Name,
    /// As what; its maker's role when absent.
    pub role: Option<Role>,
    /// Until when.
    pub expires_at: Option<Timestamp>,
    /// For whom, when the installation issues it.
    pub staff: Option<StaffId>,
}
