//! A process that works and serves nobody: `aglisd work`.

use crate::{
    alone,
    cli::Work,
    serve::{self, ServeError},
};
use aglis_core::{event::seal, queue::Outbox};
use std::{process::ExitCode, sync::Arc};

/// Runs `aglisd work`.
pub fn main(flags: &Work) -> ExitCode {
    serve::block_on(run(flags))
}

async fn run(flags: &Work) -> Result<(), ServeError> {
    let config = serve::configuration(&flags.into())?;
    crate::log::start(&config);
    serve::open_files();
    if config.metrics.listen.is_some() {
        crate::metrics::start();
    }
    serve::prepare("data", &config.server.data)?;
    let alone = alone::take(&config.database.url)?;
    let app = serve::open(config).await?;
    let hub = app.db.hub().clone();
    serve::metrics(&app).await?;
    let sealer = tokio::spawn(seal::run(app.db.clone()));
    let outbox = Outbox::from_config(&app).map_err(|error| ServeError::Outbox(error.to_string()))?;
    let told_to_stop = serve::told_to_stop()?;
    let background = crate::worker::start(&app, Arc::new(outbox));
    tracing::info!(places = app.config.queue.workers, version = env!("CARGO_PKG_VERSION"), "ready");
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let watchdog = tokio::spawn(serve::watchdog(background.pulse()));

    crate::allocator::give_back_all();
    told_to_stop.await;
    tracing::info!("stopping");
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    hub.stop();
    watchdog.abort();
    background.ended().await;
    let _ = sealer.await;
    app.db.close().await;
    drop(alone);
    Ok(())
}
