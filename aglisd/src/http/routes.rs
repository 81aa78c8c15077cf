//! Routes with what each needs. A route cannot be added without saying so.

use super::{
    guard::{Need, guard},
    memory,
};
use aglis_core::app::App;
use axum::{
    extract::{DefaultBodyLimit, Request},
    http::Method,
    middleware::{self, Next},
    routing::MethodRouter,
};
use std::time::Duration;
use tower_http::timeout::TimeoutLayer;
use utoipa::openapi::{
    extensions::ExtensionsBuilder,
    path::{HttpMethod, PathItem},
    security::SecurityRequirement,
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// One operation and what it needs, for the tests that watch over permissions.
#[derive(Debug, Clone)]
pub struct Operation {
    /// GET, POST, …
    pub method: Method,
    /// The path with its parameters in braces.
    pub path: String,
    /// What it needs.
    pub need: Need,
}

/// A set of guarded routes.
pub struct Routes {
    router: OpenApiRouter<App>,
    operations: Vec<Operation>,
}

impl Default for Routes {
    fn default() -> Self {
        Routes::new()
    }
}

/// How large an upload may be and how long it may take on slow mobile data.
const UPLOAD_TIME: Duration = Duration::from_secs(900);

impl Routes {
    /// No routes yet.
    pub fn new() -> Self {
        Routes { router: OpenApiRouter::new(), operations: Vec::new() }
    }

    /// Adds documented API handlers that share a path: `.with(Need::Permission(P::TicketRead), routes!(list))`.
    #[must_use]
    pub fn with(self, need: Need, routes: UtoipaMethodRouter<App>) -> Self {
        self.add(need, routes, |router| router)
    }

    /// [`Routes::with`] for reads that many screens poll: the same person has the same answer until something is
    /// committed, for a second at most. Not for reads that are recorded.
    #[must_use]
    pub fn with_polled(self, need: Need, routes: UtoipaMethodRouter<App>) -> Self {
        self.add(need, routes, |router| router.layer(middleware::from_fn(memory::remembered)))
    }

    /// [`Routes::with`] for handlers that take files: a larger body, and more time for it.
    #[must_use]
    pub fn with_upload(self, need: Need, most_bytes: u64, routes: UtoipaMethodRouter<App>) -> Self {
        self.add(need, routes, move |router| upload(router, most_bytes))
    }

    /// Adds a page, which stands outside the API document.
    #[must_use]
    pub fn page(mut self, need: Need, path: &str, methods: MethodRouter<App>) -> Self {
        self.note_page(need, path);
        self.router = self.router.route(path, guarded(need, methods));
        self
    }

    /// [`Routes::page`] for forms with files.
    #[must_use]
    pub fn page_upload(
        mut self,
        need: Need,
        most_bytes: u64,
        path: &str,
        methods: MethodRouter<App>,
    ) -> Self {
        self.note_page(need, path);
        self.router = self.router.route(path, guarded(need, upload(methods, most_bytes)));
        self
    }

    fn note_page(&mut self, need: Need, path: &str) {
        self.operations.push(Operation { method: Method::GET, path: path.to_owned(), need });
    }

    fn add(
        mut self,
        need: Need,
        (schemas, mut paths, router): UtoipaMethodRouter<App>,
        wrap: impl FnOnce(MethodRouter<App>) -> MethodRouter<App>,
    ) -> Self {
        for (path, item) in &mut paths.paths {
            for method in declare(item, need) {
                self.operations.push(Operation { method, path: path.clone(), need });
            }
        }
        self.router = self.router.routes((schemas, paths, guarded(need, wrap(router))));
        self
    }

    /// Adds another set.
    #[must_use]
    pub fn merge(mut self, other: Routes) -> Self {
        self.router = self.router.merge(other.router);
        self.operations.extend(other.operations);
        self
    }

    /// Every operation with what it needs.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The router and the API document.
    pub fn into_parts(self) -> (axum::Router<App>, utoipa::openapi::OpenApi) {
        self.router.split_for_parts()
    }
}

fn guarded(need: Need, methods: MethodRouter<App>) -> MethodRouter<App> {
    methods.layer(middleware::from_fn(move |request: Request, next: Next| guard(need, request, next)))
}

fn upload(methods: MethodRouter<App>, most_bytes: u64) -> MethodRouter<App> {
    let limit = usize::try_from(most_bytes).unwrap_or(usize::MAX);
    methods
        .layer::<_, std::convert::Infallible>(DefaultBodyLimit::max(limit))
        .layer(TimeoutLayer::with_status_code(axum::http::StatusCode::REQUEST_TIMEOUT, UPLOAD_TIME))
}

/// Writes into the document what an operation needs; gives the methods the item has.
fn declare(item: &mut PathItem, need: Need) -> Vec<Method> {
    let slots = [
        (HttpMethod::Get, Method::GET, &mut item.get),
        (HttpMethod::Put, Method::PUT, &mut item.put),
        (HttpMethod::Post, Method::POST, &mut item.post),
        (HttpMethod::Delete, Method::DELETE, &mut item.delete),
        (HttpMethod::Patch, Method::PATCH, &mut item.patch),
    ];
    let mut methods = Vec::new();
    for (_, method, slot) in slots {
        let Some(operation) = slot else { continue };
        methods.push(method);
        let (schemes, word): (&[&str], &str) = match need {
            Need::Public(_) => (&[], "public"),
            Need::Staff => (&["token", "session"], "staff"),
            Need::Permission(permission) => (&["token", "session"], permission.as_str()),
            Need::Customer => (&["customer"], "customer"),
        };
        operation.security = Some(
            schemes.iter().map(|scheme| SecurityRequirement::new(*scheme, Vec::<String>::new())).collect(),
        );
        operation.extensions = Some(ExtensionsBuilder::new().add("x-permission", word).build());
        super::problem::document(operation, need);
    }
    methods
}
