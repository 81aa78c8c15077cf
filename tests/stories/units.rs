//! The systemd files: valid, and hardened as promised.

use std::fs;
use std::os::unix::fs::PermissionsExt;
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

#[test]
fn the_example_configuration_is_accepted_as_it_is_and_with_everything_set() {
    use aglis_core::config::{Sources, load};

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../systemd/aglis.toml");
    let example = fs::read_to_string(file).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let secrets = folder.path().join("secret");
    fs::write(&secrets, "0123456789abcdef0123456789abcdef\n").unwrap();
    fs::set_permissions(&secrets, fs::Permissions::from_mode(0o600)).unwrap();

    let uncomment = |line: &str| match line.strip_prefix("# ") {
        Some(setting) if setting.contains(" = ") && !setting.contains(": ") => {
            match setting.split_once("_file = ") {
                Some((key, _)) => format!("{key}_file = {:?}", secrets),
                None => setting.to_owned(),
            }
        }
        _ => line.to_owned(),
    };
    let everything = example.lines().map(uncomment).collect::<Vec<_>>().join("\n");
    assert!(
        everything.lines().filter(|l| l.contains(" = ") && !l.starts_with('#')).count() > 10,
        "{everything}"
    );
    for text in [example, everything] {
        let config = folder.path().join("aglis.toml");
        fs::write(&config, &text).unwrap();
        fs::set_permissions(&config, fs::Permissions::from_mode(0o640)).unwrap();
        let sources = Sources { config: Some(config), ..Sources::default() };
        if let Err(error) = load(&sources.flag("data", Some(folder.path().to_string_lossy()))) {
            panic!("{error}\nin:\n{text}");
        }
    }
}
