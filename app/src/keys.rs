//! The installation's keys: one file outside the database, mode 0600, made at the first start.

use std::path::Path;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use command::Entropy;
use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use store::CustomerId;

/// The keys, each for one purpose.
#[derive(Clone, Serialize, Deserialize)]
pub struct Keys {
    cursor: String,
    seal: String,
    checkpoint: String,
}

impl Keys {
    /// Reads the file, or makes it.
    ///
    /// # Errors
    /// A sentence naming the file.
    pub fn open(data: &Path, entropy: &dyn Entropy) -> Result<Keys, String> {
        let path = data.join("keys.json");
        let named = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
        if path.exists() {
            let text = std::fs::read_to_string(&path).map_err(|e| named(&e))?;
            return serde_json::from_str(&text).map_err(|e| named(&e));
        }
        std::fs::create_dir_all(data).map_err(|e| named(&e))?;
        let keys = Keys { cursor: fresh(entropy), seal: fresh(entropy), checkpoint: fresh(entropy) };
        let text = serde_json::to_string_pretty(&keys).map_err(|e| named(&e))?;
        write_private(&path, &text).map_err(|e| named(&e))?;
        Ok(keys)
    }

    /// Signs list cursors.
    #[must_use]
    pub fn cursor(&self) -> [u8; 32] {
        bytes(&self.cursor)
    }

    /// Signs audit checkpoints (an Ed25519 seed).
    #[must_use]
    pub fn checkpoint(&self) -> [u8; 32] {
        bytes(&self.checkpoint)
    }

    /// A value only this installation can work out for `what`, the same each time: what is asked for in public places.
    #[must_use]
    pub fn proof(&self, purpose: &str, what: &str) -> [u8; 32] {
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&bytes(&self.seal)) else { return [0; 32] };
        for part in ["proof", purpose, what] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        mac.finalize().into_bytes().into()
    }

    /// What the header [`mail::MARK`] says in mail to a customer's people. Nobody else can work it out, so a rule may trust it.
    #[must_use]
    pub fn mark(&self, customer: CustomerId) -> String {
        BASE32_NOPAD.encode(&self.proof("mail-mark", &customer.to_string())[..15]).to_ascii_lowercase()
    }

    /// Seals a secret so that it opens only in the same place (`table/row/column`).
    #[must_use]
    pub fn seal(&self, place: &str, secret: &[u8], entropy: &dyn Entropy) -> Option<String> {
        let mut nonce = [0; 24];
        entropy.fill(&mut nonce);
        let cipher = XChaCha20Poly1305::new(&bytes(&self.seal).into());
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: secret, aad: place.as_bytes() }).ok()?;
        Some(BASE64.encode(&[&nonce[..], &sealed].concat()))
    }

    /// Opens what [`Keys::seal`] made; `None` when it was made elsewhere or changed.
    #[must_use]
    pub fn unseal(&self, place: &str, sealed: &str) -> Option<Vec<u8>> {
        let raw = BASE64.decode(sealed.as_bytes()).ok()?;
        let (nonce, body) = raw.split_at_checked(24)?;
        let nonce: [u8; 24] = nonce.try_into().ok()?;
        let cipher = XChaCha20Poly1305::new(&bytes(&self.seal).into());
        cipher.decrypt(&XNonce::from(nonce), Payload { msg: body, aad: place.as_bytes() }).ok()
    }
}

fn fresh(entropy: &dyn Entropy) -> String {
    let mut key = [0; 32];
    entropy.fill(&mut key);
    HEXLOWER_PERMISSIVE.encode(&key)
}

fn bytes(hex: &str) -> [u8; 32] {
    HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok().and_then(|b| b.try_into().ok()).unwrap_or([0; 32])
}

/// Writes a file only its owner can read, whole or not at all.
///
/// # Errors
/// The file system's.
pub fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let part = path.with_extension("part");
    let _ = std::fs::remove_file(&part);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(part, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            (0..).zip(bytes).for_each(|(n, b)| *b = n);
        }
    }

    #[test]
    fn a_sealed_secret_opens_only_in_its_place() {
        let folder = tempfile::tempdir().expect("folder");
        let keys = Keys::open(folder.path(), &Counting).expect("keys");
        let sealed = keys.seal("staff/1/totp", b"secret", &Counting).expect("seals");
        assert_eq!(keys.unseal("staff/1/totp", &sealed).as_deref(), Some(&b"secret"[..]));
        assert_eq!(keys.unseal("staff/2/totp", &sealed), None);
        let again = Keys::open(folder.path(), &Counting).expect("reads its file");
        assert!(again.unseal("staff/1/totp", &sealed).is_some());
    }
}
