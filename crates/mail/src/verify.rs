//! Connecting to a server: judged addresses, encryption, sign-in.

use std::error::Error as StdError;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::OnceLock;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters, TlsParametersBuilder};
use lettre::transport::smtp::extension::ClientId;
use rustls::CertificateError;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::smtp::said;
use crate::{Login, Security, SmtpSettings, Trouble};

/// Connects and signs in, sends nothing.
pub async fn verify(settings: &SmtpSettings) -> Result<(), Trouble> {
    let mut connection = Connector::new(settings.clone()).connect().await?;
    // Only manners: the answer to QUIT changes nothing.
    let _ = timeout(settings.patience(), connection.quit()).await;
    Ok(())
}

/// Opens connections. Keeps the parsed root certificates between them.
pub(crate) struct Connector {
    settings: SmtpSettings,
    tls: OnceLock<TlsParameters>,
}

impl Connector {
    pub(crate) fn new(settings: SmtpSettings) -> Self {
        Self { settings, tls: OnceLock::new() }
    }

    pub(crate) fn settings(&self) -> &SmtpSettings {
        &self.settings
    }

    /// A connection that is protected and signed in as the settings say.
    pub(crate) async fn connect(&self) -> Result<AsyncSmtpConnection, Trouble> {
        let mut connection = self.greeted().await?;
        self.signed(&mut connection).await?;
        Ok(connection)
    }

    /// Sees whether anything answers at the address at all, and hangs up.
    pub(crate) async fn reach(&self) -> Result<(), Trouble> {
        self.names_fit()?;
        let dial = async {
            let addresses = self.addresses().await?;
            TcpStream::connect(addresses.as_slice()).await.map(drop).map_err(|error| self.io_trouble(&error))
        };
        timeout(self.settings.patience(), dial).await.map_err(|_| Trouble::Silent)?
    }

    /// A connection that is protected as the settings say, and greeted.
    pub(crate) async fn greeted(&self) -> Result<AsyncSmtpConnection, Trouble> {
        self.names_fit()?;
        timeout(self.settings.patience(), self.greet()).await.map_err(|_| Trouble::Silent)?
    }

    /// Signs in, where the settings have a login.
    pub(crate) async fn signed(&self, connection: &mut AsyncSmtpConnection) -> Result<(), Trouble> {
        let Some(login) = &self.settings.login else { return Ok(()) };
        timeout(self.settings.patience(), sign_in(connection, login)).await.map_err(|_| Trouble::Silent)?
    }

    /// Host and our own name both end up in protocol lines.
    fn names_fit(&self) -> Result<(), Trouble> {
        let fit = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte));
        if fit(&self.settings.host) && fit(&self.settings.hello) { Ok(()) } else { Err(Trouble::BadName) }
    }

    async fn greet(&self) -> Result<AsyncSmtpConnection, Trouble> {
        let settings = &self.settings;
        let hello = ClientId::Domain(settings.hello.clone());
        let addresses = self.addresses().await?;
        // The addresses that were judged are the ones connected to: a second look-up could differ.
        if settings.security == Security::Tls {
            let (tls, patience) = (self.tls()?, settings.patience());
            let connected = AsyncSmtpConnection::connect_tokio1(addresses.as_slice(), Some(patience), &hello, Some(tls), None);
            return connected.await.map_err(|error| self.trouble(&error));
        }
        let stream = TcpStream::connect(addresses.as_slice()).await.map_err(|error| self.io_trouble(&error))?;
        // Without this the last packet of a message waits 40 ms for the server's delayed acknowledgement.
        stream.set_nodelay(true).map_err(|error| self.io_trouble(&error))?;
        let mut connection =
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await.map_err(|error| self.trouble(&error))?;
        if settings.security == Security::StartTls {
            if !connection.can_starttls() {
                return Err(Trouble::NoStartTls { port: settings.port });
            }
            let tls = self.tls()?;
            connection.starttls(tls, &hello).await.map_err(|error| self.trouble(&error))?;
        }
        Ok(connection)
    }

    async fn addresses(&self) -> Result<Vec<SocketAddr>, Trouble> {
        let SmtpSettings { host, port, reach, .. } = &self.settings;
        let found = tokio::net::lookup_host((host.as_str(), *port)).await;
        let found = found.map_err(|_| Trouble::Lookup { host: host.clone() })?;
        let allowed: Vec<SocketAddr> = found.filter(|address| reach.allows(address.ip())).collect();
        if allowed.is_empty() {
            return Err(Trouble::Inside { host: host.clone() });
        }
        Ok(allowed)
    }

    fn tls(&self) -> Result<TlsParameters, Trouble> {
        if let Some(ready) = self.tls.get() {
            return Ok(ready.clone());
        }
        let built = TlsParametersBuilder::new(self.settings.host.clone()).build_rustls();
        let built = built.map_err(|error| Trouble::Other { code: None, text: said(&error) })?;
        Ok(self.tls.get_or_init(|| built).clone())
    }

    fn trouble(&self, error: &Error) -> Trouble {
        let code = error.status().map(u16::from);
        io_cause(error).map_or_else(|| Trouble::Other { code, text: said(error) }, |cause| self.io_trouble(cause))
    }

    fn io_trouble(&self, cause: &io::Error) -> Trouble {
        let SmtpSettings { host, port, .. } = &self.settings;
        if let Some(tls) = cause.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return tls_trouble(tls, host, *port);
        }
        match cause.kind() {
            ErrorKind::ConnectionRefused => Trouble::Refused { host: host.clone(), port: *port },
            ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Trouble::Silent,
            _ => Trouble::Other { code: None, text: cause.to_string() },
        }
    }
}

async fn sign_in(connection: &mut AsyncSmtpConnection, login: &Login) -> Result<(), Trouble> {
    let credentials = Credentials::new(login.user.clone(), login.password.reveal().to_owned());
    match connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await {
        Ok(_) => Ok(()),
        Err(error) => Err(match error.status().map(u16::from) {
            Some(code) if code >= 500 => Trouble::Login { code, text: said(&error) },
            None if error.is_client() => Trouble::NoLogin,
            code => Trouble::Other { code, text: said(&error) },
        }),
    }
}

fn tls_trouble(error: &rustls::Error, host: &str, port: u16) -> Trouble {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) => {
            Trouble::NameMismatch { host: host.to_owned() }
        }
        rustls::Error::InvalidCertificate(reason) => Trouble::Untrusted { text: reason.to_string() },
        rustls::Error::InvalidMessage(_) => Trouble::NotTls { port },
        other => Trouble::Other { code: None, text: other.to_string() },
    }
}

/// The system's error somewhere below lettre's.
fn io_cause<'a>(error: &'a Error) -> Option<&'a io::Error> {
    let mut next: Option<&'a (dyn StdError + 'static)> = error.source();
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<io::Error>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_have_their_own_sentences() {
        let of = |reason| tls_trouble(&rustls::Error::InvalidCertificate(reason), "mail.example.com", 465);
        assert_eq!(of(CertificateError::NotValidForName).key(), "mail-trouble-name-mismatch");
        assert!(of(CertificateError::NotValidForName).to_string().contains("mail.example.com"));
        assert_eq!(of(CertificateError::UnknownIssuer).key(), "mail-trouble-untrusted");
    }
}
