//! Listening on TCP and on the local socket, and ending without cutting anybody off.

use super::patient::Patient;
use aglis_core::hub::Stopping;
use axum::{Router, extract::ConnectInfo};
use hyper::server::conn::http1::Builder;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use std::{
    io,
    net::SocketAddr,
    os::unix::fs::{FileTypeExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream, UnixListener, UnixStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower::ServiceExt;

/// How long a client may take to send a request's head, the first one and each further one.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// The group whose members may administer through the local socket.
const GROUP: &str = "aglis";

/// The user at the other end of the local socket, as the kernel says.
#[derive(Debug, Clone)]
pub struct Peer {
    /// User number.
    pub uid: u32,
    /// User name.
    pub name: String,
    administrator: bool,
}

impl Peer {
    /// Asks the system's user database, which may stand in the network and take its time.
    fn of(uid: u32) -> Peer {
        let user = uzers::get_user_by_uid(uid);
        let name =
            user.as_ref().map_or_else(|| uid.to_string(), |user| user.name().to_string_lossy().into_owned());
        // The account the daemon itself runs as owns the data anyway.
        let administrator = uid == 0
            || uid == uzers::get_effective_uid()
            || user.is_some_and(|user| {
                user.groups().is_some_and(|groups| groups.iter().any(|group| group.name() == GROUP))
            });
        Peer { uid, name, administrator }
    }

    /// Whether they are root, the daemon's own account, or a member of the group `aglis`.
    pub fn is_administrator(&self) -> bool {
        self.administrator
    }
}

/// Sockets that accept connections.
pub struct Listeners {
    tcp: TcpListener,
    unix: Option<(UnixListener, Option<PathBuf>)>,
}

/// Why a socket cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The TCP address.
    #[error("cannot listen on {address}: {reason}")]
    Tcp {
        /// The address.
        address: SocketAddr,
        /// Why.
        reason: String,
    },
    /// The local socket.
    #[error("cannot listen on {}: {reason}", path.display())]
    Unix {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

fn explain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program uses it; stop that or choose another with --listen".to_owned()
        }
        io::ErrorKind::PermissionDenied => "not permitted; ports below 1024 need a capability".to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
        _ => error.to_string(),
    }
}

/// Opens the sockets: those handed over by systemd, where there are any, else the configured ones.
pub async fn bind(address: SocketAddr, socket: &Path) -> Result<Listeners, BindError> {
    let mut handed = listenfd::ListenFd::from_env();
    let mut tcp = None;
    let mut unix = None;
    for index in 0..handed.len() {
        if let Ok(Some(listener)) = handed.take_tcp_listener(index) {
            let _ = listener.set_nonblocking(true);
            tcp = TcpListener::from_std(listener).ok();
        } else if let Ok(Some(listener)) = handed.take_unix_listener(index) {
            let _ = listener.set_nonblocking(true);
            unix = UnixListener::from_std(listener).ok().map(|listener| (listener, None));
        }
    }
    let tcp = match tcp {
        Some(tcp) => tcp,
        None => TcpListener::bind(address)
            .await
            .map_err(|error| BindError::Tcp { address, reason: explain(&error) })?,
    };
    let unix = match unix {
        Some(unix) => unix,
        None => (bind_unix(socket).await?, Some(socket.to_owned())),
    };
    Ok(Listeners { tcp, unix: Some(unix) })
}

async fn bind_unix(path: &Path) -> Result<UnixListener, BindError> {
    let refuse = |reason: String| BindError::Unix { path: path.to_owned(), reason };
    if let Ok(found) = std::fs::symlink_metadata(path) {
        if !found.file_type().is_socket() {
            return Err(refuse("something that is not a socket is in the way; remove it".to_owned()));
        }
        if UnixStream::connect(path).await.is_ok() {
            return Err(refuse("another aglisd is running on this data folder; stop it first".to_owned()));
        }
        // Left behind by a daemon that was killed.
        std::fs::remove_file(path).map_err(|error| refuse(error.to_string()))?;
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| refuse(format!("{}: {error}", folder.display())))?;
    }
    let listener = UnixListener::bind(path).map_err(|error| {
        refuse(if path.as_os_str().len() > 107 {
            "the path is longer than 107 bytes; choose a shorter one with --socket".to_owned()
        } else {
            error.to_string()
        })
    })?;
    // Everybody may knock; what they may do is decided by who the kernel says they are.
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))
        .map_err(|error| refuse(error.to_string()))?;
    Ok(listener)
}

