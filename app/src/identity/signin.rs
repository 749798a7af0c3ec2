//! Signing in: count, verify outside any transaction, then one command opens the session. Unknown, disabled and wrong are
//! the same answer at the same cost.

use access::secret::SecretHash;
use command::{Call, Fail, Secret};
use serde::{Deserialize, Serialize};
use store::{StaffId, Timestamp, Uuid};

use super::{
    attempts::{self, Counted},
    noun::{Person, SignInRefusal, StaffStatus},
    own::RequestReset,
    password,
    sessions::{self, Factor, OpenSession},
    store as rows, totp,
};
use crate::app::App;

/// Where a sign-in comes from.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// Network address; empty when unknown.
    pub address: String,
    /// What the browser says it is.
    pub agent: String,
    /// The session cookie it already has.
    pub before: Option<SecretHash>,
}

/// What a sign-in came to.
#[derive(Debug)]
pub enum Outcome {
    /// In: the cookie's text.
    In(String),
    /// The password was right, a code is wanted: the ticket to show with it, and whether a wrong code was shown.
    Code {
        /// Proves for five minutes that the password was right.
        ticket: String,
        /// True after a code that did not fit.
        wrong: bool,
    },
    /// No.
    Wrong,
    /// Too many attempts; again in so many seconds.
    TooMany(u32),
}

/// What the second step carries instead of the password.
#[derive(Serialize, Deserialize)]
struct Ticket {
    staff: Uuid,
    until: i64,
    password_hash: String,
}

const TICKET: &str = "signin/ticket";
const TICKET_SECONDS: i64 = 300;

/// Signs in by mail address and password, and a code if it was typed at once.
///
/// # Errors
/// The store's trouble; every "no" is an [`Outcome`].
pub async fn by_password(app: &App, email: &str, plain: String, code: &str, client: &Client) -> store::Result<Outcome> {
    let counted = attempts::buckets("sign-in", email, &client.address);
    if let Counted::Over(seconds) = attempts::count(&app.house, counted.clone(), app.config.limits.sign_in_per_minute).await? {
        return Ok(Outcome::TooMany(seconds));
    }
    let person = find(app, email).await?;
    let stored = person.as_ref().filter(|p| p.status == StaffStatus::Active).and_then(|p| p.password_hash.clone());
    // Longer than any password can be: refused after the same work, without hashing megabytes.
    let plain: String = plain.chars().take(password::LONGEST + 1).collect();
    if !password::verify(plain, stored.clone()).await {
        return Ok(Outcome::Wrong);
    }
    let (Some(person), Some(stored)) = (person, stored) else { return Ok(Outcome::Wrong) };
    finish(app, &person, stored, code, client, counted).await
}

/// The second step: a ticket and a code.
///
/// # Errors
/// The store's trouble.
pub async fn by_code(app: &App, ticket: &str, code: &str, client: &Client) -> store::Result<Outcome> {
    let now = app.house.now();
    let opened = app.keys.unseal(TICKET, ticket).and_then(|bytes| serde_json::from_slice::<Ticket>(&bytes).ok());
    let Some(ticket) = opened.filter(|t| Timestamp(t.until) > now) else { return Ok(Outcome::Wrong) };
    let staff = StaffId::new(ticket.staff);
    let person = app.house.control().read(move |view| rows::person(view, staff)).await?;
    let Some(person) = person.filter(|p| p.status == StaffStatus::Active) else { return Ok(Outcome::Wrong) };
    let counted = attempts::buckets("sign-in", &person.email, &client.address);
    if let Counted::Over(seconds) = attempts::count(&app.house, counted.clone(), app.config.limits.sign_in_per_minute).await? {
        return Ok(Outcome::TooMany(seconds));
    }
    finish(app, &person, ticket.password_hash, code, client, counted).await
}

