//! Where the data folder and the file are when nobody says.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// The data folder of an installed system.
pub const SYSTEM_FOLDER: &str = "/var/lib/aglis";
/// The file of an installed system.
pub const SYSTEM_FILE: &str = "/etc/aglis/aglis.toml";

/// The data folder when none is set: the system's one for the user `aglis` or whoever can write there, else `./data`.
pub(super) fn data_folder() -> PathBuf {
    let system = Path::new(SYSTEM_FOLDER);
    let me = Me::ask();
    if me.is_named("aglis") || me.can_write(system) { system.to_owned() } else { PathBuf::from("./data") }
}

/// The file when none is named: `aglis.toml` in a data folder that was named, else the system's one.
pub(super) fn config_file(data: Option<&Path>) -> Option<PathBuf> {
    let path = data.map_or_else(|| PathBuf::from(SYSTEM_FILE), |data| data.join("aglis.toml"));
    path.exists().then_some(path)
}

/// Whether everybody on this machine can read a file.
pub(super) fn world_readable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.mode() & 0o004 != 0)
}

/// Who this process is, as the kernel tells under `/proc`.
struct Me {
    uid: u32,
    groups: Vec<u32>,
}

impl Me {
    fn ask() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let numbers = |label: &str| -> Vec<u32> {
            let line = status.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_default();
            line.split_whitespace().filter_map(|number| number.parse().ok()).collect()
        };
        let mut groups = numbers("Groups:");
        groups.extend(numbers("Gid:").get(1));
        Me { uid: numbers("Uid:").get(1).copied().unwrap_or(u32::MAX), groups }
    }

    fn is_named(&self, name: &str) -> bool {
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        users.lines().any(|line| {
            let mut fields = line.split(':');
            fields.next() == Some(name) && fields.nth(1).and_then(|uid| uid.parse().ok()) == Some(self.uid)
        })
    }

    fn can_write(&self, folder: &Path) -> bool {
        let Ok(meta) = fs::metadata(folder) else { return false };
        let bit = if meta.uid() == self.uid {
            0o200
        } else if self.groups.contains(&meta.gid()) {
            0o020
        } else {
            0o002
        };
        meta.is_dir() && (self.uid == 0 || meta.mode() & bit != 0)
    }
}
