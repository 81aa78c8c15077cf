use std::sync::Mutex;

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

use super::*;

/// A mail server in 30 lines: greets, answers `250` to everything but the scripted commands, and
/// keeps what it was told. An empty scripted answer closes the connection.
async fn server(answers: &'static [(&'static str, &'static str)]) -> (u16, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(String::new()));
    let log = heard.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let log = log.clone();
            tokio::spawn(async move {
                let mut socket = BufReader::new(socket);
                let _ = socket.write_all(b"220 fake\r\n").await;
                let mut in_data = false;
                let mut line = String::new();
                while matches!(socket.read_line(&mut line).await, Ok(n) if n > 0) {
                    log.lock().unwrap().push_str(&line);
                    let command = line.trim_end().to_owned();
                    line.clear();
                    if in_data && command != "." {
                        continue;
                    }
                    let scripted = answers.iter().find(|(c, _)| command.starts_with(c));
                    let answer = match scripted {
                        Some((_, "")) => return,
                        Some((_, answer)) => answer,
                        None if command == "DATA" => "354 go on",
                        None => "250 ok",
                    };
                    in_data = command == "DATA" && answer.starts_with("354");
                    let _ = socket.write_all(format!("{answer}\r\n").as_bytes()).await;
                }
            });
        }
    });
    (port, heard)
}

fn smtp(port: u16) -> Smtp {
    Smtp::new(&Settings {
        host: "127.0.0.1".into(),
        port,
        encryption: Encryption::None,
        login: None,
        from: "tagihan@isp.example".into(),
        from_name: Some("AGLIS Karawang".into()),
        timeout: Duration::from_millis(500),
        connections: 2,
    })
    .unwrap()
}

fn mail() -> OutboundMail {
    OutboundMail::plain(9, "budi@example.com", "Tagihan Anda", "Halo Budi")
}

#[tokio::test]
async fn a_mail_goes_out_with_text_html_and_file_under_our_id() {
    let (port, heard) = server(&[(".", "250 queued as ABC")]).await;
    let mut mail = mail();
    mail.html = Some("<p>Halo Budi</p>".into());
    mail.attachments.push(Attachment {
        file_name: "tagihan.pdf".into(),
        content_type: "application/pdf".into(),
        bytes: Arc::from(b"%PDF".as_slice()),
    });
    let accepted = smtp(port).send(&mail).await.unwrap();
    assert_eq!(accepted.provider_id.as_deref(), Some("<aglis-9@isp.example>"));
    assert_eq!(accepted.raw.trim(), "queued as ABC");
    let heard = heard.lock().unwrap();
    for part in [
        "RCPT TO:<budi@example.com>",
        "Message-ID: <aglis-9@isp.example>",
        "Subject: Tagihan Anda",
        "text/html",
        "tagihan.pdf",
    ] {
        assert!(heard.contains(part), "{part} is missing in {heard}");
    }
}

#[tokio::test]
async fn what_the_server_says_decides_about_trying_again() {
    let (port, _) = server(&[("RCPT", "550 no such user budi@example.com")]).await;
    let refused = smtp(port).send(&mail()).await.unwrap_err();
    assert_eq!(refused.code(), "smtp_550");
    assert!(matches!(refused, SendError::Permanent { .. }));
    assert!(!refused.to_string().contains("budi"));

    let (port, _) = server(&[("MAIL", "451 later")]).await;
    let later = smtp(port).send(&mail()).await.unwrap_err();
    assert!(matches!(later, SendError::Unavailable { .. }));

    let (port, _) = server(&[(".", "")]).await;
    let broken = smtp(port).send(&mail()).await.unwrap_err();
    assert!(matches!(broken, SendError::Uncertain { .. }), "{broken:?}");
}

#[tokio::test]
async fn nobody_home_is_certain() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = smtp(port).send(&mail()).await.unwrap_err();
    assert_eq!(error.code(), "connect");
}

#[tokio::test]
async fn header_injection_is_refused_before_anything_is_sent() {
    let (port, heard) = server(&[]).await;
    let smtp = smtp(port);
    for (to, subject) in [
        ("budi@example.com\r\nBcc: all@example.com", "Halo"),
        ("budi@example.com", "Halo\r\nBcc: all@example.com"),
        ("budi@example.com", "Halo\nX: y"),
        ("budi@example.com", "Halo\u{0}"),
        ("budi@example.com", "Halo\u{2028}X"),
        ("budi@example.com, ani@example.com", "Halo"),
        ("nobody", "Halo"),
        ("", "Halo"),
        ("budi@example.com", " "),
    ] {
        let bad = OutboundMail::plain(1, to, subject, "Isi");
        let error = smtp.send(&bad).await.unwrap_err();
        assert_eq!(error.code(), "invalid_mail", "{to:?} {subject:?}");
    }
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn bad_settings_name_the_field() {
    let mut settings = Settings {
        host: "mail.example".into(),
        port: 587,
        encryption: Encryption::StartTls,
        login: Some(("u".into(), "rahasia".into())),
        from: "not an address".into(),
        from_name: None,
        timeout: Duration::from_secs(1),
        connections: 1,
    };
    assert!(!format!("{settings:?}").contains("rahasia"));
    assert_eq!(Smtp::new(&settings).err(), Some(MailError::Address("from")));
    settings.from = "a@b.example".into();
    settings.from_name = Some("X\r\nBcc: y".into());
    assert_eq!(Smtp::new(&settings).err(), Some(MailError::Control("from_name")));
}
