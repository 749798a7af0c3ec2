//! Looking at a domain from outside.

use super::{
    NotProved, ProofRecord,
    rules::{self, Finding, Outcome, Provider},
};
use crate::dns::Dns;

/// What a domain's own records say about its mail.
pub struct Mail {
    /// MX, SPF, DMARC.
    pub findings: Vec<Finding>,
    /// Who runs it, where that can be told.
    pub provider: Option<Provider>,
}

/// Looks at the records of a domain's mail, all at once.
pub async fn mail(dns: &Dns, domain: &str) -> Mail {
    let policy = format!("_dmarc.{domain}");
    let (servers, texts, policies) = tokio::join!(dns.mail_servers(domain), dns.texts(domain), dns.texts(&policy));
    let provider = servers.as_ref().ok().and_then(|servers| rules::provider(servers));
    Mail { findings: vec![rules::mx(&servers), rules::spf(&texts), rules::dmarc(&policies)], provider }
}

/// Looks for the customer's own record.
pub async fn ownership(dns: &Dns, record: &ProofRecord) -> Finding {
    rules::ownership(&dns.texts(&record.name).await, &record.value)
}

/// Proves a domain, or says what is missing.
///
/// # Errors
/// Why it is not proved.
pub async fn prove(dns: &Dns, record: &ProofRecord) -> Result<(), NotProved> {
    let ProofRecord { name, value, .. } = record.clone();
    let finding = ownership(dns, record).await;
    match finding.outcome {
        Outcome::Ok => Ok(()),
        Outcome::NoAnswer => Err(NotProved::DnsNoAnswer { name }),
        Outcome::Missing => Err(NotProved::RecordMissing { name, value }),
        _ => Err(NotProved::RecordDiffers { name, value, found: finding.found }),
    }
}
