//! Which programs the tests need, where they are and which packages bring them.

use std::path::{Path, PathBuf};

/// A program the tests run.
pub struct Program {
    /// Any of these will do.
    pub names: &'static [&'static str],
    /// The Debian package.
    pub package: &'static str,
    /// What it is for, for people who install by hand.
    pub purpose: &'static str,
}

/// Programs the stories need besides the two servers.
pub const STORIES: &[Program] = &[
    Program {
        names: &["chromium", "chromium-browser", "google-chrome"],
        package: "chromium",
        purpose: "pages in a real browser",
    },
    Program { names: &["chromedriver"], package: "chromium-driver", purpose: "driving the browser" },
    Program { names: &["mandoc"], package: "mandoc", purpose: "checking the manual pages" },
    Program { names: &["systemd-analyze"], package: "systemd", purpose: "checking the units" },
];

pub const POSTGRES: Program =
    Program { names: &["initdb"], package: "postgresql", purpose: "a private PostgreSQL (15 or later)" };

pub const REDIS: Program = Program {
    names: &["redis-server", "valkey-server"],
    package: "redis-server",
    purpose: "a private Redis",
};

/// Where a program of any of these names stands: in `PATH` or in a folder servers are usually installed in.
pub fn find(program: &Program) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Servers stand here, which is not in everyone's PATH.
    let servers = std::iter::once(PathBuf::from("/usr/sbin"));
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(servers).collect();
    program.names.iter().flat_map(|name| folders.iter().map(move |f| f.join(name))).find(|p| is_program(p))
}

/// The folder of the newest PostgreSQL's programs. Debian keeps them out of `PATH`.
pub fn postgres_bin() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|e| Some((e.file_name().to_str()?.parse().ok()?, e.path().join("bin"))))
        .filter(|(_, bin)| is_program(&bin.join("initdb")) && is_program(&bin.join("postgres")))
        .collect();
    found.sort();
    let debian = found.pop().map(|(_, bin)| bin);
    debian.or_else(|| find(&POSTGRES)?.canonicalize().ok()?.parent().map(Path::to_path_buf))
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}
