//! What gateways call us with.

use crate::http::{Answer, Body, Context, Need, Params, Path, Problem, Routes};
use aglis_core::{
    app::Ctx,
    error::Error,
    messages::{
        DeliveryReport, DeliveryWebhook, InboundMessage, Reported, WebhookTaken, service as messages,
    },
    provider::whatsapp::{WebhookError, WebhookEvent, fonnte_webhook, meta_webhook},
    providers::service as providers,
};
use axum::{
    Json,
    body::Bytes,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

const SECRET_HEADER: &str = "x-webhook-secret";
const SIGNATURE_HEADER: &str = "x-hub-signature-256";

/// Fonnte: delivery reports, inbound messages, device status; JSON or form.
#[utoipa::path(post, path = "/api/webhooks/whatsapp/fonnte/{secret}", tag = "webhooks",
    params(("secret" = String, Path, description = "`whatsapp.webhook_secret` of the configuration")),
    request_body(content = String, description = "As Fonnte sends it", content_type = "application/json"),
    responses((status = 200, body = WebhookTaken)))]
async fn fonnte(Context(ctx): Context, Path(secret): Path<String>, body: Bytes) -> Answer<WebhookTaken> {
    let ctx = messages::from_gateway(ctx, &secret)?;
    let events = fonnte_webhook::parse(&body).map_err(unknown)?;
    take(&ctx, "fonnte", events).await
}

/// What Meta asks when the webhook is set up.
#[derive(Deserialize, IntoParams)]
struct Subscription {
    /// `subscribe`.
    #[serde(rename = "hub.mode", default)]
    mode: String,
    /// `whatsapp.meta_verify_token` of the configuration.
    #[serde(rename = "hub.verify_token", default)]
    verify_token: String,
    /// What is to be answered.
    #[serde(rename = "hub.challenge", default)]
    challenge: String,
}

/// The WhatsApp Cloud API sets its webhook up: the challenge comes back as it is.
#[utoipa::path(get, path = "/api/webhooks/whatsapp/meta", tag = "webhooks", params(Subscription),
    responses((status = 200, body = String, content_type = "text/plain")))]
async fn meta_subscribe(
    Context(ctx): Context,
    Params(asked): Params<Subscription>,
) -> Result<impl IntoResponse, Problem> {
    messages::meta_subscribes(&ctx, &asked.mode, &asked.verify_token)?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], asked.challenge))
}

/// The WhatsApp Cloud API: delivery reports and inbound messages, signed by Meta.
#[utoipa::path(post, path = "/api/webhooks/whatsapp/meta", tag = "webhooks",
    params(("X-Hub-Signature-256" = String, Header, description = "`sha256=` and the HMAC of the body with the app's secret")),
    request_body(content = String, description = "As Meta sends it", content_type = "application/json"),
    responses((status = 200, body = WebhookTaken)))]
async fn meta(Context(ctx): Context, headers: HeaderMap, body: Bytes) -> Answer<WebhookTaken> {
    let signature = headers.get(SIGNATURE_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (ctx, phone_id) = messages::from_meta(ctx, signature, &body)?;
    let events = meta_webhook::parse(&body, &phone_id).map_err(unknown)?;
    take(&ctx, "meta", events).await
}

fn unknown(error: WebhookError) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_shape", error.to_string())
}

/// Takes what a gateway tells, one after the other. Of several, one that cannot be understood does not hold the others
/// up: the gateway would send all of them again and again.
async fn take(ctx: &Ctx, provider: &str, events: Vec<WebhookEvent>) -> Answer<WebhookTaken> {
    let mut taken = 0;
    let alone = events.len() == 1;
    for event in events {
        let told = match event {
            WebhookEvent::Report(report) => {
                let why = report.failure;
                let report = DeliveryReport {
                    provider_id: report.provider_id,
                    state_id: report.state_id,
                    status: report.progress.map(Into::into),
                };
                messages::reported_because(ctx, provider, &report, why.as_ref()).await.map(drop)
            }
            WebhookEvent::Inbound(inbound) => {
                let message = InboundMessage {
                    provider_id: inbound.provider_id,
                    from: inbound.from,
                    group: inbound.group,
                    text: inbound.text,
                    sent_at: inbound.sent_at,
                };
                messages::received(ctx, provider, &message).await.map(drop)
            }
            WebhookEvent::Device(device) => {
                let told =
                    providers::connection(ctx, provider, device.connected, device.reason.as_deref()).await;
                // A gateway may go on calling when it is not used any more.
                if matches!(told, Err(Error::NotFound(_))) { Ok(()) } else { told }
            }
        };
        match told {
            Ok(()) => taken += 1,
            Err(error @ Error::Invalid(_)) if !alone => {
                tracing::warn!(provider, %error, "a part of a webhook is left out");
            }
            Err(error) => return Err(error.into()),
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
    let signed = Need::Public("Meta signs what it sends instead of signing in");
    let agreed = Need::Public("Meta shows the word that was agreed on instead of signing in");
    Routes::new()
        .with(gateways, routes!(fonnte))
        .with(gateways, routes!(delivery))
        .with(agreed, routes!(meta_subscribe))
        .with(signed, routes!(meta))
}
