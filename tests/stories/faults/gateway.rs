//! A gateway that answers as the script says and keeps book of what it was really asked to send.

use aglis_core::{app::App, config, queue::Outbox};
use aglis_tests::{Backend, Daemon, World};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What it does with a request.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// Takes the message and says so.
    Takes,
    /// 429 with so many seconds of `Retry-After`; the message is not taken.
    Busy(u64),
    /// 500; the message is not taken.
    Fails,
    /// Takes the message and never answers.
    Hangs,
    /// Takes the message and breaks the connection.
    Breaks,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Call {
    pub target: String,
    pub at: Instant,
    /// Whether the message reaches its reader.
    pub arrives: bool,
}

#[derive(Default)]
struct Book {
    calls: Vec<Call>,
    script: Vec<Answer>,
}

pub struct Gateway {
    pub url: String,
    book: Arc<Mutex<Book>>,
}

impl Gateway {
    /// One that takes this long for each message.
    pub async fn start(pace: Duration) -> Gateway {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let book = Arc::new(Mutex::new(Book::default()));
        let kept = book.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(talk(stream, pace, kept.clone()));
            }
        });
        Gateway { url, book }
    }

    /// From now on the first, second … request for each target is answered so; further ones are taken.
    pub fn script(&self, answers: &[Answer]) {
        self.book.lock().unwrap().script = answers.to_vec();
    }

    /// The requests for an address, or for all.
    pub fn calls(&self, address: Option<&str>) -> Vec<Call> {
        let target = address.map(|address| address.trim_start_matches('+'));
        let book = self.book.lock().unwrap();
        book.calls.iter().filter(|call| target.is_none_or(|target| target == call.target)).cloned().collect()
    }

    /// How often a message to this address reached its reader.
    pub fn arrived(&self, address: &str) -> usize {
        self.calls(Some(address)).iter().filter(|call| call.arrives).count()
    }

    /// The targets that were reached more than once.
    pub fn twice(&self) -> HashMap<String, usize> {
        let mut times: HashMap<String, usize> = HashMap::new();
        for call in self.calls(None).into_iter().filter(|call| call.arrives) {
            *times.entry(call.target).or_default() += 1;
        }
        times.retain(|_, times| *times > 1);
        times
    }

    /// A daemon that sends through it.
    pub async fn daemon(&self, backend: Backend, more: &[(&str, &str)]) -> Daemon {
        let env = [
            ("AGLIS_WHATSAPP_PROVIDER", "fonnte"),
            ("AGLIS_WHATSAPP_FONNTE_TOKEN", "token"),
            ("AGLIS_WHATSAPP_FONNTE_URL", self.url.as_str()),
            ("AGLIS_WHATSAPP_ALLOW_PRIVATE_PROVIDERS", "true"),
            ("AGLIS_WHATSAPP_LIMIT", "100000"),
            ("AGLIS_WHATSAPP_CONCURRENCY", "100"),
            ("AGLIS_WHATSAPP_TIMEOUT", "2s"),
            ("AGLIS_QUEUE_WORKERS", "16"),
            ("AGLIS_QUEUE_POLL_MS", "50"),
            ("AGLIS_QUEUE_LEASE", "5s"),
        ];
        Daemon::start_with(backend, &[], &[&env[..], more].concat()).await
    }

    /// The installation of a world, sending through it.
    pub fn behind(&self, world: &World) -> (App, Arc<Outbox>) {
        let mut config = config::Config::defaults(world.dir.path()).unwrap();
        config.whatsapp.provider = config::WhatsappProvider::Fonnte.into();
        config.whatsapp.fonnte_token = Some("token".into());
        config.whatsapp.allow_private_providers = true;
        config.whatsapp.fonnte_url = self.url.parse().unwrap();
        config.whatsapp.concurrency = 100;
        let app = world.with_config(config);
        let outbox = Arc::new(Outbox::from_config(&app).unwrap());
        (app, outbox)
    }
}

/// Reads one request; the value of its form field `target`.
async fn target_of(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"))?;
            if body.len() >= length.trim().parse().ok()? {
                return body.split('&').find_map(|field| field.strip_prefix("target=")).map(str::to_owned);
            }
        }
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => read.extend_from_slice(&part[..length]),
        }
    }
}

async fn talk(mut stream: TcpStream, pace: Duration, book: Arc<Mutex<Book>>) {
    let Some(target) = target_of(&mut stream).await else { return };
    let answer = {
        let mut book = book.lock().unwrap();
        let before = book.calls.iter().filter(|call| call.target == target).count();
        let answer = book.script.get(before).copied().unwrap_or(Answer::Takes);
        let arrives = !matches!(answer, Answer::Busy(_) | Answer::Fails);
        book.calls.push(Call { target: target.clone(), at: Instant::now(), arrives });
        answer
    };
    let (head, body) = match answer {
        Answer::Takes => {
            tokio::time::sleep(pace).await;
            let body = format!(r#"{{"status":true,"id":["f{target}"],"target":["{target}"]}}"#);
            ("200 OK".to_owned(), body)
        }
        Answer::Busy(seconds) => {
            (format!("429 Too Many Requests\r\nRetry-After: {seconds}"), "{}".to_owned())
        }
        Answer::Fails => ("500 Internal Server Error".to_owned(), String::new()),
        Answer::Hangs => return std::future::pending().await,
        Answer::Breaks => return,
    };
    let said = format!(
        "HTTP/1.1 {head}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    // Whoever asked may have been killed meanwhile.
    let _ = stream.write_all(said.as_bytes()).await;
}
