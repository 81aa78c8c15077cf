//! A small HTTP server for tests that answers from a script, or breaks off as told.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What happens to one request, after it was read whole.
#[derive(Debug, Clone)]
pub enum Answer {
    Full {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
    },
    /// Say nothing and keep the connection open.
    Hang,
    /// Close the connection with a reset.
    Reset,
    /// Promise more body than comes.
    CutBody,
}

impl Answer {
    pub fn json(status: u16, body: &str) -> Self {
        Self::Full {
            status,
            headers: vec![("Content-Type".into(), "application/json".into())],
            body: body.into(),
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Full { headers, .. } = &mut self {
            headers.push((name.into(), value.into()));
        }
        self
    }
}

pub struct FakeServer {
    address: std::net::SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl FakeServer {
    /// Answers the first request with the first answer, and so on; the last one is repeated.
    pub async fn start(script: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        let task = tokio::spawn(async move {
            let mut held = Vec::new();
            for turn in 0.. {
                let Ok((mut socket, _)) = listener.accept().await else {
                    return;
                };
                let request = read_request(&mut socket).await;
                seen.lock().unwrap().push(request);
                let Some(answer) = script.get(turn).or(script.last()).cloned() else {
                    continue;
                };
                match answer {
                    Answer::Full { status, headers, body } => {
                        let mut text = format!(
                            "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n",
                            body.len()
                        );
                        for (name, value) in headers {
                            text += &format!("{name}: {value}\r\n");
                        }
                        text += "\r\n";
                        text += &body;
                        let _ = socket.write_all(text.as_bytes()).await;
                    }
                    Answer::Hang => held.push(socket),
                    Answer::Reset => {
                        let _ = socket.set_zero_linger();
                    }
                    Answer::CutBody => {
                        let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"status\":true";
                        let _ = socket.write_all(head.as_bytes()).await;
                    }
                }
            }
        });
        Self { address, requests, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub async fn stop(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

async fn read_request(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0u8; 4096];
    loop {
        let read = tokio::time::timeout(Duration::from_secs(2), socket.read(&mut chunk)).await;
        match read {
            Ok(Ok(n)) if n > 0 => bytes.extend_from_slice(&chunk[..n]),
            _ => break,
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Some(end) = text.find("\r\n\r\n") {
            let length = text[..end]
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
                .unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                break;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
