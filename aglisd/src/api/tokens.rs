//! API tokens.

use crate::http::{Answer, Body, Context, Need, NotKept, Path, Problem, Routes};
use aglis_core::{
    accounts::{CreatedToken, NewToken, Token, service as accounts},
    permission::Permission as P,
    types::TokenId,
};
use axum::{Extension, Json, http::StatusCode};
use utoipa_axum::routes;

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Permission(P::TokenManage), routes!(list))
        .with(Need::Permission(P::TokenManage), routes!(create))
        .with(Need::Permission(P::TokenManage), routes!(revoke))
}

/// API tokens, the newest first.
#[utoipa::path(get, path = "/api/tokens", tag = "tokens", responses((status = 200, body = Vec<Token>)))]
async fn list(Context(ctx): Context) -> Answer<Vec<Token>> {
    Ok(Json(accounts::tokens(&ctx).await?))
}

/// Make an API token; its secret is shown this once.
#[utoipa::path(post, path = "/api/tokens", tag = "tokens", request_body = NewToken, responses((status = 201, body = CreatedToken)))]
async fn create(
    Context(ctx): Context,
    Body(body): Body<NewToken>,
) -> Result<(StatusCode, Extension<NotKept>, Json<CreatedToken>), Problem> {
    let made = accounts::create_token(&ctx, body).await?;
    Ok((StatusCode::CREATED, Extension(NotKept), Json(made)))
}

/// Revoke an API token.
#[utoipa::path(delete, path = "/api/tokens/{id}", tag = "tokens", params(("id" = i64, Path)), responses((status = 204)))]
async fn revoke(Context(ctx): Context, Path(id): Path<TokenId>) -> Result<StatusCode, Problem> {
    accounts::revoke_token(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
