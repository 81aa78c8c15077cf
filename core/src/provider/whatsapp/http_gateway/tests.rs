use super::*;
use crate::{
    messages::Button,
    provider::fake::{Answer, FakeServer},
};

fn settings(url: String) -> Settings {
    Settings {
        url,
        token: Some("rahasia".into()),
        token_header: "X-Api-Key".into(),
        body: r#"{"phone":"+{to}","data":{"text":"{message}","ref":["{id}","{other}"]},"n":1}"#.into(),
        id: Some("/data/0/id".into()),
        success: Some("/ok".into()),
        timeout: Duration::from_millis(300),
        reach: Reach::Anywhere,
    }
}

fn message() -> OutboundMessage {
    OutboundMessage::text(7, "628123456789", "Halo \"Budi\" {to}\n{id}")
}

async fn answer(answer: Answer) -> Result<Accepted, SendError> {
    let server = FakeServer::start(vec![answer]).await;
    HttpGateway::new(&settings(format!("{}send", server.url()))).unwrap().send(&message()).await
}

#[tokio::test]
async fn the_body_is_filled_in_once_and_stays_json() {
    let server = FakeServer::start(vec![Answer::json(200, r#"{"ok":true,"data":[{"id":42}]}"#)]).await;
    let gateway = HttpGateway::new(&settings(format!("{}v1/send", server.url()))).unwrap();
    let accepted = gateway.send(&message()).await.unwrap();
    assert_eq!(accepted.provider_id.as_deref(), Some("42"));
    let request = server.requests().remove(0);
    assert!(request.starts_with("POST /v1/send "), "{request}");
    assert!(request.contains("x-api-key: rahasia\r\n"), "{request}");
    let body: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(
        body,
        serde_json::json!({ "phone": "+628123456789", "n": 1,
            "data": { "text": "Halo \"Budi\" {to}\n{id}", "ref": ["7", "{other}"] } })
    );
}

#[tokio::test]
async fn success_is_what_the_settings_say() {
    let error = answer(Answer::json(200, r#"{"ok":false}"#)).await.unwrap_err();
    assert!(matches!(&error, SendError::Transient { code, .. } if code == "refused"), "{error:?}");
    let error = answer(Answer::json(200, r#"{"ok":"true"}"#)).await.unwrap_err();
    assert_eq!(error.code(), "refused");
    for body in ["", "taken", "{}"] {
        let error = answer(Answer::json(200, body)).await.unwrap_err();
        assert!(matches!(error, SendError::Uncertain { .. }), "{body}: {error:?}");
    }
    assert_eq!(answer(Answer::json(200, r#"{"ok":true}"#)).await.unwrap().provider_id, None);
    assert!(matches!(answer(Answer::json(401, "")).await, Err(SendError::Unavailable { .. })));
    assert!(matches!(answer(Answer::json(400, "")).await, Err(SendError::Permanent { .. })));
    assert!(matches!(answer(Answer::Reset).await, Err(SendError::Uncertain { .. })));

    let server = FakeServer::start(vec![Answer::json(200, "taken")]).await;
    let plain = Settings { success: None, token: None, ..settings(server.url()) };
    assert!(HttpGateway::new(&plain).unwrap().send(&message()).await.is_ok());
    assert!(!server.requests()[0].contains("x-api-key"));
}

#[tokio::test]
async fn buttons_become_a_numbered_list() {
    let server = FakeServer::start(vec![Answer::json(200, r#"{"ok":true}"#)]).await;
    let gateway = HttpGateway::new(&settings(server.url())).unwrap();
    let buttons = vec![Button { id: "yes".into(), title: "Ya".into() }];
    gateway.send(&OutboundMessage { buttons, ..message() }).await.unwrap();
    assert!(server.requests()[0].contains(r"\n\n1. Ya"), "{:?}", server.requests());
}

#[test]
fn settings_are_checked_before_anything_is_sent() {
    let good = settings("https://gw.example.com/send".into());
    assert!(good.check().is_ok());
    let bad = |change: fn(&mut Settings)| {
        let mut settings = good.clone();
        change(&mut settings);
        settings.check().err().unwrap()
    };
    assert!(matches!(bad(|s| s.body = "{to} {message}".into()), SettingsError::Body(_)));
    let said = bad(|s| s.body = r#"{"to":"{to}"}"#.into()).to_string();
    assert!(said.contains("{message}"), "{said}");
    assert_eq!(bad(|s| s.token_header = "X Key".into()), SettingsError::Header);
    assert_eq!(bad(|s| s.token = Some("a\r\nb".into())), SettingsError::Token);
    assert_eq!(bad(|s| s.id = Some("data.id".into())), SettingsError::Pointer);
    for inside in ["http://127.0.0.1:9/send", "https://169.254.169.254/send", "https://localhost/send"] {
        let refused = Settings { url: inside.into(), reach: Reach::Public, ..good.clone() }.check().err();
        assert!(matches!(refused, Some(SettingsError::Url(_))), "{inside}");
    }
}
