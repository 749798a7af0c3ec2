//! A small HTTP/1.1 client over one kept connection: requests are bytes that were made before, so that the client costs next
//! to nothing beside the server it measures.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// One kept connection.
pub struct Wire {
    stream: TcpStream,
    inbox: Vec<u8>,
    body: Vec<u8>,
    head_end: usize,
}

impl Wire {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Result<Wire, String> {
        let stream = TcpStream::connect(address).await.map_err(|e| format!("{address}: {e}"))?;
        stream.set_nodelay(true).map_err(|e| e.to_string())?;
        Ok(Wire { stream, inbox: Vec::with_capacity(4096), body: Vec::new(), head_end: 0 })
    }

    /// Sends a request and reads the whole answer; gives its status.
    pub async fn send(&mut self, request: &[u8]) -> Result<u16, String> {
        self.stream.write_all(request).await.map_err(|e| e.to_string())?;
        self.inbox.clear();
        self.body.clear();
        self.head_end = loop {
            if let Some(at) = find(&self.inbox, b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let status = std::str::from_utf8(self.inbox.get(9..12).unwrap_or_default()).ok().and_then(|s| s.parse().ok());
        if let Some(length) = self.header("content-length").and_then(|v| v.parse::<usize>().ok()) {
            let end = self.head_end + length;
            while self.inbox.len() < end {
                self.more().await?;
            }
            self.body.extend_from_slice(&self.inbox[self.head_end..end]);
        } else if self.header("transfer-encoding").is_some_and(|v| v.contains("chunked")) {
            self.chunks().await?;
        }
        status.ok_or_else(|| "an answer without a status".into())
    }

    /// The body of the last answer.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body of the last answer as JSON.
    pub fn json(&self) -> Result<serde_json::Value, String> {
        serde_json::from_slice(&self.body).map_err(|e| format!("{e}: {}", self.text()))
    }

    /// The beginning of the body, for a complaint.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).chars().take(300).collect()
    }

    /// A header of the last answer.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = std::str::from_utf8(&self.inbox[..self.head_end]).ok()?;
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }

    async fn chunks(&mut self) -> Result<(), String> {
        let mut at = self.head_end;
        loop {
            let line = loop {
                if let Some(end) = find(&self.inbox[at..], b"\r\n") {
                    break at + end;
                }
                self.more().await?;
            };
            let size = std::str::from_utf8(&self.inbox[at..line]).ok().and_then(|s| usize::from_str_radix(s.trim(), 16).ok());
            let size = size.ok_or("a chunk without a size")?;
            let end = line + 2 + size;
            while self.inbox.len() < end + 2 {
                self.more().await?;
            }
            self.body.extend_from_slice(&self.inbox[line + 2..end]);
            at = end + 2;
            if size == 0 {
                return Ok(());
            }
        }
    }

    async fn more(&mut self) -> Result<(), String> {
        match self.stream.read_buf(&mut self.inbox).await {
            Ok(0) => Err("the server closed the connection".into()),
            Ok(_) => Ok(()),
            Err(e) => Err(e.to_string()),
        }
    }
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|w| w == what)
}

/// A GET with these header lines.
pub fn get(path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    request("GET", path, headers, b"")
}

/// A request with a body.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    // A browser never sends brackets or spaces in a path as they are.
    let path = path.replace('[', "%5B").replace(']', "%5D").replace(' ', "%20");
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if method != "GET" {
        text.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Sends a request on a connection of its own; gives status and JSON (null when the answer is none).
pub async fn once(address: SocketAddr, request: &[u8]) -> Result<(u16, serde_json::Value), String> {
    let mut wire = Wire::connect(address).await?;
    let status = wire.send(request).await?;
    Ok((status, wire.json().unwrap_or_default()))
}
