//! The systemd files: valid, and hardened as promised.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn units() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../systemd");
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "service" || e == "socket" || e == "timer"))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "systemd/ holds no unit");
    found
}

/// Runs a systemd tool; nothing when this machine has none.
fn systemd(program: &str, args: &[&str]) -> Option<Output> {
    match Command::new(program).args(args).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => panic!("{program}: {error}"),
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn services_are_exposed_no_more_than_promised() {
    for unit in units().iter().filter(|u| u.extension().is_some_and(|e| e == "service")) {
        // In tenths, as the tool wants it.
        let threshold = "--threshold=12";
        let path = unit.to_str().unwrap();
        let Some(seen) =
            systemd("systemd-analyze", &["security", "--offline=yes", "--no-pager", threshold, path])
        else {
            return;
        };
        assert!(seen.status.success(), "{path} is exposed more than 1.2:\n{}", text(&seen));
    }
}

#[test]
fn units_are_valid() {
    let folder = tempfile::tempdir().unwrap();
    for unit in units() {
        let copy = folder.path().join(unit.file_name().unwrap());
        let installed = fs::read_to_string(&unit).unwrap();
        // The program is not installed here; any program will do to judge the rest.
        fs::write(&copy, installed.replace("=/usr/bin/aglis", "=/bin/true /usr/bin/aglis")).unwrap();
    }
    for unit in units() {
        let copy = folder.path().join(unit.file_name().unwrap());
        let args = ["verify", "--man=no", "--recursive-errors=no", copy.to_str().unwrap()];
        let Some(seen) = systemd("systemd-analyze", &args) else { return };
        assert!(
            seen.status.success() && text(&seen).trim().is_empty(),
            "{}:\n{}",
            unit.display(),
            text(&seen)
        );
    }
}

#[test]
fn the_user_entry_is_valid() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../systemd/aglis.sysusers");
    let Some(seen) = systemd("systemd-sysusers", &["--dry-run", file.to_str().unwrap()]) else { return };
    assert!(seen.status.success(), "{}", text(&seen));
    assert!(text(&seen).contains("'aglis'"), "no user aglis in:\n{}", text(&seen));
}
