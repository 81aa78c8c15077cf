//! The temporary folder of one run, also cleaned up after runs that were killed.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::TempDir;

const PREFIX: &str = "aglis-test-";
const OWNER: &str = "owner.lock";

/// A folder other users may pass through, removed when dropped. Its lock tells later runs that it is in use.
pub struct Scratch {
    dir: TempDir,
    _owner: File,
}

impl Scratch {
    /// Removes what killed runs left behind and makes a new folder.
    pub fn new() -> anyhow::Result<Self> {
        let base = base();
        sweep(&base);
        let dir = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(&base)
            .with_context(|| format!("no temporary folder can be made in {}", base.display()))?;
        fs::set_permissions(dir.path(), Permissions::from_mode(0o711))?;
        let taken = dir.path().join("taking");
        let owner = File::create(&taken)?;
        owner.lock()?;
        fs::rename(&taken, dir.path().join(OWNER))?;
        Ok(Self { dir, _owner: owner })
    }

    /// Makes a folder inside.
    pub fn folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.dir.path().join(name);
        fs::create_dir(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(path)
    }

    /// The path of a file inside.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

/// The usual temporary folder, or `/tmp` when an unprivileged server could not reach it.
fn base() -> PathBuf {
    let usual = std::env::temp_dir();
    let open = |path: &Path| fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o001 != 0);
    if usual.is_absolute() && usual.ancestors().all(open) { usual } else { PathBuf::from("/tmp") }
}

fn sweep(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let Ok(owner) = File::open(entry.path().join(OWNER)) else { continue };
        if owner.try_lock().is_ok() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The end of a log, for an error message.
pub fn tail(path: &Path) -> String {
    let text = fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
