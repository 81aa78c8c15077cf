//! Fonnte: what it calls us with. Pure parsers over the raw body.

use reqwest::Url;
use serde_json::{Map, Value};

use super::{
    DeviceStatus, Inbound, InboundFile, Progress, Report, TEXT_CHARACTERS, WORD_CHARACTERS, WebhookError,
    WebhookEvent, clipped, digits, fonnte::lower_keys, scalar,
};

/// Reads a webhook body: JSON (one object or several in a list) or a form, any key case.
///
/// # Errors
/// [`WebhookError`] when it is neither, or no shape that Fonnte is known to send.
pub fn parse(body: &[u8]) -> Result<Vec<WebhookEvent>, WebhookError> {
    let records = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(map)) => vec![map],
        Ok(Value::Array(list)) => list
            .into_iter()
            .map(|entry| match entry {
                Value::Object(map) => Ok(map),
                _ => Err(WebhookError::UnknownShape),
            })
            .collect::<Result<_, _>>()?,
        Ok(_) => return Err(WebhookError::UnknownShape),
        Err(_) => vec![form(body)?],
    };
    records.into_iter().map(|record| event(&lower_keys(record))).collect()
}

fn form(body: &[u8]) -> Result<Map<String, Value>, WebhookError> {
    let text = std::str::from_utf8(body).map_err(|_| WebhookError::Unreadable)?;
    let text = text.trim();
    if !text.contains('=') || text.starts_with(['{', '[', '<']) {
        return Err(WebhookError::Unreadable);
    }
    let mut carrier = Url::parse("http://form/").map_err(|_| WebhookError::Unreadable)?;
    carrier.set_query(Some(text));
    Ok(carrier
        .query_pairs()
        .map(|(key, value)| (key.into_owned(), Value::String(value.into_owned())))
        .collect())
}

/// Inbound messages have a sender, reports an id; what is left with a device and a status is the
/// device itself.
fn event(record: &Map<String, Value>) -> Result<WebhookEvent, WebhookError> {
    let text = |key: &str| record.get(key).and_then(field);
    if let Some(sender) = text("sender") {
        return inbound(&sender, &text).map(WebhookEvent::Inbound);
    }
    let provider_id = text("id");
    let state_id = text("stateid");
    if provider_id.is_some() || state_id.is_some() {
        let (status, state) = (text("status"), text("state"));
        return Ok(WebhookEvent::Report(Report {
            progress: furthest(status.as_deref(), state.as_deref()),
            word: clipped(
                &[status, state].into_iter().flatten().collect::<Vec<_>>().join("/"),
                WORD_CHARACTERS,
            ),
            provider_id,
            state_id,
            failure: None,
        }));
    }
    let (Some(device), Some(status)) = (text("device"), text("status")) else {
        return Err(WebhookError::UnknownShape);
    };
    let connected = match status.to_ascii_lowercase().as_str() {
        "connect" | "connected" => true,
        "disconnect" | "disconnected" => false,
        _ => return Err(WebhookError::UnknownShape),
    };
    Ok(WebhookEvent::Device(DeviceStatus {
        device,
        connected,
        reason: text("reason").map(|reason| clipped(&reason, WORD_CHARACTERS)),
    }))
}

/// A scalar, or the only entry of a list; `null` counts as absent.
fn field(value: &Value) -> Option<String> {
    let text = match value {
        Value::Array(list) if list.len() == 1 => scalar(&list[0]),
        other => scalar(other),
    }?;
    let text = text.replace('\0', "");
    (!text.is_empty() && text != "null").then_some(text)
}

/// `status` speaks of Fonnte's own queue, `state` of the phone; the one that got further counts.
fn furthest(status: Option<&str>, state: Option<&str>) -> Option<Progress> {
    let status = status.and_then(|word| match word.to_ascii_lowercase().as_str() {
        "pending" | "waiting" | "processing" => Some(Progress::Sending),
        "sent" => Some(Progress::Sent),
        "expired" => Some(Progress::Expired),
        "invalid" | "url unreachable" => Some(Progress::Failed),
        _ => None,
    });
    let state = state.and_then(|word| match word.to_ascii_lowercase().as_str() {
        "sent" => Some(Progress::Sent),
        "delivered" => Some(Progress::Delivered),
        "read" => Some(Progress::Read),
        _ => None,
    });
    status.max(state)
}

