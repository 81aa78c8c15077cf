//! What every command is given: the flags, the output, and the way to the daemon.

use crate::{
    cli::{Format, Global},
    clock::{Clock, zone_of},
    failure::{Failure, Result},
    local,
    output::Output,
};
use aglis_core::client::{Client, Endpoint, Exit, Found, Target};
use std::future::Future;

/// One run of the program.
pub struct Context {
    /// The shared flags.
    pub global: Global,
    /// How to print.
    pub out: Output,
    found: Found,
}

impl Context {
    /// Finds out which daemon is meant; nothing is connected.
    pub fn new(global: &Global) -> Result<Self> {
        let mut target = Target {
            server: global.server.clone(),
            token_file: global.token_file.clone(),
            socket: global.socket.clone(),
            data: global.data.clone(),
            profile: global.profile.clone(),
            timeout: global.timeout,
            configured_socket: None,
        };
        // A named file says where its daemon's socket is; the usual file is asked when nothing else says anything.
        let configured = || local::config(global).ok().map(|loaded| loaded.config.server.socket);
        if global.config.is_some()
            && target.server.is_none()
            && target.socket.is_none()
            && target.data.is_none()
        {
            target.socket = configured();
        } else if target.server.is_none() && target.socket.is_none() && target.data.is_none() {
            target.configured_socket = configured();
        }
        let found = target.find()?;
        let format = match (global.json, global.output, found.output.as_deref()) {
            (true, _, _) => Format::Json,
            (_, Some(format), _) => format,
            (_, _, Some(name)) => Format::named(name).ok_or_else(|| {
                Failure::usage(format!(
                    "the profile's output {name:?} is none of table, json, ndjson, csv, id"
                ))
            })?,
            _ => Format::Table,
        };
        let clock = {
            let (endpoint, global) = (found.endpoint.clone(), global.clone());
            // Without the daemon its configuration on this machine says where the business is.
            let configured = move || local::config(&global).ok().map(|loaded| loaded.config.business.zone);
            Clock::new(move || match &endpoint {
                Endpoint::Server { .. } => zone_of(&endpoint),
                Endpoint::Socket(_) => zone_of(&endpoint).or_else(&configured),
            })
        };
        let out = Output::new(format, clock, global.quiet, global.no_color);
        Ok(Context { global: global.clone(), out, found })
    }

    /// A client of the daemon.
    pub fn client(&self) -> Result<Client> {
        Ok(Client::with_timeout(self.found.endpoint.clone(), self.found.timeout)?.in_language("en"))
    }

    /// Where the daemon is expected.
    pub fn endpoint(&self) -> &Endpoint {
        &self.found.endpoint
    }

    /// The daemon, when it answers. A server address is always taken at its word; only a local socket may be silent,
    /// and then the caller works on the database itself.
    pub async fn daemon(&self) -> Result<Option<Client>> {
        let client = self.client()?;
        match &self.found.endpoint {
            Endpoint::Server { .. } => Ok(Some(client)),
            Endpoint::Socket(path) => Ok((path.exists() && client.is_alive().await).then_some(client)),
        }
    }

    /// Runs the command's work until it is done or interrupted.
    pub fn block_on<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            tokio::select! {
                done = work => done,
                _ = tokio::signal::ctrl_c() => Err(Failure::new(Exit::Interrupted, "interrupted", "interrupted")),
            }
        })
    }
}
