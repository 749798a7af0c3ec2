//! A pool of SMTP connections that knows, for every failure, whether the message had left.
//!
//! lettre's own pool sends in one call and cannot tell; so this one drives lettre's connection step by
//! step. It also puts a time limit on every answer, which lettre's asynchronous client does not.

use std::error::Error as _;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use crate::verify::Connector;
use crate::{Accepted, Failure, Message, SmtpSettings, Trouble};

/// Servers commonly hang up on silence after a minute or more.
const IDLE: Duration = Duration::from_secs(45);

/// A pool of connections to one server. Clones share it.
#[derive(Debug, Clone)]
pub struct Smtp(Arc<Pool>);

struct Pool {
    connector: Connector,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
    permits: Arc<Semaphore>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("settings", self.settings()).finish_non_exhaustive()
    }
}

/// A connection on which sender and recipient are accepted.
pub(crate) struct Open {
    pool: Smtp,
    connection: AsyncSmtpConnection,
    wire: String,
    /// Held so that no more connections are open than allowed.
    _permit: OwnedSemaphorePermit,
}

impl Smtp {
    /// A pool. Nothing connects before the first message.
    pub fn new(settings: SmtpSettings) -> Self {
        let permits = Arc::new(Semaphore::new(usize::from(settings.connections.max(1))));
        Self(Arc::new(Pool { connector: Connector::new(settings), idle: Mutex::default(), permits }))
    }

    /// Connects (or reuses a connection) and names sender and recipient.
    pub(crate) async fn open(&self, message: &Message) -> Result<Open, Failure> {
        let wire = stuffed(message)?;
        let permits = Arc::clone(&self.0.permits);
        let permit = permits.acquire_owned().await.map_err(|error| Failure::temporary(error.to_string()))?;
        let mut connection = self.connection().await?;
        if let Err(failure) = self.envelope(&mut connection, message).await {
            self.keep_after_refusal(connection, &failure).await;
            return Err(failure);
        }
        Ok(Open { pool: self.clone(), connection, wire, _permit: permit })
    }

    async fn envelope(&self, connection: &mut AsyncSmtpConnection, message: &Message) -> Result<(), Failure> {
        let patience = self.0.settings().patience();
        let sender = Some(message.return_path().path());
        early(patience, connection.command(Mail::new(sender, Vec::new()))).await?;
        early(patience, connection.command(Rcpt::new(message.to.path(), Vec::new()))).await?;
        Ok(())
    }

    async fn connection(&self) -> Result<AsyncSmtpConnection, Failure> {
        let patience = self.0.settings().patience();
        while let Some(mut connection) = self.parked() {
            if timeout(patience, connection.test_connected()).await == Ok(true) {
                return Ok(connection);
            }
        }
        // A server that cannot be reached or a password it refuses is not the message's fault: try later.
        self.0.connector.connect().await.map_err(|trouble| Failure::Temporary { code: trouble.code(), text: trouble.to_string() })
    }

    fn parked(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, since)| since.elapsed() < IDLE);
        idle.pop().map(|(connection, _)| connection)
    }

    pub(crate) fn connector(&self) -> &Connector {
        &self.0.connector
    }

    pub(crate) fn park(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push((connection, Instant::now()));
    }

    /// A refused recipient is no reason to connect again for the next one.
    async fn keep_after_refusal(&self, mut connection: AsyncSmtpConnection, failure: &Failure) {
        let answered =
            matches!(failure, Failure::Temporary { code: Some(code), .. } | Failure::Permanent { code: Some(code), .. } if *code != 421);
        let patience = self.0.settings().patience();
        if answered && matches!(timeout(patience, connection.command(Rset)).await, Ok(Ok(_))) {
            self.park(connection);
        }
    }
}

impl Pool {
    fn settings(&self) -> &SmtpSettings {
        self.connector.settings()
    }
}

impl Open {
    /// Sends the message and waits for the server's word.
    pub(crate) async fn hand_over(mut self) -> Result<Accepted, Failure> {
        let settings = self.pool.0.settings();
        let (patience, final_patience) = (settings.patience(), settings.final_patience());
        early(patience, self.connection.command(Data)).await?;
        match timeout(final_patience, self.connection.command(&self.wire)).await {
            Ok(Ok(response)) => {
                let text = clean(&response.message().collect::<Vec<_>>().join(" "));
                self.pool.park(self.connection);
                Ok(Accepted { text })
            }
            Ok(Err(error)) => Err(late(&error)),
            Err(_) => Err(Failure::Unknown { code: None, text: "the server did not answer after it got the message".to_owned() }),
        }
    }
}

/// The message with its dots doubled and the final dot behind it, for one single write: lettre writes the
/// final dot by itself, which costs a round of delayed acknowledgement, and its own doubling has been
/// attacked (RUSTSEC-2026-0561). A stray CR or LF is refused here, whatever made it.
fn stuffed(message: &Message) -> Result<String, Failure> {
    let broken = || Failure::Permanent { code: None, text: "the message has a broken line end".to_owned() };
    let wire = String::from_utf8(message.wire()?).map_err(|_| broken())?;
    let mut stuffed = String::with_capacity(wire.len() + 64);
    for line in wire.split_terminator("\r\n") {
        if line.contains(['\r', '\n', '\0']) {
            return Err(broken());
        }
        if line.starts_with('.') {
            stuffed.push('.');
        }
        stuffed.push_str(line);
        stuffed.push_str("\r\n");
    }
    stuffed.push_str(".\r\n");
    Ok(stuffed)
}

/// A step before the message leaves: without an answer it may be repeated.
async fn early<T>(patience: Duration, step: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    match timeout(patience, step).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(refusal(&error).unwrap_or_else(|| Failure::temporary(said(&error)))),
        Err(_) => Err(Failure::temporary(Trouble::Silent.to_string())),
    }
}

/// A failure after the message began to leave: without an answer nobody knows.
fn late(error: &Error) -> Failure {
    refusal(error).unwrap_or_else(|| Failure::Unknown { code: None, text: said(error) })
}

/// What the server's own code says, if it gave one.
fn refusal(error: &Error) -> Option<Failure> {
    let code = u16::from(error.status()?);
    let text = said(error);
    let code_given = Some(code);
    // 530, 534, 535 and 538 speak of our sign-in, which the operator can mend; the message is fine.
    Some(match code {
        530 | 534 | 535 | 538 => Failure::Temporary { code: code_given, text },
        500.. => Failure::Permanent { code: code_given, text },
        _ => Failure::Temporary { code: code_given, text },
    })
}

/// The innermost sentence of an error.
pub(crate) fn said(error: &Error) -> String {
    error.source().map_or_else(|| clean(&error.to_string()), |source| clean(&source.to_string()))
}

/// What a server says is foreign text: no control characters, not without end.
fn clean(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(500).collect()
}