fn inbound(sender: &str, text: &impl Fn(&str) -> Option<String>) -> Result<Inbound, WebhookError> {
    let member = text("member");
    let (from, group) = match member {
        Some(member) if sender.ends_with("@g.us") => (member, Some(sender.to_owned())),
        _ if sender.ends_with("@g.us") => (String::new(), Some(sender.to_owned())),
        _ => (sender.to_owned(), None),
    };
    let from = digits(&from);
    if from.is_empty() && group.is_none() {
        return Err(WebhookError::UnknownShape);
    }
    let poll = text("pollname");
    let answer = text("choices").filter(|_| poll.is_some());
    let body = [answer, text("message"), text("text")].into_iter().flatten().next().unwrap_or_default();
    Ok(Inbound {
        provider_id: text("inboxid"),
        device: text("device").unwrap_or_default(),
        from,
        group,
        name: clipped(&text("name").unwrap_or_default(), WORD_CHARACTERS),
        text: clipped(&body, TEXT_CHARACTERS),
        location: text("location"),
        poll,
        file: text("url").map(|url| InboundFile {
            url,
            name: text("filename"),
            extension: text("extension"),
        }),
        sent_at: text("timestamp").and_then(|t| t.parse().ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(body: &str) -> Report {
        match parse(body.as_bytes()).unwrap().remove(0) {
            WebhookEvent::Report(report) => report,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_three_shapes_of_a_delivery_report() {
        let both =
            report(r#"{"device":"62811","id":80367170,"StateID":"S1","status":"sent","state":"sent"}"#);
        assert_eq!(both.provider_id.as_deref(), Some("80367170"));
        assert_eq!(both.state_id.as_deref(), Some("S1"));
        assert_eq!(both.progress, Some(Progress::Sent));

        let queue = report(r#"{"device":"62811","id":"80367170","stateid":null,"status":"invalid"}"#);
        assert_eq!((queue.state_id, queue.progress), (None, Some(Progress::Failed)));

        let phone = report("device=62811&stateid=S1&state=read");
        assert_eq!(phone.provider_id, None);
        assert_eq!(phone.state_id.as_deref(), Some("S1"));
        assert_eq!(phone.progress, Some(Progress::Read));
    }

    #[test]
    fn the_further_word_counts_and_unknown_words_change_nothing() {
        let late = report(r#"{"id":"1","status":"pending","state":"delivered"}"#);
        assert_eq!(late.progress, Some(Progress::Delivered));
        let odd = report(r#"{"id":"1","status":"teleported"}"#);
        assert_eq!((odd.progress, odd.word.as_str()), (None, "teleported"));
        assert_eq!(report("id=1&status=url+unreachable").progress, Some(Progress::Failed));
        assert_eq!(report("id=1&status=expired").progress, Some(Progress::Expired));
    }

    #[test]
    fn an_inbound_message_is_read_from_json_and_form() {
        let json = r#"{"device":"62811","sender":"628123456789","message":"cek tagihan","name":"Budi",
            "timestamp":1732150000,"inboxid":"77","location":"","url":null}"#;
        let form = "device=62811&sender=%2B628123456789&message=cek+tagihan&name=Budi&timestamp=1732150000&inboxid=77";
        for body in [json, form] {
            let WebhookEvent::Inbound(message) = parse(body.as_bytes()).unwrap().remove(0) else {
                panic!("{body}")
            };
            assert_eq!(message.from, "628123456789");
            assert_eq!(message.text, "cek tagihan");
            assert_eq!(message.provider_id.as_deref(), Some("77"));
            assert_eq!(message.sent_at, Some(1_732_150_000));
            assert_eq!((message.file, message.location), (None, None));
        }
    }

    #[test]
    fn a_group_message_names_member_and_group() {
        let body = r#"{"sender":"1203@g.us","member":"62899@s.whatsapp.net","message":"siap"}"#;
        let WebhookEvent::Inbound(message) = parse(body.as_bytes()).unwrap().remove(0) else { panic!() };
        assert_eq!(message.from, "62899");
        assert_eq!(message.group.as_deref(), Some("1203@g.us"));
    }

    #[test]
    fn a_poll_answer_is_its_text() {
        let body = r#"{"sender":"628123456789","pollname":"Menu","choices":"Tagihan","message":"poll"}"#;
        let WebhookEvent::Inbound(message) = parse(body.as_bytes()).unwrap().remove(0) else { panic!() };
        assert_eq!(message.text, "Tagihan");
    }

    #[test]
    fn the_device_goes_off_line() {
        let body = r#"{"device":"62811","status":"disconnect","timestamp":1,"reason":"logged out"}"#;
        assert_eq!(
            parse(body.as_bytes()).unwrap(),
            [WebhookEvent::Device(DeviceStatus {
                device: "62811".into(),
                connected: false,
                reason: Some("logged out".into()),
            })]
        );
    }

    #[test]
    fn garbage_is_refused() {
        for body in ["", "hello", "<xml a=\"b\"/>", "{\"a\":", "\u{0}=", "[1]", "42"] {
            assert!(parse(body.as_bytes()).is_err(), "{body:?}");
        }
        assert_eq!(parse(b"{}"), Err(WebhookError::UnknownShape));
        assert_eq!(parse(b"a=b"), Err(WebhookError::UnknownShape));
        assert_eq!(parse(b"\xff\xfe=1"), Err(WebhookError::Unreadable));
        assert_eq!(parse(br#"{"sender":"---","message":"x"}"#), Err(WebhookError::UnknownShape));
    }
}
