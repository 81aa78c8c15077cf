use super::*;
use crate::{tickets::TicketFilter, types::PageQuery};
use std::collections::HashMap;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixListener,
};

fn socket(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("aglis-client-{}-{name}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

/// Answers each connection with the next of some texts and gives the requests as they came.
async fn daemon(path: &std::path::Path, answers: Vec<String>) -> tokio::task::JoinHandle<Vec<String>> {
    let listener = UnixListener::bind(path).unwrap();
    tokio::spawn(async move {
        let mut requests = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                let n = stream.read(&mut buffer).await.unwrap();
                request.extend_from_slice(&buffer[..n]);
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            requests.push(String::from_utf8_lossy(&request).into_owned());
        }
        requests
    })
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}

#[tokio::test]
async fn a_problem_is_understood_and_gives_the_exit_code() {
    let path = socket("problem");
    let body = r#"{"type":"about:blank","status":409,"code":"illegal_transition","title":"Conflict","detail":"a completed ticket stays","allowed":["reopen"]}"#;
    let answers = vec![
        http("409 Conflict", "content-type: application/problem+json\r\n", body),
        http("503 Service Unavailable", "retry-after: 7\r\n", "<html>"),
    ];
    let server = daemon(&path, answers).await;
    let client = Client::new(Endpoint::Socket(path)).unwrap();
    let error = client.ticket("TKT/1 2").await.unwrap_err();
    assert_eq!((error.code(), error.exit()), ("illegal_transition", Exit::Conflict));
    assert_eq!(error.hint().as_deref(), Some("possible now: reopen"));
    let error = client.ticket_stats().await.unwrap_err();
    assert_eq!((error.exit(), error.is_passing()), (Exit::Unreachable, true));
    assert_eq!(error.hint().as_deref(), Some("try again in 7 s"));
    assert!(server.await.unwrap()[0].starts_with("GET /api/tickets/TKT%2F1%202 HTTP/1.1"));
}

#[tokio::test]
async fn nobody_there_is_unreachable_and_not_a_wait() {
    let client = Client::new(Endpoint::Socket(socket("nobody"))).unwrap();
    let error = client.ticket_stats().await.unwrap_err();
    assert_eq!((error.code(), error.exit()), ("unreachable", Exit::Unreachable));
    assert!(!client.is_alive().await);
}

#[tokio::test]
async fn silence_is_a_timeout() {
    let path = socket("silent");
    let _listener = UnixListener::bind(&path).unwrap();
    let client = Client::with_timeout(Endpoint::Socket(path), Duration::from_millis(80)).unwrap();
    assert_eq!(client.ticket_stats().await.unwrap_err().code(), "timeout");
}

#[tokio::test]
async fn pages_follow_the_cursor_to_the_end() {
    let path = socket("pages");
    let answers = vec![
        http("200 OK", "", r#"{"items":[1,2],"next_cursor":"abc"}"#),
        http("200 OK", "", r#"{"items":[3]}"#),
        http("200 OK", "", r#"{"items":[]}"#),
    ];
    let server = daemon(&path, answers).await;
    let client = Client::new(Endpoint::Socket(path)).unwrap();
    let filter = TicketFilter { status: Some("open".into()), ..TicketFilter::default() };
    let mut pages = client.pages::<i64>("/api/tickets", &filter);
    assert_eq!(pages.take(10).await.unwrap(), [1, 2, 3]);
    assert!(!pages.has_more() && pages.next().await.unwrap().is_none());
    assert_eq!(client.pages::<i64>("/api/users", &PageQuery::default()).next().await.unwrap(), Some(vec![]));
    let requests = server.await.unwrap();
    assert!(requests[0].starts_with("GET /api/tickets?status=open HTTP/1.1"), "{}", requests[0]);
    assert!(requests[1].starts_with("GET /api/tickets?status=open&cursor=abc HTTP/1.1"), "{}", requests[1]);
}

#[tokio::test]
async fn the_live_stream_goes_on_where_it_was_left() {
    let path = socket("live");
    let event = |seq: i64| {
        let data = serde_json::json!({ "seq": seq, "at": "2026-11-21T02:00:00Z", "kind": "ticket.created", "actor": "andi",
            "subject_kind": "ticket", "subject_id": 1, "subject": "TKT1", "outcome": "ok", "data": {} });
        format!("id: {seq}\nevent: ticket.created\ndata: {data}\n\n")
    };
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    let answers = vec![
        format!("{head}retry: 1\nevent: ready\nid: 6\ndata: {{}}\n\n: hello\n\n{}", event(7)),
        format!("{head}{}", event(8)),
    ];
    let server = daemon(&path, answers).await;
    let mut live = Client::new(Endpoint::Socket(path)).unwrap().live(None);
    assert!(matches!(live.next().await, Live::Connected { resumed: false }));
    assert!(matches!(live.next().await, Live::Event(event) if event.seq == 7));
    assert!(matches!(live.next().await, Live::Lost { .. }));
    live.retry_now();
    assert!(matches!(live.next().await, Live::Connected { resumed: true }));
    assert!(matches!(live.next().await, Live::Event(event) if event.seq == 8));
    assert!(server.await.unwrap()[1].contains("last-event-id: 7"));
}

fn find(target: &Target, profiles: &str, vars: &[(&str, &str)]) -> String {
    let vars: HashMap<_, _> = vars.iter().copied().collect();
    let profiles: Profiles = toml::from_str(profiles).unwrap();
    let found = target.find_with(&profiles, &|name| vars.get(name).map(|value| (*value).to_owned()));
    found.map_or_else(|error| error.to_string(), |found| found.endpoint.to_string())
}

#[test]
fn the_daemon_is_the_one_that_was_named_last() {
    let profiles =
        "default = \"prod\"\n[profile.prod]\nserver = \"https://prod\"\n[profile.lab]\ndata = \"/lab\"";
    let env = [("AGLIS_SERVER", "https://env")];
    let target = Target::default();
    assert_eq!(find(&target, profiles, &env), "https://env");
    assert_eq!(find(&target, profiles, &[]), "https://prod");
    assert_eq!(
        find(&Target { profile: Some("lab".into()), ..Target::default() }, profiles, &env),
        "/lab/aglisd.sock"
    );
    assert_eq!(
        find(&Target { data: Some("/d".into()), ..Target::default() }, profiles, &env),
        "/d/aglisd.sock"
    );
    assert_eq!(find(&target, "", &[("AGLIS_DATA", "/v")]), "/v/aglisd.sock");
    assert_eq!(
        find(&Target { profile: Some("labb".into()), ..Target::default() }, profiles, &[]),
        "no profile \"labb\"; known are lab, prod"
    );
}

#[test]
fn the_default_profiles_token_is_shown_to_its_own_server_only() {
    let file = std::env::temp_dir().join(format!("aglis-client-{}-token", std::process::id()));
    std::fs::write(&file, "hush").unwrap();
    let profiles = format!(
        "default = \"prod\"\n[profile.prod]\nserver = \"https://prod\"\ntoken_file = {:?}",
        file.display().to_string()
    );
    let profiles: Profiles = toml::from_str(&profiles).unwrap();
    let token = |target: Target, vars: &[(&str, &str)]| {
        let var =
            |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        match target.find_with(&profiles, &var).unwrap().endpoint {
            Endpoint::Server { token, .. } => token,
            Endpoint::Socket(_) => None,
        }
    };
    let other = || Target { server: Some("https://lab".into()), ..Target::default() };
    assert_eq!(token(Target::default(), &[]).as_deref(), Some("hush"));
    assert_eq!(token(other(), &[]), None);
    assert_eq!(token(Target::default(), &[("AGLIS_SERVER", "https://lab")]), None);
    assert_eq!(token(other(), &[("AGLIS_TOKEN", "theirs")]).as_deref(), Some("theirs"));
    let named = Target { profile: Some("prod".into()), ..Target::default() };
    assert_eq!(token(named, &[("AGLIS_TOKEN", "theirs")]).as_deref(), Some("hush"));
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn a_token_does_not_show_when_an_endpoint_is_printed() {
    let endpoint = Endpoint::Server { url: "https://h".into(), token: Some("hush".into()) };
    assert!(
        !format!("{endpoint:?} {endpoint} {:?}", Client::new(endpoint.clone()).unwrap()).contains("hush")
    );
}
