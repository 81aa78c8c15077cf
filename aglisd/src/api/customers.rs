//! Customers over HTTP.

use super::export::{List, Wanted, export};
use crate::http::{Answer, Body, Context, Need, NotKept, Params, Path, Problem, Routes};
use aglis_core::{
    app::Ctx,
    customers::{
        Customer, CustomerChange, CustomerFilter, CustomerSummary, NewCustomer, SetCustomerStatus,
        service as customers,
    },
    permission::Permission as P,
    tickets::TimelineEntry,
    types::*,
};
use axum::{Extension, Json, http::StatusCode, response::Response};
use utoipa_axum::routes;

/// The routes of customers.
pub fn routes() -> Routes {
    Routes::new()
        .with_polled(Need::Permission(P::CustomerRead), routes!(list))
        .with(Need::Permission(P::CustomerRead), routes!(take_out))
        .with(Need::Permission(P::CustomerCreate), routes!(create))
        .with(Need::Permission(P::CustomerRead), routes!(get))
        .with(Need::Permission(P::CustomerUpdate), routes!(update))
        .with(Need::Permission(P::CustomerStatus), routes!(status))
        .with(Need::Permission(P::CustomerUpdate), routes!(tag))
        .with(Need::Permission(P::CustomerUpdate), routes!(untag))
        .with(Need::Permission(P::CustomerRead), routes!(timeline))
        .with(Need::Permission(P::CustomerReveal), routes!(reveal))
}

/// Customers by name, a page at a time.
#[utoipa::path(get, path = "/api/customers", tag = "customers", params(CustomerFilter), responses((status = 200, body = Page<CustomerSummary>)))]
async fn list(
    Context(ctx): Context,
    Params(filter): Params<CustomerFilter>,
) -> Answer<Page<CustomerSummary>> {
    Ok(Json(customers::list(&ctx, &filter).await?))
}

/// Customers that the actor may see, all of them, as a file; telephone numbers masked.
///
/// `limit` is left aside. That it was taken out is recorded, with the number of rows.
#[utoipa::path(get, path = "/api/customers/export", tag = "customers", params(CustomerFilter, ("format" = Option<String>, Query, description = "`csv` or `ndjson`; without it what `Accept` asks for, else `ndjson`")), responses((status = 200, body = CustomerSummary, content_type = "application/x-ndjson")))]
async fn take_out(Context(ctx): Context, wanted: Wanted<CustomerFilter>) -> Result<Response, Problem> {
    export(ctx, wanted).await
}

impl List for CustomerFilter {
    type Row = CustomerSummary;
    const NAME: &'static str = "customers";
    const FIELDS: &'static [&'static str] = &[
        "id",
        "number",
        "name",
        "phone",
        "address",
        "area_name",
        "package_name",
        "odp_name",
        "status",
        "open_tickets",
        "tags",
        "created_at",
    ];

    fn from(self, cursor: Option<String>) -> Self {
        CustomerFilter { limit: Some(200), cursor, ..self }
    }

    fn cursor(&self) -> Option<String> {
        self.cursor.clone()
    }

    async fn page(&self, ctx: &Ctx) -> aglis_core::error::Result<Page<CustomerSummary>> {
        customers::list(ctx, self).await
    }
}

/// Make a customer.
#[utoipa::path(post, path = "/api/customers", tag = "customers", request_body = NewCustomer, responses((status = 201, body = Customer)))]
async fn create(
    Context(ctx): Context,
    Body(body): Body<NewCustomer>,
) -> Result<(StatusCode, Json<Customer>), Problem> {
    Ok((StatusCode::CREATED, Json(customers::create(&ctx, body).await?)))
}

/// One customer, personal data masked.
#[utoipa::path(get, path = "/api/customers/{id}", tag = "customers", params(("id" = String, Path, description = "Identifier, number or telephone number")), responses((status = 200, body = Customer)))]
async fn get(Context(ctx): Context, Path(id): Path<String>) -> Answer<Customer> {
    let id = customers::resolve(&ctx, &id).await?;
    Ok(Json(customers::get(&ctx, id).await?))
}

/// Change a customer's fields.
#[utoipa::path(patch, path = "/api/customers/{id}", tag = "customers", params(("id" = String, Path, description = "Identifier, number or telephone number")), request_body = CustomerChange, responses((status = 200, body = Customer)))]
async fn update(
    Context(ctx): Context,
    Path(id): Path<String>,
    Body(body): Body<CustomerChange>,
) -> Answer<Customer> {
    let id = customers::resolve(&ctx, &id).await?;
    Ok(Json(customers::update(&ctx, id, body).await?))
}

/// Move an account to another status.
#[utoipa::path(post, path = "/api/customers/{id}/status", tag = "customers", params(("id" = String, Path, description = "Identifier, number or telephone number")), request_body = SetCustomerStatus, responses((status = 200, body = Customer)))]
async fn status(
    Context(ctx): Context,
    Path(id): Path<String>,
    Body(body): Body<SetCustomerStatus>,
) -> Answer<Customer> {
    let id = customers::resolve(&ctx, &id).await?;
    Ok(Json(customers::set_status(&ctx, id, body).await?))
}

/// Put a tag on a customer; one that is there already stays.
#[utoipa::path(put, path = "/api/customers/{id}/tags/{tag}", tag = "customers", params(("id" = String, Path, description = "Identifier, number or telephone number"), ("tag" = String, Path)), responses((status = 200, body = Customer)))]
async fn tag(Context(ctx): Context, Path((id, tag)): Path<(String, String)>) -> Answer<Customer> {
    let id = customers::resolve(&ctx, &id).await?;
    Ok(Json(customers::tag(&ctx, id, &tag).await?))
}

/// Take a tag off a customer; one that is not there is no error.
#[utoipa::path(delete, path = "/api/customers/{id}/tags/{tag}", tag = "customers", params(("id" = String, Path, description = "Identifier, number or telephone number"), ("tag" = String, Path)), responses((status = 200, body = Customer)))]
async fn untag(Context(ctx): Context, Path((id, tag)): Path<(String, String)>) -> Answer<Customer> {
    let id = customers::resolve(&ctx, &id).await?;
    Ok(Json(customers::untag(&ctx, id, &tag).await?))
}

/// What happened to a customer and their tickets, the newest first.
#[utoipa::path(get, path = "/api/customers/{id}/timeline", tag = "customers", params(("id" = String, Path, description = "Identifier, number or telephone number"), PageQuery), responses((status = 200, body = Page<TimelineEntry>)))]
async fn timeline(
    Context(ctx): Context,
    Path(id): Path<String>,
    Params(page): Params<PageQuery>,
) -> Answer<Page<TimelineEntry>> {
    let id = customers::resolve(&ctx, &id).await?;
    Ok(Json(customers::timeline(&ctx, id, &page).await?))
}

/// Show a customer with personal data unmasked. That it was looked at is recorded.
#[utoipa::path(post, path = "/api/customers/{id}/reveal", tag = "customers", params(("id" = String, Path, description = "Identifier, number or telephone number")), responses((status = 200, body = Customer)))]
async fn reveal(
    Context(ctx): Context,
    Path(id): Path<String>,
) -> Result<(Extension<NotKept>, Json<Customer>), Problem> {
    let id = customers::resolve(&ctx, &id).await?;
    // Shown, not stored: a repetition is a look of its own, under a key of its own.
    Ok((Extension(NotKept), Json(customers::reveal(&ctx, id).await?)))
}
