//! A disk of one's own, to fill up or to lock. Only root can have one; as root it must be had.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A small disk in memory; gone when dropped.
pub struct Disk {
    dir: tempfile::TempDir,
}

fn run(program: &str, args: &[&str]) {
    let output =
        Command::new(program).args(args).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Disk {
    /// A disk of a size such as `4m`; none for people who may not mount one.
    pub fn of(size: &str) -> Option<Disk> {
        use std::os::unix::fs::MetadataExt;
        if fs::metadata("/proc/self").is_ok_and(|data| data.uid() != 0) {
            return None;
        }
        let disk = Disk { dir: tempfile::tempdir().unwrap() };
        let path = disk.path().display().to_string();
        run("mount", &["-t", "tmpfs", "-o", &format!("size={size},mode=0755"), "tmpfs", &path]);
        Some(disk)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Fills it to the last byte.
    pub fn fill(&self) {
        use std::io::Write;
        let mut file = fs::File::create(self.filler()).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
    }

    /// Makes room again.
    pub fn clear(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    /// Allows nobody to write on it.
    pub fn lock(&self) {
        run("mount", &["-o", "remount,ro", &self.path().display().to_string()]);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}
