//! What the records of a domain mean. No I/O.

use serde::Serialize;

use crate::dns::{MailServer, NoAnswer};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Whether the domain is this customer's.
    Ownership,
    /// Whether it takes mail, and where (RFC 5321, 7505).
    Mx,
    /// Who may send in its name (RFC 7208).
    Spf,
    /// What becomes of mail that only pretends (RFC 7489).
    Dmarc,
}

impl Check {
    /// The word in texts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Check::Ownership => "ownership",
            Check::Mx => "mx",
            Check::Spf => "spf",
            Check::Dmarc => "dmarc",
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// There is no such record.
    Missing,
    /// There is one, and it says something else.
    Differs,
    /// Another customer has it.
    Taken,
    /// Nobody has it yet; the customer's record is asked for later.
    Open,
    /// The domain says that it takes no mail.
    NoMail,
    /// Several records where one is allowed: receivers ignore all of them.
    Several,
    /// A record that protects nobody: everybody may send, or pretenders are let through.
    Weak,
    /// The record cannot be read.
    Unreadable,
    /// The domain's name servers did not answer in time.
    NoAnswer,
}

impl Outcome {
    /// The word in texts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Missing => "missing",
            Outcome::Differs => "differs",
            Outcome::Taken => "taken",
            Outcome::Open => "open",
            Outcome::NoMail => "no-mail",
            Outcome::Several => "several",
            Outcome::Weak => "weak",
            Outcome::Unreadable => "unreadable",
            Outcome::NoAnswer => "no-answer",
        }
    }
}

/// One thing looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// What was found.
    pub outcome: Outcome,
    /// The records as they are.
    pub found: Vec<String>,
}

/// Records shown of one kind: enough to recognise what is there.
const SHOWN: usize = 10;

fn finding(check: Check, outcome: Outcome, mut found: Vec<String>) -> Finding {
    found.truncate(SHOWN);
    Finding { check, outcome, found }
}

/// Who the mail servers belong to, where it is one of the two whose set-up is known in detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Microsoft 365.
    Microsoft365,
    /// Google Workspace.
    GoogleWorkspace,
}

/// Recognises the provider by its servers' published names.
#[must_use]
pub fn provider(servers: &[MailServer]) -> Option<Provider> {
    let below = |domain: &str| servers.iter().any(|s| s.host == domain || s.host.ends_with(&format!(".{domain}")));
    if below("mail.protection.outlook.com") || below("mx.microsoft") {
        return Some(Provider::Microsoft365);
    }
    (below("google.com") || below("googlemail.com")).then_some(Provider::GoogleWorkspace)
}

/// Whether the domain takes mail.
#[must_use]
pub fn mx(answer: &Result<Vec<MailServer>, NoAnswer>) -> Finding {
    let Ok(servers) = answer else { return finding(Check::Mx, Outcome::NoAnswer, Vec::new()) };
    let outcome = match servers.as_slice() {
        [] => Outcome::Missing,
        // "." alone: RFC 7505.
        [only] if only.host.is_empty() => Outcome::NoMail,
        _ => Outcome::Ok,
    };
    finding(Check::Mx, outcome, servers.iter().map(|s| format!("{} {}", s.preference, s.host)).collect())
}

/// Who may send in the domain's name.
#[must_use]
pub fn spf(answer: &Result<Vec<String>, NoAnswer>) -> Finding {
    let Ok(texts) = answer else { return finding(Check::Spf, Outcome::NoAnswer, Vec::new()) };
    // RFC 7208, 4.5: the version, then a space or the end. Case does not matter.
    let is_spf = |text: &&String| text.split(' ').next().is_some_and(|version| version.eq_ignore_ascii_case("v=spf1"));
    let records: Vec<String> = texts.iter().filter(is_spf).cloned().collect();
    let outcome = match records.as_slice() {
        [] => Outcome::Missing,
        [one] if one.split_ascii_whitespace().any(lets_everybody_send) => Outcome::Weak,
        [_] => Outcome::Ok,
        _ => Outcome::Several,
    };
    finding(Check::Spf, outcome, records)
}

/// `all` without a qualifier means `+all`: everybody may send.
fn lets_everybody_send(term: &str) -> bool {
    term.eq_ignore_ascii_case("all") || term.eq_ignore_ascii_case("+all") || term.eq_ignore_ascii_case("?all")
}

