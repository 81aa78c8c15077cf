use std::sync::Arc;

use super::*;
use crate::{
    messages::Button,
    provider::{
        Media,
        fake::{Answer, FakeServer},
    },
};

fn message() -> OutboundMessage {
    OutboundMessage::text(7, "628123456789", "Halo & selamat")
}

fn fonnte(server: &FakeServer) -> Fonnte {
    Fonnte::new(&Settings {
        base_url: server.url(),
        token: "rahasia".into(),
        timeout: Duration::from_millis(300),
        reach: Reach::Anywhere,
    })
    .unwrap()
}

async fn answer(answer: Answer) -> Result<Accepted, SendError> {
    let server = FakeServer::start(vec![answer]).await;
    fonnte(&server).send(&message()).await
}

#[tokio::test]
async fn an_accepted_message_gives_the_id_of_its_own_recipient() {
    let server = FakeServer::start(vec![Answer::json(
        200,
        r#"{"Detail":"success! message in queue","ID":["1","80367170"],"Process":"pending",
            "RequestID":2937124,"Status":true,"Target":["628999","628123456789"]}"#,
    )])
    .await;
    let accepted = fonnte(&server).send(&message()).await.unwrap();
    assert_eq!(accepted.provider_id.as_deref(), Some("80367170"));
    assert!(accepted.raw.contains("2937124"));

    let request = server.requests().remove(0);
    assert!(request.starts_with("POST /send "), "{request}");
    assert!(request.contains("authorization: rahasia\r\n"));
    assert!(request.contains("target=628123456789&message=Halo+%26+selamat&countryCode=0"));
}

#[tokio::test]
async fn buttons_become_a_numbered_list() {
    let server = FakeServer::start(vec![Answer::json(200, r#"{"status":true,"id":5}"#)]).await;
    let mut message = message();
    message.buttons = vec![Button { id: "yes".into(), title: "Ya".into() }];
    fonnte(&server).send(&message).await.unwrap();
    assert!(server.requests()[0].contains("message=Halo+%26+selamat%0A%0A1.+Ya"), "{:?}", server.requests());
}

#[tokio::test]
async fn a_file_goes_as_multipart() {
    let server = FakeServer::start(vec![Answer::json(200, r#"{"status":true,"id":5}"#)]).await;
    let mut message = message();
    message.media = Some(Media {
        file_name: "tagihan.pdf".into(),
        content_type: "application/pdf".into(),
        source: MediaSource::Bytes(Arc::from(b"%PDF-1.7".as_slice())),
    });
    let accepted = fonnte(&server).send(&message).await.unwrap();
    assert_eq!(accepted.provider_id.as_deref(), Some("5"));
    let request = server.requests().remove(0);
    assert!(request.contains("multipart/form-data"));
    assert!(request.contains("tagihan.pdf") && request.contains("%PDF-1.7"));
}

#[tokio::test]
async fn http_200_with_status_false_is_a_refusal() {
    let error = answer(Answer::json(200, r#"{"reason":"target invalid 628123456789","status":false}"#))
        .await
        .unwrap_err();
    let SendError::Permanent { code, reason } = error else { panic!("{error:?}") };
    assert_eq!(code, "invalid_target");
    assert!(!reason.contains("628123456789"), "{reason}");
}

#[tokio::test]
async fn account_trouble_waits_and_does_not_condemn_the_message() {
    for reason in ["token invalid", "insufficient quota", "request invalid on disconnected device"] {
        let body = format!(r#"{{"Status":false,"Reason":"{reason}"}}"#);
        let error = answer(Answer::json(200, &body)).await.unwrap_err();
        assert!(matches!(error, SendError::Unavailable { .. }), "{reason}");
        assert_eq!(error.retry_after(), Some(MINUTE), "{reason}");
    }
}

#[tokio::test]
async fn anything_but_true_is_no_success() {
    for body in [r#"{"status":"true"}"#, r#"{"ok":true}"#, "[]", "<html>502</html>", ""] {
        let error = answer(Answer::json(200, body)).await.unwrap_err();
        assert!(matches!(error, SendError::Uncertain { .. }), "{body}: {error:?}");
    }
}

#[tokio::test]
async fn an_unknown_reason_is_tried_again() {
    let error =
        answer(Answer::json(200, r#"{"status":false,"reason":"mars is in retrograde"}"#)).await.unwrap_err();
    assert_eq!(error.code(), "refused");
    assert!(error.blames_provider());
}

#[tokio::test]
async fn status_codes_say_whether_to_try_again() {
    let busy = answer(Answer::json(429, "{}").header("Retry-After", "17")).await;
    assert_eq!(busy.unwrap_err().retry_after(), Some(Duration::from_secs(17)));
    let down = answer(Answer::json(500, "oops")).await.unwrap_err();
    assert_eq!(down.code(), "http_500");
    assert!(matches!(down, SendError::Transient { .. }));
    let gateway = answer(Answer::json(504, "")).await.unwrap_err();
    assert!(matches!(gateway, SendError::Uncertain { .. }));
    let refused = answer(Answer::json(400, r#"{"status":false,"reason":"target invalid"}"#)).await;
    assert_eq!(refused.unwrap_err().code(), "invalid_target");
    let moved = answer(Answer::json(302, "").header("Location", "http://169.254.169.254/")).await;
    assert!(matches!(moved.unwrap_err(), SendError::Permanent { .. }));
}

#[tokio::test]
async fn silence_and_a_reset_after_the_request_leave_it_uncertain() {
    for cut in [Answer::Hang, Answer::Reset, Answer::CutBody] {
        let error = answer(cut).await.unwrap_err();
        assert!(matches!(error, SendError::Uncertain { .. }), "{cut:?}: {error:?}", cut = error);
    }
}

#[tokio::test]
async fn a_refused_connection_is_certain() {
    let server = FakeServer::start(vec![]).await;
    let fonnte = fonnte(&server);
    server.stop().await;
    let error = fonnte.send(&message()).await.unwrap_err();
    assert_eq!(error.code(), "connect");
    assert!(matches!(error, SendError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let error = answer(Answer::json(200, &"x".repeat(ANSWER_BYTES + 1))).await.unwrap_err();
    assert!(matches!(error, SendError::Uncertain { .. }));
}

#[test]
fn settings_are_checked_before_anything_is_sent() {
    let mut settings = Settings {
        base_url: "http://127.0.0.1/".into(),
        token: "t".into(),
        timeout: Duration::from_secs(1),
        reach: Reach::Public,
    };
    assert!(matches!(Fonnte::new(&settings), Err(SettingsError::Url(_))));
    settings.base_url = BASE_URL.into();
    settings.token = " ".into();
    assert!(matches!(Fonnte::new(&settings), Err(SettingsError::Token)));
    settings.token = "a\r\nb".into();
    assert!(matches!(Fonnte::new(&settings), Err(SettingsError::Token)));
    assert!(!format!("{settings:?}").contains("a\r\nb"));
}
