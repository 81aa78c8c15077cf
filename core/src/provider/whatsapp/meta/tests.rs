use super::*;
use crate::{
    messages::Button,
    provider::{
        Media,
        fake::{Answer, FakeServer},
    },
};

const TAKEN: &str = r#"{"messaging_product":"whatsapp","contacts":[{"input":"628123456789","wa_id":"628123456789"}],
    "messages":[{"id":"wamid.HBgN"}]}"#;

fn settings(base_url: String) -> Settings {
    Settings {
        base_url,
        version: "v23.0".into(),
        phone_id: "10987".into(),
        token: "rahasia".into(),
        timeout: Duration::from_millis(300),
        reach: Reach::Anywhere,
    }
}

fn meta(server: &FakeServer) -> Meta {
    Meta::new(&settings(server.url())).unwrap()
}

fn message() -> OutboundMessage {
    OutboundMessage::text(7, "628123456789", "Halo \"Budi\"")
}

fn approved() -> ApprovedTemplate {
    ApprovedTemplate {
        name: "status_tiket".into(),
        language: "id".into(),
        parameters: vec!["Budi".into(), "baris\nsatu\t dua".into()],
        copies_code: false,
    }
}

fn refusal(code: i64) -> String {
    let said = json!({ "error": {
        "message": format!("(#{code}) went wrong with 628123456789"), "type": "OAuthException", "code": code,
        "error_data": { "messaging_product": "whatsapp", "details": "628123456789 cannot be reached" },
    }});
    said.to_string()
}

