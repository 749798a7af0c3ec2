//! The first run: an empty installation gives out one link, good for a day, by which its first person comes in. And the ways
//! in which the installation itself (set-up page, demo) makes people.

use access::{
    NodeKind,
    tree::{self, NewNode},
};
use command::{Call, Fail, House, Node, Secret};
use store::{Control, Settled, StaffId, Timestamp, Tx, Uuid, Work};

use super::{
    links::{self, LinkKind},
    noun::{StaffRefusal, StaffStatus, TokenRefusal},
    password,
    people::{CreateStaff, NewMembership},
    sessions::Factor,
    signin::{self, Client},
    store as rows,
    tokens::{self, NewToken},
};
use crate::{
    app::App,
    noun::{Email, Name, PLATFORM},
};

/// Plants the root of the tree, once. Nothing can be granted before there is a node, so this one step is no command.
struct Plant;

impl Work<Control> for Plant {
    type Out = ();

    fn run(&self, tx: &mut Tx<'_, Control>) -> store::Result<Settled<()>> {
        if !rows::platform_exists(tx, PLATFORM)? {
            tree::add(
                tx,
                &NewNode { node: PLATFORM, parent: None, kind: NodeKind::Platform, partner: None, customer: None, region: None },
            )?;
        }
        Ok(Settled::Keep(()))
    }
}

/// Makes sure the tree has its root.
///
/// # Errors
/// The store's.
pub async fn plant(house: &House) -> store::Result<()> {
    house.control().write(PLATFORM, Plant).await
}

/// The one-time link of an empty installation; `None` when somebody works here already. Earlier links stop working.
///
/// # Errors
/// A sentence for the operator.
pub async fn setup_link(app: &App) -> Result<Option<String>, String> {
    if !signin::is_empty(app).await.map_err(|e| e.to_string())? {
        return Ok(None);
    }
    plant(&app.house).await.map_err(|e| e.to_string())?;
    let text = links::make(&app.house, LinkKind::Setup, PLATFORM, None, true).await.map_err(|e| format!("{e:?}"))?;
    Ok(Some(format!("{}/setup/{text}", app.config.origin())))
}

/// True while a set-up link can be used. Only looks.
///
/// # Errors
/// The store's.
pub async fn is_open(app: &App, token: &str) -> store::Result<bool> {
    let (Some(hash), now) = (links::hash_of(token), app.house.now()) else { return Ok(false) };
    app.house.control().read(move |view| Ok(rows::link(view, hash, LinkKind::Setup, now)?.is_some() && rows::nobody(view)?)).await
}

/// Uses the set-up link up inside the set-up command: true when it was good and nobody works here yet.
///
/// # Errors
/// The store's.
pub fn consume(tx: &mut Tx<'_, Control>, token_hash: [u8; 32], now: Timestamp) -> store::Result<bool> {
    Ok(links::consume(tx, LinkKind::Setup, token_hash, now)? && rows::nobody(tx)?)
}

/// Makes a person with a password who can sign in at once.
///
/// # Errors
/// As [`CreateStaff`].
pub async fn create_active(
    app: &App,
    home: Uuid,
    email: Email,
    name: Name,
    plain: &str,
    membership: NewMembership,
) -> Result<StaffId, Fail<StaffRefusal>> {
    let hash = password::hash(plain.to_owned(), app.house.random()).await.map_err(|e| Fail::Store(store::Error::Corrupt(e)))?;
    let command = CreateStaff { home, email, name, password_hash: Some(Secret(hash)), membership };
    Ok(app.house.execute(Call::operator(), command).await?.value)
}

/// Issues a token to a person with their own role, grants and reach at a node; gives its secret.
///
/// # Errors
/// As [`tokens::IssueToken`].
pub async fn issue_token(app: &App, staff: StaffId, node: Uuid, name: Name) -> Result<String, Fail<TokenRefusal>> {
    let ask = NewToken { node: Node::known(node), name, role: None, expires_at: None, staff: Some(staff) };
    let (_, text) = tokens::issue(&app.house, Call::on_behalf_of(staff), ask).await?;
    Ok(text.unwrap_or_default())
}

/// Opens a session for an active person without a second factor (after set-up, in tests); gives the cookie's text.
///
/// # Errors
/// The store's; the inner `None` when they cannot sign in.
pub async fn open_session(app: &App, staff: StaffId, client: &Client) -> store::Result<Option<String>> {
    let person = app.house.control().read(move |view| rows::person(view, staff)).await?;
    let Some(person) = person.filter(|p| p.status == StaffStatus::Active) else { return Ok(None) };
    let Some(hash) = person.password_hash.clone() else { return Ok(None) };
    match signin::open(app, &person, hash, Factor::None, client).await {
        Ok(text) => Ok(Some(text)),
        Err(Fail::Store(error)) => Err(error),
        Err(_) => Ok(None),
    }
}
