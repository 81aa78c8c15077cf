//! A power cut: a file system on a loop device that forgets whatever was not flushed. A kill cannot show this, because
//! the kernel still has the pages.

use super::long;
use aglis_tests::program;
use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    os::fd::AsRawFd,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

const JOBS: &str = "1000000";

/// An ext4 on a file; unmounted when dropped.
struct Volume {
    dir: tempfile::TempDir,
}

fn run(program: &str, args: &[&str]) {
    let output =
        Command::new(program).args(args).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Volume {
    fn new() -> Volume {
        let volume = Volume { dir: tempfile::tempdir().unwrap() };
        let image = volume.image();
        File::create(&image).unwrap().set_len(512 << 20).unwrap();
        fs::create_dir(volume.path()).unwrap();
        run("mkfs.ext4", &["-q", &image.display().to_string()]);
        volume.mount();
        volume
    }

    fn image(&self) -> PathBuf {
        self.dir.path().join("image")
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("volume")
    }

    fn mount(&self) {
        let (image, path) = (self.image(), self.path());
        run("mount", &["-o", "loop", &image.display().to_string(), &path.display().to_string()]);
    }

    /// Cuts the power: from here on nothing reaches the image, not even the journal.
    fn cut(&self) {
        // `FS_IOC_SHUTDOWN` of linux/fs.h, with `FS_SHUTDOWN_FLAGS_NOLOGFLUSH`.
        const SHUTDOWN: libc::c_ulong = 0x8004_587d;
        const NO_LOG_FLUSH: u32 = 2;
        let root = File::open(self.path()).unwrap();
        #[expect(unsafe_code, reason = "std has no ioctl")]
        // SAFETY: the descriptor is open, and the kernel only reads the flag.
        let done = unsafe { libc::ioctl(root.as_raw_fd(), SHUTDOWN, &NO_LOG_FLUSH) };
        assert_eq!(done, 0, "{}", std::io::Error::last_os_error());
    }

    fn unmount(&self) {
        run("umount", &[&self.path().display().to_string()]);
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).stderr(Stdio::null()).status();
    }
}

fn bench(argument: &str, volume: &Path, log: &Path) -> Command {
    let mut command = Command::new(program("queue-bench"));
    command
        .arg(argument)
        .env("BENCH_URL", format!("sqlite:{}", volume.join("queue.db").display()))
        .env("BENCH_DIR", log.parent().unwrap())
        .env("BENCH_LOG", log)
        .env("BENCH_N", JOBS)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

fn ready(child: &mut Child) {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("ready"), "{line}");
}

/// One power cut in the middle of writing; how many jobs had been acknowledged.
fn cut_once(after: Duration) -> usize {
    let volume = Volume::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let log = elsewhere.path().join("acked");
    assert!(bench("setup", &volume.path(), &log).status().unwrap().success());
    let mut writer = bench("acked", &volume.path(), &log).spawn().unwrap();
    ready(&mut writer);
    std::thread::sleep(after);
    volume.cut();
    writer.kill().unwrap();
    writer.wait().unwrap();
    volume.unmount();
    volume.mount();
    let acked: Vec<i64> = fs::read_to_string(&log)
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("A ")?.parse().ok())
        .collect();
    let output = bench("ids", &volume.path(), &log).output().unwrap();
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let kept: std::collections::HashSet<i64> =
        said["ids"].as_array().unwrap().iter().filter_map(serde_json::Value::as_i64).collect();
    let lost: Vec<_> = acked.iter().filter(|id| !kept.contains(id)).collect();
    assert!(lost.is_empty(), "{} of {} acknowledged jobs are gone", lost.len(), acked.len());
    volume.unmount();
    acked.len()
}

/// Only in the long run, and only root may mount: there it must be possible.
#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged_on_sqlite() {
    use std::os::unix::fs::MetadataExt;
    if !long() || fs::metadata("/proc/self").is_ok_and(|data| data.uid() != 0) {
        return;
    }
    for n in 0..5 {
        assert!(cut_once(Duration::from_millis(300 + 170 * n)) > 100);
    }
}
