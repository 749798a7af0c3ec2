//! A web server of the test's own, on the loopback address: what customers' machines answer.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// An answer.
#[derive(Debug, Clone)]
enum Said {
    Whole(u16, String),
    /// Promises twice what it sends, and hangs up.
    Half(String),
}

/// The server. What it does not know is 404.
#[derive(Debug, Clone)]
pub struct Site {
    pub at: SocketAddr,
    pages: Arc<Mutex<HashMap<String, Said>>>,
    asked: Arc<Mutex<VecDeque<String>>>,
}

impl Site {
    /// Starts one; it ends with the test's runtime.
    pub async fn start() -> Site {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let site = Site { at: listener.local_addr().expect("an address"), pages: Arc::default(), asked: Arc::default() };
        let serving = site.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().answer(stream));
            }
        });
        site
    }

    /// Its address, with a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }

    /// Says this at a path from now on.
    pub fn says(&self, path: &str, text: &str) {
        self.set(path, Said::Whole(200, text.to_owned()));
    }

    /// Refuses with this.
    pub fn refuses(&self, path: &str, status: u16, text: &str) {
        self.set(path, Said::Whole(status, text.to_owned()));
    }

    /// Begins to say this and dies.
    pub fn dies(&self, path: &str, text: &str) {
        self.set(path, Said::Half(text.to_owned()));
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.asked.lock().expect("no panic").iter().filter(|p| p.as_str() == path).count()
    }

    fn set(&self, path: &str, said: Said) {
        self.pages.lock().expect("no panic").insert(path.to_owned(), said);
    }

    async fn answer(self, mut stream: TcpStream) {
        let Some(path) = read(&mut stream).await else { return };
        self.asked.lock().expect("no panic").push_back(path.clone());
        let said = self.pages.lock().expect("no panic").get(&path).cloned().unwrap_or(Said::Whole(404, String::new()));
        let (status, length, text) = match &said {
            Said::Whole(status, text) => (*status, text.len(), text),
            Said::Half(text) => (200, text.len() * 2, text),
        };
        let kind = if text.starts_with('{') { "application/json" } else { "text/csv" };
        let head = format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        let _ = stream.write_all(head.as_bytes()).await;
        let _ = stream.write_all(text.as_bytes()).await;
        let _ = stream.shutdown().await;
    }
}

/// Reads a request to its end and gives its path, without what is asked of it.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4_096]);
    loop {
        let n = stream.read(&mut buffer).await.ok()?;
        bytes.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse().ok()));
            if body.len() >= length.flatten().unwrap_or(0) {
                return head.split(' ').nth(1)?.split('?').next().map(str::to_owned);
            }
        }
        if n == 0 {
            return None;
        }
    }
}