impl Listeners {
    /// The TCP address that was given.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

/// Accepts until told to stop; then lets running requests end for as long as `drain` allows. At most `most` connections
/// from the network are open at once, and as many on the local socket; further ones wait to be accepted.
pub async fn serve(listeners: Listeners, service: Router, mut stop: Stopping, drain: Duration, most: usize) {
    let graceful = GracefulShutdown::new();
    let mut server = Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
    let Listeners { tcp, unix } = listeners;
    let (unix, path) = unix.map_or((None, None), |(listener, path)| (Some(listener), path));
    // The network cannot use up what local administration needs, nor the other way round.
    let (from_afar, from_here) = (Arc::new(Semaphore::new(most)), Arc::new(Semaphore::new(most)));
    loop {
        tokio::select! {
            () = stop.wait() => break,
            accepted = accept_tcp(&tcp, &from_afar) => match accepted {
                Ok((stream, address, place)) => {
                    let _ = stream.set_nodelay(true);
                    let info = std::future::ready(Some(ConnectInfo(address)));
                    tokio::spawn(connection(server.clone(), graceful.watcher(), stream, service.clone(), info, place));
                }
                Err(error) => pause(&error).await,
            },
            accepted = accept_unix(unix.as_ref(), &from_here) => match accepted {
                Ok((stream, uid, place)) => {
                    let info = async move { tokio::task::spawn_blocking(move || Peer::of(uid)).await.ok() };
                    tokio::spawn(connection(server.clone(), graceful.watcher(), stream, service.clone(), info, place));
                }
                Err(error) => pause(&error).await,
            },
        }
    }
    drop(tcp);
    if let Some(path) = path {
        let _ = std::fs::remove_file(path);
    }
    if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut off");
    }
}

async fn place(among: &Arc<Semaphore>) -> io::Result<OwnedSemaphorePermit> {
    among.clone().acquire_owned().await.map_err(io::Error::other)
}

async fn accept_tcp(
    listener: &TcpListener,
    among: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = place(among).await?;
    let (stream, address) = listener.accept().await?;
    Ok((stream, address, place))
}

async fn accept_unix(
    listener: Option<&UnixListener>,
    among: &Arc<Semaphore>,
) -> io::Result<(UnixStream, u32, OwnedSemaphorePermit)> {
    let Some(listener) = listener else { return std::future::pending().await };
    let place = place(among).await?;
    let (stream, _) = listener.accept().await?;
    let uid = stream.peer_cred()?.uid();
    Ok((stream, uid, place))
}

/// Out of file descriptors or the like: waiting helps, spinning does not.
async fn pause(error: &io::Error) {
    tracing::warn!("a connection could not be accepted: {error}");
    tokio::time::sleep(Duration::from_millis(200)).await;
}

/// Answers what comes over one connection until it ends.
async fn connection<S, E>(
    server: Builder,
    watcher: Watcher,
    stream: S,
    service: Router,
    info: impl Future<Output = Option<E>>,
    place: OwnedSemaphorePermit,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    E: Clone + Send + Sync + 'static,
{
    let Some(info) = info.await else { return };
    let service = service.map_request(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(info.clone());
        request.map(axum::body::Body::new)
    });
    let stream = TokioIo::new(Patient::new(stream));
    let connection = server.serve_connection(stream, TowerToHyperService::new(service));
    // A client that goes away is no news.
    let _ = watcher.watch(connection).await;
    drop(place);
}
