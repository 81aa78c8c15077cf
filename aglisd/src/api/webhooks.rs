//! What gateways call us with.

use crate::http::{Answer, Body, Context, Need, Path, Problem, Routes};
use aglis_core::{
    messages::{
        DeliveryReport, DeliveryWebhook, InboundMessage, Reported, WebhookTaken, service as messages,
    },
    provider::whatsapp::{WebhookEvent, fonnte_webhook},
};
use axum::{
    Json,
    body::Bytes,
    http::{HeaderMap, StatusCode},
};
use utoipa_axum::routes;

const SECRET_HEADER: &str = "x-webhook-secret";

/// Fonnte: delivery reports, inbound messages, device status; JSON or form.
#[utoipa::path(post, path = "/api/webhooks/whatsapp/fonnte/{secret}", tag = "webhooks",
    params(("secret" = String, Path, description = "`whatsapp.webhook_secret` of the configuration")),
    request_body(content = String, description = "As Fonnte sends it", content_type = "application/json"),
    responses((status = 200, body = WebhookTaken)))]
async fn fonnte(Context(ctx): Context, Path(secret): Path<String>, body: Bytes) -> Answer<WebhookTaken> {
    let ctx = messages::from_gateway(ctx, &secret)?;
    let events = fonnte_webhook::parse(&body).map_err(|error| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_shape", error.to_string())
    })?;
    let taken = events.len();
    for event in events {
        match event {
            WebhookEvent::Report(report) => {
                let report = DeliveryReport {
                    provider_id: report.provider_id,
                    state_id: report.state_id,
                    status: report.progress.map(Into::into),
                };
                messages::reported(&ctx, "fonnte", &report).await?;
            }
            WebhookEvent::Inbound(inbound) => {
                let message = InboundMessage {
                    provider_id: inbound.provider_id,
                    from: inbound.from,
                    group: inbound.group,
                    text: inbound.text,
                    sent_at: inbound.sent_at,
                };
                messages::received(&ctx, "fonnte", &message).await?;
            }
            WebhookEvent::Device(device) if device.connected => {
                tracing::info!("the WhatsApp device is connected");
            }
            WebhookEvent::Device(device) => {
                let reason = device.reason.unwrap_or_default();
                tracing::warn!(reason, "the WhatsApp device is disconnected: messages wait until it is back");
            }
        }
    }
    Ok(Json(WebhookTaken { taken }))
}

/// A delivery report of any gateway, in our own form. Needs `X-Webhook-Secret`.
#[utoipa::path(post, path = "/api/webhooks/whatsapp/delivery", tag = "webhooks", request_body = DeliveryWebhook,
    params(("X-Webhook-Secret" = String, Header, description = "`whatsapp.webhook_secret` of the configuration")),
    responses((status = 200, body = Reported)))]
async fn delivery(
    Context(ctx): Context,
    headers: HeaderMap,
    Body(body): Body<DeliveryWebhook>,
) -> Answer<Reported> {
    let given = headers.get(SECRET_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ctx = messages::from_gateway(ctx, given)?;
    let report =
        DeliveryReport { provider_id: body.provider_id, state_id: body.state_id, status: body.status };
    Ok(Json(messages::reported(&ctx, &body.provider, &report).await?))
}

/// The routes.
pub fn routes() -> Routes {
    let gateways = Need::Public("gateways show their secret instead of signing in");
    Routes::new().with(gateways, routes!(fonnte)).with(gateways, routes!(delivery))
}