async fn finish(app: &App, person: &Person, stored: String, code: &str, client: &Client, counted: Vec<[u8; 32]>) -> store::Result<Outcome> {
    let Some(factor) = factor(app, person, code) else {
        // A first step without a code was a good one; a wrong code stays counted.
        if code.trim().is_empty() {
            attempts::forgive(&app.house, counted).await;
        }
        return Ok(Outcome::Code { ticket: ticket(app, person, &stored), wrong: !code.trim().is_empty() });
    };
    match open(app, person, stored.clone(), factor, client).await {
        Ok(cookie) => {
            attempts::forgive(&app.house, counted).await;
            Ok(Outcome::In(cookie))
        }
        Err(Fail::Refused(SignInRefusal::WrongCode)) => Ok(Outcome::Code { ticket: ticket(app, person, &stored), wrong: true }),
        Err(Fail::Store(error)) => Err(error),
        Err(_) => Ok(Outcome::Wrong),
    }
}

/// Opens a session for somebody whose password was verified; gives the cookie's text.
///
/// # Errors
/// As [`OpenSession`].
pub async fn open(
    app: &App,
    person: &Person,
    password_hash: String,
    factor: Factor,
    client: &Client,
) -> Result<String, Fail<SignInRefusal>> {
    let (text, hash) = sessions::fresh(&app.house);
    let command = OpenSession {
        home: person.home,
        staff: person.staff,
        password_hash: Secret(password_hash),
        factor,
        hash: Secret(hash),
        before: client.before.map(|h| Secret(h.0)),
        label: sessions::label_of(&client.agent),
        address: client.address.clone(),
    };
    app.house.execute(Call::on_behalf_of(person.staff), command).await?;
    Ok(text)
}

/// What the code proves; `None` when one is wanted and this is not it.
fn factor(app: &App, person: &Person, code: &str) -> Option<Factor> {
    if !person.totp_on {
        return Some(Factor::None);
    }
    if totp::looks_like_recovery(code) {
        return Some(Factor::Recovery(Secret(totp::recovery_hash(person.staff, code))));
    }
    let secret = app.keys.unseal(&totp::place(person.staff), person.totp_secret.as_deref()?)?;
    totp::accept(&secret, code, app.house.now(), person.totp_last_step).map(Factor::Step)
}

fn ticket(app: &App, person: &Person, password_hash: &str) -> String {
    let until = app.house.now().plus_seconds(TICKET_SECONDS).0;
    let ticket = Ticket { staff: person.staff.0, until, password_hash: password_hash.to_owned() };
    let bytes = serde_json::to_vec(&ticket).unwrap_or_default();
    app.keys.seal(TICKET, &bytes, &**app.house.entropy()).unwrap_or_default()
}

async fn find(app: &App, email: &str) -> store::Result<Option<Person>> {
    if email.len() > 254 || email.contains('\0') {
        return Ok(None);
    }
    let email = email.to_owned();
    app.house.control().read(move |view| rows::person_by_email(view, &email)).await
}

/// Asks for a reset link. Whether anybody has that address, the caller cannot tell: known or not, one command runs.
///
/// # Errors
/// The store's trouble.
pub async fn ask_reset(app: &App, email: &str, address: &str) -> store::Result<Counted> {
    let counted = attempts::count(&app.house, attempts::buckets("reset", email, address), app.config.limits.sign_in_per_minute).await?;
    if counted != Counted::Within {
        return Ok(counted);
    }
    let person = find(app, email).await?.filter(|p| p.status == StaffStatus::Active);
    let asked = match person {
        Some(person) => {
            app.house.execute(Call::on_behalf_of(person.staff), RequestReset { home: person.home, staff: person.staff }).await.err()
        }
        None => {
            // A stranger costs a transaction too: the time of the answer tells nothing.
            attempts::forgive(&app.house, vec![attempts::bucket("reset", "nobody")]).await;
            None
        }
    };
    match asked {
        Some(Fail::Store(error)) => Err(error),
        _ => Ok(Counted::Within),
    }
}

/// True when nobody works here yet.
///
/// # Errors
/// The store's.
pub async fn is_empty(app: &App) -> store::Result<bool> {
    app.house.control().read(rows::nobody).await
}
