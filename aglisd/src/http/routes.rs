//! Routes with what each needs. A route cannot be added without saying so.

use super::{
    guard::{Need, guard},
    memory,
    time::{self, Time},
};
use aglis_core::app::App;
use axum::{
    extract::{DefaultBodyLimit, Request},
    http::Method,
    middleware::{self, Next},
    routing::MethodRouter,
};
use std::convert::Infallible;
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

impl Routes {
    /// No routes yet.
    pub fn new() -> Self {
        Routes { router: OpenApiRouter::new(), operations: Vec::new() }
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
        (schemas, mut paths, router): UtoipaMethodRouter<App>,
        guard: impl FnOnce(MethodRouter<App>) -> MethodRouter<App>,
    ) -> Self {
        for (path, item) in &mut paths.paths {
            for method in declare(item, need) {
                self.operations.push(Operation { method, path: path.clone(), need });
            }
        }
        self.router = self.router.routes((schemas, paths, guard(router)));
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

fn guarded(need: Need, time: Time, methods: MethodRouter<App>) -> MethodRouter<App> {
    methods
        .layer::<_, Infallible>(middleware::from_fn(move |request: Request, next: Next| {
            guard(need, request, next)
        }))
        .layer(middleware::from_fn(move |request: Request, next: Next| time::within(time, request, next)))
}

/// The size stands around the guard, which reads bodies too.
fn upload(need: Need, most_bytes: u64, methods: MethodRouter<App>) -> MethodRouter<App> {
    let limit = usize::try_from(most_bytes).unwrap_or(usize::MAX);
    guarded(need, Time::Upload, methods).layer(DefaultBodyLimit::max(limit))
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
        let (schemes, word): (&[&str], &str) = match need {
            Need::Public(_) => (&[], "public"),
            Need::Staff => (&["token", "session"], "staff"),
            Need::Permission(permission) => (&["token", "session"], permission.as_str()),
            Need::Customer => (&["customer"], "customer"),
        };
        operation.security = Some(
            schemes.iter().map(|scheme| SecurityRequirement::new(*scheme, Vec::<String>::new())).collect(),
        );
        if method == Method::POST {
            operation.parameters.get_or_insert_default().push(super::idempotency::parameter().into());
        }
        operation.extensions = Some(ExtensionsBuilder::new().add("x-permission", word).build());
        super::problem::document(operation, need);
        methods.push(method);
    }
    methods
}