fn body_of(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

async fn sent(message: &OutboundMessage) -> Value {
    let server = FakeServer::start(vec![Answer::json(200, TAKEN)]).await;
    let accepted = meta(&server).send(message).await.unwrap();
    assert_eq!(accepted.provider_id.as_deref(), Some("wamid.HBgN"));
    let request = server.requests().remove(0);
    assert!(request.starts_with("POST /v23.0/10987/messages "), "{request}");
    assert!(request.contains("authorization: Bearer rahasia\r\n"));
    body_of(&request)
}

async fn refused(status: u16, body: &str) -> SendError {
    let server = FakeServer::start(vec![Answer::json(status, body)]).await;
    meta(&server).send(&message()).await.unwrap_err()
}

#[tokio::test]
async fn a_text_goes_as_documented() {
    let body = sent(&message()).await;
    assert_eq!(
        body,
        json!({ "messaging_product": "whatsapp", "recipient_type": "individual", "to": "628123456789",
            "type": "text", "text": { "body": "Halo \"Budi\"" } })
    );
}

#[tokio::test]
async fn buttons_are_interactive_and_long_texts_with_buttons_are_lists() {
    let buttons = vec![
        Button { id: "yes".into(), title: "Ya".into() },
        Button { id: "no".into(), title: "Tidak".into() },
    ];
    let body = sent(&OutboundMessage { buttons: buttons.clone(), ..message() }).await;
    assert_eq!(body["type"], "interactive");
    assert_eq!(body["interactive"]["type"], "button");
    assert_eq!(body["interactive"]["body"]["text"], "Halo \"Budi\"");
    assert_eq!(
        body["interactive"]["action"]["buttons"][1],
        json!({ "type": "reply", "reply": { "id": "no", "title": "Tidak" } })
    );

    let body = sent(&OutboundMessage { buttons, body: "x".repeat(1025), ..message() }).await;
    assert_eq!(body["type"], "text");
    assert!(body["text"]["body"].as_str().unwrap().ends_with("x\n\n1. Ya\n2. Tidak"));
}

#[tokio::test]
async fn outside_the_window_the_approved_form_goes_out() {
    let outside = OutboundMessage { approved: Some(approved()), in_window: false, ..message() };
    let body = sent(&outside).await;
    assert_eq!(body["type"], "template");
    assert_eq!(
        body["template"],
        json!({ "name": "status_tiket", "language": { "code": "id" }, "components": [
            { "type": "body", "parameters": [
                { "type": "text", "text": "Budi" }, { "type": "text", "text": "baris satu dua" }] }] })
    );

    let code = ApprovedTemplate { parameters: vec!["471193".into()], copies_code: true, ..approved() };
    let body = sent(&OutboundMessage { approved: Some(code), in_window: false, ..message() }).await;
    assert_eq!(
        body["template"]["components"][1],
        json!({ "type": "button", "sub_type": "url", "index": "0",
            "parameters": [{ "type": "text", "text": "471193" }] })
    );

    let inside = OutboundMessage { approved: Some(approved()), in_window: true, ..message() };
    assert_eq!(sent(&inside).await["type"], "text");
}

#[tokio::test]
async fn a_closed_window_is_final_without_an_approved_form_and_else_the_form_follows() {
    let error = refused(400, &refusal(131_047)).await;
    assert!(matches!(&error, SendError::Permanent { code, .. } if code == WINDOW_CLOSED), "{error:?}");

    let script = vec![Answer::json(400, &refusal(131_047)), Answer::json(200, TAKEN)];
    let server = FakeServer::start(script).await;
    let message = OutboundMessage { approved: Some(approved()), ..message() };
    assert!(meta(&server).send(&message).await.is_ok());
    let kinds: Vec<Value> =
        server.requests().iter().map(|request| body_of(request)["type"].clone()).collect();
    assert_eq!(kinds, ["text", "template"]);
}

#[tokio::test]
async fn every_documented_code_has_its_meaning() {
    for (code, word) in [
        (131_026, "undeliverable"),
        (131_047, WINDOW_CLOSED),
        (131_051, "unsupported_type"),
        (132_000, "template_parameters"),
        (132_001, "template_missing"),
    ] {
        let error = refused(400, &refusal(code)).await;
        let SendError::Permanent { code: found, reason } = error else { panic!("{code}: {error:?}") };
        assert_eq!(found, word);
        assert!(reason.contains(&code.to_string()) && !reason.contains("628123456789"), "{reason}");
    }
    let rate = refused(400, &refusal(130_429)).await;
    assert!(matches!(rate, SendError::Unavailable { .. }), "{rate:?}");
    assert_eq!(rate.retry_after(), Some(Duration::from_secs(10)));
    let spam = refused(400, &refusal(131_048)).await;
    assert!(matches!(spam, SendError::Unavailable { .. }) && spam.blames_provider(), "{spam:?}");
    let pair = refused(400, &refusal(131_056)).await;
    assert!(matches!(pair, SendError::Transient { .. }), "{pair:?}");
    assert_eq!((pair.code(), pair.retry_after()), (PAIR_RATE, Some(Duration::from_secs(6))));
    assert!(!pair.blames_provider(), "another recipient may be sent to");
    assert!(!refused(400, &refusal(131_049)).await.blames_provider());
    let token = refused(401, &refusal(190)).await;
    assert!(matches!(token, SendError::Unavailable { .. }), "{token:?}");
}

#[tokio::test]
async fn meta_s_own_wait_is_kept_and_unknown_codes_go_by_the_status() {
    let answer = Answer::json(429, &refusal(130_429)).header("Retry-After", "17");
    let server = FakeServer::start(vec![answer]).await;
    let busy = meta(&server).send(&message()).await.unwrap_err();
    assert_eq!(busy.retry_after(), Some(Duration::from_secs(17)));

    let unknown = refused(400, &refusal(999_999)).await;
    assert!(matches!(&unknown, SendError::Permanent { code, .. } if code == "meta_999999"), "{unknown:?}");
    assert!(matches!(refused(500, &refusal(999_999)).await, SendError::Transient { .. }));
    assert!(matches!(refused(503, "<html>").await, SendError::Unavailable { .. }));
}

#[tokio::test]
async fn an_answer_without_an_id_is_no_success() {
    for body in ["", "[]", r#"{"messages":[]}"#, r#"{"messages":[{"id":""}]}"#] {
        let error = refused(200, body).await;
        assert!(matches!(error, SendError::Uncertain { .. }), "{body}: {error:?}");
    }
    let server = FakeServer::start(vec![Answer::Hang]).await;
    let error = meta(&server).send(&message()).await.unwrap_err();
    assert!(matches!(error, SendError::Uncertain { .. }), "{error:?}");
}

#[tokio::test]
async fn groups_and_bytes_are_refused_and_links_are_fetched() {
    let server = FakeServer::start(vec![]).await;
    let group = OutboundMessage::text(7, "120363-1@g.us", "Halo");
    assert_eq!(meta(&server).send(&group).await.unwrap_err().code(), "groups");
    let file =
        |source| Media { file_name: "tagihan.pdf".into(), content_type: "application/pdf".into(), source };
    let bytes = file(MediaSource::Bytes(std::sync::Arc::from(b"%PDF".as_slice())));
    let error = meta(&server).send(&OutboundMessage { media: Some(bytes), ..message() }).await.unwrap_err();
    assert_eq!(error.code(), "media");
    assert!(server.requests().is_empty());

    let link = file(MediaSource::Url("https://isp.test/t.pdf".into()));
    let body = sent(&OutboundMessage { media: Some(link), ..message() }).await;
    assert_eq!(body["document"]["link"], "https://isp.test/t.pdf");
}

#[test]
fn settings_are_checked_before_anything_is_sent() {
    let good = settings(BASE_URL.into());
    assert!(good.check().is_ok());
    let bad = |change: fn(&mut Settings)| {
        let mut settings = good.clone();
        change(&mut settings);
        settings.check().unwrap_err()
    };
    assert_eq!(bad(|s| s.version = "23".into()), SettingsError::Version);
    assert_eq!(bad(|s| s.version = "v23/../x".into()), SettingsError::Version);
    assert_eq!(bad(|s| s.phone_id = "../10".into()), SettingsError::PhoneId);
    assert_eq!(bad(|s| s.token = "a b".into()), SettingsError::Token);
    assert!(matches!(
        bad(|s| {
            s.base_url = "http://127.0.0.1/".into();
            s.reach = Reach::Public;
        }),
        SettingsError::Url(_)
    ));
}
