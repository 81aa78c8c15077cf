//! Routes with what each needs. A route cannot be added without saying so.

use super::{
    guard::{Need, guard, outside},
    memory,
    time::{self, Time},
};
use aglis_core::app::App;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::Method,
    middleware::{self, Next},
    response::IntoResponse,
    routing::MethodRouter,
};
use std::convert::Infallible;
use utoipa::openapi::{
    OpenApi, RefOr, Schema,
    extensions::ExtensionsBuilder,
    path::{PathItem, Paths},
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

/// What the handlers of one path say of themselves.
struct Described {
    need: Need,
    schemas: Vec<(String, RefOr<Schema>)>,
    paths: Paths,
}

/// A set of guarded routes.
pub struct Routes {
    router: Router<App>,
    described: Vec<Described>,
    operations: Vec<Operation>,
}

impl Default for Routes {
    fn default() -> Self {
        Routes::new()
    }
}

impl Routes {
    /// No routes yet.
    pub fn new() -> Self {
        Routes { router: Router::new(), described: Vec::new(), operations: Vec::new() }
    }

    /// Adds documented API handlers that share a path: `.with(Need::Permission(P::TicketRead), routes!(list))`.
    #[must_use]
    pub fn with(self, need: Need, routes: UtoipaMethodRouter<App>) -> Self {
        self.add(need, routes, move |router| guarded(need, Time::Usual, router))
    }

    /// [`Routes::with`] for reads that many screens poll: the same person has the same answer until something is
    /// committed, for a second at most. Not for reads that are recorded.
    #[must_use]
    pub fn with_polled(self, need: Need, routes: UtoipaMethodRouter<App>) -> Self {
        self.add(need, routes, move |router| {
            guarded(need, Time::Usual, router.layer(middleware::from_fn(memory::remembered)))
        })
    }

    /// [`Routes::with`] for handlers that go through many rows: more time.
    #[must_use]
    pub fn with_long(self, need: Need, routes: UtoipaMethodRouter<App>) -> Self {
        self.add(need, routes, move |router| guarded(need, Time::Long, router))
    }

    /// [`Routes::with`] for handlers that take files: a larger body, and more time for it.
    #[must_use]
    pub fn with_upload(self, need: Need, most_bytes: u64, routes: UtoipaMethodRouter<App>) -> Self {
        self.add(need, routes, move |router| upload(need, most_bytes, router))
    }

    /// Adds a page, which stands outside the API document.
    #[must_use]
    pub fn page(mut self, need: Need, path: &str, methods: MethodRouter<App>) -> Self {
        self.note_page(need, path);
        self.router = self.router.route(path, guarded(need, Time::Usual, methods));
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
        self.router = self.router.route(path, upload(need, most_bytes, methods));
        self
    }

    fn note_page(&mut self, need: Need, path: &str) {
        self.operations.push(Operation { method: Method::GET, path: path.to_owned(), need });
    }

    fn add(
        mut self,
        need: Need,
        (schemas, mut paths, methods): UtoipaMethodRouter<App>,
        guard: impl FnOnce(MethodRouter<App>) -> MethodRouter<App>,
    ) -> Self {
        let methods = guard(methods);
        for (path, item) in &mut paths.paths {
            self.router = self.router.route(path, methods.clone());
            for (method, slot) in METHODS {
                if slot(item).is_some() {
                    self.operations.push(Operation { method, path: path.clone(), need });
                }
            }
        }
        self.described.push(Described { need, schemas, paths });
        self
    }

    /// Adds another set.
    #[must_use]
    pub fn merge(mut self, other: Routes) -> Self {
        self.router = self.router.merge(other.router);
        self.described.extend(other.described);
        self.operations.extend(other.operations);
        self
    }

    /// Every operation with what it needs.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The router alone.
    pub fn into_router(self) -> Router<App> {
        self.router
    }

    /// The API document alone, which is far larger: whoever only serves does not make it.
    pub fn into_document(self) -> OpenApi {
        let described = self.described.into_iter().map(|Described { need, schemas, mut paths }| {
            paths.paths.values_mut().for_each(|item| declare(item, need));
            (schemas, paths, MethodRouter::new())
        });
        described.fold(OpenApiRouter::<App>::new(), OpenApiRouter::routes).into_openapi()
    }
}

fn guarded(need: Need, time: Time, methods: MethodRouter<App>) -> MethodRouter<App> {
    methods.layer::<_, Infallible>(middleware::from_fn(move |request: Request, next: Next| async move {
        match request.extensions().get::<App>().cloned() {
            Some(app) => time::within(&app, time, guard(need, &app, request, next)).await,
            None => outside().into_response(),
        }
    }))
}

/// The size stands around the guard, which reads bodies too.
fn upload(need: Need, most_bytes: u64, methods: MethodRouter<App>) -> MethodRouter<App> {
    let limit = usize::try_from(most_bytes).unwrap_or(usize::MAX);
    guarded(need, Time::Upload, methods).layer(DefaultBodyLimit::max(limit))
}

type Slot = fn(&mut PathItem) -> &mut Option<utoipa::openapi::path::Operation>;

/// The methods an operation may have, and where the document has them.
const METHODS: [(Method, Slot); 5] = [
    (Method::GET, |item| &mut item.get),
    (Method::PUT, |item| &mut item.put),
    (Method::POST, |item| &mut item.post),
    (Method::DELETE, |item| &mut item.delete),
    (Method::PATCH, |item| &mut item.patch),
];

/// Writes into the document what an operation needs.
fn declare(item: &mut PathItem, need: Need) {
    let (schemes, word): (&[&str], &str) = match need {
        Need::Public(_) => (&[], "public"),
        Need::Staff => (&["token", "session"], "staff"),
        Need::Permission(permission) => (&["token", "session"], permission.as_str()),
        Need::Customer => (&["customer"], "customer"),
    };
    for (method, slot) in METHODS {
        let Some(operation) = slot(item) else { continue };
        operation.security = Some(
            schemes.iter().map(|scheme| SecurityRequirement::new(*scheme, Vec::<String>::new())).collect(),
        );
        if method == Method::POST {
            operation.parameters.get_or_insert_default().push(super::idempotency::parameter().into());
        }
        operation.extensions = Some(ExtensionsBuilder::new().add("x-permission", word).build());
        super::problem::document(operation, need);
    }
}
