//! Secrets that people and programs carry: 256 random bits, a recognisable prefix, a checksum; only a hash is stored.

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What is stored of a secret, and what it is looked up by. Compared in constant time.
#[derive(Clone, Copy)]
pub struct SecretHash(pub [u8; 32]);

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}
impl Eq for SecretHash {}

impl std::hash::Hash for SecretHash {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl std::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretHash(•)")
    }
}

/// The prefix of API tokens.
pub const TOKEN: &str = "tnt_";
/// The prefix of session cookies.
pub const SESSION: &str = "tns_";
/// The prefix of a directory's token (SCIM): it opens `/scim` for one tenant and nothing else, and no other secret does.
pub const SCIM: &str = "tsc_";
/// The prefix of an agent's own token: it reports for that agent and does nothing else.
pub const AGENT: &str = "tag_";
/// The prefix of the tokens by which a customer's agents come: to enrol them, or for a relay that reports for them.
pub const ENROL: &str = "ten_";
/// The prefix of single-use links.
pub const LINK: &str = "tnl_";

/// Makes the text of a secret from 256 random bits.
#[must_use]
pub fn spell(prefix: &str, random: [u8; 32]) -> String {
    let body = BASE32_NOPAD.encode(&random).to_lowercase();
    let sum = checksum(prefix, &body);
    format!("{prefix}{body}{sum}")
}

/// The stored hash of a well-formed secret with that prefix; `None` for anything else, without touching a database.
#[must_use]
pub fn hash(prefix: &str, text: &str) -> Option<SecretHash> {
    let rest = text.strip_prefix(prefix)?;
    if rest.len() != 58 || !rest.is_ascii() {
        return None;
    }
    let (body, sum) = rest.split_at(52);
    let fits: bool = checksum(prefix, body).as_bytes().ct_eq(sum.as_bytes()).into();
    fits.then(|| SecretHash(Sha256::digest(text.as_bytes()).into()))
}

fn checksum(prefix: &str, body: &str) -> String {
    let sum = Sha256::new().chain_update(b"tenantry checksum").chain_update(prefix).chain_update(body).finalize();
    let mut text = BASE32_NOPAD.encode(&sum[..4]).to_lowercase();
    text.truncate(6);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_secret_hashes() {
        let text = spell(TOKEN, [7; 32]);
        assert!(text.starts_with("tnt_"));
        assert!(hash(TOKEN, &text).is_some());
        assert!(hash(SESSION, &text).is_none());
        assert!(hash(TOKEN, &text.replace('q', "r")).is_none() || !text.contains('q'));
        assert!(hash(TOKEN, &text[..61]).is_none());
        assert!(hash(TOKEN, "tnt_").is_none());
    }
}
