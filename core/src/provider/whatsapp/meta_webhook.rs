//! WhatsApp Cloud API of Meta: what it calls us with. Pure parsers over the raw body.

use serde_json::Value;

use super::{
    Inbound, InboundFile, Progress, Report, TEXT_CHARACTERS, WORD_CHARACTERS, WebhookError, WebhookEvent,
    clipped, digits, meta, scalar,
};

/// Reads a webhook body: the delivery reports and inbound messages of one of our numbers, in the order in which they
/// stand there. What concerns other numbers or other subjects is left out.
///
/// # Errors
/// [`WebhookError`] when it is not the frame that Meta sends.
pub fn parse(body: &[u8], phone_id: &str) -> Result<Vec<WebhookEvent>, WebhookError> {
    let body: Value = serde_json::from_slice(body).map_err(|_| WebhookError::Unreadable)?;
    let entries = body.get("entry").and_then(Value::as_array).ok_or(WebhookError::UnknownShape)?;
    let values = entries
        .iter()
        .flat_map(|entry| list(entry, "changes"))
        .filter_map(|change| change.get("value"))
        .filter(|value| {
            value.pointer("/metadata/phone_number_id").and_then(scalar).as_deref() == Some(phone_id)
        });
    let mut events = Vec::new();
    for value in values {
        events.extend(list(value, "statuses").filter_map(report).map(WebhookEvent::Report));
        events.extend(
            list(value, "messages").filter_map(|message| inbound(value, message)).map(WebhookEvent::Inbound),
        );
    }
    Ok(events)
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(scalar).map(|text| text.replace('\0', "")).filter(|text| !text.is_empty())
}

fn report(status: &Value) -> Option<Report> {
    let word = text(status, "/status")?;
    let progress = match word.to_ascii_lowercase().as_str() {
        "sent" => Some(Progress::Sent),
        "delivered" => Some(Progress::Delivered),
        "read" => Some(Progress::Read),
        "failed" => Some(Progress::Failed),
        _ => None,
    };
    Some(Report {
        provider_id: Some(text(status, "/id")?),
        state_id: None,
        progress,
        word: clipped(&word, WORD_CHARACTERS),
        failure: list(status, "errors").find_map(meta::failure),
    })
}

