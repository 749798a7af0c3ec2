//! A conversation with a directory.

use std::time::Duration;

use egress::{Client, Secured};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

use super::{
    Settings, Tls, ber,
    wire::{self, Entry, Message, Outcome, START_TLS, Search},
};
use crate::{Fault, PAGE};

/// The largest message that is read: an entry without pictures is a thousand times smaller.
const MESSAGE: usize = 4 * 1024 * 1024;
/// The largest page.
const PAGE_BYTES: usize = 32 * 1024 * 1024;
/// How long a server may say nothing.
const SILENCE: Duration = Duration::from_secs(60);

/// What a conversation runs over.
pub(super) trait Line: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Line for S {}

/// A connection that is hidden and signed in.
pub(super) struct Session<S = Secured> {
    stream: S,
    last: u32,
}

impl Session {
    pub(super) async fn open(net: &Client, settings: &Settings, password: &str) -> Result<Session, Fault> {
        // A name without a password signs in as nobody, and the server calls that a success (RFC 4513, 5.1.2).
        if password.is_empty() {
            return Err(Fault::SignInRefused("the password is missing".to_owned()));
        }
        let host = settings.host.trim();
        let mut bare = net.connect(host, settings.port()).await?;
        if settings.tls == Tls::StartTls {
            send(&mut bare, &wire::extended(1, START_TLS)).await?;
            match receive(&mut bare).await? {
                (1, Message::Extended(Outcome { code: 0, .. }), _) => {}
                (_, Message::Extended(outcome), _) => {
                    return Err(Fault::Unreachable(format!("the server does not turn to TLS: {}", outcome.text)));
                }
                _ => return Err(odd()),
            }
        }
        let mut session = Session::on(net.secure(bare, host).await?);
        session.bind(settings.bind_dn.trim(), password).await?;
        Ok(session)
    }
}

impl<S: Line> Session<S> {
    pub(super) fn on(stream: S) -> Session<S> {
        Session { stream, last: 1 }
    }

    async fn bind(&mut self, dn: &str, password: &str) -> Result<(), Fault> {
        let id = self.next();
        send(&mut self.stream, &wire::bind(id, dn, password)).await?;
        match self.answer(id).await?.0 {
            Message::Bound(outcome) => accepted(outcome),
            _ => Err(odd()),
        }
    }

    /// One page of a search, and the cookie of the next; an empty cookie after the last.
    pub(super) async fn page(&mut self, search: &Search<'_>, cookie: &[u8]) -> Result<(Vec<Entry>, Vec<u8>), Fault> {
        let size = u32::try_from(PAGE).unwrap_or(u32::MAX);
        self.ask(search, Some((size, cookie))).await
    }

    /// One entry; none where there is none. Asked without pages, which some servers do not have for their root.
    pub(super) async fn entry(&mut self, search: &Search<'_>) -> Result<Option<Entry>, Fault> {
        let (entries, _) = self.ask(search, None).await?;
        Ok(entries.into_iter().next())
    }

    async fn ask(&mut self, search: &Search<'_>, page: Option<(u32, &[u8])>) -> Result<(Vec<Entry>, Vec<u8>), Fault> {
        let id = self.next();
        send(&mut self.stream, &wire::search(id, search, page)).await?;
        let (mut entries, mut bytes) = (Vec::new(), 0);
        loop {
            let (message, size) = self.answer(id).await?;
            bytes += size;
            if bytes > PAGE_BYTES || entries.len() > PAGE {
                return Err(Fault::TooMuch("more in one page than was asked for".to_owned()));
            }
            match message {
                Message::Entry(entry) => entries.push(entry),
                Message::Aside => {}
                Message::Done(outcome, cookie) => return ended(outcome).map(|()| (entries, cookie)),
                _ => return Err(odd()),
            }
        }
    }

    /// Says goodbye. Whether it is heard does not matter.
    pub(super) async fn close(mut self) {
        let id = self.next();
        let _ = send(&mut self.stream, &wire::unbind(id)).await;
        let _ = timeout(Duration::from_secs(1), self.stream.shutdown()).await;
    }

    fn next(&mut self) -> u32 {
        self.last = self.last % 0x7fff_fffe + 1;
        self.last
    }

    async fn answer(&mut self, id: u32) -> Result<(Message, usize), Fault> {
        match receive(&mut self.stream).await? {
            // Only the server speaks without being asked: it hangs up (RFC 4511, 4.4.1).
            (0, Message::Extended(outcome), _) => Err(Fault::BrokenOff(outcome.text)),
            (answered, message, size) if answered == id => Ok((message, size)),
            _ => Err(odd()),
        }
    }
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), message: &[u8]) -> Result<(), Fault> {
    let sent = async {
        stream.write_all(message).await?;
        stream.flush().await
    };
    timeout(SILENCE, sent).await.map_err(|_| silent())?.map_err(broken)
}

/// Reads one message and not a byte more: what comes after StartTLS's answer belongs to TLS.
async fn receive(stream: &mut (impl AsyncRead + Unpin)) -> Result<(u32, Message, usize), Fault> {
    let content = timeout(SILENCE, content(stream)).await.map_err(|_| silent())??;
    let (id, message) = wire::read(&content).ok_or_else(odd)?;
    Ok((id, message, content.len()))
}

async fn content(stream: &mut (impl AsyncRead + Unpin)) -> Result<Vec<u8>, Fault> {
    let mut head = Vec::with_capacity(10);
    let length = loop {
        head.push(stream.read_u8().await.map_err(broken)?);
        if let Some((tag, length, _)) = ber::header(&head) {
            if tag != ber::SEQUENCE {
                return Err(odd());
            }
            break length;
        }
    };
    if length > MESSAGE {
        return Err(Fault::TooMuch("a message of more than 4 MiB".to_owned()));
    }
    let mut content = vec![0; length];
    stream.read_exact(&mut content).await.map_err(broken)?;
    Ok(content)
}

fn broken(error: std::io::Error) -> Fault {
    Fault::BrokenOff(error.to_string())
}

fn silent() -> Fault {
    Fault::BrokenOff("the server has said nothing for a minute".to_owned())
}

fn odd() -> Fault {
    Fault::odd("it does not speak LDAP as it should")
}

fn accepted(Outcome { code, text }: Outcome) -> Result<(), Fault> {
    match code {
        0 => Ok(()),
        51 | 52 => Err(Fault::Unreachable(text)),
        _ => Err(Fault::SignInRefused(format!("LDAP result {code} {text}").trim_end().to_owned())),
    }
}

fn ended(Outcome { code, text }: Outcome) -> Result<(), Fault> {
    let said = format!("LDAP result {code} {text}").trim_end().to_owned();
    match code {
        0 => Ok(()),
        3 | 4 | 11 => Err(Fault::TooMuch(format!("the server gives this user no more, {said}"))),
        32 | 34 => Err(Fault::setting("base", "there is no such entry, or the signed-in user may not see it")),
        // Active Directory answers 1 where somebody has not signed in far enough.
        1 | 50 => Err(Fault::ConsentNeeded(said)),
        51 | 52 => Err(Fault::Unreachable(said)),
        12 => Err(Fault::odd("the server does not give its answers in pages (RFC 2696)")),
        _ => Err(Fault::odd(said)),
    }
}
