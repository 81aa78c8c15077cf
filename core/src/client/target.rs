//! Which daemon is meant.

use super::{ClientError, DEFAULT_TIMEOUT, Endpoint, Profile, Profiles, profile::read_secret};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// The socket within a data folder.
const SOCKET: &str = "aglisd.sock";
/// Where the socket is on an installed system.
const USUAL_SOCKETS: [&str; 2] = ["/run/aglis/aglisd.sock", "/var/lib/aglis/aglisd.sock"];

/// What the flags of a client program say about the daemon.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// `--server`
    pub server: Option<String>,
    /// `--token-file`
    pub token_file: Option<PathBuf>,
    /// `--socket`
    pub socket: Option<PathBuf>,
    /// `--data`
    pub data: Option<PathBuf>,
    /// `--profile`; what it says counts like flags.
    pub profile: Option<String>,
    /// `--timeout`
    pub timeout: Option<Duration>,
    /// The socket that the local `aglis.toml` names, looked at last.
    pub configured_socket: Option<PathBuf>,
}

/// The daemon that is meant.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where.
    pub endpoint: Endpoint,
    /// How long a request may take.
    pub timeout: Duration,
    /// Output format of the profile, if it has one.
    pub output: Option<String>,
}

/// One level of precedence.
#[derive(Default)]
struct Level {
    server: Option<String>,
    socket: Option<PathBuf>,
    data: Option<PathBuf>,
}

impl Level {
    fn endpoint(self) -> Option<Endpoint> {
        if let Some(url) = self.server {
            return Some(Endpoint::Server { url, token: None });
        }
        self.socket.or_else(|| Some(self.data?.join(SOCKET))).map(Endpoint::Socket)
    }
}

impl Target {
    /// Finds the daemon: flags (and a named profile), then `AGLIS_SERVER`, `AGLIS_SOCKET`, `AGLIS_DATA`, then the default
    /// profile, then the local configuration and the usual places.
    pub fn find(&self) -> Result<Found, ClientError> {
        let profiles =
            Profiles::path().map_or_else(|| Ok(Profiles::default()), |path| Profiles::load(&path))?;
        self.find_with(&profiles, &|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    /// [`Target::find`] with profiles and variables given.
    pub fn find_with(
        &self,
        profiles: &Profiles,
        var: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Found, ClientError> {
        let flags =
            Level { server: self.server.clone(), socket: self.socket.clone(), data: self.data.clone() };
        let env = Level {
            server: var("AGLIS_SERVER"),
            socket: var("AGLIS_SOCKET").map(PathBuf::from),
            data: var("AGLIS_DATA").map(PathBuf::from),
        };
        let named = self.profile.is_some();
        let profile = profiles.pick(self.profile.clone().or_else(|| var("AGLIS_PROFILE")).as_deref())?;
        let from_profile = |profile: &Profile| Level {
            server: profile.server.clone(),
            socket: profile.socket.clone(),
            data: profile.data.clone(),
        };
        let given = flags
            .endpoint()
            .or_else(|| named.then(|| from_profile(&profile)).and_then(Level::endpoint))
            .or_else(|| env.endpoint());
        // The default profile's token is for its own server and is not shown to another.
        let own = named || given.is_none();
        let mut endpoint = given
            .or_else(|| from_profile(&profile).endpoint())
            .unwrap_or_else(|| Endpoint::Socket(self.usual_socket()));
        if let Endpoint::Server { token, .. } = &mut endpoint {
            let of_profile = profile.token_file.as_deref().filter(|_| own);
            *token = self.token(of_profile, named, var)?;
        }
        let timeout = self.timeout.or(profile.timeout.map(Duration::from_secs)).unwrap_or(DEFAULT_TIMEOUT);
        Ok(Found { endpoint, timeout, output: profile.output })
    }

    fn token(
        &self,
        of_profile: Option<&Path>,
        named: bool,
        var: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<String>, ClientError> {
        if let Some(path) = &self.token_file {
            return read_secret(path).map(Some);
        }
        if let Some(path) = of_profile.filter(|_| named) {
            return read_secret(path).map(Some);
        }
        if let Some(token) = var("AGLIS_TOKEN") {
            return Ok(Some(token.trim().to_owned()));
        }
        of_profile.map(read_secret).transpose()
    }

    fn usual_socket(&self) -> PathBuf {
        let local = Path::new("./data").join(SOCKET);
        let configured = self.configured_socket.clone();
        configured
            .clone()
            .into_iter()
            .chain(USUAL_SOCKETS.map(PathBuf::from))
            .chain([local.clone()])
            .find(|path| path.exists())
            .or(configured)
            .unwrap_or(local)
    }
}
