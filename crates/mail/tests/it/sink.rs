//! A tiny SMTP server that does what its script says and keeps what it accepts.

use std::sync::{Arc, Mutex};

use mail::{Security, SmtpSettings};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the sink does at one step instead of agreeing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Act {
    #[default]
    Agree,
    Say(&'static str),
    Drop,
    Hang,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Script {
    pub auth: Act,
    pub rcpt: Act,
    pub data: Act,
    pub dot: Act,
}

#[derive(Debug, Default)]
pub struct Seen {
    pub connections: usize,
    pub mail_from: Vec<String>,
    pub rcpt_to: Vec<String>,
    /// Everything that arrived up to a lone dot, as lines.
    pub messages: Vec<Vec<String>>,
}

pub struct Sink {
    pub port: u16,
    pub seen: Arc<Mutex<Seen>>,
}

impl Sink {
    pub async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                tokio::spawn(talk(stream, script, Arc::clone(&shared)));
            }
        });
        Self { port, seen }
    }

    pub fn settings(&self) -> SmtpSettings {
        let mut settings = SmtpSettings::new("127.0.0.1", Security::None, "test.example");
        settings.port = self.port;
        settings.patience = 5;
        settings.final_patience = 1;
        settings
    }
}

async fn talk(stream: TcpStream, script: Script, seen: Arc<Mutex<Seen>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 sink\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let verb = line.split([' ', ':']).next().unwrap_or("").to_ascii_uppercase();
        let (act, fine) = match verb.as_str() {
            "EHLO" => (Act::Agree, "250-sink\r\n250 AUTH PLAIN LOGIN"),
            "AUTH" => (script.auth, "235 welcome"),
            "MAIL" => {
                seen.lock().unwrap().mail_from.push(line.clone());
                (Act::Agree, "250 ok")
            }
            "RCPT" => {
                seen.lock().unwrap().rcpt_to.push(line.clone());
                (script.rcpt, "250 ok")
            }
            "DATA" => (script.data, "354 go"),
            "QUIT" => (Act::Agree, "221 bye"),
            _ => (Act::Agree, "250 ok"),
        };
        if !answer(&mut write, act, fine).await {
            return None;
        }
        if verb == "DATA" && act == Act::Agree {
            let mut body = Vec::new();
            loop {
                let line = lines.next_line().await.ok()??;
                if line == "." {
                    break;
                }
                body.push(line.strip_prefix('.').map_or(line.clone(), str::to_owned));
            }
            seen.lock().unwrap().messages.push(body);
            if !answer(&mut write, script.dot, "250 2.0.0 queued as 7").await {
                return None;
            }
        }
    }
    Some(())
}

async fn answer(write: &mut tokio::net::tcp::OwnedWriteHalf, act: Act, fine: &str) -> bool {
    let reply = match act {
        Act::Agree => fine,
        Act::Say(reply) => reply,
        Act::Drop => return false,
        Act::Hang => return std::future::pending().await,
    };
    write.write_all(format!("{reply}\r\n").as_bytes()).await.is_ok()
}
