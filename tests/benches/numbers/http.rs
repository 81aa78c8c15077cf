//! The least HTTP client that keeps a connection open: the measuring must not cost more than the measured.

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection, kept open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Connection {
    /// Opens one.
    pub async fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a whole request and reads the whole answer.
    pub async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]).into_owned();
        let status = text.split(' ').nth(1).and_then(|s| s.parse().ok()).context("no HTTP status")?;
        let body = match header(&text, "content-length") {
            Some(length) => self.exactly(head, length.parse()?).await?,
            None if header(&text, "transfer-encoding").is_some() => self.chunked(head).await?,
            None => Vec::new(),
        };
        Ok(Answer { status, body })
    }

    async fn exactly(&mut self, from: usize, length: usize) -> anyhow::Result<Vec<u8>> {
        while self.buffer.len() < from + length {
            self.more().await?;
        }
        Ok(self.buffer[from..from + length].to_vec())
    }

    async fn chunked(&mut self, mut from: usize) -> anyhow::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                if let Some(end) = self.buffer[from..].windows(2).position(|w| w == b"\r\n") {
                    break from + end;
                }
                self.more().await?;
            };
            let size = std::str::from_utf8(&self.buffer[from..line])?.trim().to_owned();
            let length = usize::from_str_radix(&size, 16)?;
            body.extend(self.exactly(line + 2, length + 2).await?[..length].iter());
            from = line + 2 + length + 2;
            if length == 0 {
                return Ok(body);
            }
        }
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the connection was closed");
        }
        Ok(())
    }
}

/// A header's value.
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|l| l.split_once(':'));
    lines.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// A GET request with further header lines.
pub fn get(path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.into_bytes()
}

/// A POST request with a JSON body.
pub fn post(path: &str, json: &str) -> Vec<u8> {
    let length = json.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{json}"
    )
    .into_bytes()
}
