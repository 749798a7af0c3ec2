//! The second factor's arithmetic: codes of six digits, a new one every 30 seconds (RFC 6238), and recovery codes.

use data_encoding::BASE32_NOPAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use store::{StaffId, Timestamp};
use totp_rs::{Algorithm, Builder, Secret};

/// How many recovery codes a person gets.
pub const RECOVERY_CODES: usize = 10;

/// The place a person's secret is sealed for.
#[must_use]
pub fn place(staff: StaffId) -> String {
    format!("staff/{staff}/totp")
}

/// The step of a code that is valid now (or one step away), later than the last one used.
#[must_use]
pub fn accept(secret: &[u8], code: &str, now: Timestamp, last_step: i64) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(Secret::from(secret.to_vec()))
        .build_noncompliant();
    let seconds = u64::try_from(now.0 / Timestamp::SECOND).ok()?;
    let step = i64::try_from(totp.check(&digits, seconds)?).ok()?;
    (step > last_step).then_some(step)
}

/// What an authenticator reads from the picture.
#[must_use]
pub fn address(secret: &[u8], email: &str) -> String {
    let email = utf8_percent_encode(email, NON_ALPHANUMERIC);
    format!("otpauth://totp/Tenantry:{email}?secret={}&issuer=Tenantry&algorithm=SHA1&digits=6&period=30", spelled(secret))
}

/// The secret as people type it.
#[must_use]
pub fn spelled(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

/// The picture of an address, as SVG.
#[must_use]
pub fn picture(address: &str) -> Option<String> {
    let code = qrcode::QrCode::new(address).ok()?;
    Some(code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(220, 220).build())
}

/// A recovery code from random bytes: ten letters in two groups.
#[must_use]
pub fn recovery(random: [u8; 32]) -> String {
    let text = BASE32_NOPAD.encode(&random).to_lowercase();
    format!("{}-{}", &text[..5], &text[5..10])
}

/// What is stored of a recovery code.
#[must_use]
pub fn recovery_hash(staff: StaffId, code: &str) -> [u8; 32] {
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    Sha256::new().chain_update(b"recovery").chain_update(staff.0.as_bytes()).chain_update(code.to_lowercase()).finalize().into()
}

/// True when the text looks like a recovery code rather than like six digits.
#[must_use]
pub fn looks_like_recovery(code: &str) -> bool {
    code.chars().filter(char::is_ascii_alphanumeric).count() == 10
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 6238's secret; the code of second 59 is 94287082, its last six digits 287082.
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn a_code_is_good_once_and_for_a_minute_and_a_half() {
        let at = |s: i64| Timestamp(s * Timestamp::SECOND);
        assert_eq!(accept(SECRET, "287 082", at(59), 0), Some(1));
        assert_eq!(accept(SECRET, "287082", at(59), 1), None, "a replay");
        assert_eq!(accept(SECRET, "287082", at(89), 0), Some(1));
        assert_eq!(accept(SECRET, "287082", at(120), 0), None);
        assert_eq!(accept(SECRET, "28708", at(59), 0), None);
    }

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let staff = StaffId::new(store::Uuid::from_u128(7));
        let code = recovery([9; 32]);
        assert!(looks_like_recovery(&code) && !looks_like_recovery("287082"));
        assert_eq!(recovery_hash(staff, &code), recovery_hash(staff, &code.to_uppercase().replace('-', " ")));
    }

    #[test]
    fn the_picture_has_no_inline_style() {
        let picture = picture(&address(SECRET, "a@b.example")).expect("draws");
        assert!(picture.contains("<svg") && !picture.contains("style="));
    }
}
