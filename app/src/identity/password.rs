//! Passwords: Argon2id, off the async threads, two at a time, so that a flood of sign-ins cannot take the machine's memory.

use std::sync::atomic::{AtomicU64, Ordering};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier},
};
use tokio::sync::Semaphore;

/// Fewest characters of a password.
pub const SHORTEST: usize = 12;
/// Most characters of a password.
pub const LONGEST: usize = 200;

static TURNS: Semaphore = Semaphore::const_new(2);
static DERIVED: AtomicU64 = AtomicU64::new(0);

/// Nobody knows a password for this one: it is verified when there is no person, so that every sign-in costs the same.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Passwords of twelve characters and more that lists of leaked ones begin with, in lower case.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "12345678901234",
    "1234567890qwerty",
    "0123456789012",
    "123123123123",
    "111111111111",
    "000000000000",
    "123456123456",
    "121212121212",
    "112233445566",
    "1q2w3e4r5t6y",
    "1q2w3e4r5t6y7u",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiop[]",
    "qwerty123456",
    "qwertyqwerty",
    "qwertzuiop12",
    "qwertzuiop123",
    "asdfghjkl123",
    "asdfghjkl;'\\",
    "zxcvbnm12345",
    "passwordpassword",
    "password1234",
    "password12345",
    "password123456",
    "password123!",
    "passw0rd1234",
    "p@ssw0rd1234",
    "p@ssword1234",
    "mypassword123",
    "adminadmin12",
    "adminadminadmin",
    "administrator",
    "administrator1",
    "administrator123",
    "admin1234567",
    "admin123456789",
    "changeme1234",
    "changemechangeme",
    "welcome12345",
    "welcome123456",
    "welcomewelcome",
    "letmeinletmein",
    "letmein12345",
    "iloveyou1234",
    "iloveyou12345",
    "iloveyouiloveyou",
    "sunshine1234",
    "princess1234",
    "football1234",
    "baseball1234",
    "superman1234",
    "correcthorsebatterystaple",
    "correct horse battery staple",
    "trustno1trustno1",
    "abcdefghijkl",
    "abcdefghijklm",
    "abcd12345678",
    "abc123abc123",
    "aaaaaaaaaaaa",
    "secretsecret",
    "supersecret123",
    "passwort1234",
    "passwort12345",
    "passwortpasswort",
    "hallo1234567",
    "hallohallohallo",
    "willkommen12",
    "willkommen123",
    "sommer202020",
    "testtesttest",
    "test12345678",
    "tenantry1234",
    "geheimgeheim",
];

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weak {
    /// Fewer than twelve characters.
    Short,
    /// More than two hundred.
    Long,
    /// Everybody uses it.
    Common,
    /// It is the person's own mail address or name.
    Own,
}

impl Weak {
    /// The text's id in the catalogue.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Weak::Short => "identity-password-short",
            Weak::Long => "identity-password-long",
            Weak::Common => "identity-password-common",
            Weak::Own => "identity-password-own",
        }
    }

    /// A sentence for programs.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Weak::Short => "A password needs at least 12 characters.",
            Weak::Long => "A password may have at most 200 characters.",
            Weak::Common => "This password is one of the most used ones; choose another.",
            Weak::Own => "A password must not be your own name or mail address.",
        }
    }
}

/// Judges a new password. `own` = what its person is called.
///
/// # Errors
/// Why it is not taken.
pub fn check(plain: &str, own: &[&str]) -> Result<(), Weak> {
    let length = plain.chars().count();
    if length < SHORTEST {
        return Err(Weak::Short);
    }
    if length > LONGEST {
        return Err(Weak::Long);
    }
    let folded = plain.to_lowercase();
    let mut letters = folded.chars();
    let first = letters.next();
    if COMMON.contains(&folded.as_str()) || letters.all(|c| Some(c) == first) {
        return Err(Weak::Common);
    }
    if own.iter().any(|word| word.to_lowercase() == folded) {
        return Err(Weak::Own);
    }
    Ok(())
}

/// Derives the hash to be stored. `random` salts it.
///
/// # Errors
/// A sentence for the log.
pub async fn hash(plain: String, random: [u8; 32]) -> Result<String, String> {
    work(move || Argon2::default().hash_password_with_salt(plain.as_bytes(), &random[..16]).map(|h| h.to_string()))
        .await?
        .map_err(|e| e.to_string())
}

/// True when the password is the one that was hashed. Without a hash it works as long and says no.
pub async fn verify(plain: String, stored: Option<String>) -> bool {
    let real = stored.is_some();
    let stored = stored.unwrap_or_else(|| NOBODY.to_owned());
    let fits = work(move || Argon2::default().verify_password(plain.as_bytes(), stored.as_str()).is_ok()).await;
    fits.unwrap_or(false) && real
}

/// How many hashes were derived since the start: tests see that a stranger costs as many as a known person.
#[must_use]
pub fn derivations() -> u64 {
    DERIVED.load(Ordering::Relaxed)
}

async fn work<T: Send + 'static>(derive: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let _turn = TURNS.acquire().await.map_err(|e| e.to_string())?;
    DERIVED.fetch_add(1, Ordering::Relaxed);
    tokio::task::spawn_blocking(derive).await.map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_named() {
        assert_eq!(check("short", &[]), Err(Weak::Short));
        assert_eq!(check(&"ab".repeat(101), &[]), Err(Weak::Long));
        assert_eq!(check("PasswordPassword", &[]), Err(Weak::Common));
        assert_eq!(check("zzzzzzzzzzzzzzz", &[]), Err(Weak::Common));
        assert_eq!(check("Ann.Berg@example.se", &["ann.berg@example.se"]), Err(Weak::Own));
        assert_eq!(check("åäö åäö åäö 7", &[]), Ok(()));
    }

    #[tokio::test]
    async fn only_the_password_fits_and_a_stranger_costs_as_much() {
        let stored = hash("a sensible phrase".into(), [3; 32]).await.expect("hashes");
        assert!(stored.starts_with("$argon2id$v=19$"));
        assert!(verify("a sensible phrase".into(), Some(stored.clone())).await);
        assert!(!verify("another phrase".into(), Some(stored)).await);
        let before = derivations();
        assert!(!verify("a sensible phrase".into(), None).await);
        assert!(derivations() > before);
    }
}