/// A tap on a button is read as the button's title.
fn inbound(value: &Value, message: &Value) -> Option<Inbound> {
    let from = digits(&text(message, "/from")?);
    if from.is_empty() {
        return None;
    }
    let body = [
        "/interactive/button_reply/title",
        "/interactive/button_reply/id",
        "/interactive/list_reply/title",
        "/button/text",
        "/text/body",
        "/image/caption",
        "/document/caption",
        "/video/caption",
    ]
    .iter()
    .find_map(|pointer| text(message, pointer));
    let location = text(message, "/location/latitude").zip(text(message, "/location/longitude"));
    let file = ["image", "document", "video", "audio", "sticker"].iter().find_map(|kind| {
        Some(InboundFile {
            url: text(message, &format!("/{kind}/id"))?,
            name: text(message, &format!("/{kind}/filename")),
            extension: None,
        })
    });
    Some(Inbound {
        provider_id: text(message, "/id"),
        device: text(value, "/metadata/display_phone_number").unwrap_or_default(),
        from,
        group: None,
        name: clipped(&text(value, "/contacts/0/profile/name").unwrap_or_default(), WORD_CHARACTERS),
        text: clipped(&body.unwrap_or_default(), TEXT_CHARACTERS),
        location: location.map(|(latitude, longitude)| format!("{latitude},{longitude}")),
        poll: None,
        file,
        sent_at: text(message, "/timestamp").and_then(|at| at.parse().ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn frame(value: Value) -> Vec<u8> {
        let mut value = value;
        value["messaging_product"] = "whatsapp".into();
        value["metadata"] = json!({ "display_phone_number": "62811", "phone_number_id": "10987" });
        let frame = json!({ "object": "whatsapp_business_account", "entry": [
            { "id": "1", "changes": [{ "field": "messages", "value": value }] }] });
        frame.to_string().into_bytes()
    }

    fn events(value: Value) -> Vec<WebhookEvent> {
        parse(&frame(value), "10987").unwrap()
    }

    #[test]
    fn reports_are_read_with_what_went_wrong() {
        let told = events(json!({ "statuses": [
            { "id": "wamid.1", "status": "delivered", "timestamp": "1732150000", "recipient_id": "628123456789" },
            { "id": "wamid.2", "status": "failed", "timestamp": "1732150001", "errors": [
                { "code": 131047, "title": "Re-engagement message",
                  "error_data": { "details": "more than 24 hours since 628123456789 wrote" } }] },
            { "id": "wamid.3", "status": "teleported" },
            { "status": "read" },
        ]}));
        let reports: Vec<&Report> = told
            .iter()
            .map(|event| match event {
                WebhookEvent::Report(report) => report,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(reports.len(), 3, "one without an id speaks of nothing");
        assert_eq!(reports[0].provider_id.as_deref(), Some("wamid.1"));
        assert_eq!(reports[0].progress, Some(Progress::Delivered));
        let why = reports[1].failure.as_ref().unwrap();
        assert_eq!((reports[1].progress, why.code.as_str()), (Some(Progress::Failed), "window_closed"));
        assert!(why.reason.contains("131047") && !why.reason.contains("628123456789"), "{}", why.reason);
        assert_eq!((reports[2].progress, reports[2].word.as_str()), (None, "teleported"));
    }

    #[test]
    fn texts_and_taps_are_read() {
        let told = events(json!({
            "contacts": [{ "profile": { "name": "Budi" }, "wa_id": "628123456789" }],
            "messages": [
                { "from": "628123456789", "id": "wamid.a", "timestamp": "1732150000", "type": "text",
                  "text": { "body": "cek tagihan" } },
                { "from": "628123456789", "id": "wamid.b", "timestamp": "1732150001", "type": "interactive",
                  "interactive": { "type": "button_reply", "button_reply": { "id": "yes", "title": "Ya" } } },
                { "from": "628123456789", "id": "wamid.c", "type": "location",
                  "location": { "latitude": -6.3, "longitude": 107.3 } },
                { "from": "---", "id": "wamid.d", "text": { "body": "x" } },
            ],
        }));
        let messages: Vec<&Inbound> = told
            .iter()
            .map(|event| match event {
                WebhookEvent::Inbound(message) => message,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(messages.len(), 3);
        assert_eq!((messages[0].text.as_str(), messages[0].name.as_str()), ("cek tagihan", "Budi"));
        assert_eq!(messages[0].sent_at, Some(1_732_150_000));
        assert_eq!((messages[1].text.as_str(), messages[1].provider_id.as_deref()), ("Ya", Some("wamid.b")));
        assert_eq!(messages[2].location.as_deref(), Some("-6.3,107.3"));
    }

    #[test]
    fn other_numbers_and_subjects_are_left_out_and_garbage_is_refused() {
        let status = json!({ "statuses": [{ "id": "wamid.1", "status": "read" }] });
        assert_eq!(parse(&frame(status.clone()), "555").unwrap(), []);
        assert_eq!(parse(&frame(status), "10987").unwrap().len(), 1);
        let other =
            br#"{"object":"x","entry":[{"changes":[{"field":"template","value":{"event":"APPROVED"}}]}]}"#;
        assert_eq!(parse(other, "10987").unwrap(), []);
        assert_eq!(parse(b"hello", "10987"), Err(WebhookError::Unreadable));
        for body in ["{}", "[]", "42", r#"{"entry":5}"#] {
            assert_eq!(parse(body.as_bytes(), "10987"), Err(WebhookError::UnknownShape), "{body}");
        }
    }
}