/// What becomes of mail that only pretends.
#[must_use]
pub fn dmarc(answer: &Result<Vec<String>, NoAnswer>) -> Finding {
    let Ok(texts) = answer else { return finding(Check::Dmarc, Outcome::NoAnswer, Vec::new()) };
    // RFC 7489, 6.3: the version is first, and written so.
    let tag = |part: &str| part.split_once('=').map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    let tags = |text: &str| text.split(';').filter_map(tag).collect::<Vec<_>>();
    let is_dmarc = |text: &&String| tags(text).first().is_some_and(|(name, value)| name == "v" && value == "DMARC1");
    let records: Vec<String> = texts.iter().filter(is_dmarc).cloned().collect();
    let outcome = match records.as_slice() {
        [] => Outcome::Missing,
        [one] => match tags(one).iter().find(|(name, _)| name == "p").map(|(_, value)| value.to_ascii_lowercase()).as_deref() {
            Some("reject" | "quarantine") => Outcome::Ok,
            Some("none") => Outcome::Weak,
            _ => Outcome::Unreadable,
        },
        _ => Outcome::Several,
    };
    finding(Check::Dmarc, outcome, records)
}

/// Whether the customer's own record is there.
#[must_use]
pub fn ownership(answer: &Result<Vec<String>, NoAnswer>, value: &str) -> Finding {
    let Ok(texts) = answer else { return finding(Check::Ownership, Outcome::NoAnswer, Vec::new()) };
    let outcome = if texts.iter().any(|text| text.trim() == value) {
        Outcome::Ok
    } else if texts.is_empty() {
        Outcome::Missing
    } else {
        Outcome::Differs
    };
    finding(Check::Ownership, outcome, texts.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Result<Vec<String>, NoAnswer> {
        Ok(list.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn spf_is_one_record_that_closes() {
        let outcome = |list: &[&str]| spf(&texts(list)).outcome;
        assert_eq!(outcome(&["v=spf1 include:spf.protection.outlook.com -all", "MS=ms123"]), Outcome::Ok);
        assert_eq!(outcome(&["V=SPF1 mx ~ALL"]), Outcome::Ok);
        assert_eq!(outcome(&["v=spf1"]), Outcome::Ok);
        assert_eq!(outcome(&["v=spf10 -all", "google-site-verification=x"]), Outcome::Missing);
        assert_eq!(outcome(&["v=spf1 -all", "v=spf1 mx -all"]), Outcome::Several);
        assert_eq!([outcome(&["v=spf1 +all"]), outcome(&["v=spf1 mx all"]), outcome(&["v=spf1 ?all"])], [Outcome::Weak; 3]);
        assert_eq!(spf(&Err(NoAnswer)).outcome, Outcome::NoAnswer);
    }

    #[test]
    fn dmarc_protects_from_quarantine_upwards() {
        let outcome = |list: &[&str]| dmarc(&texts(list)).outcome;
        assert_eq!(outcome(&["v=DMARC1; p=reject; rua=mailto:d@x.example"]), Outcome::Ok);
        assert_eq!(outcome(&["v=DMARC1;p=Quarantine"]), Outcome::Ok);
        assert_eq!(outcome(&["v=DMARC1; p=none"]), Outcome::Weak);
        assert_eq!(outcome(&["v=DMARC1; rua=mailto:d@x.example"]), Outcome::Unreadable);
        assert_eq!(outcome(&["p=reject; v=DMARC1", "v=dmarc1; p=reject"]), Outcome::Missing);
        assert_eq!(outcome(&["v=DMARC1; p=none", "v=DMARC1; p=reject"]), Outcome::Several);
    }

    #[test]
    fn mail_servers_tell_the_provider_and_a_refusal_of_mail() {
        let server = |host: &str| MailServer { preference: 10, host: host.into() };
        let known = |host: &str| provider(&[server(host)]);
        assert_eq!(known("acme-se.mail.protection.outlook.com"), Some(Provider::Microsoft365));
        assert_eq!(known("acme-se.e-v1.mx.microsoft"), Some(Provider::Microsoft365));
        assert_eq!(known("aspmx.l.google.com"), Some(Provider::GoogleWorkspace));
        assert_eq!(known("notgoogle.com"), None);
        assert_eq!([mx(&Ok(vec![])).outcome, mx(&Ok(vec![server("")])).outcome], [Outcome::Missing, Outcome::NoMail]);
        assert_eq!(mx(&Ok(vec![server("mx.example")])).found, ["10 mx.example"]);
    }

    #[test]
    fn only_the_customers_own_value_proves() {
        let outcome = |list: &[&str]| ownership(&texts(list), "tn-verify=abc").outcome;
        assert_eq!([outcome(&["tn-verify=abc"]), outcome(&["other", " tn-verify=abc "])], [Outcome::Ok; 2]);
        assert_eq!([outcome(&["tn-verify=abcd"]), outcome(&["TN-VERIFY=ABC"])], [Outcome::Differs; 2]);
        assert_eq!(outcome(&[]), Outcome::Missing);
    }
}
